//! The outermost layer: every request has an id, a span, one log line, its metrics, and safe headers. The span goes on
//! with the trace that the caller names in `traceparent`, and what the request causes is linked to it.
//!
//! This owns what is observed about a request as such. It must never put a raw path, a query or a header
//! into a span, a log line or a label: paths carry user ids, queries carry filters with names in them, and
//! every distinct label is memory for ever. The route's pattern stands for the path.
//!
//! Easy to get wrong: an id from the caller goes into logs and a response header, so only a short, harmless
//! one is kept. The span is at error level not because it is an error but so that any filter that lets an
//! event through also keeps the request id on it.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tracing::{Instrument as _, Span, error_span, field::Empty, info};

use crate::telemetry::trace::{self, TraceParent};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const MAX_ID_CHARS: usize = 64;
const OTHER: &str = "other";

/// The id under which a request is found in the logs; on every request as an extension, and on its response
/// as `X-Request-Id`. 1 to 64 characters of `A-Z a-z 0-9 . _ -`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

impl RequestId {
    /// The caller's id if there is exactly one and it is harmless, else a random one.
    fn from_headers(headers: &HeaderMap) -> Self {
        let mut given = headers.get_all(X_REQUEST_ID).iter();
        match (given.next().and_then(|id| id.to_str().ok()), given.next()) {
            (Some(id), None) if is_harmless(id) => Self(id.to_owned()),
            (Some(_) | None, _) => Self::random(),
        }
    }

    fn random() -> Self {
        Self(format!("{:032x}", rand::random::<u128>()))
    }
}

