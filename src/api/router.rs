//! All dialects and probes as one router, documented and hardened.
//!
//! Owns which dialect answers where nobody else does: an unknown path, a wrong method, a faulty head, a panic. The first
//! piece of the path decides.
//!
//! Easy to get wrong: `/api-docs` is not under `/api`. And a router with a fallback of its own would shadow the one that
//! [`harden`] sets, so none of those merged here has one.

use axum::body::Bytes;
use axum::{Extension, Router, middleware::from_fn, response::Response};
use tokio_util::sync::CancellationToken;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

use super::{
    Entrance, notebooks,
    openapi::Document,
    ops, platform,
    probes::{self, Probed, Written},
    problem::Problem,
    serve::Options,
    service::{Service, describe_metrics},
    staged_config,
};
use crate::{
    http::{Fault, harden},
    telemetry::Metrics,
};

/// Everything that is served, behind every guard, until `stop` is cancelled.
pub fn router(service: Service, metrics: Metrics, options: &Options, stop: CancellationToken) -> Router {
    describe_metrics();
    let Options { limits, metrics_public, dialects, tls: _ } = options.clone();
    let entrance =
        Entrance { service: service.clone(), body_timeout: limits.body_timeout(), settings: dialects, stop };
    let (router, document) = OpenApiRouter::with_openapi(Document::openapi())
        .merge(staged_config::router(&entrance))
        .merge(notebooks::router(&entrance))
        .merge(platform::router(&entrance))
        .merge(ops::router(&entrance))
        .merge(probes::router(Probed { service, metrics, metrics_public }))
        .split_for_parts();
    let written = document
        .to_json()
        .unwrap_or_else(|error| unreachable!("a document made of strings and maps is JSON: {error}"));
    harden(router.layer(Extension(Written(Bytes::from(written)))), &limits, render)
        .layer(from_fn(platform::in_the_callers_form))
}

/// The dialect that owns the path answers.
fn render(path: &str, fault: Fault) -> Response {
    let problem = Problem::from(fault);
    if path == "/api" || path.starts_with("/api/") || path == "/auth/logout" {
        staged_config::render(path, &problem)
    } else if path == "/arcgis" || path.starts_with("/arcgis/") {
        notebooks::render(problem)
    } else if path == "/platform" || path.starts_with("/platform/") {
        platform::render(&problem)
    } else {
        ops::render(&problem)
    }
}

#[cfg(test)]
mod tests;
