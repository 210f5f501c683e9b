//! Repeating a request for many deletions with the same `Idempotency-Key`.

use super::{DEADLINE, body, caller, count};
use futures::future::join_all;
use offstage::domain::capability::Capability;
use offstage_tests::{
    api::{Answer, Api},
    fixtures,
    stack::Stack,
};
use reqwest::Method;
use serde_json::{Value, json};

async fn ask(api: &Api, key: &str, asked: &Value) -> Answer {
    let request = api.request(Method::POST, "/ops/v1/deletions").header("Idempotency-Key", key);
    api.send(request.json(asked)).await
}

#[tokio::test]
async fn a_repeated_request_gets_the_same_answer_even_when_the_users_are_gone() {
    let stack = Stack::with_users([5, 6, 7]).await;
    let (_program, api) = stack.api(&[]).await;
    fixtures::submit(&stack.store, 6).await;
    let asked = json!({"users": [{"id": 5}, {"username": "user6"}, {"username": "nobody"}, {"id": 7}]});
    let first = ask(&api, "k", &asked).await;
    let verdicts: Vec<_> =
        body(&first, 200)["items"].as_array().unwrap().iter().map(|one| &one["verdict"]).collect();
    assert_eq!(verdicts, ["accepted", "live", "not_found", "accepted"]);
    assert_eq!(ask(&api, "k", &asked).await.body, first.body);
    assert_eq!(count(&stack).await, 3);
    let _worker = stack.worker(&[]);
    for task in 1..=3 {
        api.until(task, &["COMPLETED"], DEADLINE).await;
    }
    let late = ask(&api, "k", &asked).await;
    let pick = |answer: &Answer, member: &str| {
        let items = answer.body["items"].as_array().unwrap();
        items.iter().map(|one| one[member].clone()).collect::<Vec<_>>()
    };
    for member in ["id", "verdict", "task_id"] {
        assert_eq!(pick(&late, member), pick(&first, member), "{late:?}");
    }
    assert_eq!(count(&stack).await, 3);
    stack.is_settled().await;
}

#[tokio::test]
async fn the_same_key_for_another_request_is_refused_whole() {
    let stack = Stack::with_users([5, 6, 7]).await;
    let (_program, api) = stack.api(&[]).await;
    let first = json!({"users": [{"id": 404}, {"id": 5}], "not_before": 4_000_000_000_000_u64});
    body(&ask(&api, "k", &first).await, 200);
    for other in [
        json!({"users": [{"id": 6}]}),
        json!({"users": [{"id": 5}, {"id": 404}], "not_before": 4_000_000_000_000_u64}),
        json!({"users": [{"id": 404}, {"id": 5}, {"id": 6}], "not_before": 4_000_000_000_000_u64}),
        json!({"users": [{"id": 404}, {"id": 5}], "not_before": 4_000_000_000_001_u64}),
        json!({"users": [{"id": 404}, {"id": 5}]}),
        json!({"users": [{"id": 404}, {"id": 5}], "not_before": 4_000_000_000_000_u64, "dry_run": true}),
        json!({"users": [{"id": 404}, {"username": "user5"}], "not_before": 4_000_000_000_000_u64}),
    ] {
        body(&ask(&api, "k", &other).await, 422);
    }
    assert_eq!(count(&stack).await, 1, "nothing of them was accepted");
    let reordered =
        json!({"dry_run": false, "not_before": 4_000_000_000_000_u64, "users": [{"id": 404}, {"id": 5}]});
    assert_eq!(
        body(&ask(&api, "k", &reordered).await, 200)["items"][1]["task_id"],
        1,
        "it asks for the same"
    );
}

#[tokio::test]
async fn a_key_is_its_callers_own_and_its_operations() {
    let stack = Stack::with_users([5, 6]).await;
    let (_program, api) = stack.api(&[]).await;
    let olga = caller(&stack, &api, "olga", &[Capability::OpsWrite]).await;
    body(&ask(&api, "k", &json!({"users": [{"id": 5}]})).await, 200);
    let hers = ask(&olga, "k", &json!({"users": [{"id": 6}]})).await;
    assert_eq!(body(&hers, 200)["items"][0]["task_id"], 2);
    let single =
        api.request(Method::DELETE, "/api/staged_config/access/users/6").header("Idempotency-Key", "k");
    assert_eq!(api.send(single).await.body["id"], 2, "another operation, another key");
}

#[tokio::test]
async fn a_malformed_key_is_refused_and_nothing_is_accepted() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let asked = json!({"users": [{"id": 5}]});
    for key in ["", "a b", &"k".repeat(256)] {
        body(&ask(&api, key, &asked).await, 400);
    }
    let twice = api.request(Method::POST, "/ops/v1/deletions").header("Idempotency-Key", "k");
    body(&api.send(twice.header("Idempotency-Key", "k").json(&asked)).await, 400);
    assert_eq!(count(&stack).await, 0);
}

#[tokio::test]
async fn many_at_once_with_the_same_key_are_one_request() {
    let stack = Stack::with_users(5..105).await;
    let (_program, api) = stack.api(&[]).await;
    let users: Vec<_> = (5..105).map(|id| json!({"id": id})).collect();
    let asked = json!({"users": users});
    let answers = join_all((0..20).map(|_| ask(&api, "k", &asked))).await;
    for answer in &answers {
        assert_eq!(body(answer, 200), &answers[0].body);
    }
    assert_eq!(count(&stack).await, 100);
}
