//! Bytes straight onto a socket, for requests that no HTTP client would send.

use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::within;

/// Sends bytes and reads until the server closes, for up to `limit`. Returns what came.
pub async fn exchange(address: SocketAddr, bytes: &[u8], limit: Duration) -> String {
    let mut stream = TcpStream::connect(address).await.expect("the server takes connections");
    // A server that has refused already may have closed: what it said is what counts.
    if stream.write_all(bytes).await.is_err() {
        return String::new();
    }
    read_to_close(&mut stream, limit).await
}

/// Reads until the server closes. Panics if it has not within `limit`.
pub async fn read_to_close(stream: &mut TcpStream, limit: Duration) -> String {
    let mut answer = Vec::new();
    let reading = async {
        let mut buffer = vec![0; 8192];
        while let Ok(length @ 1..) = stream.read(&mut buffer).await {
            answer.extend_from_slice(&buffer[..length]);
        }
    };
    within("the server closes the connection", limit, reading).await;
    String::from_utf8_lossy(&answer).into_owned()
}
