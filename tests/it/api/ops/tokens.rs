//! Service tokens: made, shown once, used, listed, revoked.

use super::{act, body, caller, get, post};
use offstage::domain::capability::Capability;
use offstage_tests::{api::Api, eventually, stack::Stack};
use reqwest::Method;
use serde_json::{Value, json};

async fn revoke(api: &Api, name: &str) -> u16 {
    api.send(api.request(Method::DELETE, &format!("/ops/v1/tokens/{name}"))).await.status.as_u16()
}

async fn names(api: &Api) -> Vec<String> {
    let listed = get(api, "/tokens").await;
    let items = body(&listed, 200)["items"].as_array().unwrap();
    items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_token_is_shown_once_works_and_is_revoked() {
    let stack = Stack::with_users([5]).await;
    let (program, api) = stack.api(&[]).await;
    let asked = json!({"name": "ci@build", "capabilities": ["ops.read", "ops.write"], "expires": null});
    let made = post(&api, "/tokens", &asked).await;
    let members: Vec<_> = body(&made, 201).as_object().unwrap().keys().collect();
    assert_eq!(members, ["name", "capabilities", "expires", "token"]);
    let token = made.body["token"].as_str().unwrap().to_owned();
    assert_eq!(token.len(), 43, "32 bytes");
    let ci = api.with_token(Some(&token));
    let submitted = post(&ci, "/deletions", &json!({"users": [{"id": 5}]})).await;
    body(&submitted, 200);
    assert_eq!(get(&ci, "/tasks/1").await.body["created_by"], "ci@build");
    body(&get(&ci, "/tokens").await, 403);

    let listed = get(&api, "/tokens").await;
    assert!(!listed.body.to_string().contains(&token), "nowhere else");
    let entry =
        listed.body["items"].as_array().unwrap().iter().find(|one| one["name"] == "ci@build").unwrap();
    let members: Vec<_> = entry.as_object().unwrap().keys().collect();
    assert_eq!(members, ["name", "capabilities", "created", "expires", "last_used"]);
    assert_eq!(
        (&entry["capabilities"], &entry["expires"]),
        (&json!(["ops.read", "ops.write"]), &Value::Null)
    );
    assert!(entry["created"].is_u64() && entry["last_used"].is_u64(), "{entry}");

    body(&post(&api, "/tokens", &asked).await, 409);
    assert_eq!(get(&ci, "/queue").await.status, 200, "the first one still works");
    assert_eq!(revoke(&api, "ci@build").await, 204);
    assert_eq!(get(&ci, "/queue").await.status, 401, "at once where it was revoked");
    assert_eq!(revoke(&api, "ci@build").await, 404);
    assert!(!names(&api).await.contains(&"ci@build".to_owned()));
    let remade = post(&api, "/tokens", &asked).await;
    assert_ne!(body(&remade, 201)["token"], token, "never the same");
    let log = program.log();
    assert!(!log.contains(&token) && !log.contains("ci@build"), "nothing of it is logged");
}

#[tokio::test]
async fn the_settings_own_token_is_neither_made_nor_revoked() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    let asked = json!({"name": "administrator", "capabilities": ["ops.read"]});
    let refused = post(&api, "/tokens", &asked).await;
    assert!(body(&refused, 409)["detail"].as_str().unwrap().contains("settings"), "{refused:?}");
    assert_eq!(revoke(&api, "administrator").await, 409);
    assert!(names(&api).await.contains(&"administrator".to_owned()));
}

#[tokio::test]
async fn nobody_hands_on_what_he_has_not() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    let admin = caller(&stack, &api, "admin", &[Capability::Admin]).await;
    for capabilities in [json!(["ADMINMANAGER"]), json!(["ops.read", "ADMINMANAGER"])] {
        let asked = json!({"name": "mine", "capabilities": capabilities});
        let refused = post(&admin, "/tokens", &asked).await;
        assert!(body(&refused, 403)["detail"].as_str().unwrap().contains("ADMINMANAGER"), "{refused:?}");
    }
    let manager = caller(&stack, &api, "manager", &[Capability::AdminManager]).await;
    body(&post(&manager, "/tokens", &json!({"name": "mine", "capabilities": ["ops.read"]})).await, 403);
    assert!(!names(&api).await.contains(&"mine".to_owned()));
    body(
        &post(&admin, "/tokens", &json!({"name": "mine", "capabilities": ["ADMIN", "ops.write"]})).await,
        201,
    );
}

#[tokio::test]
async fn a_malformed_token_is_refused_and_not_made() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    let before = names(&api).await;
    for asked in [
        json!({}),
        json!({"name": "mine"}),
        json!({"capabilities": ["ops.read"]}),
        json!({"name": "", "capabilities": ["ops.read"]}),
        json!({"name": "a b", "capabilities": ["ops.read"]}),
        json!({"name": "ä", "capabilities": ["ops.read"]}),
        json!({"name": "x".repeat(65), "capabilities": ["ops.read"]}),
        json!({"name": 5, "capabilities": ["ops.read"]}),
        json!({"name": "mine", "capabilities": []}),
        json!({"name": "mine", "capabilities": ["OPS.READ"]}),
        json!({"name": "mine", "capabilities": ["ops.read", "ops.read"]}),
        json!({"name": "mine", "capabilities": "ops.read"}),
        json!({"name": "mine", "capabilities": ["ops.read"], "expires": -1}),
        json!({"name": "mine", "capabilities": ["ops.read"], "expires": "2030-01-01"}),
        json!({"name": "mine", "capabilities": ["ops.read"], "expires": 1_893_456_000}),
        json!({"name": "mine", "capabilities": ["ops.read"], "token": "my-own-choice"}),
    ] {
        body(&post(&api, "/tokens", &asked).await, 400);
    }
    body(&act(&api, "/tokens").await, 400);
    assert_eq!(names(&api).await, before);
}

#[tokio::test]
async fn a_token_that_has_expired_is_nobodys() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    let now =
        chrono::DateTime::parse_from_rfc2822(get(&api, "/queue").await.headers["date"].to_str().unwrap());
    let expires = now.unwrap().timestamp_millis() + 2_000;
    let asked = json!({"name": "soon", "capabilities": ["ops.read"], "expires": expires});
    let made = post(&api, "/tokens", &asked).await;
    assert_eq!(body(&made, 201)["expires"], expires);
    let soon = api.with_token(made.body["token"].as_str());
    assert_eq!(get(&soon, "/queue").await.status, 200);
    eventually("it has expired", super::DEADLINE, async || {
        (get(&soon, "/queue").await.status == 401).then_some(())
    })
    .await;
    assert!(names(&api).await.contains(&"soon".to_owned()), "it is listed until it is revoked");
}
