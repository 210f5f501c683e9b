//! How soon something happens. Debug builds on a busy machine: the limits are loose, the figures are printed.

use offstage::domain::state::TaskState;
use offstage_tests::{eventually, fixtures, stack::Stack};
use std::time::{Duration, Instant};

use super::DEADLINE;

/// The figure that 99 of 100 do not exceed.
fn p99(what: &str, mut figures: Vec<Duration>) -> Duration {
    figures.sort();
    let at = |share: usize| figures[(figures.len() - 1) * share / 100];
    eprintln!("{what}: p50 {:?}, p99 {:?}, most {:?}", at(50), at(99), at(100));
    at(99)
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
    assert!(p99("from submit to start", figures) < Duration::from_millis(100));
    stack.is_settled().await;
}

#[tokio::test]
async fn a_running_task_is_cancelled_at_once() {
    let stack = Stack::with_users(10..60).await;
    let _worker = stack.worker(&[("OFFSTAGE_CHECKS__PAUSE__MS", "60000")]);
    let mut figures = Vec::new();
    for user in 10..60 {
        let task = fixtures::submit(&stack.store, user).await;
        eventually("it runs", DEADLINE, async || {
            (stack.store.task(task).await.unwrap().unwrap().state == TaskState::Processing).then_some(())
        })
        .await;
        let begun = Instant::now();
        stack.store.cancel(task, "tester").await.unwrap();
        until(&stack, task, TaskState::Cancelled).await;
        figures.push(begun.elapsed());
    }
    assert!(p99("from cancel to CANCELLED", figures) < Duration::from_millis(250));
    stack.is_settled().await;
}
