//! `cancel.lua`: yes, too late, or nobody there.

use offstage::{
    domain::{
        state::{Event, TaskState, next},
        task::TaskId,
    },
    store::tasks::Cancelled,
};
use offstage_tests::{
    redis::PrivateRedis,
    world::{World, situations},
};

#[tokio::test]
async fn a_cancel_is_answered_as_the_table_says() {
    let redis = PrivateRedis::start().await;
    for (state, committed) in situations() {
        let world = World::new(&redis).await;
        let id = world.task_committed(state, committed).await;
        let what = format!("cancel of {state}, committed {committed}");
        match next(state, committed, Event::Cancel) {
            Ok(to) if to == state => {
                let again = world.unchanged(&what, world.store.cancel(id, "other")).await.unwrap();
                assert_eq!(again, Cancelled::Kept, "{what}");
            }
            Ok(to) => {
                assert_eq!(world.store.cancel(id, "carol").await.unwrap(), Cancelled::Kept, "{what}");
                let task = world.store.task(id).await.unwrap().unwrap();
                assert_eq!((task.state, task.cancelled_by.as_deref()), (to, Some("carol")), "{what}");
            }
            Err(_) => {
                let answer = world.unchanged(&what, world.store.cancel(id, "carol")).await.unwrap();
                assert_eq!(answer, Cancelled::TooLate, "{what}");
            }
        }
        world.audit();
    }
}

#[tokio::test]
async fn a_cancel_of_a_task_that_never_was_finds_nothing() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let answer = world.unchanged("cancel", world.store.cancel(TaskId(99), "c")).await.unwrap();
    assert_eq!(answer, Cancelled::NotFound);
}

#[tokio::test]
async fn a_cancelled_task_does_not_show_why_it_had_stopped_before() {
    let redis = PrivateRedis::start().await;
    for state in [TaskState::Paused, TaskState::Interrupted] {
        let world = World::new(&redis).await;
        let id = world.task_in(state).await;
        world.set("HSET", &format!("task:{id}"), &["reason", "worker_lost", "detail", ""]);
        world.store.cancel(id, "c").await.unwrap();
        let task = world.store.task(id).await.unwrap().unwrap();
        assert_eq!(task.reason, None, "{state}");
    }
}

#[tokio::test]
async fn the_worker_of_a_cancelled_task_is_told() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Processing).await;
    let mut listener = redis.connection();
    let mut notices = listener.as_pubsub();
    notices.subscribe(format!("{}:notices", world.prefix)).unwrap();
    world.store.cancel(id, "c").await.unwrap();
    notices.set_read_timeout(Some(std::time::Duration::from_secs(5))).unwrap();
    assert_eq!(notices.get_message().unwrap().get_payload::<String>().unwrap(), id.to_string());
}
