//! `offstage serve` and `offstage-worker`: Redis comes late or is silent, the API is killed, the queue is long or paused.

use offstage::domain::state::TaskState;
use offstage_tests::{
    api::Api, eventually, fixtures, programs::Program, redis::PrivateRedis, stack::Stack, tasks,
};
use reqwest::{Method, StatusCode};
use rustix::process::Signal;
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

use super::{DEADLINE, ended};

/// How long the API may take to say that Redis does not answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

fn path(user: u64) -> String {
    format!("/api/staged_config/access/users/{user}")
}

/// Asks for a deletion by a key that makes repeating safe; nothing on a 503, which must say when to try again.
async fn ask(api: &Api, user: u64) -> Option<u64> {
    let request = api.request(Method::DELETE, &path(user)).header("Idempotency-Key", format!("user-{user}"));
    let answer = api.send(request).await;
    if answer.status == StatusCode::SERVICE_UNAVAILABLE {
        assert_eq!(answer.headers["retry-after"], "1");
        return None;
    }
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
    answer.body["id"].as_u64()
}

/// Where a worker's probes are.
async fn probes(worker: &Program) -> String {
    let line: serde_json::Value = serde_json::from_str(&worker.logged("probes and metrics").await).unwrap();
    format!("http://{}/readyz", line["address"].as_str().unwrap())
}

/// `offstage probe`, as a container's health check uses it.
async fn is_ready(stack: &Stack, url: &str) -> bool {
    ended("offstage", stack.redis.folder(), &["probe", url], &[]).await.status.success()
}

async fn until_ready(stack: &Stack, url: &str, wanted: bool) {
    let what = format!("{url} says {wanted}");
    eventually(&what, DEADLINE, async || (is_ready(stack, url).await == wanted).then_some(())).await;
}

#[tokio::test]
async fn both_programs_started_before_redis_wait_for_it_and_then_work_by_themselves() {
    let mut redis = PrivateRedis::start().await;
    redis.kill();
    std::fs::remove_file(redis.socket()).unwrap();
    let store = fixtures::store(&redis);
    let mut stack = Stack { redis, store };
    let token = "another-token-for-the-administrator-0123456789";
    let (_server, api) = stack.api(&[("OFFSTAGE_ADMIN_TOKEN", token)]).await;
    let api = api.with_token(Some(token));
    let worker = stack.worker(&[]);
    let (ready, worker_ready) = (format!("{}/readyz", api.base()), probes(&worker).await);
    assert_eq!(api.get("/livez").await.status, StatusCode::OK);
    assert_eq!(api.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!is_ready(&stack, &ready).await && !is_ready(&stack, &worker_ready).await);
    for path in [path(5), "/ops/v1/users/5/dependents".to_owned()] {
        let method = if path.starts_with("/api") { Method::DELETE } else { Method::GET };
        let begun = Instant::now();
        let answer = api.send(api.request(method, &path)).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer:?}");
        assert_eq!(answer.headers["retry-after"], "1");
        assert!(begun.elapsed() < ANSWER_LIMIT);
    }

    stack.redis.restart().await;
    until_ready(&stack, &ready, true).await;
    until_ready(&stack, &worker_ready, true).await;
    fixtures::users(&stack.store, [5]).await;
    let task = eventually("the token is accepted", DEADLINE, async || {
        let answer = api.delete_user(5).await;
        (answer.status == StatusCode::ACCEPTED).then(|| answer.body["id"].as_u64().unwrap())
    })
    .await;
    api.until(task, &["COMPLETED"], DEADLINE).await;
    stack.is_settled().await;
}

#[tokio::test]
async fn a_frozen_redis_is_answered_with_503_in_time_and_nothing_needs_a_restart() {
    let stack = Stack::with_users([5, 6]).await;
    let (mut server, api) = stack.api(&[]).await;
    let mut worker = stack.worker(&[]);
    let (ready, worker_ready) = (format!("{}/readyz", api.base()), probes(&worker).await);
    until_ready(&stack, &worker_ready, true).await;
    let before = api.submit(6).await;
    api.until(before, &["COMPLETED"], DEADLINE).await;

    stack.redis.freeze();
    let begun = Instant::now();
    assert_eq!(ask(&api, 5).await, None, "503");
    assert!(begun.elapsed() < ANSWER_LIMIT, "{:?}", begun.elapsed());
    until_ready(&stack, &ready, false).await;
    until_ready(&stack, &worker_ready, false).await;
    stack.redis.thaw();

    until_ready(&stack, &ready, true).await;
    until_ready(&stack, &worker_ready, true).await;
    // What was answered with 503 may have been done: the key finds it.
    let task = eventually("the deletion is accepted", DEADLINE, async || ask(&api, 5).await).await;
    api.until(task, &["COMPLETED"], DEADLINE).await;
    assert!(server.is_running() && worker.is_running());
    stack.is_settled().await;
}

