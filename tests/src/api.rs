//! A client that looks at every answer: content type, request id, a well-formed body, no internal text.

use reqwest::{Client, Method, RequestBuilder, StatusCode, header::HeaderMap};
use serde_json::Value;
use std::time::Duration;

use crate::{eventually, fixtures::ADMIN_TOKEN, listening::Listening};

/// Longest error body.
const MOST_ERROR_BYTES: usize = 8 * 1024;
/// What only our own code or a library would say.
const INTERNAL_WORDS: [&str; 8] = ["panicked", "serde", "redis", "Redis", "src/", "unwrap", "tokio", "<html"];

/// A client of one server.
#[derive(Debug, Clone)]
pub struct Api {
    base: String,
    token: Option<String>,
    client: Client,
}

/// An answer that was looked at.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; null where there is none.
    pub body: Value,
}

impl Api {
    /// A client with the administrator's token, of a server at `http://HOST:PORT`.
    #[must_use]
    pub fn new(base: &str) -> Self {
        // The second client of a test finds it installed.
        rustls::crypto::ring::default_provider().install_default().ok();
        let client = Client::builder().no_proxy().timeout(Duration::from_secs(30)).build().expect("a client");
        Self::with_client(base, client)
    }

    /// The same by way of another HTTP client.
    #[must_use]
    pub fn with_client(base: &str, client: Client) -> Self {
        Self { base: base.to_owned(), token: Some(ADMIN_TOKEN.to_owned()), client }
    }

    /// The same with another token, or none.
    #[must_use]
    pub fn with_token(&self, token: Option<&str>) -> Self {
        Self { token: token.map(str::to_owned), ..self.clone() }
    }

    /// Where the server is: `http://HOST:PORT`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A request with the token in the header of its dialect.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) if path.starts_with("/api/") => request.header("SEC", token),
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request and looks at the answer.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let request = request.build().expect("a request");
        let path = request.url().path().to_owned();
        let response = self.client.execute(request).await.expect("the server answers");
        let (status, headers) = (response.status(), response.headers().clone());
        if is_stream(&headers) {
            assert!(headers.contains_key("x-request-id") && status == StatusCode::OK, "{status} {path}");
            return Answer { status, headers, body: Value::Null };
        }
        let bytes = response.bytes().await.expect("the body comes whole");
        let text = String::from_utf8(bytes.to_vec()).expect("the body is UTF-8");
        let body =
            if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::Null) };
        look_at(&path, status, &headers, &text, &body);
        Answer { status, headers, body }
    }

    /// Listens to what happens, from now on or behind the event of that id.
    pub async fn listen(&self, last_event_id: Option<&str>) -> Listening {
        let mut request = self.request(Method::GET, "/ops/v1/events");
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        let response = request.send().await.expect("the server answers");
        assert!(is_stream(response.headers()), "{response:?}");
        Listening::new(response)
    }

    /// GET
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Asks for a user's deletion.
    pub async fn delete_user(&self, user: u64) -> Answer {
        self.send(self.request(Method::DELETE, &format!("/api/staged_config/access/users/{user}"))).await
    }

    /// Asks for a user's deletion, which must be accepted; returns the task's id.
    pub async fn submit(&self, user: u64) -> u64 {
        let answer = self.delete_user(user).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
        answer.body["id"].as_u64().expect("a task has an id")
    }

    /// A task.
    pub async fn task(&self, task: u64) -> Answer {
        self.get(&format!("/api/staged_config/access/user_delete_tasks/{task}")).await
    }

    /// A task's status.
    pub async fn status(&self, task: u64) -> String {
        let answer = self.task(task).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.body["status"].as_str().expect("a task has a status").to_owned()
    }

    /// What a task found.
    pub async fn results(&self, task: u64) -> Answer {
        self.get(&format!("/api/staged_config/access/user_delete_tasks/{task}/results")).await
    }

    /// Asks for a cancel.
    pub async fn cancel(&self, task: u64) -> Answer {
        let path = format!("/api/staged_config/access/user_delete_tasks/{task}");
        let body = serde_json::json!({"status": "CANCEL_REQUESTED"});
        self.send(self.request(Method::POST, &path).json(&body)).await
    }

    /// Registers a dependent.
    pub async fn register(&self, user: u64, id: &str, blocking: bool) -> Answer {
        let path = format!("/ops/v1/users/{user}/dependents/ARIEL_SAVED_SEARCH/{id}");
        let body = serde_json::json!({"name": "Failed logins", "owner": "bob", "blocking": blocking});
        self.send(self.request(Method::PUT, &path).json(&body)).await
    }

    /// Waits until operators see a task, of whatever kind, in that state; returns all about it.
    pub async fn until_state(&self, task: u64, state: &str, deadline: Duration) -> Answer {
        eventually(&format!("task {task} becomes {state}"), deadline, async || {
            let answer = self.get(&format!("/ops/v1/tasks/{task}")).await;
            (answer.body["state"] == state).then_some(answer)
        })
        .await
    }

    /// Waits until a user's deletion has one of these statuses; returns it.
    pub async fn until(&self, task: u64, statuses: &[&str], deadline: Duration) -> Answer {
        let what = format!("task {task} becomes {statuses:?}");
        eventually(&what, deadline, async || {
            let answer = self.task(task).await;
            statuses.iter().any(|status| answer.body["status"] == *status).then_some(answer)
        })
        .await
    }
}

