//! The twelve states, each reached through real programs by the road that a user would take; and what a cancel is
//! answered in each of them.

mod roads;

use self::roads::{act, cancelled_as, later, post, queue, story, too_late, worker_with_a_dead_check};
use offstage::domain::state::TaskState;
use offstage_tests::{
    eventually,
    proxy::{Hold, Proxy},
    stack::Stack,
};
use reqwest::{Method, StatusCode};
use rustix::process::Signal;
use serde_json::json;
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(20);
/// A check that lasts longer than any of these tests.
const BUSY: (&str, &str) = ("OFFSTAGE_CHECKS__PAUSE__MS", "60000");
#[tokio::test]
async fn a_start_time_ahead_is_initializing_until_it_comes() {
    let stack = Stack::with_users([5, 6, 7]).await;
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[]);
    let soon = later(&stack, &api, 5, Duration::from_secs(2)).await;
    let far = later(&stack, &api, 6, Duration::from_hours(1)).await;
    let parked = later(&stack, &api, 7, Duration::from_hours(1)).await;
    for task in [soon, far, parked] {
        assert_eq!(api.status(task).await, "INITIALIZING");
    }
    assert_eq!(act(&api, parked, "pause").await, "PAUSED");
    assert_eq!(act(&api, parked, "resume").await, "INITIALIZING", "its time still lies ahead");
    assert_eq!(cancelled_as(&api, far).await, "CANCELLED");
    assert_eq!(cancelled_as(&api, parked).await, "CANCELLED");
    api.until(soon, &["COMPLETED"], DEADLINE).await;
    assert_eq!(story(&api, soon).await, ["INITIALIZING", "QUEUED", "PROCESSING", "COMPLETED"]);
    for task in [soon, far] {
        too_late(&api, task).await;
    }
    stack.is_settled().await;
}

#[tokio::test]
async fn a_paused_queue_keeps_every_task_in_its_state_and_survives_a_restart() {
    let mut stack = Stack::with_users([5, 6, 7]).await;
    let (program, api) = stack.api(&[]).await;
    let worker = stack.worker(&[BUSY]);
    let running = api.submit(5).await;
    api.until(running, &["PROCESSING"], DEADLINE).await;
    queue(&api, "pause").await;
    let (waiting, unwanted) = (api.submit(6).await, api.submit(7).await);
    assert_eq!(cancelled_as(&api, unwanted).await, "CANCELLED");
    drop((program, worker));
    stack.redis.kill();
    stack.redis.restart().await;
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[]);
    eventually("a worker is there", DEADLINE, async || {
        (api.get("/ops/v1/queue").await.body["workers"] == 1).then_some(())
    })
    .await;
    let calls = stack.redis_calls();
    let resuming = api.until(running, &["RESUMING"], DEADLINE).await;
    assert_eq!(resuming.body["status"], "RESUMING", "its worker died, and nobody may take it");
    assert_eq!(api.status(waiting).await, "QUEUED");
    assert!(stack.redis_calls() - calls < 500.0, "a worker that waits does not spin");
    assert_eq!(api.get("/ops/v1/queue").await.body["paused"], true);
    queue(&api, "resume").await;
    for task in [running, waiting] {
        api.until(task, &["COMPLETED"], DEADLINE).await;
    }
    stack.is_settled().await;
}

#[tokio::test]
async fn a_running_task_that_is_paused_lets_go_and_goes_on_when_it_is_resumed() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let busy = stack.worker(&[BUSY]);
    let task = api.submit(5).await;
    api.until(task, &["PROCESSING"], DEADLINE).await;
    assert_eq!(act(&api, task, "pause").await, "PAUSED");
    let leases: u64 = redis::cmd("ZCARD")
        .arg("{offstage}:leases")
        .query(&mut stack.redis.connection())
        .expect("Redis answers");
    assert_eq!(leases, 0, "the lease is given up in the same step");
    eventually("the worker has stopped", DEADLINE, async || {
        let workers = api.get("/ops/v1/workers").await.body;
        (workers["items"][0]["running"] == 0).then_some(())
    })
    .await;
    queue(&api, "pause").await;
    assert_eq!(act(&api, task, "resume").await, "RESUMING");
    drop(busy);
    let _worker = stack.worker(&[]);
    queue(&api, "resume").await;
    api.until(task, &["COMPLETED"], DEADLINE).await;
    let detail = api.get(&format!("/ops/v1/tasks/{task}")).await.body;
    assert_eq!(detail["attempt"], 1, "a pause does not count as an attempt");
    let told = ["QUEUED", "PROCESSING", "PAUSED", "RESUMING", "PROCESSING", "COMPLETED"];
    assert_eq!(story(&api, task).await, told);
    stack.is_settled().await;
}

