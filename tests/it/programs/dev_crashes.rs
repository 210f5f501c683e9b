//! `offstage dev` is killed, whole or in part, and goes on.

use offstage::store::{Store, seeding::Seeded};
use offstage_tests::{
    api::Api,
    dev::{DataFolder, Dev},
    eventually,
    fixtures::PREFIX,
    programs::Program,
};
use reqwest::{Method, StatusCode};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs::{self, File},
    io::Write as _,
    path::PathBuf,
    time::{Duration, Instant},
};

use super::{DEADLINE, generated, sample};

/// From a start after a crash to `ready`.
const RESTART_LIMIT: Duration = Duration::from_secs(10);
const SHORT_LEASE: [(&str, &str); 3] = [
    ("OFFSTAGE_WORKER__LEASE_MS", "900"),
    ("OFFSTAGE_WORKER__HEARTBEAT_MS", "300"),
    ("OFFSTAGE_CHECKS__PAUSE__MS", "500"),
];

async fn seeded(data: &DataFolder) -> Dev {
    data.start(&["--seed", &sample()], &SHORT_LEASE).await
}

/// A started program that is not this one.
async fn another(data: &DataFolder, name: &str, old: Pid) {
    eventually("it was started again", DEADLINE, async || {
        let running = data.running(name);
        (running.len() == 1 && running[0] != old).then_some(())
    })
    .await;
}

/// Asks for a deletion until it is accepted, as a caller does who is told to try again.
async fn insist(api: &Api, user: u64) -> u64 {
    eventually("the deletion is accepted", DEADLINE, async || {
        let path = format!("/api/staged_config/access/users/{user}");
        let request = api.request(Method::DELETE, &path).header("Idempotency-Key", format!("user-{user}"));
        let answer = api.send(request).await;
        if answer.status == StatusCode::SERVICE_UNAVAILABLE {
            assert!(answer.headers.contains_key("retry-after"), "{answer:?}");
            return None;
        }
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{answer:?}");
        answer.body["id"].as_u64()
    })
    .await
}

#[tokio::test]
async fn a_killed_redis_is_started_again_and_a_deletion_asked_for_meanwhile_completes() {
    let data = DataFolder::new();
    let dev = seeded(&data).await;
    let before = dev.api.submit(8).await;
    let redis = data.only("redis.sock --dir");
    kill_process(redis, Signal::KILL).unwrap();
    let meanwhile = insist(&dev.api, 5).await;
    dev.program
        .logged(&format!("redis (pid {}) ended (signal 9): starting it again", redis.as_raw_nonzero()))
        .await;
    for task in [before, meanwhile] {
        dev.api.until(task, &["COMPLETED"], DEADLINE).await;
    }
    another(&data, "redis.sock --dir", redis).await;
}

#[tokio::test]
async fn a_killed_worker_is_started_again_and_a_deletion_asked_for_meanwhile_completes() {
    let data = DataFolder::new();
    let dev = seeded(&data).await;
    let before = dev.api.submit(8).await;
    dev.api.until(before, &["PROCESSING"], DEADLINE).await;
    let worker = data.only("offstage-worker");
    kill_process(worker, Signal::KILL).unwrap();
    let meanwhile = dev.api.submit(5).await;
    dev.program
        .logged(&format!("worker 1 (pid {}) ended (signal 9): starting it again", worker.as_raw_nonzero()))
        .await;
    another(&data, "offstage-worker", worker).await;
    for task in [before, meanwhile] {
        dev.api.until(task, &["COMPLETED"], DEADLINE).await;
    }
}

/// What becomes of the children when `offstage dev` is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Children {
    GoOn,
    Frozen,
    KilledToo,
}

async fn killed_and_started_again(children: Children) {
    let data = DataFolder::new();
    let mut dev = seeded(&data).await;
    let deleted = dev.api.submit(7).await;
    dev.api.until(deleted, &["COMPLETED"], DEADLINE).await;
    let accepted = [(dev.api.submit(5).await, "COMPLETED"), (dev.api.submit(6).await, "CONFLICT")];
    let old: Vec<_> = data.marked().into_iter().map(|process| process.pid).collect();
    match children {
        Children::GoOn => {}
        Children::Frozen => data.signal(Signal::STOP),
        Children::KilledToo => data.signal(Signal::KILL),
    }
    dev.program.kill();

    let begun = Instant::now();
    let dev = seeded(&data).await;
    assert!(begun.elapsed() < RESTART_LIMIT, "{:?}", begun.elapsed());
    for (task, end) in accepted {
        dev.api.until(task, &["COMPLETED", "CONFLICT"], DEADLINE).await;
        assert_eq!(dev.api.status(task).await, end);
    }
    for user in [5, 7] {
        assert_eq!(
            dev.api.delete_user(user).await.status,
            StatusCode::NOT_FOUND,
            "the seed is not loaded again"
        );
    }
    let left: Vec<_> = data.marked().into_iter().filter(|process| old.contains(&process.pid)).collect();
    assert_eq!(left, []);
    assert_eq!(data.marked().len(), 2, "a Redis and a worker");
}