#[tokio::test]
async fn an_api_killed_in_the_middle_of_submits_has_accepted_each_once() {
    const USERS: u64 = 500;
    const BEFORE_THE_KILL: usize = 50;
    let stack = Stack::with_users(10..10 + USERS).await;
    let (mut first, api) = stack.api(&[]).await;
    let (_second, other) = stack.api(&[]).await;
    let accepted = Arc::new(AtomicUsize::new(0));
    let mut submits = JoinSet::new();
    for user in 10..10 + USERS {
        let (api, accepted) = (api.clone(), Arc::clone(&accepted));
        submits.spawn(async move {
            let request = api.request(Method::DELETE, &path(user));
            let answer = request.header("Idempotency-Key", format!("user-{user}")).send().await.ok()?;
            assert_eq!(answer.status(), StatusCode::ACCEPTED);
            let body: serde_json::Value = answer.json().await.ok()?;
            accepted.fetch_add(1, Ordering::SeqCst);
            Some((user, body["id"].as_u64()?))
        });
    }
    eventually("some are accepted", DEADLINE, async || {
        (accepted.load(Ordering::SeqCst) >= BEFORE_THE_KILL).then_some(())
    })
    .await;
    first.kill();
    let known: BTreeMap<u64, u64> = submits.join_all().await.into_iter().flatten().collect();
    let answered = known.len() as u64;
    assert!(answered < USERS, "it was killed too late");
    let held = stack.store.depth().await.unwrap().states[&TaskState::Queued];
    eprintln!("{answered} answered, {held} accepted when the API was killed");
    assert!(held >= answered, "what was answered is kept");

    // Everybody asks again, the ones who know their task and the ones who do not.
    let mut tasks = BTreeMap::new();
    for user in 10..10 + USERS {
        let task = ask(&other, user).await.expect("Redis answers");
        assert!(known.get(&user).is_none_or(|known| *known == task), "user {user} has two tasks");
        assert_eq!(tasks.insert(task, user), None, "a task of two users");
    }
    assert_eq!(stack.store.depth().await.unwrap().states[&TaskState::Queued], USERS);
    let _worker = stack.worker(&[]);
    all_completed(&stack, USERS).await;
}

/// Waits until that many have completed, and nothing is left over.
async fn all_completed(stack: &Stack, number: u64) {
    eventually("all have completed", Duration::from_secs(100), async || {
        let depth = stack.store.depth().await.ok()?;
        (depth.states[&TaskState::Completed] == number).then_some(())
    })
    .await;
    let depth = stack.store.depth().await.unwrap();
    assert_eq!(depth.states.values().sum::<u64>(), number, "{depth:?}");
    assert_eq!(stack.store.staged_users().await.unwrap(), 1, "the built-in administrator alone is left");
    stack.is_settled().await;
}

#[tokio::test]
async fn twenty_thousand_tasks_queued_while_no_worker_runs_are_drained_by_one() {
    const TASKS: u64 = 20_000;
    let stack = Stack::with_users(10..10 + TASKS).await;
    let users: Vec<_> = (10..10 + TASKS).collect();
    let begun = Instant::now();
    for some in users.chunks(100) {
        let submissions: Vec<_> = some.iter().map(|user| fixtures::submission(*user)).collect();
        stack.store.submit(&submissions).await.unwrap();
    }
    let queued = begun.elapsed();
    assert_eq!(stack.store.depth().await.unwrap().states[&TaskState::Queued], TASKS);
    let begun = Instant::now();
    let mut worker = stack.worker(&[("OFFSTAGE_LOG", "warn")]);
    all_completed(&stack, TASKS).await;
    eprintln!("{TASKS} tasks: queued in {queued:?}, drained in {:?}", begun.elapsed());
    worker.signal(Signal::TERM);
    assert!(worker.ended(DEADLINE).await.success());
}

#[tokio::test]
async fn idle_and_paused_workers_do_not_spin_and_a_resumed_queue_drains() {
    const WINDOW: Duration = Duration::from_secs(3);
    const MOST_CALLS_A_SECOND: f64 = 30.0;
    let stack = Stack::with_users(10..60).await;
    let args = ["--listen", "127.0.0.1:0", "--redis-url", &stack.redis.url()].map(str::to_owned);
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    // Not the short lease of the other tests: that costs more heartbeats.
    let mut worker = Program::start("offstage-worker", stack.redis.folder(), &args, &[]);
    let ready = probes(&worker).await;
    for paused in [false, true] {
        stack.store.pause_queue(paused, "tester").await.unwrap();
        if paused {
            for user in 10..60 {
                fixtures::submit(&stack.store, user).await;
            }
        }
        until_ready(&stack, &ready, true).await;
        let (begun, before) = (tokio::time::Instant::now(), stack.redis_calls());
        eventually("the window is over", 2 * WINDOW, async || (begun.elapsed() >= WINDOW).then_some(()))
            .await;
        let rate = (stack.redis_calls() - before) / begun.elapsed().as_secs_f64();
        eprintln!("paused: {paused}, {rate:.1} calls a second");
        assert!(rate < MOST_CALLS_A_SECOND, "paused: {paused}, {rate:.1} calls a second");
        assert!(is_ready(&stack, &ready).await, "paused: {paused}");
    }
    assert_eq!(stack.store.depth().await.unwrap().states[&TaskState::Queued], 50, "the pause holds");
    stack.store.pause_queue(false, "tester").await.unwrap();
    all_completed(&stack, 50).await;
    worker.signal(Signal::TERM);
    assert!(worker.ended(DEADLINE).await.success());
}

#[tokio::test]
async fn two_workers_on_one_machine_need_no_settings() {
    let stack = Stack::with_users([5]).await;
    let url = stack.redis.url();
    let start = || Program::start("offstage-worker", stack.redis.folder(), &["--redis-url", &url], &[]);
    let workers = [start(), start()];
    for worker in &workers {
        worker.logged("\"working\"").await;
    }
    let task = fixtures::submit(&stack.store, 5).await;
    tasks::ended(&stack.store, task).await;
    stack.is_settled().await;
}