#[tokio::test]
async fn waiting_tasks_are_cancelled_at_once_wherever_they_wait() {
    let stack = Stack::with_users([5, 6, 7]).await;
    let (_program, api) = stack.api(&[]).await;
    let retry_later = ("OFFSTAGE_WORKER__RETRY_DELAY_MS", "600000");
    let slow = [retry_later, ("OFFSTAGE_WORKER__RETRY_DELAY_MAX_MS", "600000")];
    let _worker = worker_with_a_dead_check(&stack, &slow);
    let interrupted = api.submit(5).await;
    api.until(interrupted, &["INTERRUPTED"], DEADLINE).await;
    assert_eq!(cancelled_as(&api, interrupted).await, "CANCELLED");
    queue(&api, "pause").await;
    let (paused, resuming) = (api.submit(6).await, api.submit(7).await);
    for task in [paused, resuming] {
        assert_eq!(act(&api, task, "pause").await, "PAUSED");
    }
    assert_eq!(act(&api, resuming, "resume").await, "RESUMING");
    assert_eq!(cancelled_as(&api, paused).await, "CANCELLED");
    assert_eq!(cancelled_as(&api, resuming).await, "CANCELLED");
    stack.is_settled().await;
}

#[tokio::test]
async fn a_cancel_of_a_running_task_is_kept_while_its_worker_is_frozen_and_after() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let slow_lease =
        [("OFFSTAGE_WORKER__LEASE_MS", "60000"), ("OFFSTAGE_WORKER__HEARTBEAT_MS", "1000"), BUSY];
    let worker = stack.worker(&slow_lease);
    let task = api.submit(5).await;
    api.until(task, &["PROCESSING"], DEADLINE).await;
    worker.signal(Signal::STOP);
    assert_eq!(cancelled_as(&api, task).await, "CANCEL_REQUESTED");
    assert_eq!(cancelled_as(&api, task).await, "CANCEL_REQUESTED", "and again");
    let refused = post(&api, &format!("/tasks/{task}/pause"), json!({})).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "what is being cancelled is not paused");
    worker.signal(Signal::CONT);
    api.until(task, &["CANCELLED"], DEADLINE).await;
    let told = ["QUEUED", "PROCESSING", "CANCEL_REQUESTED", "CANCELING", "CANCELLED"];
    assert_eq!(story(&api, task).await, told);
    too_late(&api, task).await;
    stack.is_settled().await;
}

#[tokio::test]
async fn a_cancel_while_the_worker_is_letting_go_is_answered_with_canceling() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let proxy = Proxy::start(stack.redis.socket()).await;
    let slow_lease =
        [("OFFSTAGE_WORKER__LEASE_MS", "60000"), ("OFFSTAGE_WORKER__HEARTBEAT_MS", "1000"), BUSY];
    let _worker = stack.worker_at(&proxy.url(), &slow_lease);
    let task = api.submit(5).await;
    api.until(task, &["PROCESSING"], DEADLINE).await;
    // The worker's notice arrives, and the worker does not learn that it did: it is stuck in between for a while. (Redis
    // has to know the script by then, or the answer held back is that it does not.)
    stack.store.settle(&[], "nobody").await.expect("Redis answers");
    proxy.trap("settle", Hold::Answer);
    assert_eq!(cancelled_as(&api, task).await, "CANCEL_REQUESTED");
    proxy.sprung().await;
    api.until(task, &["CANCELING"], DEADLINE).await;
    assert_eq!(cancelled_as(&api, task).await, "CANCELING");
    api.until(task, &["CANCELLED"], DEADLINE).await;
    stack.is_settled().await;
}

#[tokio::test]
async fn a_killed_worker_interrupts_and_used_up_attempts_are_an_exception() {
    let stack = Stack::with_users([5, 6]).await;
    let (_program, api) = stack.api(&[]).await;
    let mut victim = stack.worker(&[BUSY]);
    let survivor = api.submit(5).await;
    api.until(survivor, &["PROCESSING"], DEADLINE).await;
    victim.kill();
    let few = [
        ("OFFSTAGE_WORKER__MAX_ATTEMPTS", "3"),
        ("OFFSTAGE_WORKER__RETRY_DELAY_MS", "50"),
        ("OFFSTAGE_WORKER__RETRY_DELAY_MAX_MS", "50"),
    ];
    let _worker = worker_with_a_dead_check(&stack, &few);
    let hopeless = api.submit(6).await;
    for task in [survivor, hopeless] {
        let ended = api.until(task, &["EXCEPTION"], DEADLINE).await;
        assert_eq!(
            ended.body["message"],
            "The check \"reports\" could not answer; given up after 3 attempts, and nothing was deleted."
        );
        too_late(&api, task).await;
    }
    let attempt = ["PROCESSING", "INTERRUPTED", "RESUMING"];
    let told = [&["QUEUED"][..], &attempt, &attempt, &["PROCESSING", "EXCEPTION"]].concat();
    assert_eq!(story(&api, survivor).await, told);
    assert_eq!(story(&api, hopeless).await, told);
    let detail = api.get(&format!("/ops/v1/tasks/{survivor}")).await.body;
    assert_eq!(detail["history"][2]["why"], "lose_lease: worker_lost");
    stack.is_settled().await;
}

