//! What is asked for through the API races against workers that commit. Whoever was told yes gets it.

use futures::{StreamExt, stream};
use offstage::domain::task::UserId;
use offstage_tests::{api::Api, stack::Stack};
use reqwest::StatusCode;

use super::DEADLINE;

const RACES: u64 = 200;
const IN_FLIGHT: usize = 8;
const FIRST: u64 = 10;
/// Long enough that some are early, short enough that some are late.
const PAUSE: [(&str, &str); 1] = [("OFFSTAGE_CHECKS__PAUSE__MS", "20")];

/// Runs a race for every user, a few at a time; returns who was kept.
async fn race(run: impl AsyncFn(u64) -> bool) -> Vec<(u64, bool)> {
    let run = &run;
    let races = stream::iter(FIRST..FIRST + RACES).map(|user| async move { (user, run(user).await) });
    races.buffer_unordered(IN_FLIGHT).collect().await
}

/// Looks at the task a few times, so that what follows comes at different moments.
async fn dawdle(api: &Api, task: u64, user: u64) {
    for _ in 0..user % 10 {
        api.task(task).await;
    }
}

/// Both happened, and the directory has those who are to be there.
async fn is_decided(stack: &Stack, kept: &[(u64, bool)]) {
    let number = kept.iter().filter(|(_, kept)| *kept).count() as u64;
    eprintln!("{number} of {RACES} users kept");
    assert!(number > 0 && number < RACES, "no race: {number} of {RACES}");
    for (user, kept) in kept {
        let there = stack.store.registered(UserId(*user), "", 10).await.unwrap().is_some();
        assert_eq!(there, *kept, "user {user}");
    }
    assert_eq!(stack.store.staged_users().await.unwrap(), number + 1);
    stack.is_settled().await;
}

#[tokio::test]
async fn invariant_6_a_cancel_answered_with_yes_never_ends_in_completed() {
    let stack = Stack::with_users(FIRST..FIRST + RACES).await;
    let (_server, api) = stack.api(&[]).await;
    let _workers = [stack.worker(&PAUSE), stack.worker(&PAUSE)];
    let cancelled = race(async |user| {
        let task = api.submit(user).await;
        dawdle(&api, task, user).await;
        let answer = api.cancel(task).await;
        if answer.status == StatusCode::CONFLICT {
            assert_eq!(api.status(task).await, "COMPLETED", "refused, so it had ended");
            return false;
        }
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let end = api.until(task, &["CANCELLED", "COMPLETED", "CONFLICT", "EXCEPTION"], DEADLINE).await;
        assert_eq!(end.body["status"], "CANCELLED", "{end:?}");
        true
    })
    .await;
    is_decided(&stack, &cancelled).await;
}

#[tokio::test]
async fn invariant_3_no_deletion_over_a_dependent() {
    let stack = Stack::with_users(FIRST..FIRST + RACES).await;
    let (_server, api) = stack.api(&[]).await;
    let _workers = [stack.worker(&PAUSE), stack.worker(&PAUSE)];
    let blocked = race(async |user| {
        let task = api.submit(user).await;
        dawdle(&api, task, user).await;
        let answer = api.register(user, "17", true).await;
        let end = api.until(task, &["CANCELLED", "COMPLETED", "CONFLICT", "EXCEPTION"], DEADLINE).await;
        match answer.status {
            StatusCode::CREATED => assert_eq!(end.body["status"], "CONFLICT", "user {user}: {end:?}"),
            StatusCode::NOT_FOUND => assert_eq!(end.body["status"], "COMPLETED", "user {user}: {end:?}"),
            _ => panic!("{answer:?}"),
        }
        answer.status == StatusCode::CREATED
    })
    .await;
    is_decided(&stack, &blocked).await;
    for (user, blocked) in blocked {
        let left = stack.store.registered(UserId(user), "", 10).await.unwrap();
        let left = left.map(|page| page.items.len());
        assert_eq!(left, blocked.then_some(1), "a dependent points at nobody: user {user}");
    }
}