#[tokio::test]
async fn a_start_after_a_kill_ends_orphans_that_go_on() {
    killed_and_started_again(Children::GoOn).await;
}

#[tokio::test]
async fn a_start_after_a_kill_ends_orphans_that_are_frozen() {
    killed_and_started_again(Children::Frozen).await;
}

#[tokio::test]
async fn a_start_after_a_kill_of_everything_goes_on() {
    killed_and_started_again(Children::KilledToo).await;
}

/// Starts with the sample, and kills all of it; where Redis wrote.
async fn killed(data: &DataFolder) -> PathBuf {
    seeded(data).await.program.kill();
    data.signal(Signal::KILL);
    eventually("nothing writes any more", DEADLINE, async || data.is_deserted().then_some(())).await;
    data.path().join("redis/appendonlydir/appendonly.aof.1.incr.aof")
}

/// Redis died over it; by itself it would leave it there.
#[tokio::test]
async fn half_a_transaction_is_cut_off_before_redis_starts_again() {
    let data = DataFolder::new();
    let file = killed(&data).await;
    let torn = b"*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$4\r\ntorn\r\n$1\r\n1\r\n*1\r\n$4\r\nEX";
    File::options().append(true).open(&file).unwrap().write_all(torn).unwrap();
    let dev = seeded(&data).await;
    assert!(!fs::read(&file).unwrap().windows(4).any(|bytes| bytes == b"torn"));
    let task = dev.api.submit(5).await;
    dev.api.until(task, &["COMPLETED"], DEADLINE).await;
}

#[tokio::test]
async fn a_file_that_is_broken_is_said_and_left_as_it_is() {
    let data = DataFolder::new();
    let file = killed(&data).await;
    let broken = [b"xxx".as_slice(), &fs::read(&file).unwrap()].concat();
    fs::write(&file, &broken).unwrap();
    let mut dev = data.spawn(&[], &[]);
    assert!(!dev.ended(DEADLINE).await.success());
    assert!(
        dev.log().contains("more is broken than the last write, and nothing was changed"),
        "{}",
        dev.log()
    );
    assert!(dev.log().contains("what it said above"), "{}", dev.log());
    assert_eq!(fs::read(&file).unwrap(), broken);
    assert!(data.is_deserted());
}

const MANY: u64 = 20_000;

/// Starts with a large seed and waits until some of it is loaded.
async fn in_the_middle_of_a_seed(data: &DataFolder, file: &str) -> Program {
    let first = data.spawn(&["--seed", file], &[]);
    let store = Store::new(&data.redis_url(), PREFIX, "offstage-test").unwrap();
    eventually("some are loaded", DEADLINE, async || {
        (store.staged_users().await.is_ok_and(|users| users > 0)).then_some(())
    })
    .await;
    first
}

/// The next start loads what is missing, and serves.
async fn is_completed(data: &DataFolder, file: &str) {
    let _dev = data.start(&["--seed", file], &[]).await;
    let store = Store::new(&data.redis_url(), PREFIX, "offstage-test").unwrap();
    assert_eq!(store.staged_users().await.unwrap(), MANY + 1);
    assert_eq!(store.seeded().await.unwrap(), Seeded::Whole);
}

#[tokio::test]
async fn a_seed_that_was_killed_in_the_middle_is_completed_by_the_next_start() {
    let data = DataFolder::new();
    let file = generated(data.folder(), MANY);
    let mut first = in_the_middle_of_a_seed(&data, &file).await;
    first.kill();
    data.signal(Signal::KILL);
    assert!(first.rest().await.is_empty(), "it was not ready yet");
    is_completed(&data, &file).await;
}

#[tokio::test]
async fn a_seed_that_was_stopped_in_the_middle_ends_in_time_and_is_completed_by_the_next_start() {
    let data = DataFolder::new();
    let file = generated(data.folder(), MANY);
    let mut first = in_the_middle_of_a_seed(&data, &file).await;
    first.signal(Signal::TERM);
    assert!(first.ended(Duration::from_secs(5)).await.success());
    assert!(data.is_deserted(), "{:?}", data.marked());
    assert!(first.rest().await.is_empty(), "it was not ready yet");
    is_completed(&data, &file).await;
}

#[tokio::test]
async fn a_redis_killed_in_the_middle_of_a_seed_is_started_again_and_the_seed_goes_on() {
    let data = DataFolder::new();
    let file = generated(data.folder(), MANY);
    let first = in_the_middle_of_a_seed(&data, &file).await;
    kill_process(data.only("redis.sock --dir"), Signal::KILL).unwrap();
    let dev = Dev::serving(first).await;
    let log = dev.program.log();
    assert!(log.contains("starting it again") && log.contains("going on with it"), "{log}");
    let store = Store::new(&data.redis_url(), PREFIX, "offstage-test").unwrap();
    assert_eq!(store.staged_users().await.unwrap(), MANY + 1);
    assert_eq!(store.seeded().await.unwrap(), Seeded::Whole);
}
