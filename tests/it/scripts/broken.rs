//! Records that nobody of ours wrote: a key of another type, a field that is missing or no number. Whoever names such a
//! task is refused; whoever only comes across it passes by, and everybody else's tasks go on.

use offstage::{
    domain::{
        checklist::Counts,
        state::{Event, TaskState},
        task::{TaskId, UserId},
    },
    store::{
        StoreError,
        queue::{Claim, Commit, Committed, Report, Standing},
        submit::Submitted,
    },
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{ANY_AGE, LONG, World},
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

/// The one behind it in the same call is whole, whatever it is answered.
#[tokio::test]
async fn a_broken_user_leaves_no_submission_half_done() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    fixtures::users(&world.store, [7]).await;
    world.set("DEL", "staged:user:6", &[]);
    world.set("SET", "staged:user:6", &["nonsense"]);
    let answer = world.store.submit(&[5, 6, 7].map(fixtures::submission)).await;
    assert!(matches!(answer, Err(StoreError::Refused { .. })), "{answer:?}");
    world.set("DEL", "staged:user:6", &[]);
    let record = "username user6 admin 0 email user6@example.com user_role_id 2 dependents 0 blocking 0";
    world.set("HSET", "staged:user:6", &record.split(' ').collect::<Vec<_>>());
    for user in [5, 7] {
        let again = world.unchanged("submit", world.submit(fixtures::submission(user))).await;
        assert!(matches!(again, Submitted::Live(_)), "{user}: {again:?}");
    }
    world.audit();
}

#[tokio::test]
async fn broken_administrators_leave_no_deletion_half_done() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let mut commits = Vec::new();
    for user in [5, 1, 6] {
        fixtures::submit(&world.store, user).await;
        let lease = world.claim(LONG).await.lease;
        let checks = fixtures::checks(1, 1, Counts::default());
        commits.push(Commit { lease, oldest_answer_ms: None, checks });
    }
    world.set("DEL", "staged:admins", &[]);
    world.set("SET", "staged:admins", &["nonsense"]);
    let answer = world.store.commit(&commits, "w", ANY_AGE).await;
    assert!(matches!(answer, Err(StoreError::Refused { .. })), "{answer:?}");
    let (done, held) = (TaskState::Completed, TaskState::Processing);
    for (commit, (user, state)) in commits.iter().zip([(5, done), (1, held), (6, done)]) {
        assert_eq!(world.state(commit.lease.task).await, state, "{user}");
        assert_eq!(world.sides(UserId(user)).0, state == held, "{user}");
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