fn is_harmless(id: &str) -> bool {
    (1..=MAX_ID_CHARS).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

/// The middleware.
pub(super) async fn track(mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = RequestId::from_headers(request.headers());
    let method = method_label(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| OTHER.to_owned(), |path| path.as_str().to_owned());
    let span = error_span!("http.request", request.id = %id.0, method, route, trace.id = Empty);

    let cause = join_trace(&span, request.headers());
    request.extensions_mut().insert(id.clone());
    let in_flight = InFlight::begin();
    let mut response = trace::in_the_name_of(cause, next.run(request)).instrument(span.clone()).await;
    drop(in_flight);

    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    span.in_scope(|| info!(status, duration_ms = elapsed.as_secs_f64() * 1e3, "request served"));
    trace::note(&span, "http.response.status_code", i64::from(status));
    if response.status().is_server_error() {
        trace::failed(&span);
    }
    metrics::histogram!(
        "offstage_http_request_duration_seconds", "method" => method, "route" => route.clone()
    )
    .record(elapsed.as_secs_f64());
    metrics::counter!(
        "offstage_http_requests_total", "method" => method, "route" => route, "status" => status.to_string()
    )
    .increment(1);

    set_headers(response.headers_mut(), &id);
    response
}

/// Goes on with the caller's trace, if there is exactly one and it is well-formed. Tells what the things that this request
/// causes are to be linked to: its span, or the caller's where ours is not sent anywhere.
fn join_trace(span: &Span, headers: &HeaderMap) -> Option<TraceParent> {
    let mut given = headers.get_all(trace::HEADER).iter();
    let parent = match (given.next().and_then(|text| text.to_str().ok()), given.next()) {
        (Some(text), None) => TraceParent::parse(text),
        (Some(_) | None, _) => None,
    };
    if let Some(parent) = parent {
        trace::set_parent(span, parent);
    }
    let cause = trace::of_span(span).or(parent)?;
    span.record("trace.id", cause.trace_id());
    Some(cause)
}

/// Counts a request as under way until it is dropped, be it because the caller went away.
struct InFlight(metrics::Gauge);

impl InFlight {
    fn begin() -> Self {
        let gauge = metrics::gauge!("offstage_http_requests_in_flight");
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

fn set_headers(headers: &mut HeaderMap, id: &RequestId) {
    // Cannot fail, an id being ASCII without control characters; a response without it is still right.
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert(X_REQUEST_ID, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
}

/// The method, unless it is one that the caller made up.
fn method_label(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or(OTHER)
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware::from_fn, routing::get};
    use metrics_exporter_prometheus::PrometheusBuilder;
    use tower::ServiceExt as _;

    use super::*;

    fn id_for(given: &[&str]) -> String {
        let headers = given.iter().map(|id| (X_REQUEST_ID, HeaderValue::from_str(id).unwrap())).collect();
        RequestId::from_headers(&headers).0
    }

    async fn answer(request: http::request::Builder) -> Response {
        let echo =
            |request: Request| async move { request.extensions().get::<RequestId>().unwrap().0.clone() };
        let router = Router::new().route("/users/{id}", get(echo)).layer(from_fn(track));
        router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    #[test]
    fn a_harmless_id_is_kept() {
        for id in ["a", "A.b_c-9", &"x".repeat(64)] {
            assert_eq!(id_for(&[id]), id);
        }
    }

    #[test]
    fn any_other_id_is_replaced_by_a_random_one() {
        for given in [&[][..], &[""], &["a b"], &["a\"b"], &["a/b"], &[&*"x".repeat(65)], &["a", "a"]] {
            let id = id_for(given);
            assert_eq!(id.len(), 32, "{given:?} became {id}");
            assert!(id.bytes().all(|byte| byte.is_ascii_hexdigit()));
            assert_ne!(id, id_for(given));
        }
    }

    #[tokio::test]
    async fn the_handler_and_the_response_carry_the_id_and_the_safe_headers() {
        let response = answer(Request::get("/users/7").header("x-request-id", "abc")).await;
        assert_eq!(response.headers()["x-request-id"], "abc");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let body = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
        assert_eq!(body, "abc");
    }

    #[tokio::test]
    async fn metrics_name_the_route_and_never_the_path() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let _recording = metrics::set_default_local_recorder(&recorder);
        answer(Request::get("/users/alice?filter=bob")).await;
        answer(Request::builder().method("BREW").uri("/carol")).await;
        let text = recorder.handle().render();
        assert!(
            text.contains(r#"offstage_http_requests_total{method="GET",route="/users/{id}",status="200"} 1"#)
        );
        assert!(
            text.contains(r#"offstage_http_requests_total{method="other",route="other",status="404"} 1"#)
        );
        assert!(
            text.contains(r#"offstage_http_request_duration_seconds_count{method="other",route="other"} 1"#)
        );
        assert!(text.contains("offstage_http_requests_in_flight 0"), "{text}");
        assert!(["alice", "bob", "carol", "BREW"].iter().all(|given| !text.contains(given)), "{text}");
    }

    #[tokio::test]
    async fn what_a_request_causes_is_caused_by_the_one_well_formed_traceparent() {
        let echo = async || trace::cause().map_or_else(String::new, |cause| cause.to_string());
        let router = Router::new().route("/", get(echo)).layer(from_fn(track));
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        for (given, cause) in [(&[good][..], good), (&[good, good], ""), (&[&good[1..]], ""), (&[], "")] {
            let mut request = Request::get("/");
            for text in given {
                request = request.header("traceparent", *text);
            }
            let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            let body = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
            assert_eq!(body, cause, "{given:?}");
        }
    }

    #[tokio::test]
    async fn what_a_handler_logs_carries_the_id_and_the_route_and_never_the_path() {
        let (reader, writer) = std::io::pipe().unwrap();
        let subscriber =
            tracing_subscriber::fmt().json().with_writer(move || writer.try_clone().unwrap()).finish();
        {
            let _logging = tracing::subscriber::set_default(subscriber);
            let log = async || info!("from the handler");
            let router = Router::new().route("/users/{id}", get(log)).layer(from_fn(track));
            let request = Request::get("/users/alice?filter=bob").header("x-request-id", "abc");
            router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        }
        let text = std::io::read_to_string(reader).unwrap();
        let ours: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(ours.len(), 2, "{text}");
        assert!(ours.iter().all(|line| line["span"]["request.id"] == "abc"), "{text}");
        assert!(ours.iter().all(|line| line["span"]["route"] == "/users/{id}"), "{text}");
        assert_eq!(ours[1]["fields"]["status"], 200);
        assert!(!text.contains("alice") && !text.contains("bob"), "{text}");
    }
}
