//! An outside system with manners of all kinds, as few lines of HTTP as will do.

use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// Between two bytes of an answer that drips.
const DRIP: Duration = Duration::from_millis(100);

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Nobody needs him.
    Good,
    /// Never.
    Silent,
    /// With a status that says that it cannot.
    Says(&'static str),
    /// With a head, and no body behind it.
    Hangs,
    /// With this body.
    Lies(&'static str),
    /// With a good answer, byte by byte, for longer than anybody waits.
    Drips,
    /// It takes the connection and cuts it.
    Cuts,
}

impl Manner {
    /// All that say nothing of the user.
    pub(crate) const BAD: [Self; 14] = [
        Self::Silent,
        Self::Says("500 Internal Server Error"),
        Self::Hangs,
        Self::Lies("{\"dependents\":"),
        Self::Drips,
        Self::Lies("null"),
        Self::Says("204 No Content"),
        Self::Lies("{}"),
        Self::Cuts,
        Self::Lies(""),
        Self::Lies("[[]]"),
        Self::Lies("[] []"),
        Self::Says("302 Found"),
        Self::Lies("<html>all is well</html>"),
    ];
}

/// See the module's header.
#[derive(Debug)]
pub(crate) struct Stub {
    address: SocketAddr,
    manner: watch::Sender<Manner>,
}

impl Stub {
    /// One that is good.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let (manner, watched) = watch::channel(Manner::Good);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, watched.clone()));
            }
        });
        Self { address, manner }
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/dependents", self.address)
    }

    /// From now on it is like this.
    pub(crate) fn is(&self, manner: Manner) {
        self.manner.send_replace(manner);
    }
}

/// One request a connection.
async fn serve(mut client: TcpStream, manner: watch::Receiver<Manner>) {
    let mut request = Vec::new();
    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
        match client.read_buf(&mut request).await {
            Ok(1..) => {}
            Ok(0) | Err(_) => return,
        }
    }
    let manner = *manner.borrow();
    // Whoever asked may have hung up, which is his right.
    answer(&mut client, manner).await.unwrap_or_default();
}

async fn answer(client: &mut TcpStream, manner: Manner) -> std::io::Result<()> {
    let (status, body) = match manner {
        Manner::Good => ("200 OK", "[]"),
        Manner::Lies(body) => ("200 OK", body),
        Manner::Says(status) => (status, ""),
        Manner::Cuts => return Ok(()),
        Manner::Silent => return wait_for_the_end(client).await,
        Manner::Hangs => {
            client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n").await?;
            return wait_for_the_end(client).await;
        }
        Manner::Drips => {
            let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: 102\r\n\r\n[{}]", " ".repeat(100));
            let mut drips = tokio::time::interval(DRIP);
            for byte in answer.bytes() {
                drips.tick().await;
                client.write_all(&[byte]).await?;
            }
            return Ok(());
        }
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    client.write_all(format!("{head}{body}").as_bytes()).await
}

/// Until the other side hangs up.
async fn wait_for_the_end(client: &mut TcpStream) -> std::io::Result<()> {
    let mut rest = [0; 64];
    while client.read(&mut rest).await? > 0 {}
    Ok(())
}
