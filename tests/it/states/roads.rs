//! The roads by which tasks come into their states, and what is asked of them there.

use offstage_tests::{
    api::{Answer, Api},
    programs::Program,
    stack::Stack,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

/// The address of a host that is never there (RFC 5737 would be slow to fail; a closed port is not).
const NOBODY_LISTENS: &str = "http://127.0.0.1:9/{id}";

pub(super) async fn post(api: &Api, path: &str, body: Value) -> Answer {
    api.send(api.request(Method::POST, &format!("/ops/v1{path}")).json(&body)).await
}

/// An action on a task, which must work; returns the state after it.
pub(super) async fn act(api: &Api, task: u64, action: &str) -> String {
    let answer = post(api, &format!("/tasks/{task}/{action}"), json!({})).await;
    assert_eq!(answer.status, StatusCode::OK, "{action}: {answer:?}");
    answer.body["state"].as_str().expect("a state").to_owned()
}

pub(super) async fn queue(api: &Api, action: &str) {
    let answer = post(api, &format!("/queue/{action}"), json!({})).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}

/// Asks for one deletion that starts `ahead` from now by Redis's clock; returns the task.
pub(super) async fn later(stack: &Stack, api: &Api, user: u64, ahead: Duration) -> u64 {
    let (seconds, _): (u64, u64) =
        redis::cmd("TIME").query(&mut stack.redis.connection()).expect("Redis knows the time");
    let not_before = (seconds + ahead.as_secs()) * 1_000;
    let answer = post(api, "/deletions", json!({"users": [{"id": user}], "not_before": not_before})).await;
    assert_eq!(answer.body["items"][0]["verdict"], "accepted", "{answer:?}");
    answer.body["items"][0]["task_id"].as_u64().expect("a task")
}

/// A cancel, by the dialect that has an enumeration for it; returns the status that it is answered with.
pub(super) async fn cancelled_as(api: &Api, task: u64) -> String {
    let answer = api.cancel(task).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.body["status"].as_str().expect("a status").to_owned()
}

pub(super) async fn too_late(api: &Api, task: u64) {
    let before = api.task(task).await.body;
    assert_eq!(api.cancel(task).await.status, StatusCode::CONFLICT);
    assert_eq!(post(api, &format!("/tasks/{task}/cancel"), json!({})).await.status, StatusCode::CONFLICT);
    assert_eq!(api.task(task).await.body, before, "terminal is terminal");
}

/// The states that a task went through, from an unbroken chain.
pub(super) async fn story(api: &Api, task: u64) -> Vec<String> {
    let detail = api.get(&format!("/ops/v1/tasks/{task}")).await.body;
    let history = detail["history"].as_array().expect("a history").clone();
    assert_eq!(history[0]["from"], Value::Null);
    for pair in history.windows(2) {
        assert_eq!(pair[0]["to"], pair[1]["from"], "{history:?}");
        assert!(pair[0]["at"].as_u64() <= pair[1]["at"].as_u64(), "{history:?}");
    }
    assert_eq!(history.last().expect("a line")["to"], detail["state"]);
    history.iter().map(|line| line["to"].as_str().expect("a state").to_owned()).collect()
}

/// A worker whose one outside check never answers.
pub(super) fn worker_with_a_dead_check(stack: &Stack, settings: &[(&str, &str)]) -> Program {
    let file = stack.redis.folder().join("dead-check.toml");
    let text = format!("[[checks.http]]\nname = \"reports\"\nurl = \"{NOBODY_LISTENS}\"\n");
    std::fs::write(&file, text).expect("the folder can be written to");
    let mut all = vec![("OFFSTAGE_CONFIG", file.to_str().expect("UTF-8"))];
    all.extend_from_slice(settings);
    stack.worker(&all)
}
