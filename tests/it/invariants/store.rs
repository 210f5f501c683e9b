//! What must always hold (design, section 4), as far as the store alone can show it.

use offstage::{
    domain::{
        checklist::{Checklist, Counts},
        state::{Event, Place, TaskState},
        task::{TaskId, UserId},
    },
    store::{
        queue::{Claim, Commit, Committed, Lease, Report, Standing},
        submit::{IdempotencyKey, Submission, Submitted},
        tasks::Cancelled,
    },
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{ANY_AGE, LONG, NONE, USER, World, stale},
};
use std::collections::BTreeSet;

/// Everything that a worker can write under a lease; true if any of it was taken.
async fn writes(world: &World, lease: Lease) -> bool {
    let found = [fixtures::dependent("1", true)];
    let report = Report { checks: fixtures::checks(0, 1, Counts { found: 1, blocking: 1 }), found: &found };
    let mut taken = world.store.extend(&[lease], LONG).await.unwrap() != [Standing::Lost];
    taken |= world.store.report(lease, &report).await.unwrap() != Standing::Lost;
    taken |= world.commit(lease).await != Committed::Lost;
    for event in
        [Event::Refuse, Event::Retry, Event::HandBack, Event::Fail, Event::NoticeCancel, Event::GiveUp]
    {
        taken |= world.settle(lease, event, 0).await;
    }
    taken
}

#[tokio::test]
async fn invariant_2_a_deletion_takes_effect_once() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Completed).await;
    let lease = world.lease(id);
    world.store.load_users(&[fixtures::user(USER)], true).await.unwrap();
    let again = world.unchanged("a repeated commit", world.commit(lease)).await;
    assert_eq!(again, Committed::Done);
    assert_eq!(world.sides(UserId(USER)), (true, true), "who came back after it is not deleted again");
}

#[tokio::test]
async fn invariant_3_no_deletion_over_a_dependent() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let lease = world.lease(world.task_in(TaskState::Processing).await);
    fixtures::register(&world.store, USER, fixtures::dependent("1", true)).await;
    assert_eq!(world.unchanged("commit", world.commit(lease)).await, Committed::Blocked);
}

#[tokio::test]
async fn invariant_4_only_the_holder_writes() {
    let redis = PrivateRedis::start().await;
    for state in TaskState::ALL {
        let world = World::new(&redis).await;
        let lease = world.lease(world.task_in(state).await);
        assert!(!world.unchanged("late writes", writes(&world, stale(lease))).await, "{state}");
    }
    let world = World::new(&redis).await;
    fixtures::submit(&world.store, USER).await;
    let mut fences = BTreeSet::new();
    for _ in 0..5 {
        let lease = world.claim(NONE).await.lease;
        assert!(fences.last() < Some(&lease.fence), "a fence grows with every claim");
        fences.insert(lease.fence);
        world.store.reclaim(9, "r").await.unwrap();
        world.store.promote("p").await.unwrap();
        assert!(!world.unchanged("late writes", writes(&world, stale(lease))).await);
    }
}

#[tokio::test]
async fn invariant_5_one_live_deletion_per_user() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let submissions = vec![fixtures::submission(USER); 50];
    let (one, other) = tokio::join!(world.store.submit(&submissions), world.store.submit(&submissions));
    let all = [one.unwrap(), other.unwrap()].concat();
    let created = all.iter().filter(|answer| matches!(answer, Submitted::Created { .. })).count();
    let live = all.iter().filter(|answer| **answer == Submitted::Live(TaskId(1))).count();
    assert_eq!((created, live), (1, 99));
    world.audit();
}

