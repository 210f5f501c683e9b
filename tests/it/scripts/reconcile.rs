//! `reconcile.lua`, `refill.lua` and the walk: what was lost beside the records is put back from them.

use offstage::{
    domain::{
        state::{Place, TaskState},
        task::TaskId,
    },
    store::upkeep::{Reconciled, Walk},
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{LONG, World, situations},
};
use std::time::Duration;

/// Walks once over all tasks; returns how many places were mended.
async fn walk(world: &World) -> u64 {
    let mut mended = 0;
    let mut cursor = 0;
    loop {
        let stretch = world.store.reconcile(cursor).await.unwrap();
        mended += stretch.mended;
        cursor = stretch.cursor;
        if cursor == 0 {
            return mended;
        }
    }
}

#[tokio::test]
async fn where_all_is_well_nothing_is_touched() {
    let redis = PrivateRedis::start().await;
    for (state, committed) in situations() {
        let world = World::new(&redis).await;
        world.task_committed(state, committed).await;
        // Whether an old hint still stands at the head of the list matters to nobody.
        world.store.reconcile(0).await.unwrap();
        let through = world.unchanged("reconcile", world.store.reconcile(0)).await.unwrap();
        let open = u64::from(!state.is_terminal());
        assert_eq!(through, Reconciled { cursor: 0, mended: 0, open }, "{state}");
        world.audit();
    }
}

#[tokio::test]
async fn each_place_that_was_lost_is_put_back() {
    let redis = PrivateRedis::start().await;
    for (state, committed) in situations() {
        let index = format!("tasks:staged_user:{state}");
        // The SHA-1 of "tester".
        let creator = "creator:ab4d8d2a5f480a137067da17100271cd176607a1";
        let places = ["pending", "claimable", "delayed", "leases", "ended", "live"];
        for lost in places.into_iter().chain([index.as_str(), "user:5:tasks", creator]) {
            let world = World::new(&redis).await;
            world.task_committed(state, committed).await;
            world.set("DEL", lost, &[]);
            walk(&world).await;
            world.audit();
        }
    }
}

#[tokio::test]
async fn a_slot_is_its_holders_or_nobodys() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let ended = world.task_in(TaskState::Conflict).await;
    world.set("HSET", "live", &["user:5", &ended.to_string()]);
    assert_eq!(walk(&world).await, 1, "whoever has ended holds no slot");
    assert_eq!(world.raw::<Option<String>>("HGET", "live", &["user:5"]), None);
    let live = fixtures::submit(&world.store, 5).await;
    let other = fixtures::submit(&world.store, 6).await;
    for holder in [ended, other] {
        world.set("HSET", "live", &["user:5", &holder.to_string()]);
        assert!(walk(&world).await > 0, "its holder gets it back");
        assert_eq!(world.raw::<String>("HGET", "live", &["user:5"]), live.to_string());
    }
    world.audit();
}

#[tokio::test]
async fn mended_places_are_counted() {
    let redis = PrivateRedis::start().await;
    let mends = [
        (TaskState::Queued, "pending"),
        (TaskState::Queued, "claimable"),
        (TaskState::Interrupted, "delayed"),
        (TaskState::Processing, "leases"),
        (TaskState::Conflict, "ended"),
        (TaskState::Paused, "tasks:staged_user:PAUSED"),
    ];
    for (state, lost) in mends {
        let world = World::new(&redis).await;
        world.task_in(state).await;
        world.set("DEL", lost, &[]);
        assert_eq!(walk(&world).await, 1, "{state} without {lost}");
        assert_eq!(walk(&world).await, 0, "{state} once {lost} is mended");
    }
}

#[tokio::test]
async fn a_mended_task_moves_on() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Processing).await;
    world.set("DEL", "leases", &[]);
    walk(&world).await;
    assert_eq!(world.store.reclaim(9, "r").await.unwrap(), 1, "a lease that was lost has run out");
    world.set("DEL", "delayed", &[]);
    walk(&world).await;
    assert_eq!(world.store.promote("p").await.unwrap(), 1, "a back-off that was lost is over");
    world.set("DEL", "pending", &[]);
    world.set("DEL", "claimable", &[]);
    walk(&world).await;
    assert_eq!(world.claim(LONG).await.lease.task, id);
}

#[tokio::test]
async fn a_mended_task_does_not_start_before_its_time() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    world.task_in(TaskState::Initializing).await;
    let due = world.dump().sorted("delayed");
    world.set("DEL", "delayed", &[]);
    walk(&world).await;
    assert_eq!(world.dump().sorted("delayed"), due);
    assert_eq!(world.store.promote("p").await.unwrap(), 0);
}

