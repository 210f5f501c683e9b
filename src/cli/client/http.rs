//! One request to the API, and its answer.
//!
//! Owns how the API is spoken to: with the token, with time limits, with a bound on what is read, without following
//! redirects (the token would go along). What was asked for once is asked for once, except a request with an idempotency
//! key, which [`Client::send_until_answered`] repeats.
//!
//! Easy to get wrong: "now" is the server's, from the `Date` of its answers. The clock of the operator's machine is nobody's
//! business.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures::StreamExt as _;
use http::{HeaderMap, Method, StatusCode, header};
use reqwest::{Response, redirect};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use url::{Host, Url};

use super::{failure::Failure, target::Target};
use crate::cli::tls;

/// For a connection, TLS included.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// For an answer, from the first byte sent to the last one received.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// For the next piece of a stream; heartbeats come every 5 s.
const SILENCE_LIMIT: Duration = Duration::from_secs(30);
/// The longest answer.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// How often a repeatable request is sent.
const TRIES: u32 = 5;
/// Before the second try; doubles with every further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// A client of one API.
#[derive(Debug)]
pub(crate) struct Client {
    target: Target,
    http: reqwest::Client,
    /// The `Date` of the latest answer.
    date: Mutex<Option<DateTime<Utc>>>,
}

/// What to ask for.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    method: Method,
    path: Vec<String>,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
    key: Option<String>,
    last_event: Option<String>,
}

impl Request {
    /// A request below `/ops/v1`; each part of the path is encoded for itself.
    pub(crate) fn new(method: Method, path: &[&str]) -> Self {
        let root = ["ops", "v1"].iter().chain(path);
        let path = root.map(|part| (*part).to_owned()).collect();
        Self { method, path, query: Vec::new(), body: None, key: None, last_event: None }
    }

    /// GET
    pub(crate) fn get(path: &[&str]) -> Self {
        Self::new(Method::GET, path)
    }

    /// POST, with an empty object where nothing is to be said.
    pub(crate) fn post(path: &[&str]) -> Self {
        Self::new(Method::POST, path).body(Value::Object(serde_json::Map::new()))
    }

    /// With a parameter, if there is a value for it.
    pub(crate) fn query<T: ToString>(mut self, name: &'static str, value: Option<T>) -> Self {
        self.query.extend(value.map(|value| (name, value.to_string())));
        self
    }

    /// With a body.
    pub(crate) fn body(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }

    /// With an idempotency key, which makes it safe to repeat.
    pub(crate) fn key(self, key: String) -> Self {
        Self { key: Some(key), ..self }
    }

    /// From the event on that came after this one.
    pub(super) fn last_event(self, id: String) -> Self {
        Self { last_event: Some(id), ..self }
    }
}

impl Client {
    /// A client of that API.
    pub(crate) fn new(target: Target) -> anyhow::Result<Self> {
        tls::install_provider();
        let mut builder = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_LIMIT)
            .read_timeout(SILENCE_LIMIT)
            .user_agent(concat!("offstage/", env!("CARGO_PKG_VERSION")));
        if is_loopback(&target.url) {
            // A proxy for the world is none for this machine.
            builder = builder.no_proxy();
        }
        Ok(Self { http: builder.build()?, target, date: Mutex::default() })
    }

    /// Asks for one thing and reads the JSON answer; null where it has no body.
    pub(crate) async fn send(&self, request: Request) -> Result<Value, Failure> {
        let asking = async {
            let response = self.open(&request).await?;
            self.read(response).await
        };
        tokio::time::timeout(ANSWER_LIMIT, asking).await.unwrap_or_else(|_| Err(self.timed_out()))
    }

    /// [`Client::send`], a few times with growing pauses while trying again can help. The request has to carry a key.
    pub(crate) async fn send_until_answered(&self, request: Request) -> Result<Value, Failure> {
        debug_assert!(request.key.is_some(), "a request without a key may be done twice");
        let mut pause = FIRST_PAUSE;
        for _ in 1..TRIES {
            match self.send(request.clone()).await {
                Err(failure) if failure.is_transient() => {
                    tokio::time::sleep(failure.retry_after().unwrap_or_default().max(pause)).await;
                    pause *= 2;
                }
                answered => return answered,
            }
        }
        self.send(request).await
    }

    /// The server's clock, to the second.
    pub(crate) async fn now(&self) -> Result<DateTime<Utc>, Failure> {
        let known = *self.date.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known {
            return Ok(known);
        }
        // Any answer carries the date; this one needs no capability.
        let alive = Request { path: vec!["livez".to_owned()], ..Request::get(&[]) };
        self.open(&alive).await?;
        let known = *self.date.lock().unwrap_or_else(PoisonError::into_inner);
        known.ok_or_else(|| self.unusable("it has no Date"))
    }

    /// Sends a request and looks at the head of its answer; what is not a success is a failure.
    pub(super) async fn open(&self, request: &Request) -> Result<Response, Failure> {
        let mut url = self.target.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(&request.path);
        }
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        let mut sending =
            self.http.request(request.method.clone(), url).bearer_auth(self.target.token.expose_secret());
        if let Some(key) = &request.key {
            sending = sending.header("Idempotency-Key", key);
        }
        if let Some(id) = &request.last_event {
            sending = sending.header("Last-Event-ID", id);
        }
        if let Some(body) = &request.body {
            sending = sending.header(header::CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let failed = |error| Failure::of_client(self.target.url.as_str(), error);
        let response = sending.send().await.map_err(failed)?;
        self.keep_date(response.headers());
        if response.status().is_success() {
            return Ok(response);
        }
        let (status, retry_after) = (response.status(), retry_after(response.headers()));
        // An error whose body breaks off is still that error.
        let body = self.bytes(response).await.unwrap_or_default();
        Err(Failure::of_answer(self.target.url.as_str(), status, retry_after, &body))
    }

    async fn read(&self, response: Response) -> Result<Value, Failure> {
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(Value::Null);
        }
        let body = self.bytes(response).await?;
        serde_json::from_slice(&body).map_err(|_| self.unusable("it is not JSON; check the address (--url)"))
    }

    async fn bytes(&self, response: Response) -> Result<Vec<u8>, Failure> {
        let mut body = Vec::new();
        let mut pieces = response.bytes_stream();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| Failure::of_client(self.target.url.as_str(), error))?;
            if body.len() + piece.len() > MOST_BYTES {
                return Err(self.unusable("it is too long"));
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }

    /// No answer came in time.
    pub(super) fn timed_out(&self) -> Failure {
        Failure::TimedOut { server: self.target.url.to_string() }
    }

    /// An answer that came and says nothing.
    pub(crate) fn unusable(&self, why: &str) -> Failure {
        Failure::Unusable { server: self.target.url.to_string(), why: why.to_owned() }
    }

    fn keep_date(&self, headers: &HeaderMap) {
        let text = headers.get(header::DATE).and_then(|value| value.to_str().ok());
        if let Some(date) = text.and_then(|text| DateTime::parse_from_rfc2822(text).ok()) {
            *self.date.lock().unwrap_or_else(PoisonError::into_inner) = Some(date.to_utc());
        }
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Whether the address is this machine's.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
