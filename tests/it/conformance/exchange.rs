//! A request as it is sent and an answer as it comes, and both as text without what differs from run to run.
//!
//! Easy to get wrong: what is hidden too eagerly proves nothing. Only tokens, the server's port, dates and times are; a
//! task's number is the same in every run, because every scenario has a Redis of its own.

use reqwest::{Client, Method, StatusCode, header::HeaderMap, redirect};
use std::{fmt::Write as _, time::Duration};

/// Longer than any answer takes, those of callers who stay on the line among them.
const PATIENCE: Duration = Duration::from_secs(40);
/// Milliseconds since the epoch have so many digits.
const TIME_DIGITS: usize = 13;
/// Headers that differ from run to run, or with the moment at which a server is told to stop.
const VOLATILE: [&str; 4] = ["date", "x-request-id", "content-length", "connection"];

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// Its method.
    pub(super) method: Method,
    /// Path and query.
    pub(super) path: String,
    /// Its headers, in order.
    pub(super) headers: Vec<(&'static str, String)>,
    /// Its body; empty where it has none.
    pub(super) body: String,
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// Its status.
    pub(super) status: StatusCode,
    /// Its headers.
    pub(super) headers: HeaderMap,
    /// Its body.
    pub(super) body: String,
}

impl Call {
    /// One without a body.
    pub(super) fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: Vec::new(), body: String::new() }
    }

    /// With a header.
    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With a form as its body.
    pub(super) fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = reqwest::Url::parse_with_params("form:", fields).expect("a form");
        let body = body.query().unwrap_or_default().to_owned();
        Self { body, ..self }.header("content-type", "application/x-www-form-urlencoded")
    }

    /// Sends it to the server at that address, and reads the whole answer.
    pub(super) async fn send(&self, base: &str) -> Answer {
        let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).timeout(PATIENCE);
        let client = client.build().expect("a client");
        let mut request = client.request(self.method.clone(), format!("{base}{}", self.path));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        if !self.body.is_empty() {
            request = request.body(self.body.clone());
        }
        let response = request.send().await.expect("the server answers");
        let (status, headers) = (response.status(), response.headers().clone());
        assert!(headers.contains_key("x-request-id"), "no request id: {status} {}", self.path);
        Answer { status, headers, body: response.text().await.expect("the body comes whole") }
    }

    /// The bytes of it, for a socket.
    pub(super) fn bytes(&self, host: &str) -> String {
        let length = self.body.len();
        format!(
            "{}host: {host}\r\ncontent-length: {length}\r\n\r\n{}",
            self.head().replace('\n', "\r\n"),
            self.body
        )
    }

    fn head(&self) -> String {
        let mut text = format!("{} {} HTTP/1.1\n", self.method, self.path);
        for (name, value) in &self.headers {
            writeln!(text, "{name}: {value}").expect("text");
        }
        text
    }
}

/// Both as text.
pub(super) fn text(call: &Call, answer: &Answer) -> String {
    let mut text = call.head();
    if !call.body.is_empty() {
        write!(text, "\n{}\n", call.body).expect("text");
    }
    writeln!(text, "\nHTTP/1.1 {}", answer.status).expect("text");
    for (name, value) in answer.headers.iter().filter(|(name, _)| !VOLATILE.contains(&name.as_str())) {
        writeln!(text, "{name}: {}", value.to_str().expect("a header is text")).expect("text");
    }
    if !answer.body.is_empty() {
        write!(text, "\n{}\n", answer.body.trim_end_matches('\n')).expect("text");
    }
    text
}

/// The text without what differs from run to run.
pub(super) fn normalised(text: &str, base: &str, secrets: &[String]) -> String {
    let host = base.trim_start_matches("http://");
    let text = secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .fold(text.to_owned(), |text, secret| text.replace(secret, "<token>"));
    without_times(&text.replace(host, "<host>"))
}

/// Without numbers that are as long as a time.
fn without_times(text: &str) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    for letter in text.chars().chain(std::iter::once('\0')) {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        out.push_str(if digits.len() >= TIME_DIGITS { "<time>" } else { &digits });
        digits.clear();
        if letter != '\0' {
            out.push(letter);
        }
    }
    out
}

#[test]
fn what_differs_from_run_to_run_is_hidden_and_nothing_else() {
    let text = "GET http://127.0.0.1:4711/ platform_token=s3cret {\"id\":12,\"created\":1763000000000}";
    assert_eq!(
        normalised(text, "http://127.0.0.1:4711", &["s3cret".to_owned(), String::new()]),
        "GET http://<host>/ platform_token=<token> {\"id\":12,\"created\":<time>}"
    );
}
