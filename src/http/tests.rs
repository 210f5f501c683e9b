//! The listener, exercised over real sockets with short limits.
//!
//! This owns the server under test and the raw client. It must never sleep: every wait is a read with a
//! deadline. Easy to get wrong: a deadline only says that something took too long, so the limits in play
//! are far below it, and those not in play far above.

mod framing;
mod limits;
mod stop;
mod tls;

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Extension, Router,
    extract::Request,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use http::StatusCode;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{Fault, Limits, PeerAddr, Scheme, Tls, harden, read, serve_with};

const DEADLINE: Duration = Duration::from_secs(10);
const FOREVER_MS: u64 = 60_000;
const MAX_BODY_BYTES: usize = 64;
const LARGE_BYTES: usize = 16 * 1024 * 1024;

/// No limit in play; a test shortens the one it is about.
const PATIENT: Limits = Limits {
    max_connections: 1024,
    max_headers: 16,
    max_head_bytes: 16 * 1024,
    max_target_bytes: 1024,
    max_body_bytes: MAX_BODY_BYTES,
    handshake_timeout_ms: FOREVER_MS,
    head_timeout_ms: FOREVER_MS,
    body_timeout_ms: FOREVER_MS,
    write_stall_ms: FOREVER_MS,
    linger_ms: 5_000,
    max_linger_bytes: 1024 * 1024,
    drain_ms: FOREVER_MS,
    accept_pause_ms: 10,
};

struct Server {
    addr: SocketAddr,
    stop: CancellationToken,
    running: JoinHandle<()>,
    /// How often `/smuggled` was reached.
    smuggled: Arc<AtomicUsize>,
    /// Gets a permit when a request has reached `/held`.
    entered: Arc<Semaphore>,
    /// Each permit lets one request to `/held` go.
    released: Arc<Semaphore>,
}

/// Stands for a dialect: shows that it was asked, and with what.
#[expect(clippy::needless_pass_by_value, reason = "the signature of a FaultRenderer")]
fn render(path: &str, fault: Fault) -> Response {
    let status = match fault {
        Fault::BodyTimedOut => StatusCode::REQUEST_TIMEOUT,
        Fault::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Fault::Panicked => StatusCode::INTERNAL_SERVER_ERROR,
        Fault::UnknownPath => StatusCode::NOT_FOUND,
        Fault::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Fault::HeadTooLarge { .. } => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        Fault::MalformedHead
        | Fault::BadHost
        | Fault::UriTooLong { .. }
        | Fault::BodyIncomplete
        | Fault::MissingBody
        | Fault::EncodedBody
        | Fault::NotJson
        | Fault::NotForm
        | Fault::NotUtf8
        | Fault::MalformedJson
        | Fault::TooDeep { .. }
        | Fault::NotAnObject
        | Fault::RepeatedMember(_)
        | Fault::UnknownMember(_)
        | Fault::MissingMember(_)
        | Fault::WrongType { .. } => StatusCode::BAD_REQUEST,
    };
    (status, format!("rendered {path} {fault:?}")).into_response()
}

async fn echo(limits: Limits, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    match read(request, limits.max_body_bytes, limits.body_timeout()).await {
        Ok((_, body)) => body.into_response(),
        Err(fault) => render(&path, fault),
    }
}

impl Server {
    async fn start(limits: Limits) -> Self {
        Self::start_with(limits, None).await
    }

    async fn start_with(limits: Limits, tls: Option<Tls>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let smuggled = Arc::new(AtomicUsize::new(0));
        let (entered, released) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));

        let (count, enter, release) = (smuggled.clone(), entered.clone(), released.clone());
        let router = Router::new()
            .route("/ping", get(async || "pong"))
            .route("/peer", get(async |Extension(PeerAddr(peer)): Extension<PeerAddr>| peer.to_string()))
            .route("/scheme", get(async |Extension(scheme): Extension<Scheme>| scheme.name()))
            .route("/echo", post(move |request| echo(limits, request)))
            .route("/large", get(async || vec![b'x'; LARGE_BYTES]))
            .route("/panic", get(async || -> &'static str { panic!("told in confidence") }))
            .route("/smuggled", get(async move || count.fetch_add(1, Ordering::SeqCst).to_string()))
            .route(
                "/held",
                get(async move || {
                    enter.add_permits(1);
                    release.acquire().await.unwrap().forget();
                    "released"
                }),
            );
        let running =
            tokio::spawn(serve_with(listener, tls, harden(router, &limits, render), limits, stop.clone()));
        Self { addr, stop, running, smuggled, entered, released }
    }

    async fn connect(&self) -> Client {
        Client(TcpStream::connect(self.addr).await.unwrap())
    }

    /// Sends `request` on a connection of its own and returns all that comes back until it is closed.
    async fn exchange(&self, request: &str) -> String {
        let mut client = self.connect().await;
        client.send(request).await;
        client.rest().await
    }

    /// Waits for a request to be inside `/held`.
    async fn held(&self) {
        timeout(DEADLINE, self.entered.acquire()).await.unwrap().unwrap().forget();
    }
}

struct Client<S = TcpStream>(S);

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    async fn send(&mut self, text: &str) {
        timeout(DEADLINE, self.0.write_all(text.as_bytes())).await.unwrap().unwrap();
    }

    async fn rest(&mut self) -> String {
        let mut text = String::new();
        timeout(DEADLINE, self.0.read_to_string(&mut text)).await.expect("still open").unwrap();
        text
    }

    /// Reads up to and including `end`, which may be anywhere in the response.
    async fn until(&mut self, end: &str) -> String {
        let mut text = Vec::new();
        while !text.ends_with(end.as_bytes()) {
            text.push(timeout(DEADLINE, self.0.read_u8()).await.expect("no answer").unwrap());
        }
        String::from_utf8(text).unwrap()
    }
}

impl Client {
    /// Sends a byte every few milliseconds until the server answers or closes.
    async fn drip(&mut self) {
        let dripping = async {
            loop {
                let written = self.0.write_all(b"x").await;
                if written.is_err() || timeout(Duration::from_millis(10), self.0.readable()).await.is_ok() {
                    return;
                }
            }
        };
        timeout(DEADLINE, dripping).await.expect("the drip was never cut");
    }
}

fn status(response: &str) -> &str {
    response.get(9..12).unwrap_or("none")
}
