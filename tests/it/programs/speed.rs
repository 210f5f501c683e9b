//! How soon something happens. Debug builds on a busy machine: the figures are printed, and the limits are loose, but far
//! below what a lost signal would cost: 2 s until the next look at the queue, 3 s until the next heartbeat.

use offstage::domain::state::TaskState;
use offstage_tests::{fixtures, stack::Stack, tasks};
use std::time::{Duration, Instant};

use super::DEADLINE;

/// No figure may reach it.
const SIGNAL_LOST: Duration = Duration::from_secs(1);
/// The heartbeat of production.
const LEASE: [(&str, &str); 3] = [
    ("OFFSTAGE_WORKER__LEASE_MS", "10000"),
    ("OFFSTAGE_WORKER__HEARTBEAT_MS", "3000"),
    ("OFFSTAGE_CHECKS__PAUSE__MS", "60000"),
];

/// Half of the figures are below the limit, and no signal was lost.
fn is_soon(what: &str, limit: Duration, mut figures: Vec<Duration>) {
    figures.sort();
    let at = |share: usize| figures[(figures.len() - 1) * share / 100];
    eprintln!("{what}: p50 {:?}, p99 {:?}, most {:?}", at(50), at(99), at(100));
    assert!(at(50) < limit, "{what}: p50 {:?}", at(50));
    assert!(at(100) < SIGNAL_LOST, "{what}: {:?}", at(100));
}

async fn until(stack: &Stack, task: offstage::domain::task::TaskId, state: TaskState) {
    let asking = async {
        while stack.store.task(task).await.unwrap().unwrap().state != state {
            tokio::task::yield_now().await;
        }
    };
    offstage_tests::within(state.name(), DEADLINE, asking).await;
}

#[tokio::test]
async fn an_idle_worker_starts_a_task_at_once() {
    let stack = Stack::with_users(10..110).await;
    let worker = stack.worker(&[]);
    worker.logged("working").await;
    let mut figures = Vec::new();
    for user in 10..110 {
        let task = fixtures::submit(&stack.store, user).await;
        until(&stack, task, TaskState::Completed).await;
        let task = stack.store.task(task).await.unwrap().unwrap();
        let waited = task.started.unwrap() - task.created;
        figures.push(waited.to_std().unwrap_or_default());
    }
    is_soon("from submit to start", Duration::from_millis(100), figures);
    stack.is_settled().await;
}

#[tokio::test]
async fn a_running_task_is_cancelled_at_once() {
    let stack = Stack::with_users(10..60).await;
    let _worker = stack.worker(&LEASE);
    let mut figures = Vec::new();
    for user in 10..60 {
        let task = fixtures::submit(&stack.store, user).await;
        tasks::in_state(&stack.store, task, TaskState::Processing).await;
        let begun = Instant::now();
        stack.store.cancel(task, "tester").await.unwrap();
        until(&stack, task, TaskState::Cancelled).await;
        figures.push(begun.elapsed());
    }
    is_soon("from cancel to CANCELLED", Duration::from_millis(250), figures);
    stack.is_settled().await;
}
