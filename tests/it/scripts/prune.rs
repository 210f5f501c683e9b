//! `prune.lua`: a task goes with everything that belongs to it.

use offstage::{
    domain::{
        state::{Event, Place, TaskState},
        task::TaskId,
    },
    store::{
        queue::Report,
        submit::{IdempotencyKey, Submission, Submitted},
    },
};
use offstage_tests::{
    dump::Dump,
    fixtures,
    redis::PrivateRedis,
    world::{LONG, USER, World, situations},
};

/// What may be left of tasks: the number of the last one, counters that say zero, and the last events.
fn assert_no_task_left(dump: &Dump) {
    let ours = ["counts", "epoch", "events", "seq", "roles"];
    let directory =
        |name: &str| name.starts_with("staged:") || name.starts_with("deployed:") || name == "changes";
    let left: Vec<_> =
        dump.0.keys().filter(|name| !ours.contains(&name.as_str()) && !directory(name)).collect();
    assert_eq!(left, [""; 0]);
    assert!(dump.hash("counts").values().all(|count| count == "0"), "{:?}", dump.hash("counts"));
}

#[tokio::test]
async fn a_pruned_task_leaves_nothing() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    for number in 0..3 {
        let idempotency = IdempotencyKey { key: format!("a{number}"), request: "b".to_owned() };
        world.submit(Submission { idempotency: Some(idempotency), ..fixtures::submission(USER) }).await;
    }
    let lease = world.claim(LONG).await.lease;
    let found = [fixtures::dependent("1", true)];
    world.store.report(lease, &Report { found: &found, ..Report::default() }).await.unwrap();
    assert!(world.settle(lease, Event::Refuse, 0).await);
    let id = lease.task;
    for child in ["", ":history", ":dependents", ":keys"] {
        assert!(world.raw::<bool>("EXISTS", &format!("task:{id}{child}"), &[]), "{child}");
    }
    assert_eq!(world.store.prune(0).await.unwrap(), 1);
    assert_no_task_left(&world.dump());
    assert_eq!(world.store.task(id).await.unwrap(), None);
    assert_eq!(world.store.story(id).await.unwrap(), None);
    let answer = world.submit(fixtures::submission(USER)).await;
    assert!(matches!(answer, Submitted::Created { id: second, .. } if second.0 == id.0 + 1), "{answer:?}");
}

/// More than Lua hands to one command.
#[tokio::test]
async fn tasks_with_as_many_keys_as_there_can_be_are_pruned_together() {
    const TASKS: u64 = 100;
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let users = 1_000..1_000 + TASKS;
    fixtures::users(&world.store, users.clone()).await;
    for user in users {
        let keyed = (0..100).map(|number| {
            let idempotency =
                IdempotencyKey { key: format!("{:064x}", user * 100 + number), request: "b".to_owned() };
            Submission { idempotency: Some(idempotency), ..fixtures::submission(user) }
        });
        let answers = world.store.submit(&keyed.collect::<Vec<_>>()).await.unwrap();
        let Submitted::Created { id, .. } = answers[0] else { panic!("{answers:?}") };
        world.store.cancel(id, "c").await.unwrap();
    }
    assert_eq!(world.raw::<u64>("HLEN", "idempotency", &[]), 100 * TASKS);
    assert_eq!(world.store.prune(0).await.unwrap(), TASKS);
    // Entries of tasks that no longer wait stay until somebody comes across them.
    world.set("DEL", "pending", &[]);
    assert_no_task_left(&world.dump());
}

#[tokio::test]
async fn only_tasks_that_ended_are_pruned() {
    let redis = PrivateRedis::start().await;
    for (state, committed) in situations() {
        let world = World::new(&redis).await;
        world.task_committed(state, committed).await;
        if state.place() == Place::Ended {
            assert_eq!(world.store.prune(0).await.unwrap(), 1, "{state}");
            assert_no_task_left(&world.dump());
        } else {
            assert_eq!(world.unchanged("prune", world.store.prune(0)).await.unwrap(), 0, "{state}");
        }
        world.audit();
    }
}

#[tokio::test]
async fn a_task_stays_for_its_retention() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Conflict).await;
    assert_eq!(world.unchanged("prune", world.store.prune(60_000)).await.unwrap(), 0);
    let long_ago = (world.now_ms() - 60_001).to_string();
    world.set("ZADD", "ended", &[&long_ago, &id.to_string()]);
    assert_eq!(world.store.prune(60_000).await.unwrap(), 1);
}

#[tokio::test]
async fn a_task_is_gone_when_its_number_was_given_out_and_no_record_is_left() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let pruned = world.task_in(TaskState::Conflict).await;
    assert_eq!(world.store.prune(0).await.unwrap(), 1);
    let kept = world.task_in(TaskState::Queued).await;
    let never_given_out = TaskId(kept.0 + 1);
    let gone = world.unchanged("gone", world.store.gone(&[kept, pruned, never_given_out])).await;
    assert_eq!(gone.unwrap(), [pruned]);
    assert_eq!(world.store.gone(&[]).await.unwrap(), []);
}
