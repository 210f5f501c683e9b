//! The answers to a cancel, state by state: the table of the design's section 3.

use super::{DEADLINE, NINE, TASKS, header, keys, refuses};
use offstage::{
    domain::{checklist::Checklist, reason::Reason, state::Event, task::TaskId},
    store::{
        queue::{Claim, Commit, Lease, Settled, Settlement},
        submit::{Submission, Submitted},
    },
};
use offstage_tests::{api::Api, fixtures, stack::Stack};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

/// Longer than any of these tests.
const HELD: Duration = Duration::from_mins(1);

/// A deletion whose start lies far ahead.
pub(super) async fn later(stack: &Stack, user: u64) -> TaskId {
    let not_before = Some(chrono::DateTime::from_timestamp_millis(4_000_000_000_000).unwrap());
    let outcome =
        stack.store.submit(&[Submission { not_before, ..fixtures::submission(user) }]).await.unwrap();
    let [Submitted::Created { id, .. }] = outcome[..] else { panic!("{outcome:?}") };
    id
}

/// A task that a worker of the test's own holds, past real workers.
pub(super) async fn held(stack: &Stack, user: u64) -> Lease {
    let task = fixtures::submit(&stack.store, user).await;
    let Claim::Taken { tasks, .. } = stack.store.claim(1, "test", HELD).await.unwrap() else {
        panic!("paused")
    };
    assert_eq!(tasks[0].lease.task, task, "the only claimable one");
    tasks[0].lease
}

pub(super) async fn settle(stack: &Stack, lease: Lease, event: Event) {
    let reason = Some(Reason::CheckUnavailable { check: "reports".to_owned() });
    let settlement = Settlement { lease, event, reason, delay_ms: 3_600_000, checks: None };
    assert_eq!(stack.store.settle(&[settlement], "test").await.unwrap(), [Settled::Done]);
}

/// Cancels a task that stands there, and finds it in that state then.
async fn cancelled(api: &Api, task: TaskId, from: &str, to: &str) {
    assert_eq!(api.status(task.0).await, from);
    let answer = api.cancel(task.0).await;
    assert_eq!((answer.status.as_u16(), &answer.body["status"]), (200, &json!(to)), "{from}: {answer:?}");
    assert_eq!(keys(&answer), NINE);
    assert_eq!(header(&answer, "location"), format!("{TASKS}/{task}"));
    assert_eq!(answer.body["completed"].is_u64(), to == "CANCELLED", "{answer:?}");
    assert_eq!(api.task(task.0).await.body, answer.body, "what was said is so");
}

async fn too_late(api: &Api, task: TaskId, state: &str) {
    let before = api.task(task.0).await;
    assert_eq!(before.body["status"], state);
    refuses(&api.cancel(task.0).await, 409, 1004);
    assert_eq!(api.task(task.0).await.body, before.body, "nothing changed");
}

#[tokio::test]
async fn a_task_that_nobody_holds_is_cancelled_at_once() {
    let stack = Stack::with_users(10..20).await;
    let (_program, api) = stack.api(&[]).await;
    let interrupted = held(&stack, 10).await;
    settle(&stack, interrupted, Event::Retry).await;
    let told = api.task(interrupted.task.0).await.body["message"].clone();
    assert_eq!(told, "The check \"reports\" could not answer; trying again.");
    let initializing = later(&stack, 11).await;
    let [queued, paused, resuming] = [12, 13, 14];
    let queued = fixtures::submit(&stack.store, queued).await;
    let paused = fixtures::submit(&stack.store, paused).await;
    let resuming = fixtures::submit(&stack.store, resuming).await;
    stack.store.pause(paused, "test").await.unwrap();
    stack.store.pause(resuming, "test").await.unwrap();
    stack.store.resume(resuming, "test").await.unwrap();
    for (task, state) in [
        (initializing, "INITIALIZING"),
        (queued, "QUEUED"),
        (paused, "PAUSED"),
        (interrupted.task, "INTERRUPTED"),
        (resuming, "RESUMING"),
    ] {
        cancelled(&api, task, state, "CANCELLED").await;
        too_late(&api, task, "CANCELLED").await;
    }
    assert_eq!(stack.store.staged_users().await.unwrap(), 11, "nobody was deleted");
    stack.is_settled().await;
}

