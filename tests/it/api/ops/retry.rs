//! Asking again for what a task that ended was asked for.

use super::{DEADLINE, act, body, caller, count, get, header, post, story};
use offstage::{
    domain::capability::Capability,
    store::submit::{Submission, Submitted},
};
use offstage_tests::{
    api::{Answer, Api},
    fixtures,
    stack::Stack,
};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_retry_is_a_new_task_that_names_the_old_one() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let olga = caller(&stack, &api, "olga", &[Capability::OpsWrite, Capability::OpsRead]).await;
    assert_eq!(api.register(5, "17", true).await.status, 201);
    fixtures::submit(&stack.store, 5).await;
    let _worker = stack.worker(&[]);
    api.until(1, &["CONFLICT"], DEADLINE).await;
    let old = get(&api, "/tasks/1").await.body;
    assert_eq!((&old["reason"], &old["dependents"][0]["id"]), (&json!("dependents"), &json!("17")));

    let path = "/ops/v1/users/5/dependents/ARIEL_SAVED_SEARCH/17";
    assert_eq!(api.send(api.request(reqwest::Method::DELETE, path)).await.status, 204);
    let again = act(&olga, "/tasks/1/retry").await;
    assert_eq!((body(&again, 202)["id"].as_u64(), header(&again, "location")), (Some(2), "/ops/v1/tasks/2"));
    assert_eq!((&again.body["retry_of"], &again.body["created_by"]), (&json!(1), &json!("olga")));
    assert_eq!(story(&again.body), ["QUEUED by olga: submit: retry of task 1"]);
    api.until(2, &["COMPLETED"], DEADLINE).await;
    assert_eq!(get(&api, "/tasks/2").await.body["retry_of"], 1);
    assert_eq!(get(&api, "/tasks/1").await.body, old, "the old one stays what it was");
    assert_eq!(body(&act(&olga, "/tasks/1/retry").await, 404)["detail"], "No user found with id: 5");
    let done = act(&olga, "/tasks/2/retry").await;
    assert!(body(&done, 409)["detail"].as_str().unwrap().contains("COMPLETED"), "{done:?}");
    assert_eq!(count(&stack).await, 2);
    stack.is_settled().await;
}

#[tokio::test]
async fn what_has_not_ended_is_not_retried() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    fixtures::submit(&stack.store, 5).await;
    let running = act(&api, "/tasks/1/retry").await;
    assert!(body(&running, 409)["detail"].as_str().unwrap().contains("QUEUED"), "{running:?}");
    body(&act(&api, "/tasks/1/pause").await, 200);
    body(&act(&api, "/tasks/1/retry").await, 409);
    assert_eq!(count(&stack).await, 1);
}

#[tokio::test]
async fn a_retry_beside_a_live_deletion_names_it_and_leaves_its_start_time_alone() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    fixtures::submit(&stack.store, 5).await;
    body(&act(&api, "/tasks/1/cancel").await, 200);
    let later = chrono::DateTime::from_timestamp_millis(4_000_000_000_000);
    let submission = Submission { not_before: later, ..fixtures::submission(5) };
    let outcome = stack.store.submit(&[submission]).await.unwrap();
    assert!(matches!(outcome[..], [Submitted::Created { .. }]));
    let refused = act(&api, "/tasks/1/retry").await;
    assert!(body(&refused, 409)["detail"].as_str().unwrap().contains("task 2"), "{refused:?}");
    let live = get(&api, "/tasks/2").await.body;
    assert_eq!(
        (&live["state"], &live["not_before"]),
        (&json!("INITIALIZING"), &json!(4_000_000_000_000_u64))
    );
    assert_eq!(count(&stack).await, 2);
}

#[tokio::test]
async fn two_retries_at_once_make_one_task() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    fixtures::submit(&stack.store, 5).await;
    body(&act(&api, "/tasks/1/cancel").await, 200);
    let answers = futures::future::join_all((0..20).map(|_| act(&api, "/tasks/1/retry"))).await;
    let accepted = answers.iter().filter(|answer| answer.status == 202).count();
    assert_eq!((accepted, count(&stack).await), (1, 2), "{answers:?}");
    assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 202 | 409)), "{answers:?}");
}

/// Retries that task with that key.
async fn retry_with(api: &Api, task: u64, key: &str) -> Answer {
    let request = api.request(Method::POST, &format!("/ops/v1/tasks/{task}/retry"));
    api.send(request.header("Idempotency-Key", key)).await
}

#[tokio::test]
async fn a_retry_starts_no_earlier_than_what_it_tries_again() {
    const LATER: u64 = 4_000_000_000_000;
    let stack = Stack::with_users([5, 6]).await;
    let (_program, api) = stack.api(&[]).await;
    let asked = json!({"users": [{"id": 5}], "not_before": LATER});
    body(&post(&api, "/deletions", &asked).await, 200);
    body(&act(&api, "/tasks/1/cancel").await, 200);
    let again = act(&api, "/tasks/1/retry").await;
    assert_eq!(
        (&body(&again, 202)["state"], &again.body["not_before"]),
        (&json!("INITIALIZING"), &json!(LATER))
    );
    assert_eq!(story(&again.body), ["INITIALIZING by administrator: submit: retry of task 1"]);
    assert_eq!(get(&api, "/tasks/2").await.body, again.body, "what was answered is what stands");

    let past = json!({"users": [{"id": 6}], "not_before": 1});
    body(&post(&api, "/deletions", &past).await, 200);
    body(&act(&api, "/tasks/3/cancel").await, 200);
    let again = act(&api, "/tasks/3/retry").await;
    assert_eq!((&body(&again, 202)["state"], &again.body["not_before"]), (&json!("QUEUED"), &json!(null)));
}

#[tokio::test]
async fn a_repeated_retry_with_its_key_is_answered_with_the_same_new_task() {
    let stack = Stack::with_users([5, 6]).await;
    let (_program, api) = stack.api(&[]).await;
    for user in [5, 6] {
        let task = fixtures::submit(&stack.store, user).await;
        body(&act(&api, &format!("/tasks/{task}/cancel")).await, 200);
    }
    let first = retry_with(&api, 1, "k").await;
    assert_eq!(body(&first, 202)["id"], 3);
    let second = retry_with(&api, 1, "k").await;
    assert_eq!((body(&second, 202), header(&second, "location")), (&first.body, "/ops/v1/tasks/3"));
    assert_eq!(body(&retry_with(&api, 2, "k").await, 202)["id"], 4, "another task, another operation");
    let _worker = stack.worker(&[]);
    api.until(3, &["COMPLETED"], DEADLINE).await;
    let late = retry_with(&api, 1, "k").await;
    assert_eq!((&body(&late, 202)["id"], &late.body["state"]), (&json!(3), &json!("COMPLETED")));
    body(&retry_with(&api, 1, "a b").await, 400);
    assert_eq!(count(&stack).await, 4);
}

#[tokio::test]
async fn a_retry_that_was_refused_leaves_its_key_free() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    fixtures::submit(&stack.store, 5).await;
    body(&act(&api, "/tasks/1/cancel").await, 200);
    fixtures::submit(&stack.store, 5).await;
    body(&retry_with(&api, 1, "k").await, 409);
    body(&act(&api, "/tasks/2/cancel").await, 200);
    assert_eq!(body(&retry_with(&api, 1, "k").await, 202)["retry_of"], 1);
    assert_eq!(count(&stack).await, 3);
}
