//! Workers and Redis die at the worst moments. Real processes, `kill -9`, and at the end: every task has its outcome once.

use offstage::{
    domain::{checklist::Checklist, state::TaskState, task::Task},
    store::{
        queue::{Claim, Commit, Committed},
        tasks::Cancelled,
    },
};
use offstage_tests::{
    eventually, fixtures,
    programs::Program,
    proxy::{Hold, Proxy},
    stack::{LEASE, Stack},
    tasks::{ended, in_state, story},
};
use rustix::process::Signal;
use std::time::{Duration, Instant};

const DEADLINE: Duration = Duration::from_secs(20);

/// A script that Redis has never seen is refused first and sent again whole; a trap would catch the refusal.
async fn redis_knows_the_scripts(stack: &Stack) {
    fixtures::submit(&stack.store, 6).await;
    let Claim::Taken { tasks, .. } = stack.store.claim(1, "warm", LEASE).await.unwrap() else {
        panic!("the queue is not paused")
    };
    let commit = Commit { lease: tasks[0].lease, oldest_answer_ms: None, checks: Checklist::default() };
    assert_eq!(stack.store.commit(&[commit], "warm", LEASE).await.unwrap(), [Committed::Done]);
}

/// Kills a worker when that script was held back, lets another one work, and returns the task's end.
async fn killed_at(script: &str, hold: Hold) -> (Stack, Task) {
    let stack = Stack::with_users([5, 6]).await;
    redis_knows_the_scripts(&stack).await;
    let proxy = Proxy::start(stack.redis.socket()).await;
    proxy.trap(script, hold);
    let task = fixtures::submit(&stack.store, 5).await;
    let mut victim = stack.worker_at(&proxy.url(), &[]);
    proxy.sprung().await;
    victim.kill();
    let killed_at = Instant::now();
    let _rescuer = stack.worker(&[]);
    let task = ended(&stack.store, task).await;
    assert!(
        killed_at.elapsed() < 2 * LEASE + Duration::from_secs(2),
        "recovered after {:?}",
        killed_at.elapsed()
    );
    stack.is_settled().await;
    (stack, task)
}

const RECOVERED: [TaskState; 6] = [
    TaskState::Queued,
    TaskState::Processing,
    TaskState::Interrupted,
    TaskState::Resuming,
    TaskState::Processing,
    TaskState::Completed,
];

#[tokio::test]
async fn a_worker_killed_right_after_its_claim_is_replaced() {
    let (stack, task) = killed_at("claim", Hold::Answer).await;
    assert_eq!((task.state, task.attempt), (TaskState::Completed, 2));
    assert_eq!(story(&stack.store, task.id).await, RECOVERED);
}

#[tokio::test]
async fn a_worker_killed_right_before_the_commit_is_replaced() {
    let (stack, task) = killed_at("commit", Hold::Command).await;
    assert_eq!((task.state, task.attempt), (TaskState::Completed, 2));
    assert_eq!(story(&stack.store, task.id).await, RECOVERED);
}

#[tokio::test]
async fn a_worker_killed_right_after_the_commit_has_deleted_once() {
    let (stack, task) = killed_at("commit", Hold::Answer).await;
    assert_eq!((task.state, task.attempt), (TaskState::Completed, 1));
    assert_eq!(
        story(&stack.store, task.id).await,
        [TaskState::Queued, TaskState::Processing, TaskState::Completed]
    );
}

#[tokio::test]
async fn a_worker_killed_during_a_check_is_replaced_within_two_leases() {
    let stack = Stack::with_users([5]).await;
    let mut victim = stack.worker(&[("OFFSTAGE_CHECKS__PAUSE__MS", "60000")]);
    let task = fixtures::submit(&stack.store, 5).await;
    in_state(&stack.store, task, TaskState::Processing).await;
    let _rescuer = stack.worker(&[]);
    victim.kill();
    let killed_at = Instant::now();
    eventually("it runs again", 2 * LEASE, async || {
        let task = stack.store.task(task).await.ok()??;
        (task.attempt == 2 && task.started.is_some()).then_some(())
    })
    .await;
    assert!(killed_at.elapsed() < 2 * LEASE);
    assert_eq!(ended(&stack.store, task).await.state, TaskState::Completed);
    assert_eq!(story(&stack.store, task).await, RECOVERED);
}

