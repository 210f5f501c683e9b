//! `reclaim.lua`: tasks whose worker has lost them.

use offstage::domain::{
    reason::Reason,
    state::{Event, Place, TaskState, next},
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{NONE, World, situations},
};

/// Lets the lease of a task run out, by Redis's clock.
fn expire(world: &World, id: offstage::domain::task::TaskId) {
    world.set("ZADD", "leases", &["1", &format!("{id}:{}", world.lease(id).fence)]);
}

#[tokio::test]
async fn a_lost_lease_moves_a_task_as_the_table_says() {
    let redis = PrivateRedis::start().await;
    for (state, committed) in situations() {
        for attempts_left in [true, false] {
            let world = World::new(&redis).await;
            let id = world.task_committed(state, committed).await;
            let before = world.dump();
            expire(&world, id);
            let max_attempts = if attempts_left { 9 } else { 1 };
            assert_eq!(world.store.reclaim(max_attempts, "r").await.unwrap(), 1);
            let fail = next(state, committed, Event::Fail).ok().filter(|_| !attempts_left);
            let what = format!("{state}, committed {committed}, attempts left {attempts_left}");
            if let Some(to) = fail.or_else(|| next(state, committed, Event::LoseLease).ok()) {
                let task = world.store.task(id).await.unwrap().unwrap();
                assert_eq!(task.state, to, "{what}");
                let reason = (to != TaskState::Cancelled).then_some(Reason::WorkerLost);
                assert_eq!(task.reason, reason, "{what}");
            } else {
                before.assert_same(&world.dump(), &what);
            }
            world.audit();
        }
    }
}

#[tokio::test]
async fn a_task_that_was_taken_back_can_be_claimed_at_once() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = fixtures::submit(&world.store, 5).await;
    let first = world.claim(NONE).await;
    assert_eq!(world.store.reclaim(9, "r").await.unwrap(), 1);
    assert_eq!(world.store.promote("p").await.unwrap(), 1);
    let second = world.claim(NONE).await;
    assert_eq!((second.lease.task, second.attempt), (id, 2));
    assert!(second.lease.fence > first.lease.fence);
}

#[tokio::test]
async fn a_lease_that_runs_is_left_alone() {
    let redis = PrivateRedis::start().await;
    for state in TaskState::ALL.into_iter().filter(|state| state.place() == Place::Held) {
        let world = World::new(&redis).await;
        world.task_in(state).await;
        assert_eq!(world.unchanged("reclaim", world.store.reclaim(1, "r")).await.unwrap(), 0, "{state}");
    }
}

#[tokio::test]
async fn leases_that_belong_to_nothing_are_dropped() {
    let redis = PrivateRedis::start().await;
    for member in ["99:1", "1:8", "1", "x:y", "", "1:1:1"] {
        let world = World::new(&redis).await;
        world.task_in(TaskState::Processing).await;
        let before = world.dump();
        world.set("ZADD", "leases", &["1", member]);
        assert_eq!(world.store.reclaim(9, "r").await.unwrap(), 1);
        before.assert_same(&world.dump(), &format!("a lease called {member:?}"));
    }
}
