//! `pause.lua`, `resume.lua` and `promote.lua`.

use offstage::{
    domain::{
        reason::Reason,
        state::{Event, Place, TaskState, next},
        task::{Fence, TaskId},
    },
    store::{
        queue::{Lease, Standing},
        submit::{Submission, Submitted},
        tasks::Steered,
    },
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{LONG, USER, World, situations},
};

#[tokio::test]
async fn a_pause_is_answered_as_the_table_says() {
    let redis = PrivateRedis::start().await;
    for (state, committed) in situations() {
        let world = World::new(&redis).await;
        let id = world.task_committed(state, committed).await;
        let what = format!("pause of {state}, committed {committed}");
        if let Ok(to) = next(state, committed, Event::Pause) {
            assert_eq!(world.store.pause(id, "op").await.unwrap(), Steered::Done, "{what}");
            let task = world.store.task(id).await.unwrap().unwrap();
            assert_eq!((task.state, task.reason, task.attempt), (to, Some(Reason::Paused), 0), "{what}");
        } else {
            let answer = world.unchanged(&what, world.store.pause(id, "op")).await.unwrap();
            assert_eq!(answer, Steered::NotNow, "{what}");
        }
        world.audit();
    }
}

#[tokio::test]
async fn a_worker_whose_task_is_paused_has_lost_it() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Processing).await;
    let held = world.lease(id);
    assert_eq!(world.store.pause(id, "op").await.unwrap(), Steered::Done);
    assert_eq!(world.lease(id), Lease { fence: Fence(held.fence.0 + 1), ..held });
    let answer = world.unchanged("extend", world.store.extend(&[held], LONG)).await.unwrap();
    assert_eq!(answer, [Standing::Lost]);
    assert!(!world.unchanged("settle", world.settle(held, Event::Retry, 0)).await);
    assert_eq!(world.store.resume(id, "op").await.unwrap(), Steered::Done);
    let again = world.claim(LONG).await;
    assert_eq!((again.lease.fence, again.attempt), (Fence(3), 1), "a pause is not an attempt");
}

#[tokio::test]
async fn a_resume_is_answered_as_the_table_says() {
    let redis = PrivateRedis::start().await;
    for (state, committed) in situations() {
        let world = World::new(&redis).await;
        let id = world.task_committed(state, committed).await;
        let what = format!("resume of {state}, committed {committed}");
        if let Ok(to) = next(state, committed, Event::Resume) {
            assert_eq!(world.store.resume(id, "op").await.unwrap(), Steered::Done, "{what}");
            let task = world.store.task(id).await.unwrap().unwrap();
            assert_eq!((task.state, task.reason), (to, None), "{what}");
        } else {
            let answer = world.unchanged(&what, world.store.resume(id, "op")).await.unwrap();
            assert_eq!(answer, Steered::NotNow, "{what}");
        }
        world.audit();
    }
}

#[tokio::test]
async fn a_task_that_is_resumed_before_its_start_time_waits_for_it() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Initializing).await;
    let due = world.dump().sorted("delayed");
    assert_eq!(world.store.pause(id, "op").await.unwrap(), Steered::Done);
    assert_eq!(world.store.resume(id, "op").await.unwrap(), Steered::Done);
    assert_eq!(world.state(id).await, TaskState::Initializing);
    assert_eq!(world.dump().sorted("delayed"), due);
    world.audit();
}

#[tokio::test]
async fn a_task_that_was_brought_forward_does_not_wait_again_after_a_pause() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Initializing).await;
    assert_eq!(world.submit(fixtures::submission(USER)).await, Submitted::Live(id));
    assert_eq!(world.state(id).await, TaskState::Queued);
    assert_eq!(world.store.pause(id, "op").await.unwrap(), Steered::Done);
    assert_eq!(world.store.resume(id, "op").await.unwrap(), Steered::Done);
    assert_eq!(world.state(id).await, TaskState::Resuming);
    world.audit();
}

#[tokio::test]
async fn a_task_that_never_was_cannot_be_steered() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = TaskId(99);
    assert_eq!(world.unchanged("pause", world.store.pause(id, "op")).await.unwrap(), Steered::NotFound);
    assert_eq!(world.unchanged("resume", world.store.resume(id, "op")).await.unwrap(), Steered::NotFound);
}

#[tokio::test]
async fn a_promote_moves_what_is_due_and_drops_what_does_not_wait() {
    let redis = PrivateRedis::start().await;
    for (state, committed) in situations() {
        let world = World::new(&redis).await;
        let id = world.task_committed(state, committed).await;
        let before = world.dump();
        world.set("ZADD", "delayed", &["1", &id.to_string(), "1", "99"]);
        assert_eq!(world.store.promote("p").await.unwrap(), 2);
        if let Ok(to) = next(state, committed, Event::Promote) {
            assert_eq!(state.place(), Place::Delayed);
            assert_eq!(world.state(id).await, to);
        } else {
            before.assert_same(&world.dump(), &format!("promote of {state}"));
        }
        world.audit();
    }
}

#[tokio::test]
async fn a_promote_leaves_what_is_not_due() {
    let redis = PrivateRedis::start().await;
    for state in [TaskState::Initializing, TaskState::Interrupted] {
        let world = World::new(&redis).await;
        world.task_in(state).await;
        assert_eq!(world.unchanged("promote", world.store.promote("p")).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_promote_looks_at_a_hundred_tasks_and_no_more() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    fixtures::users(&world.store, 100..203).await;
    let later = Some(world.ahead(600));
    let all: Vec<_> =
        (100..203).map(|user| Submission { not_before: later, ..fixtures::submission(user) }).collect();
    for some in all.chunks(100) {
        world.store.submit(some).await.unwrap();
    }
    for id in 1..=103 {
        world.set("ZADD", "delayed", &["1", &id.to_string()]);
    }
    assert_eq!(world.store.promote("p").await.unwrap(), 100);
    assert_eq!(world.store.promote("p").await.unwrap(), 3);
    assert_eq!(world.store.promote("p").await.unwrap(), 0);
    world.audit();
}
