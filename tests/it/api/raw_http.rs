//! Requests that no HTTP client would send, on the program's own sockets: framing that is in doubt, and peers that send
//! slowly, nothing, or keep many connections.

use super::{TASKS, tasks};
use offstage_tests::{
    api::Api,
    fixtures::ADMIN_TOKEN,
    raw::{exchange, read_to_close},
    stack::Stack,
};
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::{io::AsyncWriteExt, net::TcpStream};

/// By when whoever is slow, or silent, must be cut.
const CUT_WITHIN: Duration = Duration::from_secs(15);
/// How long somebody else may wait meanwhile.
const PROMPT: Duration = Duration::from_secs(1);
/// A faulty request must not keep its connection open for even this long.
const SOON: Duration = Duration::from_secs(4);

fn address(api: &Api) -> SocketAddr {
    api.base().trim_start_matches("http://").parse().unwrap()
}

fn status(answer: &str) -> &str {
    answer.get(9..12).unwrap_or("none")
}

fn answers(text: &str) -> usize {
    text.matches("HTTP/1.1 ").count()
}

/// A cancel that would be carried out if anybody took it for a request.
fn smuggled(task: u64) -> String {
    let body = r#"{"status":"CANCEL_REQUESTED"}"#;
    format!(
        "POST {TASKS}/{task} HTTP/1.1\r\nHost: t\r\nSEC: {ADMIN_TOKEN}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn a_head_in_doubt_is_refused_once_and_the_connection_closed() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let task = api.submit(5).await;
    let line = format!("GET {TASKS}/{task} HTTP/1.1\r\n");
    let auth = format!("SEC: {ADMIN_TOKEN}\r\n");
    let heads = [
        ("no host", format!("{line}{auth}")),
        ("an empty host", format!("{line}Host:\r\n{auth}")),
        ("two hosts", format!("{line}Host: a\r\nHost: b\r\n{auth}")),
        ("the same host twice", format!("{line}Host: a\r\nHost: a\r\n{auth}")),
        ("a host with a path", format!("{line}Host: a/b\r\n{auth}")),
        ("two lengths", format!("{line}Host: t\r\nContent-Length: 0\r\nContent-Length: 5\r\n{auth}")),
        ("a list of lengths", format!("{line}Host: t\r\nContent-Length: 0, 5\r\n{auth}")),
        ("a negative length", format!("{line}Host: t\r\nContent-Length: -1\r\n{auth}")),
        ("a length that is no number", format!("{line}Host: t\r\nContent-Length: +2\r\n{auth}")),
        ("an unknown coding", format!("{line}Host: t\r\nTransfer-Encoding: gzip\r\n{auth}")),
        ("a space before the colon", format!("{line}Host : t\r\n{auth}")),
        ("a folded header", format!("{line}Host: t\r\n folded\r\n{auth}")),
        ("a NUL in a header", format!("{line}Host: t\r\nX: a\0b\r\n{auth}")),
        ("no version", format!("GET {TASKS}/{task}\r\nHost: t\r\n{auth}")),
        ("another version", format!("GET {TASKS}/{task} HTTP/3.0\r\nHost: t\r\n{auth}")),
        ("a space in the target", format!("GET {TASKS}/ {task} HTTP/1.1\r\nHost: t\r\n{auth}")),
        ("a target that is no path", format!("OPTIONS * HTTP/1.1\r\nHost: t\r\n{auth}")),
        ("garbage", "\x16\x03\x01\x02\x00\x01\x00\x01\u{fc}\x03\x03".to_owned()),
    ];
    for (what, head) in heads {
        let text = format!("{head}\r\n{}", smuggled(task));
        let answer = exchange(address(&api), text.as_bytes(), SOON).await;
        assert_eq!((status(&answer), answers(&answer)), ("400", 1), "{what}: {answer}");
        assert!(answer.len() < 2_000 && !answer.contains("<html"), "{what}: {answer}");
    }
    let many = format!("{line}Host: t\r\n{}{auth}\r\n", "X: y\r\n".repeat(200));
    let long = format!("{line}Host: t\r\nX: {}\r\n{auth}\r\n", "y".repeat(20_000));
    for head in [many, long] {
        assert_eq!(status(&exchange(address(&api), head.as_bytes(), SOON).await), "431");
    }
    assert_eq!(api.status(task).await, "QUEUED", "nothing was smuggled in");
}

#[tokio::test]
async fn what_follows_a_refused_body_is_never_taken_for_a_request() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let task = api.submit(5).await;
    let hidden = smuggled(task).repeat(100);
    let head = format!(
        "POST {TASKS}/404 HTTP/1.1\r\nHost: t\r\nSEC: {ADMIN_TOKEN}\r\nContent-Type: application/json\r\n"
    );
    let both = "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    let other_way = "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n";
    for (what, text) in [
        ("too large", format!("{head}Content-Length: {}\r\n\r\n{hidden}", hidden.len())),
        ("length, then chunked", format!("{head}{both}{hidden}")),
        ("chunked, then length", format!("{head}{other_way}{hidden}")),
        ("a chunk of no size", format!("{head}Transfer-Encoding: chunked\r\n\r\nxyz\r\n{hidden}")),
        (
            "a chunk that is too large",
            format!("{head}Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n{hidden}"),
        ),
        ("two codings", format!("{head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n{hidden}")),
    ] {
        let answer = exchange(address(&api), text.as_bytes(), SOON).await;
        assert_eq!(answers(&answer), 1, "{what}: {answer}");
        assert!(status(&answer).starts_with('4'), "{what}: {answer}");
    }
    assert_eq!(api.status(task).await, "QUEUED", "nothing was smuggled in");
    assert_eq!(tasks(&stack).await, 1);
}

