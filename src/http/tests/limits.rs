//! Peers that send too much, too slowly or nothing, and what the others notice of them.
//!
//! Each test shortens one limit of `PATIENT` and must never depend on a second one. Easy to get wrong: a
//! timer that restarts with every byte passes a test in which nothing is sent; hence the drips.

use super::*;

const SHORT_MS: u64 = 200;
const PING: &str = "GET /ping HTTP/1.1\r\nHost: t\r\n\r\n";

#[tokio::test]
async fn a_connection_that_sends_nothing_is_closed() {
    let server = Server::start(Limits { head_timeout_ms: SHORT_MS, ..PATIENT }).await;
    assert_eq!(server.connect().await.rest().await, "");
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_last_response() {
    let server = Server::start(Limits { head_timeout_ms: SHORT_MS, ..PATIENT }).await;
    let mut client = server.connect().await;
    client.send(PING).await;
    client.until("pong").await;
    assert_eq!(client.rest().await, "");
}

#[tokio::test]
async fn a_head_that_drips_is_cut() {
    let server = Server::start(Limits { head_timeout_ms: SHORT_MS, ..PATIENT }).await;
    let mut client = server.connect().await;
    client.send("GET /ping HTTP/1.1\r\nHost: ").await;
    client.drip().await;
}

#[tokio::test]
async fn a_body_that_drips_is_answered_with_408_and_cut() {
    let limits = Limits { body_timeout_ms: SHORT_MS, max_body_bytes: usize::MAX, ..PATIENT };
    let server = Server::start(limits).await;
    let mut client = server.connect().await;
    client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1000000\r\n\r\n").await;
    client.drip().await;
    let response = client.rest().await;
    assert_eq!(status(&response), "408", "{response}");
    assert!(response.contains("connection: close"), "{response}");
    assert!(response.contains("rendered /echo BodyTimedOut"), "{response}");
}

#[tokio::test]
async fn a_peer_that_takes_no_response_loses_its_connection() {
    let server = Server::start(Limits { write_stall_ms: SHORT_MS, max_connections: 1, ..PATIENT }).await;
    let mut deaf = server.connect().await;
    deaf.send("GET /large HTTP/1.1\r\nHost: t\r\n\r\n").await;
    let mut next = server.connect().await;
    next.send(PING).await;
    next.until("pong").await;
}

#[tokio::test]
async fn a_refused_peer_that_does_not_close_is_lingered_for_only_so_long() {
    let server = Server::start(Limits { linger_ms: SHORT_MS, max_connections: 1, ..PATIENT }).await;
    let mut refused = server.connect().await;
    refused.send("GET /ping HTTP/1.1\r\n\r\n").await;
    refused.rest().await;
    let mut next = server.connect().await;
    next.send(PING).await;
    next.until("pong").await;
}

#[tokio::test]
async fn three_hundred_idle_connections_do_not_hold_up_a_request() {
    let server = Server::start(PATIENT).await;
    let mut idle = Vec::new();
    for _ in 0..300 {
        idle.push(server.connect().await);
    }
    let mut client = server.connect().await;
    client.send(PING).await;
    client.until("pong").await;
}

#[tokio::test]
async fn no_more_than_the_allowed_connections_are_served_at_a_time() {
    let server = Server::start(Limits { max_connections: 1, ..PATIENT }).await;
    let mut first = server.connect().await;
    first.send("GET /held HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n").await;
    server.held().await;
    let mut second = server.connect().await;
    second.send(PING).await;
    let early = timeout(Duration::from_millis(SHORT_MS), second.0.readable()).await;
    assert!(early.is_err(), "served beyond the cap");
    server.released.add_permits(1);
    first.until("released").await;
    drop(first);
    second.until("pong").await;
}

#[tokio::test]
async fn silent_connections_at_the_cap_give_way() {
    let server = Server::start(Limits { max_connections: 2, head_timeout_ms: SHORT_MS, ..PATIENT }).await;
    let _silent = [server.connect().await, server.connect().await];
    let mut client = server.connect().await;
    client.send(PING).await;
    client.until("pong").await;
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused_by_the_renderer_and_far_more_by_hyper() {
    let server = Server::start(PATIENT).await;
    for (times, rendered) in [(1, true), (8, false)] {
        let long = "x".repeat(PATIENT.max_head_bytes * times);
        let response =
            server.exchange(&format!("GET /ping HTTP/1.1\r\nHost: t\r\nLong: {long}\r\n\r\n")).await;
        assert_eq!(status(&response), "431");
        assert_eq!(response.contains("rendered /ping HeadTooLarge"), rendered, "{response}");
    }
}

#[tokio::test]
async fn too_many_headers_are_refused_by_the_renderer_and_far_more_by_hyper() {
    let server = Server::start(PATIENT).await;
    for (times, rendered) in [(1, true), (8, false)] {
        let many = "A: b\r\n".repeat(PATIENT.max_headers * times);
        let response = server.exchange(&format!("GET /ping HTTP/1.1\r\nHost: t\r\n{many}\r\n")).await;
        assert_eq!(status(&response), "431");
        assert_eq!(response.contains("rendered /ping HeadTooLarge"), rendered, "{response}");
    }
}

#[tokio::test]
async fn a_target_that_is_too_long_is_refused_by_the_renderer() {
    let server = Server::start(PATIENT).await;
    let long = "x".repeat(PATIENT.max_target_bytes);
    let response = server.exchange(&format!("GET /ping?{long} HTTP/1.1\r\nHost: t\r\n\r\n")).await;
    assert!(response.contains("rendered /ping UriTooLong"), "{response}");
}
