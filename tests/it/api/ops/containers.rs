//! Notebook servers say which containers run; a removal and a start are decided against each other.

use super::{body, caller, get};
use offstage::{
    domain::{capability::Capability, checklist::Counts},
    store::queue::{Claim, Commit, Promised, Settlement},
};
use offstage_tests::{
    api::{Answer, Api},
    fixtures,
    stack::Stack,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const LONG: Duration = Duration::from_mins(1);

async fn put(api: &Api, id: &str, body: &Value) -> Answer {
    api.send(api.request(Method::PUT, &format!("/ops/v1/containers/{id}")).json(body)).await
}

async fn forget(api: &Api, id: &str) -> Answer {
    api.send(api.request(Method::DELETE, &format!("/ops/v1/containers/{id}"))).await
}

fn of(user: &str) -> Value {
    json!({"username": user, "type": "executeNotebook", "expires_s": 60})
}

#[tokio::test]
async fn a_container_is_registered_kept_alive_and_forgotten() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    body(&put(&api, "c1", &of("gis_joe")).await, 201);
    body(&put(&api, "c1", &of("gis_joe")).await, 204);
    let answer = get(&api, "/containers").await;
    let items = body(&answer, 200)["items"].as_array().unwrap();
    let keys: Vec<_> = items[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["id", "username", "type", "created", "expires", "lapsed"]);
    assert_eq!(
        (&items[0]["id"], &items[0]["type"], &items[0]["lapsed"]),
        (&json!("c1"), &json!("executeNotebook"), &json!(false))
    );
    let life = items[0]["expires"].as_i64().unwrap() - items[0]["created"].as_i64().unwrap();
    assert!((60_000..70_000).contains(&life), "{life}");
    let taken = put(&api, "c1", &of("gis_jane")).await;
    assert!(body(&taken, 409)["detail"].as_str().unwrap().contains("Another user"));
    body(&forget(&api, "c1").await, 204);
    body(&forget(&api, "c1").await, 404);
    assert_eq!(get(&api, "/containers").await.body, json!({"items": []}));
}

#[tokio::test]
async fn what_is_not_understood_registers_nothing() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    for (id, body) in [
        ("a%20b", of("gis_joe")),
        (&*"x".repeat(129), of("gis_joe")),
        ("c1", of("..")),
        ("c1", of("")),
        ("c1", json!({"username": "gis_joe", "type": "notebook", "expires_s": 60})),
        ("c1", json!({"username": "gis_joe", "type": "openNotebook", "expires_s": 0})),
        ("c1", json!({"username": "gis_joe", "type": "openNotebook"})),
        ("c1", json!({"username": "gis_joe", "type": "openNotebook", "expires_s": 60, "more": 1})),
        ("c1", json!([])),
        ("c1?force=true", of("gis_joe")),
    ] {
        assert_eq!(put(&api, id, &body).await.status, 400, "{id} {body}");
    }
    assert_eq!(get(&api, "/containers").await.body, json!({"items": []}));
}

#[tokio::test]
async fn who_may_not_write_registers_nothing_and_who_may_not_look_sees_nothing() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    let reader = caller(&stack, &api, "reader2", &[Capability::OpsRead]).await;
    let writer = caller(&stack, &api, "notebooks", &[Capability::OpsWrite]).await;
    body(&put(&reader, "c1", &of("gis_joe")).await, 403);
    body(&put(&reader, "a b", &json!({})).await, 403);
    body(&forget(&reader, "c1").await, 403);
    body(&put(&writer, "c1", &of("gis_joe")).await, 201);
    body(&get(&writer, "/containers").await, 403);
    body(&get(&reader, "/containers").await, 200);
    body(&put(&api.with_token(None), "c1", &of("gis_joe")).await, 401);
}

#[tokio::test]
async fn no_container_starts_from_the_commit_of_its_workspaces_removal_to_the_end() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    let store = &stack.store;
    fixtures::submit_one(store, fixtures::removal("gis_joe")).await;
    let Claim::Taken { mut tasks, .. } = store.claim(1, "w", LONG).await.unwrap() else { panic!("paused") };
    let lease = tasks.remove(0).lease;
    body(&put(&api, "c1", &of("gis_joe")).await, 201);
    body(&forget(&api, "c1").await, 204);
    let commit = Commit { lease, oldest_answer_ms: None, checks: fixtures::checks(1, 1, Counts::default()) };
    assert_eq!(store.promise(&commit, "w", LONG).await.unwrap(), Promised::Done);
    let refused = put(&api, "c1", &of("gis_joe")).await;
    assert!(body(&refused, 409)["detail"].as_str().unwrap().contains("being removed"));
    assert!(refused.headers.contains_key("retry-after"));
    body(&put(&api, "c2", &of("gis_jane")).await, 201);
    let event = offstage::domain::state::Event::Complete;
    let end = Settlement { lease, event, reason: None, delay_ms: 0, checks: None };
    store.settle(&[end], "w").await.unwrap();
    body(&put(&api, "c1", &of("gis_joe")).await, 201);
}
