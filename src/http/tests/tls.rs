//! The same listener with a certificate: who never ends a handshake, who speaks something else, and that the limits hold
//! inside TLS, too.
//!
//! Easy to get wrong: a peer that stalls inside TLS has taken bytes already, those of the handshake; only what is larger
//! than all buffers together shows the limit.

use std::{fs, sync::Arc};

use rcgen::generate_simple_self_signed;
use rustls::{
    ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion,
    pki_types::{CertificateDer, ServerName},
    version::{TLS12, TLS13},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::*;

const SHORT_MS: u64 = 200;
const PING: &str = "GET /ping HTTP/1.1\r\nHost: t\r\n\r\n";

/// A server with a certificate, and what a client needs to trust it.
struct Guarded {
    server: Server,
    certificate: CertificateDer<'static>,
}

impl Guarded {
    async fn start(limits: Limits) -> Self {
        let made = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let files = ["cert.pem", "key.pem"].map(|name| folder.path().join(name));
        fs::write(&files[0], made.cert.pem()).unwrap();
        fs::write(&files[1], made.signing_key.serialize_pem()).unwrap();
        let tls = Tls::load(&files[0], &files[1]).unwrap();
        let server = Server::start_with(limits, Some(tls)).await;
        Self { server, certificate: made.cert.der().clone() }
    }

    /// A session, with what the client offers.
    async fn session(
        &self,
        versions: &[&'static SupportedProtocolVersion],
        alpn: &[&str],
    ) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TcpStream::connect(self.server.addr).await.unwrap();
        let connecting = TlsConnector::from(Arc::new(config)).connect(name, stream);
        timeout(DEADLINE, connecting).await.expect("no session")
    }

    async fn connect(&self) -> Client<TlsStream<TcpStream>> {
        Client(self.session(&[&TLS13], &[]).await.unwrap())
    }
}

#[tokio::test]
async fn requests_on_one_connection_are_answered_over_either_version_and_know_their_scheme() {
    let guarded = Guarded::start(PATIENT).await;
    for (version, number) in [(&TLS12, ProtocolVersion::TLSv1_2), (&TLS13, ProtocolVersion::TLSv1_3)] {
        let session = guarded.session(&[version], &[]).await.unwrap();
        assert_eq!(session.get_ref().1.protocol_version(), Some(number));
        let own = session.get_ref().0.local_addr().unwrap();
        let mut client = Client(session);
        for (path, says) in [("/scheme", "https".to_owned()), ("/peer", own.to_string())] {
            client.send(&format!("GET {path} HTTP/1.1\r\nHost: t\r\n\r\n")).await;
            assert!(client.until(&says).await.starts_with("HTTP/1.1 200 "));
        }
    }
    let plain = Server::start(PATIENT).await;
    let answer = plain.exchange("GET /scheme HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n").await;
    assert!(answer.ends_with("http"), "{answer}");
}

#[tokio::test]
async fn a_client_is_told_that_http_1_1_is_spoken_and_one_who_cannot_gets_no_session() {
    let guarded = Guarded::start(PATIENT).await;
    let session = guarded.session(&[&TLS13], &["h2", "http/1.1"]).await.unwrap();
    assert_eq!(session.get_ref().1.alpn_protocol(), Some(b"http/1.1".as_slice()));
    let refused = guarded.session(&[&TLS13], &["h2"]).await.unwrap_err();
    assert!(refused.to_string().contains("NoApplicationProtocol"), "{refused}");
}

#[tokio::test]
async fn a_handshake_that_does_not_begin_or_does_not_end_is_cut() {
    let limits = Limits { handshake_timeout_ms: SHORT_MS, ..PATIENT };
    let guarded = Guarded::start(limits).await;
    // The beginning of a record that is longer than what ever comes.
    for begun in ["", "\x16\x03\x01\x02\x00\x01"] {
        let mut client = guarded.server.connect().await;
        client.send(begun).await;
        assert_eq!(client.rest().await, "");
    }
    let mut dripping = guarded.server.connect().await;
    dripping.send("\x16\x03\x01\x20\x00\x01\x00\x1f\x00").await;
    dripping.drip().await;
}

#[tokio::test]
async fn a_peer_in_its_handshake_at_the_cap_gives_way() {
    let limits = Limits { handshake_timeout_ms: SHORT_MS, max_connections: 1, ..PATIENT };
    let guarded = Guarded::start(limits).await;
    let _silent = guarded.server.connect().await;
    let mut client = guarded.connect().await;
    client.send(PING).await;
    client.until("pong").await;
}

#[tokio::test]
async fn plain_http_gets_an_alert_and_its_connection_closed_and_the_next_is_served() {
    let guarded = Guarded::start(PATIENT).await;
    let mut plain = guarded.server.connect().await;
    plain.send(PING).await;
    let mut answer = Vec::new();
    timeout(DEADLINE, plain.0.read_to_end(&mut answer)).await.expect("still open").expect("a reset");
    assert_eq!(answer.first(), Some(&0x15), "no alert: {answer:?}");
    let mut client = guarded.connect().await;
    client.send(PING).await;
    client.until("pong").await;
}

#[tokio::test]
async fn a_session_that_asks_nothing_or_is_idle_is_closed() {
    let limits = Limits { head_timeout_ms: SHORT_MS, ..PATIENT };
    let guarded = Guarded::start(limits).await;
    assert_eq!(guarded.connect().await.rest().await, "");
    let mut idle = guarded.connect().await;
    idle.send(PING).await;
    idle.until("pong").await;
    assert_eq!(idle.rest().await, "");
}

#[tokio::test]
async fn a_peer_that_takes_no_response_loses_its_session() {
    let limits = Limits { write_stall_ms: SHORT_MS, max_connections: 1, ..PATIENT };
    let guarded = Guarded::start(limits).await;
    let mut deaf = guarded.connect().await;
    deaf.send("GET /large HTTP/1.1\r\nHost: t\r\n\r\n").await;
    let mut next = guarded.connect().await;
    next.send(PING).await;
    next.until("pong").await;
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused_while_it_is_sent() {
    let guarded = Guarded::start(PATIENT).await;
    let mut client = guarded.connect().await;
    let body = "x".repeat(MAX_BODY_BYTES * 4);
    let length = body.len();
    client.send(&format!("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: {length}\r\n\r\n{body}")).await;
    let answer = client.rest().await;
    assert_eq!(status(&answer), "413", "{answer}");
}

#[tokio::test]
async fn a_handshake_does_not_delay_the_stop() {
    let guarded = Guarded::start(Limits { linger_ms: FOREVER_MS, ..PATIENT }).await;
    let _silent = guarded.server.connect().await;
    let mut client = guarded.connect().await;
    client.send(PING).await;
    client.until("pong").await;
    guarded.server.stop.cancel();
    timeout(DEADLINE, guarded.server.running).await.expect("serve went on").unwrap();
    assert_eq!(client.rest().await, "");
}