#[tokio::test]
async fn a_refused_stranger_cannot_smuggle_either() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let task = api.submit(5).await;
    // Refused at the door, before its body was read: what is left of the body is still the body.
    let hidden = smuggled(task);
    let head = format!("POST {TASKS}/{task} HTTP/1.1\r\nHost: t\r\nSEC: wrong\r\n");
    let text = format!("{head}Content-Length: {}\r\n\r\n{hidden}", hidden.len());
    let mut stream = TcpStream::connect(address(&api)).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let answer = read_to_close(&mut stream, SOON).await;
    assert_eq!((status(&answer), answers(&answer)), ("401", 1), "{answer}");
    assert_eq!(api.status(task).await, "QUEUED");
}

/// Sends the first part, then byte after byte, until the server ends it.
async fn drip(address: SocketAddr, beginning: &str) -> Duration {
    let began = Instant::now();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(beginning.as_bytes()).await.unwrap();
    let dripping = async {
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        loop {
            tick.tick().await;
            let cut = stream.write_all(b"x").await.is_err();
            let mut byte = [0];
            if cut || stream.try_read(&mut byte).is_ok() {
                return;
            }
        }
    };
    offstage_tests::within("the server cuts a drip", CUT_WITHIN, dripping).await;
    began.elapsed()
}

#[tokio::test]
async fn the_slow_and_the_silent_are_cut_within_fifteen_seconds_while_others_are_served() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let task = api.submit(5).await;
    let to = address(&api);
    let head = format!(
        "POST {TASKS}/{task} HTTP/1.1\r\nHost: t\r\nSEC: {ADMIN_TOKEN}\r\nContent-Type: application/json\r\n"
    );
    let body = format!("{head}Content-Length: 10000\r\n\r\n");
    let silent = async |beginning: &str| {
        let mut stream = TcpStream::connect(to).await.unwrap();
        stream.write_all(beginning.as_bytes()).await.unwrap();
        read_to_close(&mut stream, CUT_WITHIN).await
    };
    let cut = async {
        let (.., silent_body, nothing, half_a_head, idle) = futures::join!(
            drip(to, "GET / HTTP/1.1\r\nHost: t\r\nX: "),
            drip(to, &body),
            silent(&body),
            silent(""),
            silent("GET /livez HTT"),
            silent("GET /livez HTTP/1.1\r\nHost: t\r\n\r\n"),
        );
        assert_eq!(status(&silent_body), "408", "{silent_body}");
        assert!(silent_body.contains("\"http_response\""), "{silent_body}");
        assert_eq!((nothing.as_str(), answers(&idle)), ("", 1));
        assert!(matches!(status(&half_a_head), "none" | "408"), "{half_a_head}");
    };
    let mut cut = std::pin::pin!(cut);
    let mut slowest = Duration::ZERO;
    loop {
        let asked = Instant::now();
        let served = async { api.status(task).await };
        tokio::select! {
            () = &mut cut => break,
            status = served => {
                assert_eq!(status, "QUEUED");
                slowest = slowest.max(asked.elapsed());
            }
        }
    }
    assert!(slowest < PROMPT, "others waited up to {slowest:?}");
}

#[tokio::test]
async fn three_hundred_idle_connections_are_no_trouble() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let task = api.submit(5).await;
    let mut idle = Vec::new();
    for _ in 0..300 {
        idle.push(TcpStream::connect(address(&api)).await.unwrap());
    }
    let began = Instant::now();
    for _ in 0..20 {
        assert_eq!(api.status(task).await, "QUEUED");
    }
    assert!(began.elapsed() < PROMPT, "{:?}", began.elapsed());
    let still_open = idle.iter().filter(|stream| {
        matches!(stream.try_read(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
    });
    assert_eq!(still_open.count(), 300, "they were there all the time");
}

#[tokio::test]
async fn a_body_that_will_be_refused_is_not_asked_for() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let head = format!(
        "POST {TASKS}/1 HTTP/1.1\r\nHost: t\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
    );
    for (credentials, refused) in [("SEC: wrong", "401"), (&format!("SEC: {ADMIN_TOKEN}"), "413")] {
        let text = format!("{head}{credentials}\r\nContent-Length: 20000\r\n\r\n");
        let answer = exchange(address(&api), text.as_bytes(), SOON).await;
        assert_eq!((status(&answer), answers(&answer)), (refused, 1), "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
    }
}
