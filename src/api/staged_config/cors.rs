//! Cross-origin requests: pages of which origins may call from a browser.
//!
//! Owns what a browser is told: the origins are a setting, and none by default. No cookie is asked for: a cookie lets nobody in
//! here, so a page has to know a token or a password, as any other client.
//!
//! Easy to get wrong: a route answers OPTIONS only where origins are set. Without any, nothing here differs from a server that has
//! never heard of browsers.

use axum::routing::{MethodFilter, on};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use std::{collections::BTreeSet, time::Duration};
use tower_http::cors::{AllowOrigin, CorsLayer};
use utoipa_axum::router::OpenApiRouter;

use super::endpoints;
use crate::{
    api::Entrance,
    config::{ANY_ORIGIN, StagedConfigSettings},
};

/// How long a browser remembers what it may.
const REMEMBERED: Duration = Duration::from_mins(10);
/// Headers of requests that mean something here, or that real clients send.
const ALLOWED: [HeaderName; 10] = [
    header::ACCEPT,
    header::ACCEPT_LANGUAGE,
    header::AUTHORIZATION,
    header::CONTENT_TYPE,
    header::RANGE,
    HeaderName::from_static("allow-hidden"),
    HeaderName::from_static("fields"),
    HeaderName::from_static("idempotency-key"),
    HeaderName::from_static("sec"),
    HeaderName::from_static("version"),
];
/// Headers of answers that a page may read.
const EXPOSED: [HeaderName; 6] = [
    header::CONTENT_LANGUAGE,
    header::CONTENT_RANGE,
    header::LOCATION,
    header::RETRY_AFTER,
    HeaderName::from_static("deprecated"),
    HeaderName::from_static("x-request-id"),
];

/// The same routes, open to the pages of those origins that are set.
pub(super) fn open(
    router: OpenApiRouter<Entrance>,
    settings: &StagedConfigSettings,
) -> OpenApiRouter<Entrance> {
    if settings.cors_origins.is_empty() {
        return router;
    }
    let paths: BTreeSet<_> = endpoints::all().map(|endpoint| endpoint.path).collect();
    // The layer answers before this does; it is there so that the layer is asked.
    let nobody_asks = || on(MethodFilter::OPTIONS, async || StatusCode::NO_CONTENT);
    let all = paths.into_iter().fold(router, |router, path| router.route(path, nobody_asks()));
    all.layer(layer(&settings.cors_origins))
}

fn layer(origins: &[String]) -> CorsLayer {
    let origin = if origins.iter().any(|origin| origin == ANY_ORIGIN) {
        AllowOrigin::any()
    } else {
        AllowOrigin::list(origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()))
    };
    CorsLayer::new()
        .allow_origin(origin)
        .allow_methods([Method::GET, Method::POST, Method::DELETE])
        .allow_headers(ALLOWED)
        .expose_headers(EXPOSED)
        .max_age(REMEMBERED)
}
