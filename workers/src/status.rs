//! The worker's own port: is it alive, is it ready, what does it measure.
//!
//! Ready means that Redis answered a claim or a heartbeat recently, be it with nothing: idle, full, paused and quiet
//! workers are ready.

use anyhow::Context as _;
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use offstage::{
    config::Settings,
    http::{self, Fault, Limits},
    store::{Store, gauges, principals::TokenHash, queue::Queue},
    telemetry::Metrics,
};
use std::{
    io::ErrorKind,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// Heartbeats that Redis may leave unanswered before the worker is not ready.
const HEARTBEATS_MISSED: u64 = 3;
/// The least time after which silence of Redis counts, however short the heartbeats: an answer may take so long.
const LEAST_SILENCE: Duration = Duration::from_secs(3);
/// What Prometheus calls its text format.
const PROMETHEUS_TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Where the first worker on a machine is, if nothing else is said.
const DEFAULT_ADDRESS: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8081);

#[derive(Clone)]
struct Status {
    store: Store,
    queue: Queue,
    metrics: Metrics,
    metrics_public: bool,
    stale_after: Duration,
}

/// Serves the probes and the metrics until `stop`.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn serve(
    settings: &Settings,
    store: &Store,
    queue: &Queue,
    metrics: Metrics,
    stop: CancellationToken,
) -> anyhow::Result<JoinHandle<()>> {
    let listener = listen(settings.worker.listen).await?;
    tracing::info!(address = %listener.local_addr()?, "probes and metrics");
    gauges::describe();
    describe_metrics();
    let status = Status {
        store: store.clone(),
        queue: queue.clone(),
        metrics,
        metrics_public: settings.metrics.public,
        stale_after: Duration::from_millis(settings.worker.heartbeat_ms.saturating_mul(HEARTBEATS_MISSED))
            .max(LEAST_SILENCE),
    };
    let router = Router::new()
        .route("/livez", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(measure))
        .with_state(status);
    let limits = Limits::default();
    Ok(tokio::spawn(http::serve(listener, http::harden(router, &limits, refuse), limits, stop)))
}

/// Tells what the worker's own metrics mean.
fn describe_metrics() {
    metrics::describe_gauge!("offstage_tasks_running", "Tasks that this worker holds.");
    metrics::describe_counter!("offstage_attempts_total", "Attempts that ended, by what became of them.");
    metrics::describe_histogram!("offstage_task_run_seconds", "How long attempts took, from claim to end.");
    metrics::describe_histogram!("offstage_check_seconds", "How long checks took, by check and outcome.");
    metrics::describe_counter!(
        "offstage_dependents_found_total",
        "Dependents that checks found, by whether they block; anew with each attempt."
    );
    metrics::describe_counter!("offstage_tasks_pruned_total", "Tasks removed at the end of their retention.");
    metrics::describe_counter!(
        "offstage_places_mended_total",
        "Tasks put back where their record says they are."
    );
}

/// Where it was told to, or where workers are by default. Several on one machine need no settings for that.
async fn listen(address: Option<SocketAddr>) -> anyhow::Result<TcpListener> {
    let first = address.unwrap_or(DEFAULT_ADDRESS);
    let taken = match TcpListener::bind(first).await {
        Ok(listener) => return Ok(listener),
        Err(error) => error,
    };
    if address.is_none() && taken.kind() == ErrorKind::AddrInUse {
        return Ok(TcpListener::bind((first.ip(), 0)).await?);
    }
    Err(taken).with_context(|| {
        format!("cannot listen on {first}: set worker.listen, or --listen, to another address")
    })
}

async fn ready(State(status): State<Status>) -> (StatusCode, &'static str) {
    match status.queue.last_answer() {
        Some(at) if at.elapsed() <= status.stale_after => (StatusCode::OK, "ready\n"),
        Some(_) => (StatusCode::SERVICE_UNAVAILABLE, "the storage has not answered for a while\n"),
        None => (StatusCode::SERVICE_UNAVAILABLE, "the storage has not answered yet\n"),
    }
}

async fn measure(State(status): State<Status>, request: Request) -> Response {
    if !status.metrics_public
        && !http::is_local(&request)
        && !may_measure(&status.store, request.headers()).await
    {
        let challenge = [(header::WWW_AUTHENTICATE, "Bearer")];
        return (StatusCode::UNAUTHORIZED, challenge, "a token with ops.read is needed\n").into_response();
    }
    status.store.observe().await;
    metrics::gauge!("offstage_tasks_running")
        .set(f64::from(u32::try_from(status.queue.running()).unwrap_or(u32::MAX)));
    ([(header::CONTENT_TYPE, PROMETHEUS_TEXT)], status.metrics.render()).into_response()
}

async fn may_measure(store: &Store, headers: &HeaderMap) -> bool {
    let token =
        headers.get(header::AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    let Some(token) = token else { return false };
    matches!(store.use_token(&TokenHash::of(token)).await, Ok(Some(principal)) if principal.may_read_operations())
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that http::harden asks for")]
fn refuse(_path: &str, fault: Fault) -> Response {
    let status = if fault == Fault::UnknownPath {
        StatusCode::NOT_FOUND
    } else if fault == Fault::MethodNotAllowed {
        StatusCode::METHOD_NOT_ALLOWED
    } else if fault == Fault::Panicked {
        StatusCode::INTERNAL_SERVER_ERROR
    } else {
        StatusCode::BAD_REQUEST
    };
    (status, format!("{}\n", fault.public())).into_response()
}
