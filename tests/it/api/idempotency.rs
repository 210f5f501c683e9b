//! Repeating a submit with the same `Idempotency-Key`.

use super::{DEADLINE, USERS, header, refuses, tasks};
use futures::future::join_all;
use offstage::{domain::capability::Capability, store::principals::TokenHash};
use offstage_tests::{
    api::{Answer, Api},
    stack::Stack,
};
use reqwest::Method;

async fn submit(api: &Api, user: u64, key: &str) -> Answer {
    api.send(api.request(Method::DELETE, &format!("{USERS}/{user}")).header("Idempotency-Key", key)).await
}

#[tokio::test]
async fn the_same_key_and_request_mean_the_same_task_even_when_the_user_is_gone() {
    let stack = Stack::with_users([5, 6]).await;
    let (_program, api) = stack.api(&[]).await;
    let first = submit(&api, 5, "k-1").await;
    assert_eq!(first.status, 202);
    assert_eq!(submit(&api, 5, "k-1").await.body, first.body);
    let _worker = stack.worker(&[]);
    let done = api.until(1, &["COMPLETED"], DEADLINE).await;
    let repeated = submit(&api, 5, "k-1").await;
    assert_eq!((repeated.status.as_u16(), &repeated.body), (202, &done.body));
    assert_eq!(header(&repeated, "location"), header(&first, "location"));
    refuses(&submit(&api, 5, "k-2").await, 404, 1002);
    refuses(&submit(&api, 6, "k-1").await, 422, 1005);
    assert_eq!(tasks(&stack).await, 1);
    stack.is_settled().await;
}

#[tokio::test]
async fn a_key_that_ended_in_conflict_or_joined_a_live_task_stays_with_that_task() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    assert_eq!(api.register(5, "17", true).await.status, 201);
    let first = submit(&api, 5, "first").await.body["id"].clone();
    assert_eq!(submit(&api, 5, "joined").await.body["id"], first, "it is live, so it is the same");
    let _worker = stack.worker(&[]);
    api.until(1, &["CONFLICT"], DEADLINE).await;
    for key in ["first", "joined"] {
        let repeated = submit(&api, 5, key).await;
        assert_eq!((&repeated.body["id"], &repeated.body["status"]), (&first, &"CONFLICT".into()), "{key}");
    }
    assert_ne!(submit(&api, 5, "fresh").await.body["id"], first);
    assert_eq!(tasks(&stack).await, 2);
}

#[tokio::test]
async fn two_callers_who_choose_the_same_key_do_not_meet() {
    const OTHER: &str = "another-admin-token-for-tests-0123456789";
    let stack = Stack::with_users([5, 6]).await;
    stack
        .store
        .keep_token("other", &TokenHash::of(OTHER.as_bytes()), &[Capability::Admin], true)
        .await
        .unwrap();
    let (_program, api) = stack.api(&[]).await;
    let other = api.with_token(Some(OTHER));
    let mine = submit(&api, 5, "k").await;
    let his = submit(&other, 6, "k").await;
    assert_eq!((mine.status.as_u16(), his.status.as_u16()), (202, 202));
    assert_ne!(mine.body["id"], his.body["id"]);
    assert_eq!(submit(&other, 6, "k").await.body, his.body);
}

#[tokio::test]
async fn a_malformed_key_is_refused_and_nothing_is_accepted() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let long = "k".repeat(256);
    for key in ["", "a b", "a\tb", &long] {
        refuses(&submit(&api, 5, key).await, 422, 11);
    }
    let request = || api.request(Method::DELETE, &format!("{USERS}/5"));
    refuses(&api.send(request().header("Idempotency-Key", "kä".as_bytes())).await, 422, 11);
    refuses(
        &api.send(request().header("Idempotency-Key", "k").header("Idempotency-Key", "k")).await,
        422,
        11,
    );
    assert_eq!(tasks(&stack).await, 0);
    assert_eq!(submit(&api, 5, &"k".repeat(255)).await.status, 202);
}

#[tokio::test]
async fn two_hundred_at_once_with_the_same_key_make_one_task() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let answers = join_all((0..200).map(|_| submit(&api, 5, "k"))).await;
    for answer in &answers {
        assert_eq!(answer.status, 202, "{answer:?}");
        assert_eq!(answer.body, answers[0].body);
    }
    assert_eq!(tasks(&stack).await, 1);
}

#[tokio::test]
async fn two_hundred_at_once_without_a_key_make_one_task() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let answers = join_all((0..200).map(|_| api.delete_user(5))).await;
    assert!(answers.iter().all(|answer| answer.status == 202 && answer.body["id"] == 1));
    assert_eq!(tasks(&stack).await, 1);
}

#[tokio::test]
async fn one_running_task_takes_only_so_many_keys() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    for number in 0..100 {
        assert_eq!(submit(&api, 5, &format!("k-{number}")).await.status, 202);
    }
    refuses(&submit(&api, 5, "k-100").await, 409, 1004);
    assert_eq!(submit(&api, 5, "k-0").await.status, 202);
    assert_eq!(tasks(&stack).await, 1);
}
