//! Callers over HTTP: each has one connection and waits for his answer before he asks again.
//!
//! They stand on hyper without a pool, because what the load costs comes off the two cores that are measured.

use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, StatusCode,
    body::Bytes,
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use offstage_tests::fixtures::ADMIN_TOKEN;
use std::{
    ops::Range,
    time::{Duration, Instant},
};
use tokio::net::TcpStream;

use crate::sizes::AT_ONCE;

/// See the module's header.
#[derive(Debug)]
pub(crate) struct Caller {
    connection: SendRequest<Full<Bytes>>,
}

impl Caller {
    pub(crate) async fn connect(base: &str) -> Self {
        let address = base.trim_start_matches("http://");
        let stream = TcpStream::connect(address).await.expect("the API takes connections");
        stream.set_nodelay(true).expect("a TCP socket");
        let (connection, driver) = http1::handshake(TokioIo::new(stream)).await.expect("it speaks HTTP");
        tokio::spawn(driver);
        Self { connection }
    }

    /// Asks for one user's deletion, which must be accepted; returns the task's number.
    pub(crate) async fn delete(&mut self, user: u64) -> u64 {
        let path = format!("/api/staged_config/access/users/{user}");
        let request = Request::delete(path).header("Host", "bench").header("SEC", ADMIN_TOKEN);
        let body = self.send(request.body(Full::default()).expect("a request"), StatusCode::ACCEPTED).await;
        let id = body.as_ref().strip_prefix(br#"{"id":"#).map(|rest| {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit());
            digits.fold(0, |id, digit| id * 10 + u64::from(digit - b'0'))
        });
        id.unwrap_or_else(|| task_id(&body))
    }

    /// Asks for the deletions of many users in one call; all must be accepted.
    pub(crate) async fn delete_many(&mut self, users: Range<u64>) {
        let asked: Vec<_> = users.map(|id| serde_json::json!({ "id": id })).collect();
        let body = serde_json::json!({ "users": asked }).to_string();
        let request = Request::post("/ops/v1/deletions")
            .header("Host", "bench")
            .header("Content-Type", "application/json")
            .header("Authorization", format!("Bearer {ADMIN_TOKEN}"));
        let body = self.send(request.body(Full::from(body)).expect("a request"), StatusCode::OK).await;
        let accepted = String::from_utf8_lossy(&body).matches(r#""verdict":"accepted""#).count();
        assert_eq!(accepted, asked.len(), "{}", String::from_utf8_lossy(&body[..body.len().min(500)]));
    }

    /// Asks for a running task's cancel, which must be accepted.
    pub(crate) async fn cancel(&mut self, task: u64) {
        let request = Request::post(format!("/ops/v1/tasks/{task}/cancel"))
            .header("Host", "bench")
            .header("Authorization", format!("Bearer {ADMIN_TOKEN}"));
        self.send(request.body(Full::default()).expect("a request"), StatusCode::OK).await;
    }

    async fn send(&mut self, request: Request<Full<Bytes>>, expected: StatusCode) -> Bytes {
        self.connection.ready().await.expect("the connection stands");
        let answer = self.connection.send_request(request).await.expect("the API answers");
        let status = answer.status();
        let body = answer.into_body().collect().await.expect("the body comes whole").to_bytes();
        assert_eq!(status, expected, "{}", String::from_utf8_lossy(&body));
        body
    }
}

fn task_id(body: &[u8]) -> u64 {
    let body: serde_json::Value = serde_json::from_slice(body).expect("a task, in JSON");
    body["id"].as_u64().expect("a task has a number")
}

/// So many callers, each with his connection.
pub(crate) async fn connect(base: &str, connections: u64) -> Vec<Caller> {
    let mut callers = Vec::new();
    for _ in 0..connections {
        callers.push(Caller::connect(base).await);
    }
    callers
}

/// Submits one by one, by all of these callers; returns how long it took.
pub(crate) async fn submit(callers: Vec<Caller>, users: Range<u64>) -> Duration {
    let stride = callers.len();
    let begun = Instant::now();
    let lanes: Vec<_> = (users.start..)
        .zip(callers)
        .map(|(first, mut caller)| {
            let mine = (first..users.end).step_by(stride);
            tokio::spawn(async move {
                for user in mine {
                    caller.delete(user).await;
                }
            })
        })
        .collect();
    for lane in lanes {
        lane.await.expect("all are accepted");
    }
    begun.elapsed()
}

/// Submits by the call for many, one call after the other on so many connections; returns how long it took.
pub(crate) async fn submit_in_bulk(base: &str, users: Range<u64>, connections: u64) -> Duration {
    let callers = connect(base, connections).await;
    let begun = Instant::now();
    let lanes: Vec<_> = (0..)
        .zip(callers)
        .map(|(lane, mut caller)| {
            let users = users.clone();
            tokio::spawn(async move {
                let stride = usize::try_from(connections * AT_ONCE).expect("few");
                for first in (users.start + lane * AT_ONCE..users.end).step_by(stride) {
                    caller.delete_many(first..(first + AT_ONCE).min(users.end)).await;
                }
            })
        })
        .collect();
    for lane in lanes {
        lane.await.expect("all are accepted");
    }
    begun.elapsed()
}
