//! Twenty thousand deletions, from submit to COMPLETED, on a private Redis with `appendfsync always` and a real worker.
//!
//! Prints rates, latency from idle, and Redis's own time per task. Absolute figures belong to the machine; compare ratios
//! within one run. The reference is a bare loop of claim and commit over the same scripts, without apalis and handlers.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints, and fails by panicking")]

use offstage::{
    domain::{checklist::Checklist, state::TaskState},
    store::{
        Store,
        queue::{Claim, Commit},
        submit::Submitter,
    },
};
use offstage_tests::{eventually, fixtures, stack::Stack};
use std::time::{Duration, Instant};

const DELETIONS: u64 = 20_000;
const IN_FLIGHT: u64 = 64;
const IDLE_SAMPLES: u64 = 300;
const LIMIT: Duration = Duration::from_mins(5);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let stack = Stack::with_users(10..10 + 2 * DELETIONS + IDLE_SAMPLES).await;
    let first = 10..10 + DELETIONS;
    let second = first.end..first.end + DELETIONS;
    println!("{DELETIONS} deletions, private Redis, appendfsync always, one worker, concurrency 64\n");

    let redis = RedisTime::now(&stack);
    let before = stack.redis_memory_bytes();
    let submit = rate(submit_all(&stack.store, first).await);
    let memory = per_task(stack.redis_memory_bytes() - before);
    println!(
        "submit   {submit:>9.0} /s   {:>5.1} us of Redis a task   ({IN_FLIGHT} in flight)",
        redis.per_task(&stack)
    );
    let redis = RedisTime::now(&stack);
    let bare = rate(drain_bare(&stack.store).await);
    println!(
        "bare     {bare:>9.0} /s   {:>5.1} us of Redis a task   (claim and commit, no worker)",
        redis.per_task(&stack)
    );

    submit_all(&stack.store, second.clone()).await;
    let redis = RedisTime::now(&stack);
    let worker = stack.worker(&[("OFFSTAGE_LOG", "warn")]);
    let drain = rate(until_completed(&stack.store, 2 * DELETIONS).await);
    println!(
        "drain    {drain:>9.0} /s   {:>5.1} us of Redis a task   ({:.2} of bare)",
        redis.per_task(&stack),
        drain / bare
    );

    let mut latencies = Vec::new();
    for user in second.end..second.end + IDLE_SAMPLES {
        latencies.push(start_from_idle(&stack.store, user).await);
    }
    latencies.sort();
    let at = |share: usize| latencies[(latencies.len() - 1) * share / 100].as_secs_f64() * 1_000.0;
    println!("idle     p50 {:.2} ms, p99 {:.2} ms from submit to started", at(50), at(99));
    println!("memory   {memory:.0} bytes a queued task");
    drop(worker);
}

#[expect(clippy::cast_precision_loss, reason = "twenty thousand")]
fn per_task(amount: f64) -> f64 {
    amount / DELETIONS as f64
}

fn rate(took: Duration) -> f64 {
    1.0 / per_task(took.as_secs_f64())
}

async fn submit_all(store: &Store, users: std::ops::Range<u64>) -> Duration {
    let submitter = Submitter::start(store.clone());
    let begun = Instant::now();
    let lanes = (0..IN_FLIGHT).map(|lane| {
        let (submitter, users) = (submitter.clone(), users.clone());
        tokio::spawn(async move {
            for user in users.filter(|user| user % IN_FLIGHT == lane) {
                submitter.submit(fixtures::submission(user)).await.unwrap();
            }
        })
    });
    for lane in lanes.collect::<Vec<_>>() {
        lane.await.unwrap();
    }
    begun.elapsed()
}

async fn drain_bare(store: &Store) -> Duration {
    let begun = Instant::now();
    loop {
        let Claim::Taken { tasks, .. } = store.claim(100, "bare", LIMIT).await.unwrap() else {
            unreachable!()
        };
        if tasks.is_empty() {
            return begun.elapsed();
        }
        let commits: Vec<_> = tasks
            .iter()
            .map(|task| Commit { lease: task.lease, oldest_answer_ms: None, checks: Checklist::default() })
            .collect();
        store.commit(&commits, "bare", LIMIT).await.unwrap();
    }
}

async fn until_completed(store: &Store, number: u64) -> Duration {
    let begun = Instant::now();
    eventually("all are completed", LIMIT, async || {
        (store.depth().await.unwrap().states[&TaskState::Completed] == number).then_some(())
    })
    .await;
    begun.elapsed()
}

async fn start_from_idle(store: &Store, user: u64) -> Duration {
    let begun = Instant::now();
    let task = fixtures::submit(store, user).await;
    while store.task(task).await.unwrap().unwrap().started.is_none() {
        tokio::task::yield_now().await;
    }
    let took = begun.elapsed();
    eventually("the worker is idle again", LIMIT, async || {
        store.task(task).await.unwrap().unwrap().state.is_terminal().then_some(())
    })
    .await;
    took
}

/// CPU time of the Redis process.
struct RedisTime(f64);

impl RedisTime {
    fn now(stack: &Stack) -> Self {
        Self(stack.redis_cpu_seconds())
    }

    fn per_task(&self, stack: &Stack) -> f64 {
        per_task((stack.redis_cpu_seconds() - self.0) * 1e6)
    }
}
