//! `settle.lua`: how attempts end otherwise than by a deletion.

use offstage::{
    domain::{
        reason::Reason,
        state::{Event, TaskState, next},
        task::TaskId,
    },
    store::{
        StoreError,
        queue::{Lease, Settled, Settlement},
    },
};
use offstage_tests::{
    redis::PrivateRedis,
    world::{LONG, NONE, World, situations, stale},
};

/// The events that settle, and the states they are for: where the task is there already, repeating is no loss.
const EVENTS: [(Event, TaskState); 6] = [
    (Event::Refuse, TaskState::Conflict),
    (Event::Retry, TaskState::Interrupted),
    (Event::HandBack, TaskState::Interrupted),
    (Event::Fail, TaskState::Exception),
    (Event::NoticeCancel, TaskState::Canceling),
    (Event::GiveUp, TaskState::Cancelled),
];

#[tokio::test]
async fn an_attempt_is_settled_as_the_table_says() {
    let redis = PrivateRedis::start().await;
    for (event, aim) in EVENTS {
        for (state, committed) in situations() {
            let world = World::new(&redis).await;
            let id = world.task_committed(state, committed).await;
            let lease = world.lease(id);
            let what = format!("{event:?} of {state}, committed {committed}");
            for not_mine in [stale(lease), Lease { task: TaskId(99), ..lease }] {
                assert!(!world.unchanged(&what, world.settle(not_mine, event, 0)).await, "{what}");
            }
            match next(state, committed, event) {
                _ if state == aim => assert!(world.unchanged(&what, world.settle(lease, event, 0)).await),
                Err(_) => assert!(!world.unchanged(&what, world.settle(lease, event, 0)).await, "{what}"),
                Ok(to) => {
                    assert!(world.settle(lease, event, 60_000).await, "{what}");
                    assert_eq!(world.state(id).await, to, "{what}");
                    let again = world.unchanged(&what, world.settle(lease, event, 0)).await;
                    assert!(again, "{what}, again: the answer may have been lost");
                }
            }
            world.audit();
        }
    }
}

#[tokio::test]
async fn a_settlement_keeps_its_reason_unless_a_cancel_came_first() {
    let redis = PrivateRedis::start().await;
    let reason = Reason::CheckUnavailable { check: "reports".to_owned() };
    for (state, expected) in [
        (TaskState::Processing, Some(reason.clone())),
        (TaskState::CancelRequested, None),
        (TaskState::Canceling, None),
    ] {
        let world = World::new(&redis).await;
        let id = world.task_in(state).await;
        let lease = world.lease(id);
        let settlement =
            Settlement { lease, event: Event::Fail, reason: Some(reason.clone()), delay_ms: 0, checks: None };
        assert_eq!(world.store.settle(&[settlement], "w").await.unwrap(), [Settled::Done]);
        assert_eq!(world.store.task(id).await.unwrap().unwrap().reason, expected, "{state}");
        let history = world.store.story(id).await.unwrap().unwrap().history;
        assert_eq!(history.last().unwrap().why, "fail: check_unavailable");
    }
}

#[tokio::test]
async fn a_retry_waits_for_its_delay() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Processing).await;
    assert!(world.settle(world.lease(id), Event::Retry, 60_000).await);
    let due: u64 = world.dump().sorted("delayed")[&id.to_string()].parse().unwrap();
    let wait = due - world.now_ms();
    assert!((50_000..=60_000).contains(&wait), "{wait}");
    assert_eq!(world.unchanged("promote", world.store.promote("w")).await.unwrap(), 0);
}

#[tokio::test]
async fn only_a_hand_back_does_not_count_as_an_attempt() {
    let redis = PrivateRedis::start().await;
    for (event, attempt) in [(Event::Retry, 1), (Event::HandBack, 0)] {
        let world = World::new(&redis).await;
        let id = world.task_in(TaskState::Processing).await;
        assert!(world.settle(world.lease(id), event, 0).await);
        assert_eq!(world.store.task(id).await.unwrap().unwrap().attempt, attempt, "{event:?}");
    }
}

#[tokio::test]
async fn a_worker_whose_lease_ran_out_may_still_settle_until_it_is_taken_back() {
    let redis = PrivateRedis::start().await;
    for reclaimed in [false, true] {
        let world = World::new(&redis).await;
        let id = world.task_in(TaskState::Resuming).await;
        let lease = world.claim(NONE).await.lease;
        if reclaimed {
            assert_eq!(world.store.reclaim(9, "r").await.unwrap(), 1);
            assert!(!world.unchanged("settle", world.settle(lease, Event::Refuse, 0)).await);
            world.store.promote("p").await.unwrap();
            assert_ne!(world.claim(LONG).await.lease, lease);
        }
        assert_eq!(world.settle(lease, Event::Refuse, 0).await, !reclaimed);
        let state = if reclaimed { TaskState::Processing } else { TaskState::Conflict };
        assert_eq!(world.state(id).await, state);
        world.audit();
    }
}

#[tokio::test]
async fn an_event_that_does_not_settle_is_refused() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Processing).await;
    let settlement =
        Settlement { lease: world.lease(id), event: Event::Claim, reason: None, delay_ms: 0, checks: None };
    let answer = world.unchanged("settle", world.store.settle(&[settlement], "w")).await;
    assert!(matches!(answer, Err(StoreError::Refused { script: "settle", .. })), "{answer:?}");
}
