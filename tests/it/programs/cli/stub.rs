//! An API that answers as it is told and remembers what it was asked.

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, Request, Response, StatusCode},
};
use offstage::http;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// A request, as it came.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) method: Method,
    /// Path and query.
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

impl Asked {
    /// Method and target in one.
    pub(super) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }
}

type Answer = dyn Fn(&Asked, usize) -> Response<Body> + Send + Sync;

#[derive(Clone)]
struct Told {
    answer: Arc<Answer>,
    seen: Arc<Mutex<Vec<Asked>>>,
}

/// See the module's header.
pub(super) struct Stub {
    pub(super) base: String,
    told: Told,
    server: JoinHandle<()>,
}

impl Stub {
    /// Starts one. It is told each request, and how many came before it.
    pub(super) async fn start(
        answer: impl Fn(&Asked, usize) -> Response<Body> + Send + Sync + 'static,
    ) -> Self {
        let told = Told { answer: Arc::new(answer), seen: Arc::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let router = axum::Router::new().fallback(handle).with_state(told.clone());
        let server =
            tokio::spawn(http::serve(listener, router, http::Limits::default(), CancellationToken::new()));
        Self { base, told, server }
    }

    /// What it was asked so far.
    pub(super) fn seen(&self) -> Vec<Asked> {
        self.told.seen.lock().expect("nobody panicked").clone()
    }

    /// What it was asked for deletions.
    pub(super) fn deletions(&self) -> Vec<Asked> {
        self.seen().into_iter().filter(|asked| asked.line() == "POST /ops/v1/deletions").collect()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn handle(State(told): State<Told>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, usize::MAX).await.expect("the body comes whole");
    let asked = Asked {
        method: parts.method,
        target: parts.uri.to_string(),
        headers: parts.headers,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    };
    let before = {
        let mut seen = told.seen.lock().expect("nobody panicked");
        seen.push(asked.clone());
        seen.len() - 1
    };
    (told.answer)(&asked, before)
}

/// An answer in JSON.
pub(super) fn answer(status: StatusCode, body: &Value) -> Response<Body> {
    let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
    let response = Response::builder().status(status).header("content-type", kind);
    response.body(Body::from(body.to_string())).expect("an answer")
}

/// 200 with that body.
pub(super) fn ok(body: &Value) -> Response<Body> {
    answer(StatusCode::OK, body)
}

/// A problem, as RFC 9457 has it.
pub(super) fn problem(status: StatusCode, detail: &str) -> Response<Body> {
    answer(
        status,
        &json!({"type": "about:blank", "title": "No", "status": status.as_u16(), "detail": detail}),
    )
}

/// 503, to be tried again after that many seconds.
pub(super) fn unavailable(seconds: u64) -> Response<Body> {
    let mut response = problem(StatusCode::SERVICE_UNAVAILABLE, "The storage does not answer right now.");
    response.headers_mut().insert("retry-after", seconds.into());
    response
}

/// A task of that number in that state.
pub(super) fn task(id: u64, state: &str) -> Value {
    json!({"id": id, "kind": "staged_user", "state": state, "user_id": 5, "name": "Deletion of user 5",
        "message": "So it is.", "created_by": "admin", "created": 1, "started": null, "modified": 1,
        "completed": null, "not_before": null, "attempt": 0, "retry_of": null, "cancelled_by": null,
        "reason": null, "progress": 0, "maximum": 0, "found": 0, "blocking": 0,
        "checks": [], "dependents": [], "history": [
            {"at": 1_000, "from": null, "to": "QUEUED", "by": "admin", "why": "submit"},
            {"at": 2_000, "from": "QUEUED", "to": state, "by": "worker-1", "why": "event"}]})
}

/// What is said of a deletion that was accepted as that task.
pub(super) fn accepted(task: u64) -> Value {
    json!({"items": [{"id": 5, "username": "alice", "verdict": "accepted", "task_id": task}]})
}