#[tokio::test]
async fn dependents_are_a_conflict_and_a_retry_names_it() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[]);
    api.register(5, "17", true).await;
    let refused = api.submit(5).await;
    api.until(refused, &["CONFLICT"], DEADLINE).await;
    too_late(&api, refused).await;
    let forget = api.request(Method::DELETE, "/ops/v1/users/5/dependents/ARIEL_SAVED_SEARCH/17");
    assert_eq!(api.send(forget).await.status, StatusCode::NO_CONTENT);
    let retried = post(&api, &format!("/tasks/{refused}/retry"), json!({})).await;
    assert_eq!(retried.status, StatusCode::ACCEPTED, "{retried:?}");
    assert_eq!(retried.body["retry_of"], refused);
    api.until(retried.body["id"].as_u64().expect("a task"), &["COMPLETED"], DEADLINE).await;
    assert_eq!(api.status(refused).await, "CONFLICT", "the old one stays what it was");
    stack.is_settled().await;
}

#[tokio::test]
async fn a_dry_run_tells_what_blocks_and_deletes_nobody() {
    let stack = Stack::with_users([5, 6]).await;
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[]);
    api.register(5, "17", true).await;
    let answer = post(&api, "/deletions", json!({"users": [{"id": 5}, {"id": 6}], "dry_run": true})).await;
    let tasks = [0, 1].map(|item| answer.body["items"][item]["task_id"].as_u64().expect("a task"));
    for (task, blocking) in tasks.into_iter().zip([1, 0]) {
        let detail = api.until_state(task, "COMPLETED", DEADLINE).await.body;
        assert_eq!(api.task(task).await.status, StatusCode::NOT_FOUND, "it is no user's deletion");
        assert_eq!((&detail["kind"], &detail["blocking"]), (&json!("dependents"), &json!(blocking)));
        assert_eq!(detail["checks"][0]["state"], "answered", "{detail}");
        assert_eq!(detail["dependents"].as_array().expect("a list").len(), blocking);
    }
    assert_eq!(stack.store.staged_users().await.unwrap(), 3);
    stack.is_settled().await;
}

/// The test that reaches a state; the compiler asks for a new one's.
#[expect(dead_code, reason = "it only has to be written down")]
fn reached_by(state: TaskState) -> fn() {
    match state {
        TaskState::Initializing => a_start_time_ahead_is_initializing_until_it_comes,
        TaskState::Queued | TaskState::Resuming => {
            a_paused_queue_keeps_every_task_in_its_state_and_survives_a_restart
        }
        TaskState::Processing | TaskState::Paused => {
            a_running_task_that_is_paused_lets_go_and_goes_on_when_it_is_resumed
        }
        TaskState::CancelRequested => a_cancel_of_a_running_task_is_kept_while_its_worker_is_frozen_and_after,
        TaskState::Canceling => a_cancel_while_the_worker_is_letting_go_is_answered_with_canceling,
        TaskState::Interrupted | TaskState::Cancelled => {
            waiting_tasks_are_cancelled_at_once_wherever_they_wait
        }
        TaskState::Completed => a_dry_run_tells_what_blocks_and_deletes_nobody,
        TaskState::Conflict => dependents_are_a_conflict_and_a_retry_names_it,
        TaskState::Exception => a_killed_worker_interrupts_and_used_up_attempts_are_an_exception,
    }
}

#[tokio::test]
async fn a_quiet_worker_that_redis_has_forgotten_claims_nothing() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let worker = stack.worker(&[]);
    let name = eventually("a worker is there", DEADLINE, async || {
        let workers = api.get("/ops/v1/workers").await.body;
        workers["items"][0]["name"].as_str().map(str::to_owned)
    })
    .await;
    let quiet = post(&api, &format!("/workers/{name}/quiet"), json!({})).await;
    assert_eq!((quiet.status, &quiet.body["quiet"]), (StatusCode::OK, &json!(true)));
    worker.logged("an operator has spoken").await;
    let forgotten: u64 = redis::cmd("DEL")
        .arg(format!("{{offstage}}:worker:{name}"))
        .query(&mut stack.redis.connection())
        .expect("Redis answers");
    assert_eq!(forgotten, 1);
    let task = api.submit(5).await;
    eventually("it has said again that it is quiet", DEADLINE, async || {
        (api.get("/ops/v1/workers").await.body["items"][0]["quiet"] == true).then_some(())
    })
    .await;
    assert_eq!(api.status(task).await, "QUEUED");
    assert_eq!(post(&api, &format!("/workers/{name}/wake"), json!({})).await.status, StatusCode::OK);
    api.until(task, &["COMPLETED"], DEADLINE).await;
    stack.is_settled().await;
}
