//! The operators' interface: every route with good and bad input, and what is left in the records.

mod access;
mod actions;
mod containers;
mod deletions;
mod dependents;
mod doctor;
mod events;
mod keys;
mod queue;
mod retry;
mod tasks;
mod tokens;
mod workers;

use super::{DEADLINE, header, tasks as count};
use offstage::{domain::capability::Capability, store::principals::TokenHash};
use offstage_tests::{
    api::{Answer, Api},
    stack::Stack,
};
use reqwest::Method;
use serde_json::Value;

/// The members of a task in lists, in their order.
const SUMMARY: [&str; 22] = [
    "id",
    "kind",
    "state",
    "user_id",
    "workspace",
    "committed",
    "name",
    "message",
    "created_by",
    "created",
    "started",
    "modified",
    "completed",
    "not_before",
    "attempt",
    "retry_of",
    "cancelled_by",
    "reason",
    "progress",
    "maximum",
    "found",
    "blocking",
];

/// POST without a body.
async fn act(api: &Api, path: &str) -> Answer {
    api.send(api.request(Method::POST, &format!("/ops/v1{path}"))).await
}

/// POST of JSON.
async fn post(api: &Api, path: &str, body: &Value) -> Answer {
    api.send(api.request(Method::POST, &format!("/ops/v1{path}")).json(body)).await
}

/// GET
async fn get(api: &Api, path: &str) -> Answer {
    api.get(&format!("/ops/v1{path}")).await
}

/// The answer has that status; its body.
#[track_caller]
fn body(answer: &Answer, status: u16) -> &Value {
    assert_eq!(answer.status.as_u16(), status, "{answer:?}");
    &answer.body
}

/// The API as a caller of that name, who may do these things.
async fn caller(stack: &Stack, api: &Api, name: &str, capabilities: &[Capability]) -> Api {
    let token = format!("{name}-token-for-tests-0123456789-abcdefgh");
    stack.store.keep_token(name, &TokenHash::of(token.as_bytes()), capabilities, true).await.unwrap();
    api.with_token(Some(&token))
}

/// A history's states, by whom, and why: `QUEUED by tester: submit`.
fn story(task: &Value) -> Vec<String> {
    let lines = task["history"].as_array().unwrap();
    let mut state = Value::Null;
    for line in lines {
        assert_eq!(line["from"], state, "a chain without a break: {task}");
        state = line["to"].clone();
    }
    assert_eq!(state, task["state"], "the chain ends where the task stands");
    let text = |line: &Value, member: &str| line[member].as_str().unwrap().to_owned();
    lines
        .iter()
        .map(|line| format!("{} by {}: {}", text(line, "to"), text(line, "by"), text(line, "why")))
        .collect()
}
