//! `submit.lua`: a new task, or why there is none.

use offstage::{
    domain::{
        state::TaskState,
        task::{TaskId, UserId},
    },
    store::{
        StoreError,
        directory::NewUser,
        submit::{Submission, Submitted},
    },
};
use offstage_tests::{fixtures, redis::PrivateRedis, world::World};

#[tokio::test]
async fn a_submit_makes_a_whole_task() {
    let redis = PrivateRedis::start().await;
    for later in [false, true] {
        let world = World::new(&redis).await;
        let not_before = later.then(|| world.ahead(60));
        let retry_of = later.then_some(TaskId(7));
        let outcome = world.submit(Submission { not_before, retry_of, ..fixtures::submission(5) }).await;
        let Submitted::Created { id, at } = outcome else { panic!("{outcome:?}") };
        assert_eq!(id, TaskId(1));
        let task = world.store.task(id).await.unwrap().unwrap();
        let state = if later { TaskState::Initializing } else { TaskState::Queued };
        assert_eq!((task.state, task.user(), task.attempt), (state, Some(UserId(5)), 0));
        assert_eq!((task.created, task.modified, task.started, task.completed), (at, at, None, None));
        assert_eq!((task.not_before, task.retry_of), (not_before, retry_of));
        assert_eq!((task.requester.name.as_str(), task.requester.is_administrator), ("tester", true));
        let history = world.store.story(id).await.unwrap().unwrap().history;
        assert_eq!((history.len(), history[0].from, history[0].to), (1, None, state));
        world.audit();
    }
}

#[tokio::test]
async fn a_start_time_that_is_past_is_now() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let not_before = chrono::DateTime::from_timestamp_millis(1);
    let outcome = world.submit(Submission { not_before, ..fixtures::submission(5) }).await;
    let Submitted::Created { id, .. } = outcome else { panic!("{outcome:?}") };
    let task = world.store.task(id).await.unwrap().unwrap();
    assert_eq!((task.state, task.not_before), (TaskState::Queued, None));
}

#[tokio::test]
async fn a_user_who_is_not_there_is_not_found() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let answer = world.unchanged("submit", world.submit(fixtures::submission(404))).await;
    assert_eq!(answer, Submitted::NotFound);
}

#[tokio::test]
async fn administrators_are_deleted_by_those_who_may() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let second = NewUser { is_administrator: true, ..fixtures::user(7) };
    world.store.load_users(&[second], false).await.unwrap();
    let by_admin = |user| Submission { may_delete_administrators: false, ..fixtures::submission(user) };
    let answer = world.unchanged("submit", world.submit(by_admin(7))).await;
    assert_eq!(answer, Submitted::Forbidden);
    assert!(matches!(world.submit(by_admin(5)).await, Submitted::Created { .. }));
    assert!(matches!(world.submit(fixtures::submission(7)).await, Submitted::Created { .. }));
}

#[tokio::test]
async fn each_of_several_submits_gets_its_own_answer_in_order() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let submissions = [5, 404, 6, 5].map(fixtures::submission);
    let answers = world.store.submit(&submissions).await.unwrap();
    assert!(matches!(
        answers[..],
        [
            Submitted::Created { id: TaskId(1), .. },
            Submitted::NotFound,
            Submitted::Created { id: TaskId(2), .. },
            Submitted::Live(TaskId(1)),
        ]
    ));
    world.audit();
}

#[tokio::test]
async fn a_task_number_is_never_used_twice() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    fixtures::submit(&world.store, 5).await;
    fixtures::submit(&world.store, 6).await;
    world.set("SET", "seq", &["1"]);
    let answer = world.unchanged("submit", world.store.submit(&[fixtures::submission(6)])).await;
    assert!(matches!(answer, Err(StoreError::DataLost)), "{answer:?}");
}
