//! An API behind TLS: a certificate that is not trusted is said with its remedy, and the remedy works.

use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use serde_json::json;
use std::sync::Arc;
use tempfile::tempdir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{self, pki_types::PrivateKeyDer},
};

use super::{Operator, code, said};

/// A server with a certificate that it signed itself.
struct Guarded {
    base: String,
    /// The certificate, as a file has it.
    pem: String,
    server: JoinHandle<()>,
}

impl Drop for Guarded {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Serves the same queue to everybody who trusts the certificate.
async fn serve(name: &str, expires_in_year: i32) -> Guarded {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    (params.not_before, params.not_after) = (date_time_ymd(2000, 1, 1), date_time_ymd(expires_in_year, 1, 1));
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let provider = rustls::crypto::ring::default_provider().into();
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let server = tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            // A client who does not trust us hangs up.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut head = [0; 4096];
            if stream.read(&mut head).await.is_err() {
                continue;
            }
            let body = json!({"depth": {"QUEUED": 12}, "oldest_age_ms": null, "paused": false, "workers": 2,
                "durability": "always"})
            .to_string();
            let answer = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).await.ok();
            stream.shutdown().await.ok();
        }
    });
    Guarded { base, pem: certificate.pem(), server }
}

#[tokio::test]
async fn an_unknown_issuer_is_said_with_the_remedy_and_the_remedy_works() {
    let home = tempdir().unwrap();
    let guarded = serve("localhost", 2100).await;
    let refused = Operator::of(home.path(), &guarded.base).runs(&["queue"]).await;
    assert_eq!(code(&refused), 1);
    let says = ["is not trusted", "SSL_CERT_FILE"];
    assert!(says.iter().all(|says| refused.stderr.contains(says)), "{refused:?}");
    assert_eq!(refused.stderr.lines().count(), 1, "{refused:?}");

    std::fs::write(home.path().join("ca.pem"), &guarded.pem).unwrap();
    let file = home.path().join("ca.pem");
    let trusting = Operator::of(home.path(), &guarded.base).with("SSL_CERT_FILE", file.to_str().unwrap());
    assert!(said(&trusting.runs(&["queue"]).await).contains("12"));
}

#[tokio::test]
async fn another_name_and_an_expired_certificate_are_said() {
    let home = tempdir().unwrap();
    for (name, expires, says) in
        [("elsewhere.example", 2100, "elsewhere.example"), ("localhost", 2001, "expired")]
    {
        let guarded = serve(name, expires).await;
        let file = home.path().join("ca.pem");
        std::fs::write(&file, &guarded.pem).unwrap();
        let operator = Operator::of(home.path(), &guarded.base).with("SSL_CERT_FILE", file.to_str().unwrap());
        let refused = operator.runs(&["queue"]).await;
        assert_eq!(code(&refused), 1);
        let said = refused.stderr.to_lowercase();
        assert!(said.contains("is not trusted") && said.contains(says), "{says}: {refused:?}");
    }
}
