//! The API dies, or Redis does, in the middle of submits. What was accepted is kept, and repeating doubles nothing.

use super::{DEADLINE, USERS, tasks};
use futures::{StreamExt as _, future::join_all, stream::FuturesUnordered};
use offstage_tests::{api::Api, eventually, stack::Stack};
use reqwest::Method;
use serde_json::Value;
use std::{collections::BTreeMap, ops::Range};

const SUBMITTED: Range<u64> = 1_000..1_400;

/// Submits with a key of its own; the task's id where the answer came and accepts.
async fn submit(api: &Api, user: u64) -> Option<(u64, u64)> {
    let request = api.request(Method::DELETE, &format!("{USERS}/{user}"));
    let answer = request.header("Idempotency-Key", format!("key-{user}")).send().await.ok()?;
    if answer.status() != 202 {
        return None;
    }
    let body: Value = answer.json().await.ok()?;
    Some((user, body["id"].as_u64()?))
}

/// Every user has one task, and who was told of one before was told of that one.
async fn all_are_kept(stack: &Stack, api: &Api, accepted: BTreeMap<u64, u64>) {
    assert!(!accepted.is_empty() && accepted.len() < SUBMITTED.count(), "in the middle: {}", accepted.len());
    for (user, task) in &accepted {
        assert_eq!(api.task(*task).await.body["name"], format!("Deletion of user {user}"));
    }
    let repeated = join_all(SUBMITTED.map(|user| submit(api, user))).await;
    let repeated: BTreeMap<_, _> = repeated.into_iter().map(|one| one.expect("accepted at last")).collect();
    for (user, task) in accepted {
        assert_eq!(repeated[&user], task, "the task of user {user}");
    }
    assert_eq!(tasks(stack).await, SUBMITTED.count() as u64);
}

#[tokio::test]
async fn an_api_killed_in_the_middle_of_submits_has_kept_what_it_accepted() {
    let stack = Stack::with_users(SUBMITTED).await;
    let (mut program, api) = stack.api(&[]).await;
    let mut answers: FuturesUnordered<_> = SUBMITTED.map(|user| submit(&api, user)).collect();
    let mut accepted = BTreeMap::new();
    while let Some(answer) = answers.next().await {
        accepted.extend(answer);
        if accepted.len() == 20 {
            program.kill();
        }
    }
    let (_next, api) = stack.api(&[]).await;
    all_are_kept(&stack, &api, accepted).await;
}

#[tokio::test]
async fn a_redis_killed_in_the_middle_of_submits_has_kept_what_was_accepted() {
    let mut stack = Stack::with_users(SUBMITTED).await;
    let (_program, api) = stack.api(&[]).await;
    let mut answers: FuturesUnordered<_> = SUBMITTED.map(|user| submit(&api, user)).collect();
    let mut accepted = BTreeMap::new();
    let mut killed = false;
    while let Some(answer) = answers.next().await {
        accepted.extend(answer);
        if accepted.len() == 20 && !killed {
            killed = true;
            stack.redis.kill();
        }
    }
    stack.redis.restart().await;
    eventually("the API is ready", DEADLINE, async || (api.get("/readyz").await.status == 200).then_some(()))
        .await;
    eventually("the test's own connection is back", DEADLINE, async || stack.store.check().await.ok()).await;
    all_are_kept(&stack, &api, accepted).await;
}
