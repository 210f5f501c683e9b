//! Traces: what a caller names in `traceparent` is his request's parent, and goes on with the task to the worker; spans
//! are sent to a collector where there is one, and nobody suffers where it does not answer.

use offstage_tests::{
    api::Api,
    collector::{Collector, SentSpan},
    eventually,
    programs::Program,
    stack::Stack,
};
use reqwest::Method;
use rustix::process::Signal;
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// How long anything that is to happen may take.
const DEADLINE: Duration = Duration::from_secs(10);
/// How long a program may take to end, whatever its collector does.
const END_LIMIT: Duration = Duration::from_secs(5);

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";
const ENDPOINT: &str = "OFFSTAGE_TELEMETRY__OTLP_ENDPOINT";
const DELETE: &str = "DELETE /api/staged_config/access/users/{id}";

fn traceparent(flags: &str) -> String {
    format!("00-{TRACE}-{CALLER}-{flags}")
}

/// Asks for a deletion with that header; returns the task's id.
async fn delete(api: &Api, user: u64, traceparent: &str) -> u64 {
    let request = api.request(Method::DELETE, &format!("/api/staged_config/access/users/{user}"));
    let answer = api.send(request.header("traceparent", traceparent)).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    answer.body["id"].as_u64().unwrap()
}

/// Ends a program, which has then sent its spans.
async fn end(program: &mut Program) {
    program.signal(Signal::TERM);
    let begun = Instant::now();
    assert!(program.ended(DEADLINE).await.success());
    assert!(begun.elapsed() < END_LIMIT, "{:?}", begun.elapsed());
}

/// The only span of that service and name.
fn only(collector: &Collector, service: &str, name: &str) -> SentSpan {
    let mut spans = collector.spans(service, name);
    assert_eq!(spans.len(), 1, "{name}: {spans:?}");
    spans.remove(0)
}

#[tokio::test]
async fn a_request_s_span_goes_on_with_the_caller_s_trace() {
    let (stack, collector) = (Stack::with_users([5]).await, Collector::start().await);
    let (mut program, api) = stack.api(&[(ENDPOINT, collector.endpoint()), ("OFFSTAGE_LOG", "warn")]).await;
    delete(&api, 5, &traceparent("01")).await;
    end(&mut program).await;
    let span = only(&collector, "offstage-api", DELETE);
    assert_eq!((span.id.0.as_str(), span.parent.as_str()), (TRACE, CALLER));
    assert_eq!(span.attributes["http.response.status_code"], "202", "{span:?}");
    assert_eq!(span.attributes["http.request.method"], "DELETE", "{span:?}");
    assert_eq!(span.attributes["http.route"], "/api/staged_config/access/users/{id}", "{span:?}");
}

#[tokio::test]
async fn the_worker_s_span_is_linked_to_the_request_s() {
    let (stack, collector) = (Stack::with_users([5, 6]).await, Collector::start().await);
    let quiet = [(ENDPOINT, collector.endpoint()), ("OFFSTAGE_LOG", "error")];
    let (mut program, api) = stack.api(&quiet).await;
    let mut worker = stack.worker(&quiet);
    for (user, flags) in [(5, "01"), (6, "00")] {
        let task = delete(&api, user, &traceparent(flags)).await;
        api.until(task, &["COMPLETED"], DEADLINE).await;
    }
    end(&mut program).await;
    end(&mut worker).await;
    let request = only(&collector, "offstage-api", DELETE);
    let run = only(&collector, "offstage-worker", "worker.task.run");
    assert_eq!(request.id.0, TRACE);
    assert_eq!(run.links, [request.id], "the other one was not to be recorded, and so is its work");
    assert!(run.id.0 != TRACE && run.parent.is_empty(), "a run is a trace of its own: {run:?}");
}

#[tokio::test]
async fn without_a_collector_the_caller_s_trace_goes_to_the_worker_all_the_same() {
    let (stack, collector) = (Stack::with_users([5, 6]).await, Collector::start().await);
    let (_program, api) = stack.api(&[]).await;
    let mut worker = stack.worker(&[(ENDPOINT, collector.endpoint())]);
    let (traced, untraced) = (delete(&api, 5, &traceparent("01")).await, api.submit(6).await);
    for task in [traced, untraced] {
        api.until(task, &["COMPLETED"], DEADLINE).await;
    }
    end(&mut worker).await;
    let mut links: Vec<_> = collector
        .spans("offstage-worker", "worker.task.run")
        .into_iter()
        .map(|run| (run.attributes["task.id"].clone(), run.links))
        .collect();
    links.sort();
    let caller = (TRACE.to_owned(), CALLER.to_owned());
    assert_eq!(links, [(traced.to_string(), vec![caller]), (untraced.to_string(), vec![])]);
    assert!(worker.log().contains(&format!("\"trace.id\":\"{TRACE}\"")), "{}", worker.log());
    let untraced: Option<String> = redis::cmd("HGET")
        .arg(format!("{{offstage}}:task:{untraced}"))
        .arg("trace")
        .query(&mut stack.redis.connection())
        .unwrap();
    assert_eq!(untraced, None);
}