/// The body has no end.
fn is_stream(headers: &HeaderMap) -> bool {
    headers.get("content-type").is_some_and(|kind| kind == "text/event-stream")
}

/// Looks at an answer as every client may: request id, content type, a well-formed body, no internal text, no 500.
///
/// # Panics
/// When anything is wrong with it.
pub fn look_at(path: &str, status: StatusCode, headers: &HeaderMap, text: &str, body: &Value) {
    let about = format!("{status} {path}: {text}");
    assert!(headers.contains_key("x-request-id"), "no request id: {about}");
    if path == "/arcgis" || path.starts_with("/arcgis/") {
        return look_at_arcgis(status, headers, text, body, &about);
    }
    if !status.is_client_error() && !status.is_server_error() {
        return;
    }
    assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR, "{about}");
    assert!(text.len() <= MOST_ERROR_BYTES, "too long: {about}");
    for word in INTERNAL_WORDS {
        assert!(!text.contains(word), "internal text: {about}");
    }
    let kind = headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if path == "/api" || path.starts_with("/api/") {
        assert!(kind.starts_with("application/json"), "{kind}: {about}");
        let mut keys: Vec<_> =
            body.as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default();
        keys.sort();
        assert_eq!(keys, ["code", "description", "details", "http_response", "message"], "{about}");
        assert_eq!(body["http_response"]["code"], status.as_u16(), "{about}");
    } else if path.starts_with("/platform") {
        assert!(kind.starts_with("application/xml") && text.contains("<error><message>"), "{kind}: {about}");
    } else if path.starts_with("/ops") {
        assert!(kind.starts_with("application/problem+json"), "{kind}: {about}");
        assert_eq!(body["status"], status.as_u16(), "{about}");
        assert!(body["title"].is_string() && body["type"].is_string(), "{about}");
    }
}

/// Always 200; an error is an object with three members. What clients search for stands where it is meant, and nowhere else.
fn look_at_arcgis(status: StatusCode, headers: &HeaderMap, text: &str, body: &Value, about: &str) {
    assert_eq!(status, StatusCode::OK, "{about}");
    let lower = text.to_lowercase();
    let code = body["error"]["code"].as_u64();
    if body.is_null() {
        assert!(
            headers["content-type"] == "text/html; charset=utf-8" && !text.contains("<script"),
            "{about}"
        );
        return;
    }
    assert_eq!(lower.contains("invalid token"), code == Some(498), "{about}");
    assert_eq!(lower.contains("token required"), code == Some(499), "{about}");
    assert!(!text.contains("Token is valid but access is denied."), "{about}");
    if let Some(error) = body["error"].as_object() {
        assert_eq!(error.keys().collect::<Vec<_>>(), ["code", "message", "details"], "{about}");
        assert!(
            error["message"].is_string() && (error["details"].is_null() || error["details"].is_array()),
            "{about}"
        );
        assert!(text.len() <= MOST_ERROR_BYTES, "too long: {about}");
        for word in INTERNAL_WORDS {
            assert!(!text.contains(word), "internal text: {about}");
        }
    }
}
