//! Workers that die, stop or stand still at each point of a removal. At the end the workspace is gone once.

use std::{fs, time::Duration};

use offstage::{
    domain::{
        state::TaskState::{Completed, Interrupted},
        task::TaskId,
    },
    store::tasks::Cancelled,
    workspaces::{SetAside, Workspaces},
};
use offstage_tests::{
    eventually,
    programs::Program,
    proxy::{Hold, Proxy},
};
use rustix::process::Signal;

use super::{DEADLINE, Ground, files, workspace};

/// So many that a worker is a while about it.
const MANY: usize = 20_000;

/// Kills a worker when that script was held back, and lets another one work. Returns how often it was tried.
async fn killed_at(script: &str, hold: Hold) -> u32 {
    let ground = Ground::new().await;
    ground.redis_knows_the_scripts().await;
    ground.workspace("joe", 300);
    let proxy = Proxy::start(ground.stack.redis.socket()).await;
    proxy.trap(script, hold);
    let task = ground.submit("joe").await;
    let mut victim = ground.worker_at(&proxy.url(), &[]);
    proxy.sprung().await;
    victim.kill();
    let _rescuer = ground.worker(&[]);
    assert_eq!(ground.end_of(task).await, (Completed, ""));
    ground.is_gone_once("joe", task).await;
    ground.task(task).await.attempt
}

#[tokio::test]
async fn a_worker_killed_before_its_promise_is_replaced() {
    assert_eq!(killed_at("promise", Hold::Command).await, 2);
}

#[tokio::test]
async fn a_worker_killed_after_its_promise_is_replaced() {
    assert_eq!(killed_at("promise", Hold::Answer).await, 2);
}

#[tokio::test]
async fn a_worker_killed_before_it_could_say_that_all_is_gone_is_replaced() {
    assert_eq!(killed_at("settle", Hold::Command).await, 2);
}

#[tokio::test]
async fn a_worker_killed_after_it_said_that_all_is_gone_has_removed_once() {
    assert_eq!(killed_at("settle", Hold::Answer).await, 1);
}

#[tokio::test]
async fn a_worker_killed_right_after_the_rename_is_replaced() {
    let ground = Ground::new().await;
    ground.workspace("joe", 300);
    let task = ground.submit("joe").await;
    ground.claim_and_promise().await;
    let disk = Workspaces::open(&ground.root).unwrap();
    assert_eq!(disk.set_aside(&workspace("joe"), task.0).unwrap(), SetAside::Done);
    // Its user is back already: what he has now is none of the task's.
    ground.workspace("joe", 2);
    let _rescuer = ground.worker(&[]);
    assert_eq!(ground.end_of(task).await, (Completed, ""));
    assert_eq!(files(&ground.at("joe")), 2);
    assert_eq!(files(&ground.at("trash")), 0);
}

/// A worker amid emptying, and the task.
async fn amid_emptying(ground: &Ground) -> (Program, TaskId) {
    ground.workspace("joe", MANY);
    let worker = ground.worker(&[("OFFSTAGE_WORKER__STOP_MS", "100")]);
    let task = ground.submit("joe").await;
    let mark = ground.at("trash").join(task.to_string());
    eventually("it empties", DEADLINE, async || mark.is_dir().then_some(())).await;
    (worker, task)
}

#[tokio::test]
async fn a_worker_killed_amid_emptying_is_replaced() {
    let ground = Ground::new().await;
    let (mut victim, task) = amid_emptying(&ground).await;
    assert_eq!(ground.cancel(task).await, Cancelled::TooLate);
    victim.kill();
    let left = files(&ground.at("trash"));
    assert!(left > 0 && !ground.at("joe").exists(), "{left} left");
    let _rescuer = ground.worker(&[]);
    assert_eq!(ground.end_of(task).await, (Completed, ""));
    ground.is_gone_once("joe", task).await;
}

#[tokio::test]
async fn a_worker_that_stops_amid_emptying_hands_back_and_touches_nothing_more() {
    let ground = Ground::new().await;
    let (mut stopping, task) = amid_emptying(&ground).await;
    stopping.signal(Signal::TERM);
    assert!(stopping.ended(Duration::from_secs(5)).await.success());
    let handed_back = ground.task(task).await;
    assert_eq!((handed_back.state, handed_back.attempt, handed_back.committed), (Interrupted, 0, true));
    assert!(files(&ground.at("trash")) > 0);
    let _next = ground.worker(&[]);
    assert_eq!(ground.end_of(task).await, (Completed, ""));
    ground.is_gone_once("joe", task).await;
}

#[tokio::test]
async fn a_late_worker_takes_nothing_of_a_workspace_that_was_made_since() {
    let ground = Ground::new().await;
    let (late, task) = amid_emptying(&ground).await;
    late.signal(Signal::STOP);
    let _rescuer = ground.worker(&[]);
    assert_eq!(ground.end_of(task).await, (Completed, ""));
    ground.is_gone_once("joe", task).await;
    ground.workspace("joe", 250);
    late.signal(Signal::CONT);
    late.logged("\"outcome\":\"lost\"").await;
    assert_eq!(files(&ground.at("joe")), 250);
    assert_eq!(files(&ground.at("trash")), 0);
}

/// Its promise was given, and it stood still before it heard of it.
#[tokio::test]
async fn a_worker_that_hears_late_of_its_promise_takes_nothing() {
    let ground = Ground::new().await;
    ground.redis_knows_the_scripts().await;
    ground.workspace("joe", 3);
    let proxy = Proxy::start(ground.stack.redis.socket()).await;
    proxy.trap("promise", Hold::Answer);
    let task = ground.submit("joe").await;
    let late = ground.worker_at(&proxy.url(), &[]);
    proxy.sprung().await;
    late.signal(Signal::STOP);
    let _rescuer = ground.worker(&[]);
    assert_eq!(ground.end_of(task).await, (Completed, ""));
    ground.workspace("joe", 3);
    late.signal(Signal::CONT);
    late.logged("\"outcome\":\"lost\"").await;
    assert_eq!(files(&ground.at("joe")), 3);
}

#[tokio::test]
async fn workers_share_many_removals() {
    let ground = Ground::new().await;
    let _workers = [ground.worker(&[]), ground.worker(&[])];
    let mut tasks = Vec::new();
    for number in 0..40 {
        let name = format!("user{number}");
        ground.workspace(&name, 20);
        tasks.push(ground.submit(&name).await);
    }
    for task in tasks {
        assert_eq!(ground.end_of(task).await, (Completed, ""));
    }
    let left = fs::read_dir(&ground.root).unwrap().count();
    assert_eq!((left, files(&ground.root)), (1, 0), "the trash alone, and empty marks in it");
    ground.stack.is_settled().await;
}
