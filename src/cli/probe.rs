//! `offstage probe`: asks a health address, so that an image without a shell or curl can check itself.
//!
//! HTTP or HTTPS to this or a neighbouring container: one GET, no redirects, no proxy, 2 s for everything. The answer is the
//! exit code: 0 for a status from 200 to 299, else 1 with one line saying why.
//!
//! Easy to get wrong: a container asks itself at 127.0.0.1, which no certificate names. So none is checked, as in the probes
//! of Kubernetes; in return it must never send anything that is secret.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Args;
use reqwest::{Client, StatusCode, redirect};
use url::Url;

use super::tls;

/// For connect, request and the head of the answer together.
const LIMIT: Duration = Duration::from_secs(2);

/// Flags of `offstage probe`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  offstage probe http://127.0.0.1:8080/readyz\n  \
    offstage probe https://127.0.0.1:8443/readyz    whatever the certificate")]
pub struct ProbeArgs {
    /// The address to ask; the certificate of an https address is not checked.
    #[arg(value_name = "URL")]
    pub url: Url,
}

/// Asks the address.
///
/// # Errors
/// No answer within 2 s, or a status that is not 2xx.
pub async fn run(args: ProbeArgs) -> anyhow::Result<()> {
    let status = tokio::time::timeout(LIMIT, status_of(args.url))
        .await
        .with_context(|| format!("no answer within {} s", LIMIT.as_secs()))??;
    ensure!(status.is_success(), "the answer is {status}");
    Ok(())
}

async fn status_of(url: Url) -> anyhow::Result<StatusCode> {
    tls::install_provider();
    let client = Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .tls_danger_accept_invalid_certs(true)
        .build()
        .context("cannot speak HTTP")?;
    let asked = client.get(url).header(http::header::CONNECTION, "close").send().await;
    Ok(asked.map_err(reqwest::Error::without_url).context("no proper answer")?.status())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// Probes a server that answers with these bytes, and returns what it was asked, too.
    async fn probe(answer: &'static [u8]) -> (anyhow::Result<()>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/readyz?verbose", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 1024];
            let read = stream.read(&mut head).await.unwrap();
            stream.write_all(answer).await.unwrap();
            String::from_utf8_lossy(&head[..read]).into_owned()
        });
        let result = run(ProbeArgs { url: url.parse().unwrap() }).await;
        (result, server.await.unwrap())
    }

    #[tokio::test]
    async fn a_2xx_is_healthy_and_anything_else_is_not() {
        let (result, asked) = probe(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
        result.unwrap();
        assert!(asked.starts_with("GET /readyz?verbose HTTP/1.1\r\n"), "{asked}");
        assert!(probe(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n").await.0.is_err());
        assert!(probe(b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n").await.0.is_err());
        assert!(probe(b"garbage\r\n\r\n").await.0.is_err());
        assert!(probe(b"").await.0.is_err());
    }

    #[tokio::test]
    async fn nobody_there_and_a_silent_server_are_unhealthy() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url: Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let silent = run(ProbeArgs { url: url.clone() }).await.unwrap_err();
        assert!(silent.to_string().contains("within 2 s"), "{silent}");
        drop(listener);
        assert!(run(ProbeArgs { url }).await.is_err());
        assert!(run(ProbeArgs { url: "ftp://127.0.0.1/".parse().unwrap() }).await.is_err());
    }
}
