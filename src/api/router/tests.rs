//! The router without Redis: what is refused before anybody looks, and that all of it is documented.

use super::*;
use axum::{body::Body, extract::Request};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::{config::NotebookSettings, store::Store, telemetry};

/// A port on which nobody listens.
const NOWHERE: &str = "redis://127.0.0.1:1/";

fn app() -> Router {
    let store = Store::new(NOWHERE, "{offstage}", "test").unwrap();
    let metrics = telemetry::init(telemetry::DEFAULT_FILTER, None).unwrap();
    router(
        Service::new(store, &NotebookSettings::default()),
        metrics,
        &Options::default(),
        CancellationToken::new(),
    )
}

async fn ask(method: &str, uri: &str, headers: &[(&str, &str)]) -> (http::response::Parts, Value) {
    let mut request = Request::builder().method(method).uri(uri).header("host", "test");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = app().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    (parts, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
}

#[tokio::test]
async fn each_prefix_answers_an_unknown_path_in_its_own_shape() {
    for path in ["/api", "/api/", "/api/none", "/api/staged_config/access/users/5/"] {
        let (parts, body) = ask("GET", path, &[]).await;
        assert_eq!((parts.status.as_u16(), &body["code"]), (404, &4.into()), "{path}");
    }
    for path in ["/", "/ops/v1/none", "/api-docs/none", "/apix"] {
        let (parts, body) = ask("GET", path, &[]).await;
        assert_eq!((parts.status.as_u16(), &body["status"]), (404, &404.into()), "{path}");
        assert_eq!(parts.headers["content-type"], "application/problem+json");
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_which_are_right() {
    let (parts, body) = ask("PATCH", "/api/staged_config/access/user_delete_tasks/7", &[]).await;
    assert_eq!((parts.status.as_u16(), &body["code"]), (405, &4.into()));
    assert_eq!(parts.headers["allow"], "GET,HEAD,POST");
    let (parts, _) = ask("POST", "/ops/v1/users/5/dependents/A/1", &[]).await;
    assert_eq!((parts.status.as_u16(), &parts.headers["allow"]), (405, &"PUT,DELETE".parse().unwrap()));
}

#[tokio::test]
async fn who_does_not_say_who_he_is_learns_nothing_else() {
    let (parts, body) =
        ask("DELETE", "/api/staged_config/access/users/x?fields=none", &[("version", "9.1")]).await;
    assert_eq!((parts.status.as_u16(), &body["code"]), (401, &18.into()));
    assert!(parts.headers.contains_key("deprecated"));
    let (parts, _) = ask("GET", "/ops/v1/users/x/dependents", &[("sec", "t")]).await;
    assert_eq!(parts.status, 401);
    assert_eq!(ask("GET", "/metrics", &[]).await.0.status, 401);
}

#[tokio::test]
async fn without_redis_it_lives_and_says_try_again() {
    let (parts, body) = ask("DELETE", "/api/staged_config/access/users/5", &[("sec", "t")]).await;
    assert_eq!((parts.status.as_u16(), &body["code"]), (503, &1020.into()));
    assert!(parts.headers.contains_key("retry-after"));
    let (parts, body) = ask("GET", "/readyz", &[]).await;
    assert_eq!((parts.status.as_u16(), &body["status"]), (503, &503.into()));
    assert_eq!(ask("GET", "/livez", &[]).await.0.status, 200);
}

#[tokio::test]
async fn a_scrape_without_redis_succeeds_and_shows_no_stale_numbers() {
    let metrics = telemetry::init(telemetry::DEFAULT_FILTER, None).unwrap();
    Service::new(Store::new(NOWHERE, "{offstage}", "test").unwrap(), &NotebookSettings::default())
        .observe()
        .await;
    let text = metrics.render();
    assert!(text.contains("offstage_redis_up 0"), "{text}");
    assert!(text.contains("offstage_queue_depth{state=\"RESUMING\"} NaN"), "{text}");
}

#[tokio::test]
async fn every_operation_is_documented_with_success_and_descriptions() {
    let (_, document) = ask("GET", "/api-docs/openapi.json", &[]).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    assert_eq!(document["info"]["license"]["identifier"], "Apache-2.0");
    let operations: Vec<_> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .collect();
    assert_eq!(operations.len(), 92);
    let is_described = |it: &Value| !it["description"].as_str().unwrap_or_default().is_empty();
    for operation in operations {
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with(['2', '3'])));
        assert!(responses.values().all(is_described), "{operation}");
        let headers = responses.values().filter_map(|response| response["headers"].as_object());
        assert!(headers.flat_map(|headers| headers.values()).all(is_described), "{operation}");
        let parameters = operation["parameters"].as_array();
        assert!(parameters.into_iter().flatten().all(is_described), "{operation}");
    }
}
