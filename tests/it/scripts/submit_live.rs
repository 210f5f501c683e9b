//! `submit.lua`: a second request for a user whose deletion runs already.

use offstage::{
    domain::{
        state::{Event, TaskState, next},
        task::TaskId,
    },
    store::submit::{Submission, Submitted},
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{USER, World, situations},
};

#[tokio::test]
async fn a_second_request_is_answered_as_the_state_of_the_first_says() {
    let redis = PrivateRedis::start().await;
    for (state, committed) in situations() {
        let world = World::new(&redis).await;
        let id = world.task_committed(state, committed).await;
        let before = world.dump();
        let answer = world.submit(fixtures::submission(USER)).await;
        let what = format!("{state}, committed {committed}");
        if state == TaskState::Completed {
            assert_eq!(answer, Submitted::NotFound, "{what}");
            before.assert_same(&world.dump(), &what);
        } else if state.is_terminal() {
            let Submitted::Created { id: second, .. } = answer else { panic!("{what}: {answer:?}") };
            assert_eq!(second.0, id.0 + 1);
            assert_eq!(world.state(id).await, state, "{what}");
        } else if state.is_being_cancelled() {
            assert_eq!(answer, Submitted::BeingCancelled(id), "{what}");
            before.assert_same(&world.dump(), &what);
        } else if let Ok(to) = next(state, committed, Event::BringForward) {
            assert_eq!(answer, Submitted::Live(id), "{what}");
            assert_eq!(world.state(id).await, to, "{what}");
            assert_eq!(world.store.task(id).await.unwrap().unwrap().not_before, None, "it waits no more");
        } else {
            assert_eq!(answer, Submitted::Live(id), "{what}");
            before.assert_same(&world.dump(), &what);
        }
        world.audit();
    }
}

#[tokio::test]
async fn a_slot_that_is_not_its_holders_is_given_to_the_next() {
    let redis = PrivateRedis::start().await;
    for holder_ended in [true, false] {
        let world = World::new(&redis).await;
        let holder = if holder_ended {
            world.task_in(TaskState::Conflict).await
        } else {
            fixtures::submit(&world.store, USER + 1).await
        };
        world.set("HSET", "live", &[&format!("user:{USER}"), &holder.to_string()]);
        let answer = world.submit(fixtures::submission(USER)).await;
        assert!(matches!(answer, Submitted::Created { id, .. } if id != holder), "{answer:?}");
        world.audit();
    }
}

/// Half of what would have ended it came back; its state was written anew.
#[tokio::test]
async fn a_holder_whose_state_is_live_holds_its_slot_whatever_else_its_record_says() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let holder = fixtures::submit(&world.store, USER).await;
    world.set("HSET", &format!("task:{holder}"), &["completed", "1"]);
    assert_eq!(world.submit(fixtures::submission(USER)).await, Submitted::Live(holder));
}

#[tokio::test]
async fn an_earlier_start_brings_the_task_forward_and_a_later_one_does_not() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Initializing).await;
    let at = |seconds| Submission { not_before: Some(world.ahead(seconds)), ..fixtures::submission(USER) };
    let later = world.unchanged("submit", world.submit(at(7_200))).await;
    assert_eq!(later, Submitted::Live(id));
    let earlier = at(600);
    let wanted = earlier.not_before;
    assert_eq!(world.submit(earlier).await, Submitted::Live(id));
    let task = world.store.task(id).await.unwrap().unwrap();
    assert_eq!((task.state, task.not_before), (TaskState::Initializing, wanted));
    let due: i64 = world.dump().sorted("delayed")[&id.to_string()].parse().unwrap();
    assert_eq!(Some(due), wanted.map(|at| at.timestamp_millis()));
    let history = world.store.story(id).await.unwrap().unwrap().history;
    assert_eq!(
        (history[1].why.as_str(), history[1].by.as_str()),
        ("bring_forward", "tester"),
        "who it was is kept"
    );
    world.audit();
}

#[tokio::test]
async fn a_retry_leaves_a_live_task_as_it_is() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Initializing).await;
    let retry = Submission { retry_of: Some(TaskId(7)), ..fixtures::submission(USER) };
    assert_eq!(world.unchanged("submit", world.submit(retry)).await, Submitted::Live(id));
}

#[tokio::test]
async fn a_back_off_is_not_shortened_by_a_second_request() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Interrupted).await;
    let sooner = Submission { not_before: Some(world.ahead(1)), ..fixtures::submission(USER) };
    assert_eq!(world.unchanged("submit", world.submit(sooner)).await, Submitted::Live(id));
}

#[tokio::test]
async fn a_live_slot_whose_task_is_gone_does_not_lock_the_user() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    world.set("HSET", "live", &["user:5", "99"]);
    assert!(matches!(world.submit(fixtures::submission(USER)).await, Submitted::Created { .. }));
    world.audit();
}

#[tokio::test]
async fn a_task_whose_place_among_the_delayed_was_lost_is_brought_forward_all_the_same() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Initializing).await;
    world.set("DEL", "delayed", &[]);
    assert_eq!(world.submit(fixtures::submission(USER)).await, Submitted::Live(id));
    assert_eq!(world.state(id).await, TaskState::Queued);
    world.audit();
}
