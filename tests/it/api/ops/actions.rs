//! Cancel, pause and resume: from every state, by name, with a history that tells it all.

use super::{DEADLINE, act, body, caller, get, story};
use offstage::{
    domain::{
        capability::Capability,
        state::{Event, TaskState, next},
    },
    store::submit::{Submission, Submitted},
};
use offstage_tests::{eventually, fixtures, stack::Stack};
use rustix::process::Signal;
use serde_json::{Value, json};
use std::time::Duration;

/// Long enough for a test to act on a task while its checks run.
const SLOW: (&str, &str) = ("OFFSTAGE_CHECKS__PAUSE__MS", "60000");

#[tokio::test]
async fn a_task_is_paused_resumed_and_cancelled_by_name() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let api = caller(&stack, &api, "olga", &[Capability::OpsWrite]).await;
    fixtures::submit(&stack.store, 5).await;
    let paused = act(&api, "/tasks/1/pause").await;
    assert_eq!(body(&paused, 200)["state"], "PAUSED");
    assert_eq!(paused.body["reason"], "paused");
    let resumed = act(&api, "/tasks/1/resume").await;
    assert_eq!(body(&resumed, 200)["state"], "RESUMING");
    let cancelled = act(&api, "/tasks/1/cancel").await;
    assert_eq!(body(&cancelled, 200)["state"], "CANCELLED");
    assert_eq!(cancelled.body["cancelled_by"], "olga");
    let told = [
        "QUEUED by tester: submit",
        "PAUSED by olga: pause: paused",
        "RESUMING by olga: resume",
        "CANCELLED by olga: cancel",
    ];
    assert_eq!(story(&cancelled.body), told);
    stack.is_settled().await;
}

#[tokio::test]
async fn a_running_task_is_paused_and_its_worker_lets_go() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    fixtures::submit(&stack.store, 5).await;
    let worker = stack.worker(&[SLOW]);
    api.until(1, &["PROCESSING"], DEADLINE).await;
    let paused = act(&api, "/tasks/1/pause").await;
    assert_eq!((&body(&paused, 200)["state"], &paused.body["attempt"]), (&"PAUSED".into(), &0.into()));
    drop(worker);
    let _quick = stack.worker(&[]);
    act(&api, "/tasks/1/resume").await;
    api.until(1, &["COMPLETED"], DEADLINE).await;
    let done = get(&api, "/tasks/1").await;
    let told = story(&done.body);
    assert!(told[2].starts_with("PAUSED by administrator"), "{told:?}");
    assert!(told.last().unwrap().starts_with("COMPLETED"), "{told:?}");
    let checks = done.body["checks"].as_array().unwrap();
    assert_eq!(checks.len() as u64, done.body["maximum"].as_u64().unwrap(), "{done:?}");
    stack.is_settled().await;
}

#[tokio::test]
async fn a_cancel_of_a_running_task_is_kept() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    fixtures::submit(&stack.store, 5).await;
    let _worker = stack.worker(&[SLOW]);
    api.until(1, &["PROCESSING"], DEADLINE).await;
    let asked = act(&api, "/tasks/1/cancel").await;
    let state = body(&asked, 200)["state"].as_str().unwrap();
    assert!(["CANCEL_REQUESTED", "CANCELING", "CANCELLED"].contains(&state), "{state}");
    assert_eq!(asked.body["cancelled_by"], "administrator");
    let ended = eventually("it is cancelled", DEADLINE, async || {
        let task = get(&api, "/tasks/1").await.body;
        (task["state"] == "CANCELLED").then_some(task)
    })
    .await;
    assert!(story(&ended).contains(&"CANCEL_REQUESTED by administrator: cancel".to_owned()));
    let late = act(&api, "/tasks/1/cancel").await;
    assert!(body(&late, 409)["detail"].as_str().unwrap().contains("too late"), "{late:?}");
}

/// What is true of a task that waits there, however long it waits.
fn advice(state: TaskState) -> &'static str {
    match state {
        TaskState::Initializing | TaskState::Queued => "waits to be started",
        TaskState::Processing => "A worker has it",
        TaskState::CancelRequested | TaskState::Canceling => "being cancelled",
        TaskState::Paused => "stays paused",
        TaskState::Interrupted => "tried again by itself",
        TaskState::Resuming => "waits for a worker",
        TaskState::Completed => "has ended",
        TaskState::Conflict | TaskState::Cancelled | TaskState::Exception => "retry it",
    }
}

