//! What every transition keeps: a bounded history, and times that never run backwards.

use offstage::{
    domain::{
        state::{Event, TaskState},
        task::{Task, TaskId},
    },
    store::{story::Story, submit::Submitted},
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{LONG, USER, World},
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
    let history = world.store.story(id).await.unwrap().unwrap().history;
    assert_eq!(history.len(), 201, "two hundred, and the submit");
    assert!(history.windows(2).all(|pair| Some(pair[0].to) == pair[1].from));
    assert_eq!((history[0].to, history[0].why.as_str()), (TaskState::Queued, "submit"), "as it really was");
    assert_eq!(
        (history[1].by.as_str(), history[1].why.as_str()),
        ("", "trimmed"),
        "and it says what is missing"
    );
    assert!(history[2..].iter().all(|line| line.why != "trimmed"), "once");
    assert_eq!(history.last().unwrap().to, TaskState::Resuming);
}

#[tokio::test]
async fn a_history_tells_who_and_why() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Queued).await;
    world.store.pause(id, "olga").await.unwrap();
    world.store.cancel(id, "carol").await.unwrap();
    let history = world.store.story(id).await.unwrap().unwrap().history;
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
    let history = world.store.story(id).await.unwrap().unwrap().history;
    assert!(history[1..].iter().all(|line| line.at == ahead), "{history:?}");
}

#[tokio::test]
async fn a_story_is_the_record_with_what_was_found_and_how_it_came_about() {
    let redis = PrivateRedis::start().await;
    for state in TaskState::ALL {
        let world = World::new(&redis).await;
        let id = world.task_in(state).await;
        let story = world.unchanged("story", world.store.story(id)).await.unwrap().unwrap();
        assert_eq!(Some(&story.task), world.store.task(id).await.unwrap().as_ref());
        let (first, last) = (story.history.first().unwrap(), story.history.last().unwrap());
        assert_eq!((first.from, last.to), (None, state));
        assert!(story.history.windows(2).all(|pair| Some(pair[0].to) == pair[1].from), "{state}");
        assert_eq!(world.store.story(TaskId(id.0 + 1)).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_story_tells_of_a_thousand_dependents_and_no_more() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Queued).await;
    let line = r#"{"type":"REPORT","id":"1","blocking":true}"#;
    for _ in 0..1_001 {
        world.set("RPUSH", &format!("task:{id}:dependents"), &[line]);
    }
    assert_eq!(world.store.story(id).await.unwrap().unwrap().dependents.len(), 1_000);
}

#[tokio::test]
async fn a_new_tasks_story_is_told_without_asking() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let submission = fixtures::submission(USER);
    let (kind, user, requester) = (submission.kind, submission.subject.clone(), submission.requester.clone());
    let Submitted::Created { id, at } = world.submit(submission).await else { panic!("no task") };
    let told = Story::accepted(Task::accepted(id, kind, user, requester, at));
    assert_eq!(world.store.story(id).await.unwrap(), Some(told));
}
