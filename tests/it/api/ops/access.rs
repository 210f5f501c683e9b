//! Who may what, and what every route refuses alike: strangers, missing capabilities, queries, bodies, methods.

use super::{act, body, caller, count, get, header};
use offstage::domain::capability::Capability as C;
use offstage_tests::{
    api::{Answer, Api},
    fixtures,
    stack::Stack,
};
use reqwest::Method;
use serde_json::json;

/// Every route but those of dependents: its method, its path, the capability that it needs.
const ROUTES: [(&str, &str, C); 19] = [
    ("GET", "/queue", C::OpsRead),
    ("POST", "/queue/pause", C::OpsWrite),
    ("POST", "/queue/resume", C::OpsWrite),
    ("GET", "/tasks", C::OpsRead),
    ("GET", "/tasks/1", C::OpsRead),
    ("POST", "/tasks/1/pause", C::OpsWrite),
    ("POST", "/tasks/1/resume", C::OpsWrite),
    ("POST", "/tasks/1/cancel", C::OpsWrite),
    ("POST", "/tasks/1/retry", C::OpsWrite),
    ("POST", "/deletions", C::OpsWrite),
    ("GET", "/workers", C::OpsRead),
    ("POST", "/workers/w/quiet", C::OpsWrite),
    ("POST", "/workers/w/wake", C::OpsWrite),
    ("GET", "/events", C::OpsRead),
    ("GET", "/doctor", C::OpsRead),
    ("GET", "/tokens", C::Admin),
    ("POST", "/tokens", C::Admin),
    ("DELETE", "/tokens/nobody", C::Admin),
    ("DELETE", "/tokens/administrator", C::Admin),
];

async fn send(api: &Api, method: &str, path: &str) -> Answer {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    api.send(api.request(method, &format!("/ops/v1{path}"))).await
}

#[tokio::test]
async fn each_route_is_open_to_its_capability_and_to_administrators_alone() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    fixtures::submit(&stack.store, 5).await;
    for (name, held) in [
        ("none", None),
        ("read", Some(C::OpsRead)),
        ("write", Some(C::OpsWrite)),
        ("admin", Some(C::Admin)),
        ("manager", Some(C::AdminManager)),
    ] {
        let api = caller(&stack, &api, name, held.as_slice()).await;
        for (method, path, needed) in ROUTES {
            let answer = send(&api, method, path).await;
            let may = held == Some(needed) || held == Some(C::Admin);
            assert_eq!(answer.status != 403, may, "{name}: {method} {path}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn who_may_not_is_told_so_before_anything_is_looked_at() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let reader = api.with_token(Some(fixtures::READER_TOKEN));
    for path in [
        "/tasks/404/cancel",
        "/tasks/none/pause",
        "/tasks/404/retry?x=y",
        "/workers/%00/quiet",
        "/deletions?x",
    ] {
        body(&act(&reader, path).await, 403);
    }
    for path in ["/tokens/none%20", "/tokens/administrator"] {
        body(&send(&reader, "DELETE", path).await, 403);
    }
    for (method, path, _) in ROUTES {
        for stranger in [api.with_token(None), api.with_token(Some("wrong"))] {
            let answer = send(&stranger, method, &path.replace('1', "none")).await;
            assert_eq!(header(&answer, "www-authenticate"), "Bearer realm=\"offstage\"", "{method} {path}");
            body(&answer, 401);
        }
    }
    assert!(!stack.store.depth().await.unwrap().is_paused());
}

#[tokio::test]
async fn a_query_or_a_body_where_none_belongs_is_refused_and_does_nothing() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let task = fixtures::submit(&stack.store, 5).await;
    for (method, path, _) in ROUTES {
        body(&send(&api, method, &format!("{path}?surplus=1")).await, 400);
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = || api.request(method.clone(), &format!("/ops/v1{path}"));
        for text in ["[]", "null", "{", r#"{"surplus":1}"#, r#"{"surplus":1,"surplus":1}"#] {
            let answer = api.send(request().header("Content-Type", "application/json").body(text)).await;
            assert_eq!(answer.status, 400, "{method} {path} {text}: {answer:?}");
        }
        body(&api.send(request().header("Content-Type", "text/plain").body("{}")).await, 415);
    }
    assert!(!stack.store.depth().await.unwrap().is_paused());
    let untouched = get(&api, &format!("/tasks/{task}")).await;
    assert_eq!(body(&untouched, 200)["state"], "QUEUED");
    assert_eq!(count(&stack).await, 1);
    let request = api.request(Method::POST, "/ops/v1/queue/pause").json(&json!({}));
    assert_eq!(body(&api.send(request).await, 200)["paused"], true, "an empty object is no body");
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_told_which_it_has() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    for (method, path, _) in ROUTES {
        for other in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let right = ROUTES.iter().filter(|route| route.1 == path).any(|route| route.0 == other);
            let deleted = path.starts_with("/tokens/") && other == "DELETE";
            if right || deleted || other == method {
                continue;
            }
            let answer = send(&api, other, path).await;
            assert_eq!(answer.status, 405, "{other} {path}: {answer:?}");
            assert!(header(&answer, "allow").contains(method), "{other} {path}: {answer:?}");
        }
    }
    for path in ["/task", "/tasks/1/", "/tasks/1/delete", "/queue/", "/queue/stop", "/workers/w", "/events/1"]
    {
        body(&send(&api, "GET", path).await, 404);
    }
}

#[tokio::test]
async fn ids_are_plain_decimal_digits() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    for id in ["abc", "+1", "-1", "01", "1.0", "%20", "%00", "%ff", "9007199254740992", "1%2F2"] {
        body(&get(&api, &format!("/tasks/{id}")).await, 400);
        for action in ["cancel", "pause", "resume", "retry"] {
            body(&act(&api, &format!("/tasks/{id}/{action}")).await, 400);
        }
    }
    for action in ["", "/cancel", "/pause", "/resume", "/retry"] {
        let method = if action.is_empty() { "GET" } else { "POST" };
        let answer = send(&api, method, &format!("/tasks/404{action}")).await;
        assert_eq!(body(&answer, 404)["detail"], "No task found with id: 404");
    }
    for name in ["%00", "%0a", "%ff", &"x".repeat(256)] {
        body(&act(&api, &format!("/workers/{name}/quiet")).await, 400);
    }
    for name in ["a%20b", "%00", "%C3%A4", &"x".repeat(65)] {
        body(&send(&api, "DELETE", &format!("/tokens/{name}")).await, 400);
    }
}
