//! What machines ask: is it alive, is it ready, how much is there to do, what can it do.
//!
//! Owns `/livez`, `/readyz`, `/metrics` and `/api-docs/openapi.json`. None of them needs credentials but `/metrics` from
//! afar. Errors are RFC 9457 problems.
//!
//! Easy to get wrong: `/livez` must not look at Redis. A Redis that is away is no reason to restart us. And a request
//! that a proxy on this machine passed on comes from afar, whatever the socket says.

use axum::body::Bytes;
use axum::{
    Extension, Json,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderName, StatusCode, header};
use serde_json::json;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    ops::{ErrorBody, Refusal, credentials},
    scrape,
    service::{Operation, Service},
};
use crate::{http::PeerAddr, telemetry::Metrics};

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Headers that a proxy adds.
const PASSED_ON: [HeaderName; 2] = [header::FORWARDED, HeaderName::from_static("x-forwarded-for")];

/// What the probes look at.
#[derive(Clone)]
pub(super) struct Probed {
    pub(super) service: Service,
    pub(super) metrics: Metrics,
    /// Metrics need no credentials from anywhere.
    pub(super) metrics_public: bool,
}

/// The routes, with their documentation.
pub(super) fn router(probed: Probed) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(live))
        .routes(routes!(ready))
        .routes(routes!(show_metrics))
        .routes(routes!(show_document))
        .with_state(probed)
}

/// The program runs.
#[utoipa::path(
    get,
    path = "/livez",
    tag = "probes",
    operation_id = "livez",
    responses((status = 200, description = "It runs.", body = String, content_type = "text/plain")),
    security(())
)]
async fn live() -> &'static str {
    "ok"
}

/// Requests can be served.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "probes",
    operation_id = "readyz",
    responses(
        (status = 200, description = "Redis answers.", body = Object),
        (status = 503, description = "Redis does not.", body = ErrorBody, content_type = "application/problem+json")
    ),
    security(())
)]
async fn ready(State(probed): State<Probed>) -> Result<Response, Refusal> {
    probed.service.ready().await?;
    Ok(Json(json!({"status": "ready"})).into_response())
}

/// Metrics in Prometheus' text format.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "probes",
    operation_id = "metrics",
    responses(
        (status = 200, description = "All metrics, 0.0.4.", body = String, content_type = "text/plain"),
        (status = 401, description = "From afar: no credentials, or none that are valid.", body = ErrorBody,
            content_type = "application/problem+json"),
        (status = 403, description = "From afar: not allowed to this caller.", body = ErrorBody,
            content_type = "application/problem+json"),
        (status = 503, description = "From afar: Redis does not answer, so the caller cannot be recognised.",
            body = ErrorBody, content_type = "application/problem+json")
    ),
    security((), ("bearer" = []))
)]
async fn show_metrics(State(probed): State<Probed>, request: Request) -> Result<Response, Refusal> {
    if !probed.metrics_public && !is_local(&request) {
        let credentials = credentials(request.headers())?;
        probed.service.admit(credentials, Operation::ReadMetrics).await?;
    }
    scrape::refresh(&probed.service).await;
    Ok(([(header::CONTENT_TYPE, TEXT)], probed.metrics.render()).into_response())
}

/// The request was made on this machine, and by nobody else's order.
fn is_local(request: &Request) -> bool {
    let peer = request.extensions().get::<PeerAddr>();
    let loopback = peer.is_some_and(|PeerAddr(addr)| addr.ip().to_canonical().is_loopback());
    loopback && !was_passed_on(request.headers())
}

fn was_passed_on(headers: &HeaderMap) -> bool {
    PASSED_ON.iter().any(|name| headers.contains_key(name))
}

/// The document, once it is written down.
#[derive(Clone)]
pub(super) struct Written(pub(super) Bytes);

/// This document.
#[utoipa::path(
    get,
    path = "/api-docs/openapi.json",
    tag = "probes",
    operation_id = "openapi",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object)),
    security(())
)]
async fn show_document(Extension(Written(document)): Extension<Written>) -> Response {
    (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], document).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn local(peer: &str, header: Option<&str>) -> bool {
        let mut request = Request::new(Body::empty());
        request.extensions_mut().insert(PeerAddr(peer.parse().unwrap()));
        if let Some(name) = header {
            request.headers_mut().insert(HeaderName::try_from(name).unwrap(), "10.0.0.1".parse().unwrap());
        }
        is_local(&request)
    }

    #[test]
    fn only_this_machine_is_local() {
        assert!(local("127.0.0.1:1", None));
        assert!(local("[::1]:1", None));
        assert!(local("[::ffff:127.0.0.1]:1", None));
        assert!(!local("10.0.0.1:1", None));
        assert!(!local("127.0.0.1:1", Some("x-forwarded-for")));
        assert!(!local("127.0.0.1:1", Some("forwarded")));
        assert!(!is_local(&Request::new(Body::empty())));
    }
}