#[tokio::test]
async fn invariant_6_a_cancel_that_was_answered_with_yes_never_ends_in_completed() {
    let redis = PrivateRedis::start().await;
    for state in TaskState::ALL.into_iter().filter(|state| !state.is_terminal()) {
        let world = World::new(&redis).await;
        let id = world.task_in(state).await;
        let lease = world.lease(id);
        assert_eq!(world.store.cancel(id, "c").await.unwrap(), Cancelled::Kept);
        assert_ne!(world.unchanged("commit", world.commit(lease)).await, Committed::Done, "{state}");
        world.set("DEL", "leases", &[]);
        world.store.reconcile(0).await.unwrap();
        world.store.reclaim(9, "r").await.unwrap();
        assert_eq!(world.state(id).await, TaskState::Cancelled, "{state}");
        assert_eq!(world.sides(UserId(USER)), (true, true));
    }
}

#[tokio::test]
async fn invariant_7_terminal_is_terminal() {
    let redis = PrivateRedis::start().await;
    for state in TaskState::ALL.into_iter().filter(|state| state.is_terminal()) {
        let world = World::new(&redis).await;
        let id = world.task_in(state).await;
        let lease = world.lease(id);
        // Every index lies, and everybody comes.
        world.set("DEL", "pending", &[]);
        let member = format!("{id}:{}", lease.fence);
        let everybody = async {
            world.set("RPUSH", "pending", &[&id.to_string()]);
            world.set("ZADD", "claimable", &["1", &id.to_string()]);
            world.set("ZADD", "delayed", &["1", &id.to_string()]);
            world.set("ZADD", "leases", &["1", &member]);
            world.store.promote("p").await.unwrap();
            world.store.reclaim(1, "r").await.unwrap();
            world.store.claim(9, "w", LONG).await.unwrap();
            world.store.cancel(id, "c").await.unwrap();
            world.store.pause(id, "c").await.unwrap();
            world.store.resume(id, "c").await.unwrap();
            writes(&world, lease).await;
            world.store.reconcile(0).await.unwrap();
        };
        world.unchanged("everybody", everybody).await;
    }
}

#[tokio::test]
async fn invariant_8_every_state_is_left_by_the_loops_alone() {
    let redis = PrivateRedis::start().await;
    for state in TaskState::ALL.into_iter().filter(|state| !state.is_terminal()) {
        let world = World::new(&redis).await;
        let id = world.task_in(state).await;
        for place in ["pending", "claimable", "delayed", "leases", "ended", "live"] {
            world.set("DEL", place, &[]);
        }
        if state == TaskState::Paused {
            // Its duty is an operator's.
            world.store.resume(id, "op").await.unwrap();
        }
        if state == TaskState::Initializing {
            world.set("HDEL", &format!("task:{id}"), &["not_before"]);
        }
        world.store.reconcile(0).await.unwrap();
        world.store.reclaim(9, "r").await.unwrap();
        world.store.promote("p").await.unwrap();
        if world.state(id).await.place() == Place::Claimable {
            assert_eq!(world.commit(world.claim(LONG).await.lease).await, Committed::Done, "{state}");
        }
        assert!(world.state(id).await.is_terminal(), "{state}");
        world.audit();
    }
}

#[tokio::test]
async fn invariant_9_redis_is_bounded() {
    const BATCHES: u64 = 1_000;
    let redis = PrivateRedis::with(&["--appendonly", "no"]).await;
    let world = World::new(&redis).await;
    for batch in 1..=BATCHES {
        delete_a_hundred(&world, batch * 100).await;
    }
    assert_eq!(world.raw::<u64>("SCARD", "changes", &[]), 100_000);
    world.deploy().await;
    assert_eq!(world.store.prune(0).await.unwrap(), 1);
    let prefix = format!("{}:", world.prefix);
    let keys: Vec<String> =
        redis::cmd("KEYS").arg(format!("{prefix}*")).query(&mut redis.connection()).unwrap();
    let left: BTreeSet<_> = keys.iter().map(|key| key[prefix.len()..].to_owned()).collect();
    let kept = ["counts", "epoch", "events", "generation", "last_user", "roles", "seq"].map(str::to_owned);
    let directory = ["admins", "names", "user:1", "user:5", "user:6", "users"];
    let deployed = world.deployed();
    let sides = ["staged:", &deployed].map(|side| directory.map(|name| format!("{side}{name}")));
    assert_eq!(left, kept.into_iter().chain(sides.into_iter().flatten()).collect());
    assert_eq!(world.raw::<u64>("GET", "seq", &[]), 100_001);
    assert_eq!(world.raw::<u64>("ZCARD", "staged:users", &[]), 3);
    assert_eq!(world.raw::<u64>("HLEN", "staged:names", &[]), 3);
    assert_eq!(world.raw::<Vec<String>>("SMEMBERS", "staged:admins", &[]), ["1"]);
    assert!(world.raw::<u64>("XLEN", "events", &[]) < 6_000, "the stream of events is trimmed");
    assert!(world.store.depth().await.unwrap().states.values().all(|count| *count == 0));
}

