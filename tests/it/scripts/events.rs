//! The stream of transitions: everything that happens, once, in order, from any place on; and a gap where it is forgotten.

use offstage::{
    domain::{
        state::TaskState,
        task::{TaskKind, UserId},
    },
    store::{
        StoreError,
        events::{EventId, EventTail, TaskEvent},
        queue::Committed,
        submit::Submission,
    },
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    within,
    world::{LONG, USER, World},
};
use std::time::Duration;

async fn all_after(world: &World, after: EventId) -> Vec<TaskEvent> {
    let (mut all, mut place) = (Vec::new(), after);
    loop {
        let page = world.store.events_after(&place).await.unwrap();
        if page.end == place {
            return all;
        }
        place = page.end;
        all.extend(page.events);
    }
}

#[tokio::test]
async fn what_happens_to_a_task_is_told_as_its_history_tells_it() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = fixtures::submit(&world.store, USER).await;
    let claimed = world.claim(LONG).await;
    assert_eq!(world.commit(claimed.lease).await, Committed::Done);
    let events = all_after(&world, EventId::default()).await;
    let told: Vec<_> = events.iter().map(|event| event.transition.clone()).collect();
    assert_eq!(told, world.store.story(id).await.unwrap().unwrap().history);
    let retry = Submission { retry_of: Some(id), ..fixtures::submission(6) };
    world.submit(retry).await;
    let told = all_after(&world, events[2].id).await;
    let history = world.store.story(told[0].task).await.unwrap().unwrap().history;
    assert_eq!(
        (&told[0].transition, told[0].transition.why.as_str()),
        (&history[0], "submit: retry of task 1")
    );
    let first = &events[0];
    assert_eq!((first.task, first.kind, first.user), (id, TaskKind::StagedUser, Some(UserId(USER))));
    assert_eq!((first.transition.from, first.transition.to), (None, TaskState::Queued));
}

#[tokio::test]
async fn a_listener_goes_on_from_any_place_even_within_an_entry() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    fixtures::users(&world.store, 100..150).await;
    let submissions: Vec<Submission> = (100..150).map(fixtures::submission).collect();
    world.store.submit(&submissions).await.unwrap();
    assert_eq!(world.raw::<u64>("XLEN", "events", &[]), 3, "twenty at most in an entry");
    let events = all_after(&world, EventId::default()).await;
    let tasks: Vec<_> = events.iter().map(|event| event.task.0).collect();
    assert_eq!(tasks, (1..=50).collect::<Vec<_>>());
    for seen in 0..50 {
        let rest = all_after(&world, events[seen].id).await;
        assert_eq!(rest, events[seen + 1..], "after {seen}");
    }
    let latest = world.store.latest_event().await.unwrap();
    assert_eq!(all_after(&world, latest).await, []);
    assert!(latest.to_string().parse::<EventId>() == Ok(latest), "it can be sent and read back");
}

#[tokio::test]
async fn what_is_forgotten_is_a_gap_and_the_rest_is_told() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    fixtures::submit(&world.store, USER).await;
    fixtures::submit(&world.store, 6).await;
    let events = all_after(&world, EventId::default()).await;
    world.set("XTRIM", "events", &["MAXLEN", "1"]);
    let page = world.store.events_after(&events[0].id).await.unwrap();
    assert!(page.gap);
    assert_eq!(page.events, events[1..]);
    assert!(!world.store.events_after(&events[1].id).await.unwrap().gap, "it has seen the last one");
    assert!(world.store.events_after(&EventId::default()).await.unwrap().gap, "from the beginning on");
}

#[tokio::test]
async fn a_place_that_lies_ahead_is_a_gap_and_what_happens_next_is_told() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let ahead: EventId = "99999999999999-0-0".parse().unwrap();
    assert!(world.store.events_after(&ahead).await.unwrap().gap, "nothing has happened yet");
    fixtures::submit(&world.store, USER).await;
    let page = world.store.events_after(&ahead).await.unwrap();
    assert!(page.gap && page.events.is_empty());
    assert!(!world.store.events_after(&page.end).await.unwrap().gap, "it is told once");
    let task = fixtures::submit(&world.store, 6).await;
    let next = all_after(&world, page.end).await;
    assert_eq!(next.iter().map(|event| event.task).collect::<Vec<_>>(), [task]);
}

#[tokio::test]
async fn a_redis_that_has_forgotten_tells_nothing() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    fixtures::submit(&world.store, USER).await;
    world.set("DEL", "epoch", &[]);
    assert!(matches!(world.store.latest_event().await, Err(StoreError::DataLost)));
    let after = world.store.events_after(&EventId::default()).await;
    assert!(matches!(after, Err(StoreError::DataLost)), "{after:?}");
}

#[tokio::test]
async fn what_a_newer_version_tells_is_passed_over_however_much_it_is() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    for _ in 0..200 {
        world.set("XADD", "events", &["*", "e", "9\tmoon\t5\t1\t\tQUEUED\tx\tsubmit\t"]);
    }
    fixtures::submit(&world.store, USER).await;
    let events = all_after(&world, "0-0-1".parse().unwrap()).await;
    assert_eq!(events.iter().map(|event| event.task.0).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn the_stream_keeps_a_bounded_number_of_entries() {
    let redis = PrivateRedis::with(&["--appendonly", "no"]).await;
    let world = World::new(&redis).await;
    fixtures::users(&world.store, 100..8_000).await;
    for user in 100..8_000 {
        fixtures::submit(&world.store, user).await;
    }
    let entries: u64 = world.raw("XLEN", "events", &[]);
    assert!((5_000..5_200).contains(&entries), "{entries}");
}

#[tokio::test]
async fn listeners_are_woken_and_miss_nothing_that_comes_between_two_looks() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let mut tail = EventTail::start(world.store.clone());
    let start = world.store.latest_event().await.unwrap();
    let limit = Duration::from_secs(10);
    within("it follows", limit, tail.changed()).await;
    fixtures::submit(&world.store, USER).await;
    within("the submit is told", limit, tail.changed()).await;
    assert_eq!(all_after(&world, start).await.len(), 1);
}
