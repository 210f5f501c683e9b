//! `claim.lua`, `pause_queue.lua` and `depth.lua`.

use offstage::{
    domain::{
        checklist::{Checklist, Counts},
        state::{Event, TaskState, next},
        task::{Fence, TaskId, UserId},
    },
    store::queue::{Claim, Report, Standing},
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{LONG, NONE, World, situations},
};

#[tokio::test]
async fn a_claim_takes_what_the_table_lets_it_take() {
    let redis = PrivateRedis::start().await;
    for (state, committed) in situations() {
        let world = World::new(&redis).await;
        let id = world.task_committed(state, committed).await;
        // A hint that is late, or doubled, must not matter.
        world.set("DEL", "pending", &[]);
        world.set("RPUSH", "pending", &[&id.to_string(), &id.to_string(), "99"]);
        let fence = world.lease(id).fence.0;
        let before = world.dump();
        let Claim::Taken { entries, tasks, .. } = world.store.claim(10, "w", LONG).await.unwrap() else {
            panic!("the queue is not paused")
        };
        assert_eq!(entries, 3);
        if let Ok(to) = next(state, committed, Event::Claim) {
            assert_eq!(tasks.len(), 1, "{state} {committed}");
            assert_eq!((tasks[0].lease.task, tasks[0].lease.fence), (id, Fence(fence + 1)));
            assert_eq!(world.state(id).await, to);
            world.audit();
        } else {
            assert_eq!(tasks, [], "{state} {committed}");
            world.set("RPUSH", "pending", &[&id.to_string(), &id.to_string(), "99"]);
            before.assert_same(&world.dump(), "a claim in vain");
        }
    }
}

#[tokio::test]
async fn a_claimed_task_tells_its_worker_what_it_is_about() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    fixtures::register(&world.store, 5, fixtures::dependent("1", false)).await;
    let id = world.task_in(TaskState::Queued).await;
    let claimed = world.claim(LONG).await;
    let instant = std::time::Instant::now();
    let now = world.now_ms();
    assert!((now - 10_000..=now).contains(&claimed.at.millis_at(instant)), "{:?} is not {now}", claimed.at);
    assert_eq!((claimed.lease.task, claimed.subject.user(), claimed.attempt), (id, Some(UserId(5)), 1));
    assert_eq!((claimed.username.as_deref(), claimed.registered), (Some("user5"), 1));
    let leases = world.dump().sorted("leases");
    let deadline: u64 = leases[&format!("{id}:1")].parse().unwrap();
    let left = deadline - world.now_ms();
    assert!((3_000_000..=3_600_000).contains(&left), "{left} ms are left of an hour's lease");
}

#[tokio::test]
async fn a_claim_of_a_task_whose_user_is_gone_has_no_name() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    world.task_in(TaskState::Queued).await;
    world.set("DEL", "staged:user:5", &[]);
    let claimed = world.claim(LONG).await;
    assert_eq!((claimed.username, claimed.registered), (None, 0));
}

#[tokio::test]
async fn a_second_claim_starts_from_nothing() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Processing).await;
    let found = [fixtures::dependent("1", true)];
    let report = Report { checks: fixtures::checks(1, 2, Counts { found: 1, blocking: 1 }), found: &found };
    assert_eq!(world.store.report(world.lease(id), &report).await.unwrap(), Standing::Kept);
    let started = world.store.task(id).await.unwrap().unwrap().started;
    assert!(world.settle(world.lease(id), Event::Retry, 0).await);
    world.store.promote("w").await.unwrap();
    let again = world.claim(LONG).await;
    assert_eq!((again.attempt, again.lease.fence), (2, Fence(2)));
    let task = world.store.task(id).await.unwrap().unwrap();
    assert_eq!(task.checks, Checklist::default());
    assert_eq!((task.reason, task.started), (None, started));
    assert_eq!(world.store.found_dependents(id).await.unwrap(), []);
    world.audit();
}

#[tokio::test]
async fn a_claim_takes_no_more_than_it_was_asked_for() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let first = fixtures::submit(&world.store, 5).await;
    let second = fixtures::submit(&world.store, 6).await;
    assert_eq!(world.claim(NONE).await.lease.task, first);
    assert_eq!(world.state(second).await, TaskState::Queued);
    let nothing: TaskId = world.claim(LONG).await.lease.task;
    assert_eq!(nothing, second);
    let rest = world.unchanged("claim from an empty queue", world.store.claim(9, "w", LONG)).await.unwrap();
    assert_eq!(rest, Claim::Taken { entries: 0, tasks: vec![], strangers: vec![] });
}

#[tokio::test]
async fn nothing_is_claimed_while_the_queue_is_paused() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Queued).await;
    world.store.pause_queue(true, "op").await.unwrap();
    assert_eq!(world.store.depth().await.unwrap().paused_by.as_deref(), Some("op"));
    let answer = world.unchanged("claim", world.store.claim(9, "w", LONG)).await.unwrap();
    assert_eq!(answer, Claim::Paused);
    assert_eq!(world.state(id).await, TaskState::Queued);
    world.store.pause_queue(false, "op").await.unwrap();
    assert!(!world.store.depth().await.unwrap().is_paused());
    assert_eq!(world.claim(LONG).await.lease.task, id);
}

#[tokio::test]
async fn depth_counts_every_state_and_the_longest_wait() {
    let redis = PrivateRedis::start().await;
    for state in TaskState::ALL {
        let world = World::new(&redis).await;
        assert_eq!(world.store.depth().await.unwrap().oldest_age_ms, None);
        let id = world.task_in(state).await;
        let depth = world.store.depth().await.unwrap();
        let counted: Vec<_> = depth.states.iter().filter(|(_, count)| **count > 0).collect();
        assert_eq!(counted, [(&state, &1)]);
        assert_eq!(depth.states.len(), 12);
        let waits = matches!(state, TaskState::Queued | TaskState::Resuming);
        assert_eq!(depth.oldest_age_ms.is_some(), waits, "{state}");
        if waits {
            let since = (world.now_ms() - 90_000).to_string();
            world.set("ZADD", "claimable", &[&since, &id.to_string()]);
            let age = world.store.depth().await.unwrap().oldest_age_ms.unwrap();
            assert!((90_000..100_000).contains(&age), "{age}");
        }
    }
}

#[tokio::test]
async fn a_task_of_a_newer_versions_kind_does_not_take_the_others_with_it() {
    let redis = PrivateRedis::start().await;
    for (command, args) in [("HSET", &["kind", "of_tomorrow"][..]), ("HDEL", &["kind"][..])] {
        let world = World::new(&redis).await;
        let strange = world.task_in(TaskState::Queued).await;
        world.set(command, &format!("task:{strange}"), args);
        let good = fixtures::submit(&world.store, 6).await;
        let claim = world.store.claim(10, "w", LONG).await.unwrap();
        let Claim::Taken { entries, tasks, strangers } = claim else { panic!("the queue is not paused") };
        assert_eq!((entries, tasks.len(), tasks[0].lease.task), (2, 1, good), "{command}");
        assert_eq!(strangers, [world.lease(strange)], "{command}");
    }
}
