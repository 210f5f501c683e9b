//! The API as its clients see it: real programs, real HTTP, every answer looked at.
//!
//! Owns what several of these modules say alike. Easy to get wrong: an answer that refuses is only half of the proof; the
//! other half is that nothing changed, which [`tasks`] tells.

mod bad_input;
mod cancel;
mod clients;
mod conventions;
mod crash;
mod deletion;
mod dependents;
mod deploys;
mod fuzz;
mod half_sent;
mod idempotency;
mod identity;
mod language;
mod lists;
mod logs;
mod metrics;
mod notebooks;
mod openapi;
mod ops;
mod outage;
mod parameters;
mod platform;
mod probes;
mod raw_http;
mod users;

use offstage_tests::{api::Answer, stack::Stack};
use std::time::Duration;

/// Where users are deleted.
const USERS: &str = "/api/staged_config/access/users";
/// Where their tasks are watched.
const TASKS: &str = "/api/staged_config/access/user_delete_tasks";
/// The nine fields of a task, in their order.
const NINE: [&str; 9] =
    ["id", "message", "status", "name", "created_by", "created", "started", "modified", "completed"];
/// How long anything that is to happen may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// How many tasks there are, whatever became of them.
async fn tasks(stack: &Stack) -> u64 {
    stack.store.depth().await.unwrap().states.values().sum()
}

/// The answer refuses, with this status and this unique code.
#[track_caller]
fn refuses(answer: &Answer, status: u16, code: u64) {
    assert_eq!((answer.status.as_u16(), answer.body["code"].as_u64()), (status, Some(code)), "{answer:?}");
    let framework = code < 1000;
    assert_eq!(
        answer.body["description"] == "",
        framework,
        "only endpoints describe their codes: {answer:?}"
    );
    assert_eq!(answer.body["details"], serde_json::json!({}), "{answer:?}");
    assert_ne!(answer.body["message"], "", "{answer:?}");
}

/// A header's text.
#[track_caller]
fn header<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let value = answer.headers.get(name).unwrap_or_else(|| panic!("no {name}: {answer:?}"));
    value.to_str().unwrap()
}

/// The names of an answer's members, in their order.
fn keys(answer: &Answer) -> Vec<&str> {
    answer.body.as_object().unwrap().keys().map(String::as_str).collect()
}