#[tokio::test]
async fn a_run_says_how_it_ended_and_fails_where_the_task_is_given_up() {
    let (stack, collector) = (Stack::with_users([5, 6]).await, Collector::start().await);
    let (_program, api) = stack.api(&[]).await;
    let (good, gone) = (api.submit(5).await, api.submit(6).await);
    redis::cmd("DEL").arg("{offstage}:staged:user:6").exec(&mut stack.redis.connection()).unwrap();
    let mut worker = stack.worker(&[(ENDPOINT, collector.endpoint())]);
    api.until(good, &["COMPLETED"], DEADLINE).await;
    api.until(gone, &["EXCEPTION"], DEADLINE).await;
    end(&mut worker).await;
    let mut runs: Vec<_> = collector
        .spans("offstage-worker", "worker.task.run")
        .into_iter()
        .map(|run| (run.attributes["task.id"].clone(), run.attributes["outcome"].clone(), run.failed))
        .collect();
    runs.sort();
    let completed = (good.to_string(), "completed".to_owned(), false);
    assert_eq!(runs, [completed, (gone.to_string(), "failed".to_owned(), true)]);
}

#[tokio::test]
async fn a_request_that_cannot_be_served_is_a_failed_span() {
    let (stack, collector) = (Stack::with_users([]).await, Collector::start().await);
    let (mut program, api) = stack.api_at("redis://127.0.0.1:1", &[(ENDPOINT, collector.endpoint())]).await;
    assert_eq!(api.get("/readyz").await.status, 503);
    assert_eq!(api.get("/livez").await.status, 200);
    end(&mut program).await;
    let failed = |path: &str| only(&collector, "offstage-api", &format!("GET {path}")).failed;
    assert_eq!((failed("/readyz"), failed("/livez")), (true, false));
}

#[tokio::test]
async fn a_malformed_traceparent_is_ignored() {
    let (stack, collector) = (Stack::with_users(5..10).await, Collector::start().await);
    let (mut program, api) = stack.api(&[(ENDPOINT, collector.endpoint())]).await;
    let malformed = [
        "x".to_owned(),
        traceparent("1"),
        traceparent("01").to_uppercase(),
        format!("00-{}-{CALLER}-01", "0".repeat(32)),
    ];
    for (user, header) in (5..).zip(&malformed) {
        delete(&api, user, header).await;
    }
    let twice = api.request(Method::DELETE, "/api/staged_config/access/users/9");
    let twice = twice.header("traceparent", traceparent("01")).header("traceparent", traceparent("01"));
    assert_eq!(api.send(twice).await.status, 202);
    end(&mut program).await;
    let spans = collector.spans("offstage-api", DELETE);
    assert_eq!(spans.len(), malformed.len() + 1);
    for span in spans {
        assert!(span.id.0 != TRACE && span.parent.is_empty(), "{span:?}");
    }
}

#[tokio::test]
async fn what_the_caller_or_the_ratio_leaves_out_is_not_sent() {
    let (stack, collector) = (Stack::with_users(5..8).await, Collector::start().await);
    let none = [(ENDPOINT, collector.endpoint()), ("OFFSTAGE_TELEMETRY__SAMPLING_RATIO", "0")];
    let (mut program, api) = stack.api(&none).await;
    delete(&api, 5, &traceparent("00")).await;
    api.submit(6).await;
    delete(&api, 7, &traceparent("01")).await;
    end(&mut program).await;
    let span = only(&collector, "offstage-api", DELETE);
    assert_eq!(span.parent, CALLER, "the caller's word counts");
}

#[tokio::test]
async fn a_collector_that_refuses_changes_nothing_and_is_logged_once() {
    let stack = Stack::with_users(5..15).await;
    let often = [(ENDPOINT, "http://127.0.0.1:1"), ("OTEL_BSP_SCHEDULE_DELAY", "10")];
    let (mut program, api) = stack.api(&often).await;
    let mut worker = stack.worker(&often);
    for user in 5..15 {
        let task = delete(&api, user, &traceparent("01")).await;
        api.until(task, &["COMPLETED"], DEADLINE).await;
    }
    eventually("the spans are counted", DEADLINE, async || {
        let page = reqwest::get(format!("{}/metrics", api.base())).await.unwrap().text().await.unwrap();
        let unsent = page.lines().find_map(|line| line.strip_prefix("offstage_spans_unsent_total "))?;
        (unsent.parse::<u64>().unwrap() >= 10).then_some(())
    })
    .await;
    for program in [&mut program, &mut worker] {
        end(program).await;
        let log = program.log();
        assert_eq!(log.matches("spans cannot be sent").count(), 1, "{log}");
    }
    stack.is_settled().await;
}

#[tokio::test]
async fn a_collector_that_never_answers_holds_nobody_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let stack = Stack::with_users([5]).await;
    let (mut program, api) = stack.api(&[(ENDPOINT, &endpoint)]).await;
    let mut worker = stack.worker(&[(ENDPOINT, &endpoint)]);
    let task = delete(&api, 5, &traceparent("01")).await;
    api.until(task, &["COMPLETED"], DEADLINE).await;
    end(&mut program).await;
    end(&mut worker).await;
}
