//! What both programs count and measure, after real traffic.

use super::{DEADLINE, probes::probes_of};
use offstage::domain::state::TaskState;
use offstage_tests::{
    eventually, fixtures,
    metrics::Page,
    programs::Program,
    proxy::{Hold, Proxy},
    raw,
    stack::Stack,
};
use std::time::Duration;

const REQUESTS: &str = "offstage_http_requests_total";
const FINISHED: &str = "offstage_tasks_finished_total";

/// Labels that there are, and no others: each of them has few values.
const LABELS: [&str; 13] = [
    "blocking", "check", "event", "from", "kind", "le", "method", "outcome", "route", "script", "state",
    "status", "quantile",
];

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

/// An outside system that knows of one blocking dependent for user 7000006, and is broken for 7000007.
async fn outside() -> String {
    use axum::{Router, http::StatusCode, response::IntoResponse, routing::get};
    let answer = async |axum::extract::Path(user): axum::extract::Path<u64>| match user {
        7_000_006 => axum::Json(serde_json::json!([
            {"type": "REPORT", "id": "r-4711", "name": "Magrathea", "owner": "user7000006", "blocking": true},
            {"type": "REPORT", "id": "r-4712", "blocking": false},
        ]))
        .into_response(),
        7_000_007 => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        _ => axum::Json(serde_json::json!([])).into_response(),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route("/{user}", get(answer));
    tokio::spawn(offstage::http::serve(
        listener,
        router,
        offstage::http::Limits::default(),
        tokio_util::sync::CancellationToken::new(),
    ));
    format!("http://{address}/{{id}}")
}

/// The worker's random name, as it told it in its log.
fn name_of(worker: &Program) -> String {
    let log = worker.log();
    let line = log.lines().find(|line| line.contains("\"working\"")).unwrap();
    serde_json::from_str::<serde_json::Value>(line).unwrap()["worker.id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn both_pages_are_clean_complete_and_name_nobody_after_real_traffic() {
    let stack = Stack::with_users(7_000_005..7_000_010).await;
    let config = stack.redis.folder().join("check.toml");
    let check = format!("[[checks.http]]\nname = \"reports\"\nurl = \"{}\"\n", outside().await);
    std::fs::write(&config, check).unwrap();
    let (_program, api) = stack.api(&[]).await;
    let worker = stack
        .worker(&[("OFFSTAGE_CONFIG", config.to_str().unwrap()), ("OFFSTAGE_WORKER__MAX_ATTEMPTS", "1")]);
    let probes = probes_of(&worker).await;
    for (user, end) in [(7_000_005, "COMPLETED"), (7_000_006, "CONFLICT"), (7_000_007, "EXCEPTION")] {
        let task = api.submit(user).await;
        api.until(task, &[end], DEADLINE).await;
    }
    let dry_run = serde_json::json!({"users": [{"id": 7_000_009}], "dry_run": true});
    let answer = api.send(api.request(reqwest::Method::POST, "/ops/v1/deletions").json(&dry_run)).await;
    api.until_state(answer.body["items"][0]["task_id"].as_u64().unwrap(), "COMPLETED", DEADLINE).await;
    assert_eq!(api.cancel(1).await.status, 409);
    assert_eq!(api.delete_user(1_234_567).await.status, 404);
    stack.store.pause_queue(true, "test").await.unwrap();
    let cancelled = api.submit(7_000_008).await;
    assert_eq!(api.submit(7_000_008).await, cancelled);
    api.cancel(cancelled).await;

    let (of_api, of_worker) = (Page::of(api.base()).await, Page::of(probes.base()).await);
    let kind = ("kind", "staged_user");
    for (outcome, count) in [("created", 4), ("live", 1), ("not_found", 1)] {
        let labels = [kind, ("outcome", outcome)];
        assert_eq!(of_api.count("offstage_tasks_submitted_total", &labels), count, "{outcome}");
    }
    assert_eq!(of_api.count(FINISHED, &[kind, ("status", "CANCELLED")]), 1);
    assert_eq!(
        of_api.count("offstage_transitions_refused_total", &[("from", "COMPLETED"), ("event", "cancel")]),
        1
    );
    for end in ["COMPLETED", "CONFLICT", "EXCEPTION"] {
        assert_eq!(of_worker.count(FINISHED, &[kind, ("status", end)]), 1, "{end}");
    }
    let dry = ("kind", "dependents");
    assert_eq!(of_api.count("offstage_tasks_submitted_total", &[dry, ("outcome", "created")]), 1);
    assert_eq!(of_worker.count(FINISHED, &[dry, ("status", "COMPLETED")]), 1);
    for (name, labels, count) in [
        ("offstage_task_wait_seconds_count", &[][..], 4),
        ("offstage_task_run_seconds_count", &[], 4),
        ("offstage_check_seconds_count", &[("check", "reports"), ("outcome", "answered")], 3),
        ("offstage_check_seconds_count", &[("check", "reports"), ("outcome", "unanswered")], 1),
        ("offstage_check_seconds_count", &[("check", "registered"), ("outcome", "answered")], 4),
        ("offstage_dependents_found_total", &[("blocking", "true")], 1),
        ("offstage_dependents_found_total", &[("blocking", "false")], 1),
    ] {
        assert_eq!(of_worker.count(name, labels), count, "{name} {labels:?}\n{}", of_worker.text);
    }
    assert!(of_worker.value("offstage_worker_last_claim_timestamp_seconds", &[]) > 1.7e9);
    for script in ["claim", "commit", "settle"] {
        assert!(of_worker.count("offstage_redis_call_seconds_count", &[("script", script)]) > 0, "{script}");
    }
    assert!(of_api.count("offstage_redis_call_seconds_count", &[("script", "submit")]) > 0);
    for page in [&of_api, &of_worker] {
        page.check_by_promtool();
        names_nobody(page, &name_of(&worker));
    }
}

/// No label has a user, a task, a dependent or a worker for a value, whatever its name.
fn names_nobody(page: &Page, worker: &str) {
    let personal = [
        worker,
        "700000",
        "1234567",
        "user",
        "admin",
        "tester",
        "reader",
        "4711",
        "Magrathea",
        fixtures::ADMIN_TOKEN,
    ];
    for sample in page.samples() {
        for (name, value) in &sample.labels {
            assert!(LABELS.contains(&name.as_str()), "a label that nobody looked at: {sample:?}");
            let of_few_values = match name.as_str() {
                "le" => value == "+Inf" || value.parse::<f64>().is_ok(),
                "status" => value.len() == 3 || TaskState::from_name(value).is_some(),
                "state" | "from" => TaskState::from_name(value).is_some(),
                "route" => value == "other" || value.starts_with('/'),
                "kind" => true,
                _ => !value.contains(|character: char| character.is_ascii_digit()),
            };
            assert!(of_few_values, "{sample:?}");
            let fixed = name == "route" || (name == "kind" && value == "staged_user");
            assert!(fixed || personal.iter().all(|word| !value.contains(word)), "{sample:?}");
        }
    }
    assert!(!page.text.contains(worker), "{}", page.text);
}

#[tokio::test]
async fn a_running_task_s_cancel_has_a_latency() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let worker = stack.worker(&[("OFFSTAGE_CHECKS__PAUSE__MS", "60000")]);
    let probes = probes_of(&worker).await;
    let task = api.submit(5).await;
    api.until(task, &["PROCESSING"], DEADLINE).await;
    api.cancel(task).await;
    api.until(task, &["CANCELLED"], DEADLINE).await;
    let page = eventually("it is counted", DEADLINE, async || {
        let page = Page::of(probes.base()).await;
        (page.count("offstage_cancel_latency_seconds_count", &[]) == 1).then_some(page)
    })
    .await;
    assert_eq!(page.count(FINISHED, &[("kind", "staged_user"), ("status", "CANCELLED")]), 1);
    assert!(page.value("offstage_cancel_latency_seconds_sum", &[]) < 10.0);
}

#[tokio::test]
async fn a_deletion_whose_commit_was_never_answered_is_counted_once() {
    let stack = Stack::with_users([5, 6]).await;
    let proxy = Proxy::start(stack.redis.socket()).await;
    // A lease that outlives the time-out after which the worker asks again.
    let patient = [("OFFSTAGE_WORKER__LEASE_MS", "30000"), ("OFFSTAGE_WORKER__HEARTBEAT_MS", "1000")];
    let worker = stack.worker_at(&proxy.url(), &patient);
    let probes = probes_of(&worker).await;
    let finished = async || {
        Page::of(probes.base()).await.count(FINISHED, &[("kind", "staged_user"), ("status", "COMPLETED")])
    };
    // The first one makes the script known to Redis: a trap would catch the refusal of an unknown one.
    for (user, total) in [(6, 1), (5, 2)] {
        if total == 2 {
            proxy.trap("commit", Hold::Answer);
        }
        fixtures::submit(&stack.store, user).await;
        eventually("it is counted", DEADLINE, async || (finished().await >= total).then_some(())).await;
        assert_eq!(finished().await, total);
    }
    let page = Page::of(probes.base()).await;
    assert!(page.count("offstage_redis_errors_total", &[("kind", "unknown_outcome")]) > 0, "{}", page.text);
}
