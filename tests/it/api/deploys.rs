//! Deploys as their callers see them: what is staged takes effect for those who log in, and what is refused.

use super::{DEADLINE, USERS, keys, refuses, tasks};
use offstage_tests::{
    api::{Answer, Api},
    eventually, fixtures,
    stack::Stack,
};
use reqwest::Method;
use serde_json::{Value, json};

const DEPLOY: &str = "/api/staged_config/deploy_status";
const SIX: [&str; 6] = ["hosts", "initiated_by", "initiated_from", "percent_complete", "status", "type"];

async fn deploy(api: &Api, kind: &str) -> Answer {
    api.send(api.request(Method::POST, DEPLOY).json(&json!({"type": kind}))).await
}

/// How the last deploy stands, once it has ended.
async fn complete(api: &Api) -> Value {
    eventually("the deploy is complete", DEADLINE, async || {
        let answer = api.get(DEPLOY).await;
        (answer.body["status"] == "COMPLETE").then_some(answer.body)
    })
    .await
}

async fn is_deployed(api: &Api, user: u64) -> bool {
    match api.get(&format!("/api/config/access/users/{user}")).await.status.as_u16() {
        200 => true,
        404 => false,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_deletion_takes_effect_with_the_deploy() {
    let stack = Stack::with_users([5, 6]).await;
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[]);
    let unknown = api.get(DEPLOY).await;
    assert_eq!(unknown.status, 200);
    assert_eq!(
        unknown.body,
        json!({"hosts": [], "initiated_by": null, "initiated_from": null, "percent_complete": 100,
            "status": "COMPLETE", "type": null})
    );
    let task = api.submit(5).await;
    api.until_state(task, "COMPLETED", DEADLINE).await;
    assert_eq!(api.get(&format!("{USERS}/5")).await.status, 404);
    assert!(is_deployed(&api, 5).await, "until the deploy");
    let accepted = deploy(&api, "INCREMENTAL").await;
    assert_eq!(accepted.status, 200, "{accepted:?}");
    assert_eq!(keys(&accepted), SIX);
    assert_eq!(
        (&accepted.body["type"], &accepted.body["initiated_by"]),
        (&json!("INCREMENTAL"), &json!("administrator"))
    );
    assert_eq!(accepted.body["initiated_from"], "127.0.0.1");
    let after = complete(&api).await;
    assert_eq!((&after["percent_complete"], &after["hosts"][0]["status"]), (&json!(100), &json!("SUCCESS")));
    assert!(!is_deployed(&api, 5).await);
    assert!(is_deployed(&api, 6).await);
}

#[tokio::test]
async fn a_deploy_without_changes_is_409_1004_and_a_full_one_runs() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let refused = deploy(&api, "INCREMENTAL").await;
    refuses(&refused, 409, 1004);
    assert!(refused.body["message"].as_str().unwrap().contains("No changes to deploy"));
    assert_eq!(tasks(&stack).await, 0);
    assert_eq!(deploy(&api, "FULL").await.status, 200);
    refuses(&deploy(&api, "FULL").await, 409, 1002);
    refuses(&deploy(&api, "INCREMENTAL").await, 409, 1002);
    assert_eq!(tasks(&stack).await, 1);
    let _worker = stack.worker(&[]);
    assert_eq!(complete(&api).await["hosts"][0]["host_status"], "SUCCESS");
    assert_eq!(deploy(&api, "FULL").await.status, 200);
}

#[tokio::test]
async fn a_faulty_deploy_is_refused_and_deploys_nothing() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let send = async |body: &'static str| {
        let request = api.request(Method::POST, DEPLOY).header("content-type", "application/json");
        api.send(request.body(body)).await
    };
    let missing = send("").await;
    refuses(&missing, 422, 10);
    assert!(missing.body["message"].as_str().unwrap().contains("deploy_status"));
    for body in ["{}", r#"{"type":"HALF"}"#, r#"{"type":null}"#, "[]", r#"{"type":"FULL","force":true}"#] {
        refuses(&send(body).await, 422, 1005);
    }
    let reader = api.with_token(Some(fixtures::READER_TOKEN));
    refuses(&deploy(&reader, "FULL").await, 403, 1009);
    assert_eq!(reader.get(DEPLOY).await.status, 200, "who sees tasks sees this one");
    assert_eq!(tasks(&stack).await, 0);
}

#[tokio::test]
async fn a_deploy_that_was_cancelled_leaves_everything_to_be_deployed() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let deletion = fixtures::submit(&stack.store, 5).await;
    let worker = stack.worker(&[]);
    api.until_state(deletion.0, "COMPLETED", DEADLINE).await;
    drop(worker);
    assert_eq!(deploy(&api, "INCREMENTAL").await.status, 200);
    let listed = api.get("/ops/v1/tasks?kind=deploy").await;
    let task = &listed.body["items"][0];
    assert_eq!((&task["kind"], &task["user_id"]), (&json!("deploy"), &Value::Null), "{listed:?}");
    let id = task["id"].as_u64().unwrap();
    let act = async |action: &str| {
        api.send(api.request(Method::POST, &format!("/ops/v1/tasks/{id}/{action}"))).await
    };
    assert_eq!(act("cancel").await.status, 200);
    let view = api.get(DEPLOY).await.body;
    assert_eq!(
        (&view["status"], &view["hosts"][0]["status"], &view["percent_complete"]),
        (&json!("COMPLETE"), &json!("ERROR"), &json!(0))
    );
    assert!(is_deployed(&api, 5).await);
    let again = act("retry").await;
    assert_eq!(again.body["retry_of"], id, "{again:?}");
    let _worker = stack.worker(&[]);
    assert_eq!(complete(&api).await["hosts"][0]["status"], "SUCCESS");
    assert!(!is_deployed(&api, 5).await);
    refuses(&api.get(&format!("/api/staged_config/access/user_delete_tasks/{id}")).await, 404, 1002);
}