/// Loads a hundred users with dependents, deletes them and forgets their tasks.
async fn delete_a_hundred(world: &World, first: u64) {
    let ids = first..first + 100;
    let users: Vec<_> = ids.clone().map(fixtures::user).collect();
    world.store.load_users(&users, false).await.unwrap();
    fixtures::register(&world.store, first, fixtures::dependent("1", false)).await;
    let submissions: Vec<_> = ids.map(keyed).collect();
    world.store.submit(&submissions).await.unwrap();
    let Claim::Taken { tasks, .. } = world.store.claim(100, "w", LONG).await.unwrap() else {
        panic!("the queue is not paused")
    };
    let found = [fixtures::dependent("1", false)];
    let report = Report { checks: fixtures::checks(0, 1, Counts { found: 1, blocking: 0 }), found: &found };
    world.store.report(tasks[0].lease, &report).await.unwrap();
    let commits: Vec<_> = tasks
        .iter()
        .map(|task| Commit { lease: task.lease, oldest_answer_ms: None, checks: Checklist::default() })
        .collect();
    let answers = world.store.commit(&commits, "w", ANY_AGE).await.unwrap();
    assert_eq!(answers, [Committed::Done; 100]);
    assert_eq!(world.store.prune(0).await.unwrap(), 100);
}

/// A submission with an idempotency key of its own.
fn keyed(user: u64) -> Submission {
    let idempotency = IdempotencyKey { key: format!("{user:032x}"), request: format!("{user:032x}") };
    Submission { idempotency: Some(idempotency), ..fixtures::submission(user) }
}

#[tokio::test]
async fn memory_per_queued_task_is_below_one_kibibyte() {
    const TASKS: u64 = 30_000;
    for (what, submission) in
        [("without a key", fixtures::submission as fn(u64) -> Submission), ("with a key", keyed)]
    {
        let redis = PrivateRedis::with(&["--appendonly", "no"]).await;
        let world = World::new(&redis).await;
        let ids: Vec<u64> = (100..100 + TASKS).collect();
        fixtures::users(&world.store, ids.iter().copied()).await;
        let submit = async |ids: &[u64]| {
            for some in ids.chunks(100) {
                let submissions: Vec<_> = some.iter().copied().map(submission).collect();
                world.store.submit(&submissions).await.unwrap();
            }
        };
        // What does not grow with the tasks, the stream of events above all, is there by then.
        let (first, rest) = ids.split_at(ids.len() / 3);
        submit(first).await;
        let before = used_memory(&redis);
        submit(rest).await;
        let each = (used_memory(&redis) - before) / rest.len() as u64;
        eprintln!("{each} bytes for a queued task {what}");
        assert!(each < 1_024, "{each} bytes for a queued task {what}");
    }
}

fn used_memory(redis: &PrivateRedis) -> u64 {
    let info: String = redis::cmd("INFO").arg("memory").query(&mut redis.connection()).unwrap();
    let line = info.lines().find_map(|line| line.strip_prefix("used_memory:"));
    line.unwrap().trim().parse().unwrap()
}
