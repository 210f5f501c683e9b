//! The graceful stop: what is finished, what is cut, and when it is over.
//!
//! It must never pass by way of the drain limit unless the test is about it. Easy to get wrong: a listener
//! that is not closed keeps taking connections into the kernel's queue, where they hang.

use super::*;

async fn ends(server: Server) {
    timeout(DEADLINE, server.running).await.expect("serve went on").unwrap();
}

#[tokio::test]
async fn idle_and_silent_connections_do_not_delay_the_stop() {
    let server = Server::start(Limits { linger_ms: FOREVER_MS, ..PATIENT }).await;
    let mut idle = server.connect().await;
    idle.send("GET /ping HTTP/1.1\r\nHost: t\r\n\r\n").await;
    idle.until("pong").await;
    let _silent = server.connect().await;
    server.stop.cancel();
    ends(server).await;
}

#[tokio::test]
async fn a_request_in_progress_is_finished_before_the_stop() {
    let mut server = Server::start(PATIENT).await;
    let mut client = server.connect().await;
    client.send("GET /held HTTP/1.1\r\nHost: t\r\n\r\n").await;
    server.held().await;
    server.stop.cancel();
    let early = timeout(Duration::from_millis(100), &mut server.running).await;
    assert!(early.is_err(), "serve did not wait for the request");
    server.released.add_permits(1);
    assert!(client.rest().await.ends_with("released"));
    ends(server).await;
}

#[tokio::test]
async fn a_request_that_does_not_finish_is_dropped_at_the_drain_limit() {
    let server = Server::start(Limits { drain_ms: 200, ..PATIENT }).await;
    let mut client = server.connect().await;
    client.send("GET /held HTTP/1.1\r\nHost: t\r\n\r\n").await;
    server.held().await;
    server.stop.cancel();
    ends(server).await;
    assert_eq!(client.rest().await, "");
}

#[tokio::test]
async fn nobody_can_connect_while_the_last_request_finishes() {
    let server = Server::start(PATIENT).await;
    let mut client = server.connect().await;
    client.send("GET /held HTTP/1.1\r\nHost: t\r\n\r\n").await;
    server.held().await;
    server.stop.cancel();
    let refused = async { while TcpStream::connect(server.addr).await.is_ok() {} };
    timeout(DEADLINE, refused).await.expect("the listener stayed open");
    server.released.add_permits(1);
    client.rest().await;
    ends(server).await;
}
