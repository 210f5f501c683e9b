//! Where one request ends and the next begins, and heads that leave that in doubt.
//!
//! Each test says who answers: hyper with a bare status, or the renderer. It must never assume that two
//! writes arrive as two reads. Easy to get wrong: a smuggled request shows in its effect, not in the bytes
//! that come back, so the handler counts.

use super::*;

const PING: &str = "GET /ping HTTP/1.1\r\nHost: t\r\n\r\n";

async fn patient() -> Server {
    Server::start(PATIENT).await
}

#[tokio::test]
async fn exactly_one_host_is_required_and_the_renderer_says_so() {
    let server = patient().await;
    for hosts in ["", "Host: a\r\nHost: b\r\n", "Host: a\r\nHost: a\r\n", "Host: a b\r\n", "Host:\r\n"] {
        let response = server.exchange(&format!("GET /ping HTTP/1.1\r\n{hosts}\r\n")).await;
        assert_eq!(status(&response), "400", "{hosts:?}");
        assert!(response.contains("rendered /ping BadHost"), "{response}");
    }
}

#[tokio::test]
async fn differing_content_lengths_are_refused_and_the_connection_closed() {
    let request = "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab";
    assert_eq!(status(&patient().await.exchange(request).await), "400");
}

#[tokio::test]
async fn a_malformed_head_is_refused_and_the_connection_closed() {
    let server = patient().await;
    for head in [
        "GARBAGE\r\n\r\n",
        "GET /ping HTTP/9.9\r\nHost: t\r\n\r\n",
        "GET /ping HTTP/1.1\r\nHost : t\r\n\r\n",
        "GET /ping HTTP/1.1\r\nHost: t\r\n folded\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: -1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST /echo HTTP/1.0\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n",
    ] {
        assert_eq!(status(&server.exchange(head).await), "400", "{head:?}");
    }
}

#[tokio::test]
async fn a_target_that_is_no_path_is_refused_by_the_renderer() {
    let server = patient().await;
    for line in ["OPTIONS *", "CONNECT t:80"] {
        let response = server.exchange(&format!("{line} HTTP/1.1\r\nHost: t\r\n\r\n")).await;
        assert!(response.contains("MalformedHead"), "{line}: {response}");
    }
}

#[tokio::test]
async fn a_coding_under_chunked_is_refused_by_the_renderer() {
    let request = "POST /echo HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n";
    assert!(patient().await.exchange(request).await.contains("rendered /echo MalformedHead"));
}

#[tokio::test]
async fn length_and_chunked_together_are_answered_once_and_closed() {
    let server = patient().await;
    for lengths in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    ] {
        let response = server
            .exchange(&format!(
                "POST /echo HTTP/1.1\r\nHost: t\r\n{lengths}\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: t\r\n\r\n"
            ))
            .await;
        assert_eq!(response.matches("HTTP/1.1 ").count(), 1, "{response}");
    }
    assert_eq!(server.smuggled.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn what_is_left_of_a_refused_body_is_never_taken_for_a_request() {
    let server = patient().await;
    let hidden = "GET /smuggled HTTP/1.1\r\nHost: t\r\n\r\n".repeat(100);
    let length = hidden.len();
    let response = server
        .exchange(&format!("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: {length}\r\n\r\n{hidden}"))
        .await;
    assert_eq!(status(&response), "413");
    assert!(response.contains("connection: close"), "{response}");
    assert_eq!(response.matches("HTTP/1.1 ").count(), 1, "{response}");
    assert_eq!(server.smuggled.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn who_is_answered_before_his_body_was_read_is_told_that_the_connection_closes() {
    let server = patient().await;
    for target in ["/none", "/ping"] {
        let mut client = server.connect().await;
        client.send(&format!("POST {target} HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\n")).await;
        client.until("connection: close").await;
    }
    let mut client = server.connect().await;
    client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\n\r\nwhat").await;
    assert!(!client.until("what").await.contains("connection: close"), "this one was read");
    client.send(PING).await;
    client.until("pong").await;
}

#[tokio::test]
async fn a_client_refused_during_its_upload_still_gets_the_answer() {
    let server = patient().await;
    let mut client = server.connect().await;
    client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 900000\r\n\r\n").await;
    // The server has answered and shut its side. Without the lingering close these writes would fail.
    timeout(DEADLINE, client.0.readable()).await.unwrap().unwrap();
    for _ in 0..10 {
        client.send(&"x".repeat(90_000)).await;
    }
    assert_eq!(status(&client.rest().await), "413");
}

#[tokio::test]
async fn a_body_that_ends_early_is_incomplete() {
    let server = patient().await;
    let mut client = server.connect().await;
    client.send("POST /echo HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n\r\nabc").await;
    client.0.shutdown().await.unwrap();
    assert!(client.rest().await.contains("rendered /echo BodyIncomplete"));
}

#[tokio::test]
async fn a_client_that_closes_its_sending_side_is_answered() {
    let server = patient().await;
    let mut client = server.connect().await;
    client.send("GET /held HTTP/1.1\r\nHost: t\r\n\r\n").await;
    client.0.shutdown().await.unwrap();
    server.held().await;
    server.released.add_permits(1);
    assert!(client.rest().await.ends_with("released"));
}

#[tokio::test]
async fn requests_on_one_connection_are_answered_in_turn() {
    let server = patient().await;
    let mut client = server.connect().await;
    client.send(&PING.repeat(2)).await;
    client.until("pong").await;
    client.until("pong").await;
}

#[tokio::test]
async fn unknown_paths_and_methods_are_rendered() {
    let server = patient().await;
    let response = server.exchange("GET /none HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n").await;
    assert!(response.contains("rendered /none UnknownPath"), "{response}");
    let response = server.exchange("BREW /ping HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n").await;
    assert!(response.contains("rendered /ping MethodNotAllowed"), "{response}");
    assert!(response.contains("allow: GET,HEAD"), "{response}");
}

#[tokio::test]
async fn a_panic_is_rendered_without_its_words_and_the_connection_goes_on() {
    let server = patient().await;
    let mut client = server.connect().await;
    client.send("GET /panic HTTP/1.1\r\nHost: t\r\nX-Request-Id: r-1\r\n\r\n").await;
    let response = client.until("rendered /panic Panicked").await;
    assert_eq!(status(&response), "500");
    assert!(response.contains("x-request-id: r-1"), "{response}");
    assert!(!response.contains("confidence"), "{response}");
    client.send(PING).await;
    client.until("pong").await;
}

#[tokio::test]
async fn a_handler_sees_its_peers_address() {
    let server = patient().await;
    let mut client = server.connect().await;
    let own = client.0.local_addr().unwrap().to_string();
    client.send("GET /peer HTTP/1.1\r\nHost: t\r\n\r\n").await;
    client.until(&own).await;
}