#[tokio::test]
async fn a_worker_killed_while_a_cancel_was_asked_for_leaves_the_task_cancelled() {
    let stack = Stack::with_users([5]).await;
    let proxy = Proxy::start(stack.redis.socket()).await;
    let mut victim = stack.worker_at(&proxy.url(), &[("OFFSTAGE_CHECKS__PAUSE__MS", "60000")]);
    let task = fixtures::submit(&stack.store, 5).await;
    in_state(&stack.store, task, TaskState::Processing).await;
    proxy.swallow_all(true);
    stack.store.cancel(task, "tester").await.unwrap();
    in_state(&stack.store, task, TaskState::CancelRequested).await;
    victim.kill();
    let _rescuer = stack.worker(&[]);
    let task = ended(&stack.store, task).await;
    assert_eq!((task.state, task.cancelled_by.as_deref()), (TaskState::Cancelled, Some("tester")));
    assert_eq!(stack.store.staged_users().await.unwrap(), 2, "nobody was deleted");
    stack.is_settled().await;
}

#[tokio::test]
async fn a_late_worker_cannot_complete_after_its_lease_was_lost() {
    let stack = Stack::with_users([5]).await;
    let late = stack.worker(&[("OFFSTAGE_CHECKS__PAUSE__MS", "400")]);
    let task = fixtures::submit(&stack.store, 5).await;
    in_state(&stack.store, task, TaskState::Processing).await;
    late.signal(Signal::STOP);
    // The rescuer takes long enough that the late worker, once woken, is done first.
    let _rescuer = stack.worker(&[("OFFSTAGE_CHECKS__PAUSE__MS", "3000")]);
    eventually("somebody else runs it", DEADLINE, async || {
        let task = stack.store.task(task).await.ok()??;
        (task.attempt == 2).then_some(())
    })
    .await;
    late.signal(Signal::CONT);
    late.logged("\"outcome\":\"lost\"").await;
    assert_eq!(stack.store.task(task).await.unwrap().unwrap().state, TaskState::Processing);
    let task = ended(&stack.store, task).await;
    assert_eq!((task.state, task.attempt), (TaskState::Completed, 2));
    assert_eq!(story(&stack.store, task.id).await, RECOVERED);
    stack.is_settled().await;
}

#[tokio::test]
async fn a_stopped_worker_hands_its_tasks_back_at_once() {
    let stack = Stack::with_users([5]).await;
    let settings = [("OFFSTAGE_CHECKS__PAUSE__MS", "60000"), ("OFFSTAGE_WORKER__STOP_MS", "200")];
    let mut stopping = stack.worker(&settings);
    let task = fixtures::submit(&stack.store, 5).await;
    in_state(&stack.store, task, TaskState::Processing).await;
    stopping.signal(Signal::TERM);
    assert!(stopping.ended(Duration::from_secs(5)).await.success());
    let handed_back = stack.store.task(task).await.unwrap().unwrap();
    assert_eq!(
        (handed_back.state, handed_back.attempt),
        (TaskState::Interrupted, 0),
        "the attempt does not count"
    );
    let _next = stack.worker(&[]);
    let task = ended(&stack.store, task).await;
    assert_eq!((task.state, task.attempt), (TaskState::Completed, 1));
    stack.is_settled().await;
}

#[tokio::test]
async fn a_worker_that_is_told_to_stop_finishes_what_is_quick() {
    let stack = Stack::with_users([5]).await;
    let mut stopping = stack.worker(&[("OFFSTAGE_CHECKS__PAUSE__MS", "500")]);
    let task = fixtures::submit(&stack.store, 5).await;
    in_state(&stack.store, task, TaskState::Processing).await;
    stopping.signal(Signal::TERM);
    assert!(stopping.ended(Duration::from_secs(5)).await.success());
    assert_eq!(stack.store.task(task).await.unwrap().unwrap().state, TaskState::Completed);
    stack.is_settled().await;
}

#[tokio::test]
async fn a_worker_that_is_told_to_stop_ends_without_redis() {
    for busy in [true, false] {
        let stack = Stack::with_users([5]).await;
        let proxy = Proxy::start(stack.redis.socket()).await;
        let settings = [("OFFSTAGE_CHECKS__PAUSE__MS", "60000"), ("OFFSTAGE_WORKER__STOP_MS", "500")];
        let mut stopping = stack.worker_at(&proxy.url(), &settings);
        stopping.logged("working").await;
        if busy {
            let task = fixtures::submit(&stack.store, 5).await;
            in_state(&stack.store, task, TaskState::Processing).await;
        }
        proxy.swallow_all(true);
        stopping.signal(Signal::TERM);
        assert!(stopping.ended(Duration::from_millis(2_500)).await.success(), "busy: {busy}");
    }
}

