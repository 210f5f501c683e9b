//! What every transition keeps: a bounded history, and times that never run backwards.

use offstage::domain::state::{Event, TaskState};
use offstage_tests::{
    redis::PrivateRedis,
    world::{LONG, World},
};

#[tokio::test]
async fn a_history_is_bounded_and_stays_a_chain() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Queued).await;
    for _ in 0..80 {
        assert!(world.settle(world.claim(LONG).await.lease, Event::HandBack, 0).await);
        assert_eq!(world.store.promote("p").await.unwrap(), 1);
    }
    world.audit();
    let history = world.store.history(id).await.unwrap().unwrap();
    assert_eq!(history.len(), 201, "two hundred, and the submit");
    assert!(history.windows(2).all(|pair| Some(pair[0].to) == pair[1].from));
    assert_eq!(history.last().unwrap().to, TaskState::Resuming);
}

#[tokio::test]
async fn a_history_tells_who_and_why() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Queued).await;
    world.store.pause(id, "olga").await.unwrap();
    world.store.cancel(id, "carol").await.unwrap();
    let history = world.store.history(id).await.unwrap().unwrap();
    let told: Vec<_> = history.iter().map(|line| (line.by.as_str(), line.why.as_str(), line.to)).collect();
    let expected = [
        ("tester", "submit", TaskState::Queued),
        ("olga", "pause: paused", TaskState::Paused),
        ("carol", "cancel", TaskState::Cancelled),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn times_do_not_run_backwards_when_the_clock_does() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Queued).await;
    let ahead = world.ahead(3_600);
    world.set("HSET", &format!("task:{id}"), &["modified", &ahead.timestamp_millis().to_string()]);
    let lease = world.claim(LONG).await.lease;
    world.store.report(lease, &offstage::store::queue::Report::default()).await.unwrap();
    assert!(world.settle(lease, Event::Refuse, 0).await);
    let task = world.store.task(id).await.unwrap().unwrap();
    assert_eq!((task.started, task.modified, task.completed), (Some(ahead), ahead, Some(ahead)));
    let history = world.store.history(id).await.unwrap().unwrap();
    assert!(history[1..].iter().all(|line| line.at == ahead), "{history:?}");
}
