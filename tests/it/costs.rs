//! What a deletion costs Redis: commands, those of scripts included, and keys that are left when it is over.
//!
//! Counts, not times: they are the same on every machine in every mood, and their bounds are just what was counted, so that
//! whoever lowers a figure lowers its bound. What a real worker gathers into one call depends on the machine; its bounds are
//! wide, and break where it gathers nothing. `make bench` shows what a command takes.
//!
//! Easy to get wrong: reading the counters is a command too, and is left out.

use offstage::{
    domain::checklist::Checklist,
    store::queue::{Claim, Commit, Committed},
};
use offstage_tests::{
    backlog,
    dump::Dump,
    eventually,
    fixtures::{self, PREFIX},
    redis::PrivateRedis,
    stack::Stack,
    world::{ANY_AGE, LONG},
};
use redis::Connection;
use std::time::Duration;

/// The first of the users that are deleted here.
const FIRST: u64 = 10_000_000;
/// Deletions that wait for a real worker, and the longest that it may need for them.
const MANY: u64 = 1_000;
const DRAINED: Duration = Duration::from_mins(1);
/// A worker that nobody has heard of.
const WORKER: &str = "w";

/// Commands for each step of some deletions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Costs {
    submit: u64,
    claim: u64,
    commit: u64,
}

impl Costs {
    #[track_caller]
    fn is_within(self, bound: Self) {
        eprintln!("{self:?}");
        let within = self.submit <= bound.submit && self.claim <= bound.claim && self.commit <= bound.commit;
        assert!(within, "{self:?}, and no more is allowed than {bound:?}");
    }
}

/// Commands that Redis was given so far, but for those by which it is asked.
fn commands(connection: &mut Connection) -> u64 {
    let text: String = redis::cmd("INFO").arg("commandstats").query(connection).unwrap();
    let of = |line: &str| line.split_once("calls=")?.1.split(',').next()?.parse::<u64>().ok();
    text.lines().filter(|line| !line.starts_with("cmdstat_info:")).filter_map(of).sum()
}

/// Deletes so many users, so many a call. The queue must be empty, or begin with deletions.
async fn delete(stack: &Stack, users: u64, batch: usize) -> Costs {
    let mut connection = stack.redis.connection();
    let mut costs = Costs { submit: 0, claim: 0, commit: 0 };
    let submissions: Vec<_> = (FIRST..FIRST + users).map(fixtures::submission).collect();
    for some in submissions.chunks(batch) {
        let before = commands(&mut connection);
        stack.store.submit(some).await.unwrap();
        let submitted = commands(&mut connection);
        let Claim::Taken { tasks, .. } = stack.store.claim(some.len(), WORKER, LONG).await.unwrap() else {
            panic!("the queue is not paused")
        };
        assert_eq!(tasks.len(), some.len());
        let claimed = commands(&mut connection);
        let commits: Vec<_> = tasks
            .iter()
            .map(|task| Commit { lease: task.lease, oldest_answer_ms: None, checks: Checklist::default() })
            .collect();
        let committed = stack.store.commit(&commits, WORKER, ANY_AGE).await.unwrap();
        assert!(committed.iter().all(|one| *one == Committed::Done), "{committed:?}");
        costs.submit += submitted - before;
        costs.claim += claimed - submitted;
        costs.commit += commands(&mut connection) - claimed;
    }
    costs
}

/// A store with those users, whose scripts Redis knows already.
async fn warm(redis: PrivateRedis) -> Stack {
    let stack = Stack::on(redis, FIRST - 1..FIRST + 100).await;
    fixtures::submit(&stack.store, FIRST - 1).await;
    let Claim::Taken { tasks, .. } = stack.store.claim(1, WORKER, LONG).await.unwrap() else {
        panic!("the queue is not paused")
    };
    let commit = Commit { lease: tasks[0].lease, oldest_answer_ms: None, checks: Checklist::default() };
    stack.store.commit(&[commit], WORKER, ANY_AGE).await.unwrap();
    stack
}

#[tokio::test]
async fn a_deletion_costs_redis_no_more_commands_than_it_did() {
    let stack = warm(PrivateRedis::start().await).await;
    let alone = delete(&stack, 1, 1).await;
    alone.is_within(Costs { submit: 16, claim: 17, commit: 24 });

    let stack = warm(PrivateRedis::start().await).await;
    let fifty = delete(&stack, 50, 50).await;
    fifty.is_within(Costs { submit: 168, claim: 219, commit: 227 });
}

#[tokio::test]
async fn a_worker_that_has_much_to_do_asks_for_much_at_once() {
    let stack = Stack::on(PrivateRedis::start().await, FIRST..FIRST + MANY).await;
    let submissions: Vec<_> = (FIRST..FIRST + MANY).map(fixtures::submission).collect();
    for some in submissions.chunks(100) {
        stack.store.submit(some).await.unwrap();
    }
    let mut connection = stack.redis.connection();
    let (calls, before) = (stack.redis_calls(), commands(&mut connection));
    let _worker = stack.worker(&[]);
    eventually("all are deleted", DRAINED, async || {
        let mut done = redis::cmd("HGET");
        done.arg(format!("{PREFIX}:counts")).arg("COMPLETED");
        (done.query::<Option<u64>>(&mut connection).unwrap() == Some(MANY)).then_some(())
    })
    .await;
    let calls = stack.redis_calls() - calls;
    let commands = commands(&mut connection) - before;
    eprintln!("{MANY} tasks: {calls} calls, {commands} commands");
    assert!(calls <= 500.0, "{calls} calls for {MANY} tasks");
    assert!(commands <= 30 * MANY, "{commands} commands for {MANY} tasks");
}

#[tokio::test]
async fn a_deletion_costs_the_same_commands_at_any_length_of_the_queue() {
    let mut costs = Vec::new();
    for queued in [1_000, 100_000] {
        let stack = warm(PrivateRedis::with(&["--appendonly", "no"]).await).await;
        backlog::fill(&stack, queued).await;
        // The first one is a dry run, which has no effect.
        stack.store.claim(1, WORKER, LONG).await.unwrap();
        costs.push(delete(&stack, 50, 50).await);
    }
    assert_eq!(costs[0], costs[1]);
}

#[tokio::test]
async fn nothing_is_left_of_a_deletion_when_its_retention_is_over() {
    let redis = PrivateRedis::start().await;
    let stack = warm(redis).await;
    let left = async |stack: &Stack| {
        while stack.store.prune(0).await.unwrap() > 0 {}
        let dump = Dump::read(&mut stack.redis.connection(), PREFIX);
        // Those who were not deleted yet are no remains.
        dump.0.into_keys().filter(|name| !name.starts_with("staged:user:")).collect::<Vec<_>>()
    };
    let after_one = left(&stack).await;
    delete(&stack, 50, 50).await;
    assert_eq!(left(&stack).await, after_one);
}