#[tokio::test]
async fn an_interrupted_task_is_not_paused_and_it_says_what_helps() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    fixtures::submit(&stack.store, 5).await;
    let worker = stack.worker(&[SLOW, ("OFFSTAGE_WORKER__STOP_MS", "200")]);
    api.until(1, &["PROCESSING"], DEADLINE).await;
    worker.signal(Signal::TERM);
    api.until(1, &["INTERRUPTED"], DEADLINE).await;
    let refused = act(&api, "/tasks/1/pause").await;
    let said = body(&refused, 409)["detail"].as_str().unwrap();
    assert!(said.contains("INTERRUPTED") && said.contains(advice(TaskState::Interrupted)), "{said}");
}

#[tokio::test]
async fn a_check_that_was_stopped_with_its_attempt_does_not_run() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    fixtures::submit(&stack.store, 5).await;
    let _worker = stack.worker(&[SLOW]);
    let state = async |wanted: &str| {
        eventually(wanted, DEADLINE, async || {
            let task = get(&api, "/tasks/1").await.body;
            let mut checks = task["checks"].as_array().unwrap().iter();
            checks.any(|check| check["state"] == wanted).then_some(task)
        })
        .await
    };
    assert_eq!(state("running").await["state"], "PROCESSING");
    body(&act(&api, "/tasks/1/pause").await, 200);
    let paused = state("stopped").await;
    assert!(paused["checks"].as_array().unwrap().iter().all(|check| check["state"] != "running"), "{paused}");
    body(&act(&api, "/tasks/1/cancel").await, 200);
    state("stopped").await;
}

#[tokio::test]
async fn who_may_act_and_not_look_is_not_shown_what_was_found() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    assert_eq!(api.register(5, "17", true).await.status, 201);
    fixtures::submit(&stack.store, 5).await;
    let _worker = stack.worker(&[]);
    api.until(1, &["CONFLICT"], DEADLINE).await;
    let both = caller(&stack, &api, "both", &[Capability::OpsWrite, Capability::OpsRead]).await;
    let writer = caller(&stack, &api, "writer", &[Capability::OpsWrite]).await;
    let retried = body(&act(&both, "/tasks/1/retry").await, 202).clone();
    assert_eq!((&retried["checks"], &retried["dependents"]), (&json!([]), &json!([])));
    api.until(2, &["CONFLICT"], DEADLINE).await;
    let retried = act(&writer, "/tasks/2/retry").await;
    assert_eq!((&body(&retried, 202)["checks"], &retried.body["dependents"]), (&Value::Null, &Value::Null));
    body(&act(&writer, "/tasks/1").await, 405);
    body(&get(&writer, "/tasks/1").await, 403);
}

#[tokio::test]
async fn what_a_state_does_not_allow_is_refused_with_the_state_and_changes_nothing() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let task = fixtures::submit(&stack.store, 5).await;
    let detail = async || get(&api, &format!("/tasks/{task}")).await.body;
    let refused = async |action: &str, state: TaskState| {
        let before = detail().await;
        let answer = act(&api, &format!("/tasks/{task}/{action}")).await;
        let said = body(&answer, 409)["detail"].as_str().unwrap().to_owned();
        assert!(said.contains(state.name()) && said.contains(advice(state)), "{action}: {said}");
        assert_eq!(detail().await, before);
    };
    refused("resume", TaskState::Queued).await;
    body(&act(&api, "/tasks/1/pause").await, 200);
    refused("pause", TaskState::Paused).await;
    body(&act(&api, "/tasks/1/resume").await, 200);
    refused("pause", TaskState::Resuming).await;
    assert!(next(TaskState::Resuming, false, Event::Pause).is_err(), "by the table");
    body(&act(&api, "/tasks/1/cancel").await, 200);
    for action in ["pause", "resume"] {
        refused(action, TaskState::Cancelled).await;
    }
}

#[tokio::test]
async fn a_task_that_is_paused_before_its_time_waits_for_it_again() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let hour = i64::try_from(Duration::from_hours(1).as_millis()).unwrap();
    let now = get(&api, "/tasks").await.headers["date"].to_str().unwrap().to_owned();
    let now = chrono::DateTime::parse_from_rfc2822(&now).unwrap().timestamp_millis();
    let later = chrono::DateTime::from_timestamp_millis(now + hour);
    let submission = Submission { not_before: later, ..fixtures::submission(5) };
    let outcome = stack.store.submit(&[submission]).await.unwrap();
    assert!(matches!(outcome[..], [Submitted::Created { .. }]));
    let waiting = get(&api, "/tasks/1").await;
    assert_eq!(body(&waiting, 200)["not_before"], Value::from(now + hour));
    assert_eq!(waiting.body["state"], "INITIALIZING");
    assert_eq!(body(&act(&api, "/tasks/1/pause").await, 200)["state"], "PAUSED");
    assert_eq!(body(&act(&api, "/tasks/1/resume").await, 200)["state"], "INITIALIZING");
}
