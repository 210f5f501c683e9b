//! Records that nobody of ours wrote: a key of another type, a field that is missing or no number. Whoever names such a
//! task is refused; whoever only comes across it passes by, and everybody else's tasks go on.

use offstage::{
    domain::{
        state::{Event, TaskState},
        task::TaskId,
    },
    store::{
        StoreError,
        queue::{Claim, Committed, Report, Standing},
        submit::Submitted,
    },
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{LONG, World},
};

/// The ways to break a record.
const BREAKS: [&str; 6] = ["type", "fence", "attempt", "modified", "user", "no modified"];

fn break_record(world: &World, id: TaskId, how: &str) {
    let key = format!("task:{id}");
    match how {
        "type" => {
            world.set("DEL", &key, &[]);
            world.set("SET", &key, &["nonsense"]);
        }
        "no modified" => world.set("HDEL", &key, &["modified"]),
        field => world.set("HSET", &key, &[field, "nonsense"]),
    }
}

#[tokio::test]
async fn a_broken_record_is_told_to_whoever_names_it() {
    let redis = PrivateRedis::start().await;
    for how in BREAKS {
        for state in TaskState::ALL {
            let world = World::new(&redis).await;
            let id = world.task_in(state).await;
            break_record(&world, id, how);
            let store = &world.store;
            let answers = [
                world.unchanged(how, store.cancel(id, "c")).await.map(drop),
                world.unchanged(how, store.pause(id, "c")).await.map(drop),
                world.unchanged(how, store.resume(id, "c")).await.map(drop),
            ];
            for answer in answers {
                assert!(matches!(answer, Err(StoreError::Corrupt { .. })), "{how} {state}: {answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn the_holder_of_a_broken_record_has_lost_it() {
    let redis = PrivateRedis::start().await;
    for how in BREAKS {
        let world = World::new(&redis).await;
        let id = world.task_in(TaskState::Processing).await;
        let lease = world.lease(id);
        break_record(&world, id, how);
        let standing = world.unchanged(how, world.store.extend(&[lease], LONG)).await.unwrap();
        assert_eq!(standing, [Standing::Lost], "{how}");
        let report = world.unchanged(how, world.store.report(lease, &Report::default())).await.unwrap();
        assert_eq!(report, Standing::Lost, "{how}");
        assert_eq!(world.unchanged(how, world.commit(lease)).await, Committed::Lost, "{how}");
        assert!(!world.unchanged(how, world.settle(lease, Event::Retry, 0)).await, "{how}");
    }
}

#[tokio::test]
async fn a_broken_record_stops_neither_claims_nor_the_loops() {
    let redis = PrivateRedis::start().await;
    for how in BREAKS {
        for state in TaskState::ALL {
            let world = World::new(&redis).await;
            let id = world.task_in(state).await;
            // Before the good one everywhere, and due everywhere.
            world.set("LPUSH", "pending", &[&id.to_string()]);
            for place in ["delayed", "ended"] {
                world.set("ZADD", place, &["1", &id.to_string()]);
            }
            world.set("ZADD", "leases", &["1", &format!("{id}:{}", world.lease(id).fence)]);
            break_record(&world, id, how);
            let good = fixtures::submit(&world.store, 6).await;
            world.store.reconcile(0).await.unwrap();
            let Claim::Taken { tasks, .. } = world.store.claim(10, "w", LONG).await.unwrap() else {
                panic!("the queue is not paused")
            };
            assert_eq!(tasks.len(), 1, "{how} {state}");
            assert_eq!(tasks[0].lease.task, good);
            world.store.reclaim(1, "r").await.unwrap();
            world.store.promote("p").await.unwrap();
            assert_eq!(world.store.prune(0).await.unwrap(), 1, "{how} {state}");
            assert!(!world.raw::<bool>("EXISTS", &format!("task:{id}"), &[]), "{how} {state}: pruned");
            assert_eq!(
                world.store.depth().await.unwrap().oldest_age_ms,
                None,
                "{how} {state}: it does not wait"
            );
        }
    }
}

#[tokio::test]
async fn a_user_whose_live_task_is_broken_can_be_deleted() {
    let redis = PrivateRedis::start().await;
    for how in BREAKS {
        let world = World::new(&redis).await;
        let id = world.task_in(TaskState::Queued).await;
        break_record(&world, id, how);
        let answer = world.submit(fixtures::submission(5)).await;
        assert!(matches!(answer, Submitted::Created { .. }), "{how}: {answer:?}");
    }
}

#[tokio::test]
async fn a_broken_record_is_not_shown() {
    let redis = PrivateRedis::start().await;
    for how in ["attempt", "modified", "user", "no modified", "state", "kind", "created", "reason"] {
        let world = World::new(&redis).await;
        let id = world.task_in(TaskState::Queued).await;
        break_record(&world, id, how);
        let answer = world.store.task(id).await;
        assert!(matches!(answer, Err(StoreError::Corrupt { .. })), "{how}: {answer:?}");
    }
}