#[tokio::test]
async fn redis_killed_under_load_loses_nothing_that_was_accepted() {
    let mut stack = Stack::with_users(10..3_010).await;
    let worker = stack.worker(&[]);
    let mut accepted = Vec::new();
    for ids in (10..3_010).collect::<Vec<u64>>().chunks(50) {
        let submissions: Vec<_> = ids.iter().map(|id| fixtures::submission(*id)).collect();
        accepted.extend(stack.store.submit(&submissions).await.unwrap());
        if accepted.len() == 1_500 {
            stack.redis.kill();
            stack.redis.restart().await;
            eventually("the store is back", DEADLINE, async || stack.store.check().await.ok()).await;
        }
    }
    let states = eventually("all have ended", Duration::from_secs(40), async || {
        let depth = stack.store.depth().await.ok()?;
        (depth.states[&TaskState::Completed] == 3_000).then_some(depth.states)
    })
    .await;
    assert_eq!(states.values().sum::<u64>(), 3_000, "{states:?}");
    assert_eq!(stack.store.staged_users().await.unwrap(), 1, "the built-in administrator alone is left");
    still_works(&stack, worker).await;
}

#[tokio::test]
async fn the_first_call_after_a_restart_of_redis_is_served() {
    let mut stack = Stack::with_users([5]).await;
    stack.store.check().await.unwrap();
    stack.redis.kill();
    stack.redis.restart().await;
    stack.store.check().await.expect("a closed connection is known to be closed");
}

#[tokio::test]
async fn a_half_open_connection_is_noticed_within_five_seconds() {
    let stack = Stack::with_users([5]).await;
    let proxy = Proxy::start(stack.redis.socket()).await;
    let worker = stack.worker_at(&proxy.url(), &[]);
    worker.logged("working").await;
    let through = offstage::store::Store::new(&proxy.url(), fixtures::PREFIX, "offstage-test").unwrap();
    through.check().await.unwrap();
    proxy.swallow_open_ones();
    let broken_at = Instant::now();
    assert!(through.check().await.is_err(), "the first call finds out");
    through.check().await.unwrap();
    let task = fixtures::submit(&stack.store, 5).await;
    assert_eq!(ended(&stack.store, task).await.state, TaskState::Completed);
    assert!(broken_at.elapsed() < Duration::from_secs(8), "{:?}", broken_at.elapsed());
}

/// The same worker still takes tasks.
async fn still_works(stack: &Stack, mut worker: Program) {
    assert!(worker.is_running());
    fixtures::users(&stack.store, [9_000]).await;
    let task = fixtures::submit(&stack.store, 9_000).await;
    assert_eq!(ended(&stack.store, task).await.state, TaskState::Completed);
    stack.is_settled().await;
}

#[tokio::test]
async fn a_redis_whose_memory_is_full_takes_nothing_new_and_lets_tasks_end() {
    let stack = Stack::with_users([5, 6]).await;
    let waiting = fixtures::submit(&stack.store, 5).await;
    let _worker = stack.worker(&[("OFFSTAGE_CHECKS__PAUSE__MS", "2000")]);
    in_state(&stack.store, waiting, TaskState::Processing).await;
    redis::cmd("CONFIG").arg("SET").arg("maxmemory").arg(1).exec(&mut stack.redis.connection()).unwrap();
    let refused = stack.store.submit(&[fixtures::submission(6)]).await;
    assert!(refused.is_err_and(|error| error.is_transient()), "nothing new");
    // Longer than two leases: without a heartbeat the attempt would be lost.
    let task = ended(&stack.store, waiting).await;
    assert_eq!((task.state, task.attempt), (TaskState::Completed, 1));
    stack.is_settled().await;
}

#[tokio::test]
async fn a_script_that_is_forgotten_between_its_load_and_its_call_is_loaded_again() {
    let stack = Stack::with_users([5]).await;
    let proxy = Proxy::start(stack.redis.socket()).await;
    let through = offstage::store::Store::new(&proxy.url(), fixtures::PREFIX, "offstage-test").unwrap();
    let task = fixtures::submit(&stack.store, 5).await;
    // Redis has never seen the script: the first call is refused, and the one after the load is held back.
    proxy.trap("cancel", Hold::Late);
    let cancel = tokio::spawn(async move { through.cancel(task, "tester").await });
    proxy.sprung().await;
    proxy.trap("cancel", Hold::Late);
    proxy.release();
    proxy.sprung().await;
    redis::cmd("SCRIPT").arg("FLUSH").exec(&mut stack.redis.connection()).unwrap();
    proxy.release();
    assert_eq!(cancel.await.unwrap().unwrap(), Cancelled::Kept);
}
