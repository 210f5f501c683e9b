//! What both programs count and measure, after real traffic.

use offstage_tests::{metrics::Page, raw, stack::Stack};
use std::time::Duration;

const REQUESTS: &str = "offstage_http_requests_total";

#[tokio::test]
async fn refused_requests_are_counted_by_route_and_status_too() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    let dependents = "/ops/v1/users/{id}/dependents/{type}/{dependent_id}";
    let oversized = "x".repeat(2 * 1024 * 1024);
    let put = api.request(reqwest::Method::PUT, "/ops/v1/users/5/dependents/A/1");
    let put = put.header("content-type", "application/json").body(oversized);
    assert_eq!(api.send(put).await.status, 413);
    assert_eq!(api.get("/nothing/here").await.status, 404);
    assert_eq!(api.send(api.request(reqwest::Method::PATCH, "/livez")).await.status, 405);
    let address = api.base().trim_start_matches("http://").parse().unwrap();
    let many_headers = "x: y\r\n".repeat(150);
    for (request, status) in [
        ("GET /livez HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n".to_owned(), "400"),
        (format!("GET /livez HTTP/1.1\r\nhost: a\r\n{many_headers}\r\n"), "431"),
    ] {
        let answer = raw::exchange(address, request.as_bytes(), Duration::from_secs(10)).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
    }
    let page = Page::of(api.base()).await;
    for (method, route, status) in [
        ("PUT", dependents, "413"),
        ("GET", "other", "404"),
        ("PATCH", "/livez", "405"),
        ("GET", "/livez", "400"),
        ("GET", "/livez", "431"),
    ] {
        let labels = [("method", method), ("route", route), ("status", status)];
        assert_eq!(page.count(REQUESTS, &labels), 1, "{labels:?}\n{}", page.text);
        let taken = [("method", method), ("route", route)];
        assert!(page.count("offstage_http_request_duration_seconds_count", &taken) > 0, "{taken:?}");
    }
    assert_eq!(page.count("offstage_http_requests_in_flight", &[]), 1, "the scrape itself");
}