#[tokio::test]
async fn a_mended_ending_keeps_its_time() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Conflict).await;
    world.set("HSET", &format!("task:{id}"), &["modified", "1000", "completed", "1000"]);
    world.set("DEL", "ended", &[]);
    walk(&world).await;
    assert_eq!(world.dump().sorted("ended")[&id.to_string()], "1000", "or its retention begins anew");
}

#[tokio::test]
async fn the_live_slot_of_an_ended_task_is_not_put_back() {
    let redis = PrivateRedis::start().await;
    for state in TaskState::ALL.into_iter().filter(|state| state.place() == Place::Ended) {
        let world = World::new(&redis).await;
        world.task_in(state).await;
        walk(&world).await;
        assert!(world.dump().hash("live").is_empty(), "{state}");
    }
}

#[tokio::test]
async fn stale_hints_are_dropped_from_the_head_of_the_queue() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Queued).await.to_string();
    let hints: Vec<_> = (50..120).map(|id| id.to_string()).collect();
    let hints: Vec<_> = hints.iter().map(String::as_str).collect();
    world.set("DEL", "pending", &[]);
    world.set("RPUSH", "pending", &[&hints[..], &[id.as_str(), "7"]].concat());
    walk(&world).await;
    assert_eq!(world.dump().list("pending"), [id.as_str(), "7"]);
}

#[tokio::test]
async fn a_walk_goes_on_where_the_last_stretch_ended() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    fixtures::users(&world.store, 100..203).await;
    let all: Vec<_> = (100..203).map(fixtures::submission).collect();
    for some in all.chunks(100) {
        world.store.submit(some).await.unwrap();
    }
    world.set("DEL", "pending", &[]);
    world.set("DEL", "claimable", &[]);
    assert_eq!(world.store.reconcile(0).await.unwrap(), Reconciled { cursor: 100, mended: 100, open: 100 });
    assert_eq!(world.store.reconcile(100).await.unwrap(), Reconciled { cursor: 0, mended: 3, open: 3 });
    world.audit();
    assert_eq!(world.store.task(TaskId(103)).await.unwrap().unwrap().state, TaskState::Queued);
}

#[tokio::test]
async fn a_past_that_is_gone_is_passed_over_around_what_is_left_of_it() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    fixtures::users(&world.store, 100..700).await;
    for user in 100..700 {
        fixtures::submit(&world.store, user).await;
    }
    let gone = |world: &World| world.dump().hash("gone");
    for id in (1..=560).filter(|id| *id != 100) {
        world.store.cancel(TaskId(id), "c").await.unwrap();
    }
    while world.store.prune(0).await.unwrap() > 0 {}
    let first = world.store.reconcile(0).await.unwrap();
    assert_eq!(first, Reconciled { cursor: 100, mended: 0, open: 1 }, "it stops within the second run");
    walk(&world).await;
    let runs = [("1", "99"), ("101", "560")].map(|(first, last)| (first.to_owned(), last.to_owned()));
    assert_eq!(gone(&world), runs.clone().into());
    assert_eq!(world.store.reconcile(0).await.unwrap(), Reconciled { cursor: 0, mended: 0, open: 41 });
    assert_eq!(gone(&world), runs.into());
    world.store.cancel(TaskId(100), "c").await.unwrap();
    world.store.prune(0).await.unwrap();
    walk(&world).await;
    assert_eq!(gone(&world), [("1".to_owned(), "560".to_owned())].into(), "the runs have met");
    world.audit();
}

#[tokio::test]
async fn one_worker_at_a_time_carries_the_walk_on_and_a_dead_one_does_not_stop_it() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    assert_eq!(world.store.take_walk().await.unwrap(), Walk::Taken { cursor: 0 });
    let Walk::Later(due_in) = world.unchanged("take", world.store.take_walk()).await.unwrap() else {
        panic!("it was taken a moment ago")
    };
    assert!(due_in <= Duration::from_secs(10), "{due_in:?}");
    world.store.leave_walk(17, Duration::ZERO).await.unwrap();
    assert_eq!(world.store.take_walk().await.unwrap(), Walk::Taken { cursor: 17 });
    world.set("HSET", "walk", &["due", "1000"]);
    assert_eq!(world.store.take_walk().await.unwrap(), Walk::Taken { cursor: 17 }, "who had it is dead");
    world.set("HSET", "walk", &["due", "99999999999999"]);
    assert_eq!(world.store.take_walk().await.unwrap(), Walk::Taken { cursor: 17 }, "the clock went back");
}
