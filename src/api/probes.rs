//! What machines ask: is it alive, is it ready, how much is there to do, what can it do.
//!
//! Owns `/livez`, `/readyz`, `/metrics` and `/api-docs/openapi.json`. None of them needs credentials but `/metrics` from
//! afar. Errors are RFC 9457 problems.
//!
//! Easy to get wrong: `/livez` must not look at Redis. A Redis that is away is no reason to restart us.

use axum::body::Bytes;
use axum::{
    Extension, Json,
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use http::{StatusCode, header};
use serde_json::json;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    ops::{ErrorBody, Refusal, credentials},
    service::{Operation, Service},
};
use crate::{http::is_local, telemetry::Metrics};

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

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
    probed.service.observe().await;
    Ok(([(header::CONTENT_TYPE, TEXT)], probed.metrics.render()).into_response())
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
