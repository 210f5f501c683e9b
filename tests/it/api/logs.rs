//! What is logged: the ids that find a request and its task again, and nobody's name.

use super::{DEADLINE, USERS};
use offstage::store::directory::NewUser;
use offstage_tests::{fixtures, fixtures::ADMIN_TOKEN, stack::Stack};
use reqwest::Method;
use serde_json::{Value, json};

/// Everything that names a person or lets one in, in this test.
const PERSONAL: [&str; 8] = [
    "zebulon",
    "zebulon@example.com",
    "zeb-secret",
    "Zebulons report",
    "quentin",
    ADMIN_TOKEN,
    "emVidWxvb",
    "wrong-token",
];

#[tokio::test]
async fn logs_find_a_request_and_its_task_and_name_nobody() {
    let stack = Stack::with_users([]).await;
    let mut fields = fixtures::user(5).fields;
    fields.insert("email".to_owned(), "zebulon@example.com".to_owned());
    let zebulon = NewUser { username: "zebulon".to_owned(), fields, ..fixtures::user(5) };
    stack.store.load_users(&[zebulon], false).await.unwrap();
    let everything = [("OFFSTAGE_LOG", "debug,hyper=info,reqwest=info")];
    let (program, api) = stack.api(&everything).await;
    let worker = stack.worker(&everything);

    let path = "/ops/v1/users/5/dependents/REPORT/zebulon";
    let said = json!({"name": "Zebulons report", "owner": "quentin"});
    assert_eq!(api.send(api.request(Method::PUT, path).json(&said)).await.status, 201);
    let stranger = api.with_token(Some("wrong-token"));
    assert_eq!(stranger.delete_user(5).await.status, 401);
    let by_name = api.with_token(None).request(Method::DELETE, &format!("{USERS}/5?name=zebulon"));
    assert_eq!(api.send(by_name.basic_auth("zebulon", Some("zeb-secret"))).await.status, 401);
    let unknown = format!("{USERS}/zebulon?fields=zebulon");
    assert_eq!(api.send(api.request(Method::DELETE, &unknown)).await.status, 422);
    let body = r#"{"zebulon":"zebulon@example.com"}"#;
    let bad = api
        .request(Method::DELETE, &format!("{USERS}/5"))
        .header("Content-Type", "application/json")
        .body(body);
    assert_eq!(api.send(bad).await.status, 422);
    let submit = api.request(Method::DELETE, &format!("{USERS}/5")).header("X-Request-Id", "find-me");
    let task = api.send(submit).await.body["id"].as_u64().unwrap();
    api.until(task, &["CONFLICT"], DEADLINE).await;
    assert_eq!(api.send(api.request(Method::DELETE, path)).await.status, 204);
    let done = api.submit(5).await;
    api.until(done, &["COMPLETED"], DEADLINE).await;

    let many = json!({"users": [{"username": "zebulon"}, {"username": "quentin"}], "dry_run": true});
    assert_eq!(api.send(api.request(Method::POST, "/ops/v1/deletions").json(&many)).await.status, 200);
    assert_eq!(api.get("/ops/v1/tasks?created_by=zebulon").await.status, 200);
    let token = json!({"name": "zebulon-ci", "capabilities": ["ops.read"]});
    let made = api.send(api.request(Method::POST, "/ops/v1/tokens").json(&token)).await;
    let secret = made.body["token"].as_str().unwrap();
    assert_eq!(api.with_token(Some(secret)).get("/ops/v1/events").await.status, 200);
    assert_eq!(api.send(api.request(Method::DELETE, "/ops/v1/tokens/zebulon-ci")).await.status, 204);

    let log = program.log();
    assert!(!log.contains(secret), "a secret in:\n{log}");
    let lines: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect("JSON lines")).collect();
    let accepted = lines.iter().find(|line| line["message"] == "deletion accepted").expect("it is logged");
    assert_eq!(accepted["task.id"], task, "{accepted}");
    assert!(accepted.to_string().contains("find-me"), "{accepted}");
    assert!(worker.log().contains(&format!("\"task.id\":{task}")), "{}", worker.log());
    for text in [log, worker.log()] {
        for personal in PERSONAL {
            assert!(!text.contains(personal), "{personal} in:\n{text}");
        }
    }
}