#[tokio::test]
async fn a_task_that_a_worker_holds_is_cancelled_when_it_lets_go() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let lease = held(&stack, 5).await;
    cancelled(&api, lease.task, "PROCESSING", "CANCEL_REQUESTED").await;
    cancelled(&api, lease.task, "CANCEL_REQUESTED", "CANCEL_REQUESTED").await;
    let commit = Commit { lease, oldest_answer_ms: None, checks: Checklist::default() };
    let committed = stack.store.commit(&[commit], "test", HELD).await.unwrap();
    assert_eq!(committed, [offstage::store::queue::Committed::Cancelled], "it can no longer be completed");
    settle(&stack, lease, Event::NoticeCancel).await;
    cancelled(&api, lease.task, "CANCELING", "CANCELING").await;
    settle(&stack, lease, Event::GiveUp).await;
    too_late(&api, lease.task, "CANCELLED").await;
    stack.is_settled().await;
}

#[tokio::test]
async fn a_real_worker_lets_go_soon_after_a_cancel() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[("OFFSTAGE_CHECKS__PAUSE__MS", "60000")]);
    let task = api.submit(5).await;
    api.until(task, &["PROCESSING"], DEADLINE).await;
    let answer = api.cancel(task).await;
    assert_eq!((answer.status.as_u16(), &answer.body["status"]), (200, &json!("CANCEL_REQUESTED")));
    let ended = api.until(task, &["CANCELLED"], Duration::from_secs(2)).await;
    assert_eq!(ended.body["message"], "Cancelled; nothing was deleted.");
    refuses(&api.cancel(task).await, 409, 1004);
    assert_eq!(stack.store.staged_users().await.unwrap(), 2);
    stack.is_settled().await;
}

#[tokio::test]
async fn it_is_too_late_to_cancel_what_has_ended() {
    let stack = Stack::with_users([5, 6, 7]).await;
    let (_program, api) = stack.api(&[]).await;
    let completed = held(&stack, 5).await;
    let commit = Commit { lease: completed, oldest_answer_ms: None, checks: Checklist::default() };
    stack.store.commit(&[commit], "test", HELD).await.unwrap();
    let conflict = held(&stack, 6).await;
    settle(&stack, conflict, Event::Refuse).await;
    let exception = held(&stack, 7).await;
    settle(&stack, exception, Event::Fail).await;
    too_late(&api, completed.task, "COMPLETED").await;
    too_late(&api, conflict.task, "CONFLICT").await;
    too_late(&api, exception.task, "EXCEPTION").await;
    let said = api.task(exception.task.0).await.body["message"].clone();
    assert_eq!(said, "The check \"reports\" could not answer; nothing was deleted.");
}

#[tokio::test]
async fn a_cancel_takes_its_fields_from_a_header_and_the_task_as_it_was_read() {
    let stack = Stack::with_users([5, 6]).await;
    let (_program, api) = stack.api(&[]).await;
    let (first, second) = (api.submit(5).await, api.submit(6).await);
    let mut whole = api.task(first).await.body;
    whole["status"] = json!("CANCEL_REQUESTED");
    let request = api.request(Method::POST, &format!("{TASKS}/{first}")).header("fields", "id, status");
    let answer = api.send(request.json(&whole)).await;
    assert_eq!(answer.body, json!({"id": first, "status": "CANCELLED"}));
    let body = json!({"status": "CANCEL_REQUESTED"});
    for (fields, code) in [("id,id,none", 31), ("none", 30), ("id(", 30)] {
        let request = api.request(Method::POST, &format!("{TASKS}/{second}")).header("fields", fields);
        refuses(&api.send(request.json(&body)).await, 422, code);
    }
    assert_eq!(api.status(second).await, "QUEUED", "a cancel that was refused changed nothing");
}

#[tokio::test]
async fn another_status_than_the_cancel_is_refused() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let task = api.submit(5).await;
    for status in ["CANCELLED", "CANCELED", "cancel_requested", "COMPLETED", "", " CANCEL_REQUESTED"] {
        let request = api.request(Method::POST, &format!("{TASKS}/{task}")).json(&json!({"status": status}));
        refuses(&api.send(request).await, 422, 1005);
    }
    let missing = api.send(api.request(Method::POST, &format!("{TASKS}/{task}"))).await;
    refuses(&missing, 422, 10);
    assert!(missing.body["message"].as_str().unwrap().contains("\"task\""), "{missing:?}");
    assert_eq!(api.status(task).await, "QUEUED");
}
