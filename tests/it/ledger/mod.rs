//! The ledger as real workers write it: every effect is on record before and after, whoever dies in between; and where it
//! cannot be written, nothing is deleted.

mod outside;
mod unwritable;

use offstage::domain::{
    state::TaskState,
    task::{Task, TaskId},
};
use offstage_tests::{
    eventually, fixtures,
    programs::Program,
    proxy::{Hold, Proxy},
    stack::Stack,
    tasks,
};
use serde_json::Value;
use std::{fs, path::PathBuf, time::Duration};

const DEADLINE: Duration = Duration::from_secs(30);
/// Where the ledger is, as a setting.
const LEDGER: &str = "OFFSTAGE_WORKER__LEDGER";

/// A Redis with users 5 to 24, and a place for a ledger beside its data.
struct Office {
    stack: Stack,
    ledger: PathBuf,
}

impl Office {
    async fn new() -> Self {
        let stack = Stack::with_users(5..25).await;
        let ledger = stack.redis.folder().join("ledger");
        Self { stack, ledger }
    }

    fn worker(&self, environment: &[(&str, &str)]) -> Program {
        self.worker_at(&self.stack.redis.url(), environment)
    }

    fn worker_at(&self, redis_url: &str, environment: &[(&str, &str)]) -> Program {
        let ledger = [(LEDGER, self.ledger.to_str().unwrap())];
        let all: Vec<_> = ledger.into_iter().chain(environment.iter().copied()).collect();
        self.stack.worker_at(redis_url, &all)
    }

    async fn submit(&self, user: u64) -> TaskId {
        fixtures::submit(&self.stack.store, user).await
    }

    async fn in_state(&self, task: TaskId, state: TaskState) -> Task {
        tasks::in_state(&self.stack.store, task, state).await
    }

    /// The lines, parsed.
    fn lines(&self) -> Vec<Value> {
        let text = fs::read_to_string(&self.ledger).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// What stands there of a task, without its times and workers: `begin 1`, with the fence.
    fn story(&self, task: TaskId) -> Vec<String> {
        let of_task = |line: &Value| line["task"] == task.0;
        let tell = |line: Value| format!("{} {}", line["what"].as_str().unwrap(), line["fence"]);
        self.lines().into_iter().filter(of_task).map(tell).collect()
    }

    async fn has_story(&self, task: TaskId, story: &[&str]) {
        eventually("the ledger says so", DEADLINE, async || (self.story(task) == story).then_some(())).await;
    }
}

#[tokio::test]
async fn a_deletion_is_on_record_before_and_after() {
    let office = Office::new().await;
    let worker = office.worker(&[]);
    let tasks = [office.submit(5).await, office.submit(6).await];
    for task in tasks {
        let ended = office.in_state(task, TaskState::Completed).await;
        office.has_story(task, &["begin 1", "done 1"]).await;
        let lines = office.lines().into_iter().filter(|line| line["task"] == task.0);
        for line in lines {
            let Value::Object(fields) = &line else { panic!("{line}") };
            let names: Vec<_> = fields.keys().map(String::as_str).collect();
            assert_eq!(names, ["at", "what", "task", "fence", "attempt", "kind", "subject", "worker"]);
            assert_eq!((line["attempt"].as_u64(), line["kind"].as_str()), (Some(1), Some("staged_user")));
            assert_eq!(line["subject"], format!("user:{}", ended.user().unwrap()));
            assert!(worker.log().contains(line["worker"].as_str().unwrap()), "{line}");
            let at: chrono::DateTime<chrono::Utc> = line["at"].as_str().unwrap().parse().unwrap();
            let off = at - ended.completed.unwrap();
            assert!(off.num_seconds().abs() < 10, "by a clock that is right: {off}");
            let (begins, none) = (line["what"] == "begin", chrono::TimeDelta::zero());
            assert!(if begins { off <= none } else { off >= none }, "before the effect, or after it: {off}");
        }
    }
}

#[tokio::test]
async fn what_changes_nothing_is_not_on_record() {
    let office = Office::new().await;
    fixtures::register(&office.stack.store, 5, fixtures::dependent("1", true)).await;
    let _worker = office.worker(&[]);
    let refused = office.submit(5).await;
    office.in_state(refused, TaskState::Conflict).await;
    let last = office.submit(6).await;
    office.has_story(last, &["begin 1", "done 1"]).await;
    assert_eq!(office.story(refused), Vec::<String>::new());
}

/// Its first commit is held back until a cancel was accepted: the one that it repeats is refused.
#[tokio::test]
async fn a_refused_effect_is_undone() {
    let office = Office::new().await;
    let proxy = Proxy::start(office.stack.redis.socket()).await;
    let _worker = office.worker_at(&proxy.url(), &[("OFFSTAGE_WORKER__LEASE_MS", "20000")]);
    let first = office.submit(5).await;
    office.in_state(first, TaskState::Completed).await;
    proxy.trap("commit", Hold::Command);
    let task = office.submit(6).await;
    proxy.sprung().await;
    assert_eq!(office.story(task), ["begin 1"]);
    office.stack.store.cancel(task, "tester").await.unwrap();
    office.in_state(task, TaskState::Cancelled).await;
    office.has_story(task, &["begin 1", "undone 1"]).await;
}

#[tokio::test]
async fn a_worker_killed_before_it_knows_leaves_a_begin_without_an_end() {
    let office = Office::new().await;
    let proxy = Proxy::start(office.stack.redis.socket()).await;
    let mut victim = office.worker_at(&proxy.url(), &[]);
    let first = office.submit(5).await;
    office.in_state(first, TaskState::Completed).await;
    // The record tells: where it took effect, nobody claims the task again; where it did not, somebody does.
    let took_effect: &[&str] = &["begin 1"];
    for (user, hold, story) in
        [(6, Hold::Answer, took_effect), (7, Hold::Command, &["begin 1", "begin 2", "done 2"])]
    {
        proxy.trap("commit", hold);
        let task = office.submit(user).await;
        proxy.sprung().await;
        victim.kill();
        victim = office.worker_at(&proxy.url(), &[]);
        office.in_state(task, TaskState::Completed).await;
        office.has_story(task, story).await;
    }
}

#[tokio::test]
async fn workers_share_a_file() {
    let office = Office::new().await;
    let workers = [office.worker(&[]), office.worker(&[])];
    let mut tasks = Vec::new();
    for user in 5..25 {
        tasks.push(office.submit(user).await);
    }
    for task in tasks {
        office.in_state(task, TaskState::Completed).await;
        office.has_story(task, &["begin 1", "done 1"]).await;
    }
    drop(workers);
    assert_eq!(office.lines().len(), 40);
}
