//! Input that is refused: bodies, headers, methods, paths. Each answer is in its dialect's shape, and nothing changed.

use super::{TASKS, USERS, header, refuses, tasks};
use offstage_tests::{
    api::{Answer, Api},
    stack::Stack,
};
use reqwest::Method;

const CANCEL: &str = r#"{"status":"CANCEL_REQUESTED"}"#;
const DEPENDENT: &str = "/ops/v1/users/5/dependents/REPORT/1";

async fn send(api: &Api, method: Method, path: &str, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = api.request(method, path);
    let request = if kind.is_empty() { request } else { request.header("Content-Type", kind) };
    api.send(request.body(body)).await
}

/// Bodies that are no object in strict JSON, whatever it is for.
fn no_objects() -> Vec<Vec<u8>> {
    let mut bodies: Vec<Vec<u8>> = [
        "[]",
        r#"["CANCEL_REQUESTED"]"#,
        "null",
        "7",
        r#""CANCEL_REQUESTED""#,
        "{",
        "{}{}",
        "{'status':'CANCEL_REQUESTED'}",
        "{\"status\":\"CANCEL_REQUESTED\",}",
        "{\"status\":\"CANCEL\nREQUESTED\"}",
        r#"{"status":"\ud800"}"#,
        "\u{feff}{\"status\":\"CANCEL_REQUESTED\"}",
        "status=CANCEL_REQUESTED",
        "<status>CANCEL_REQUESTED</status>",
        " ",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into();
    bodies.push(b"{\"status\":\"CANCEL_REQUESTED\xff\"}".to_vec());
    bodies.push(b"\xff\xfe{\0}\0".to_vec());
    bodies.push(format!("{{\"status\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000)).into_bytes());
    bodies.push(format!("{{\"status\":{}", "{\"a\":".repeat(2_000)).into_bytes());
    bodies
}

#[tokio::test]
async fn a_cancel_whose_body_is_not_exactly_one_is_refused() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let path = format!("{TASKS}/{}", api.submit(5).await);
    let json = "application/json";
    for body in no_objects() {
        refuses(&send(&api, Method::POST, &path, json, body).await, 422, 1005);
    }
    for body in [
        "{}",
        r#"{"Status":"CANCEL_REQUESTED"}"#,
        r#"{"status":null}"#,
        r#"{"status":true}"#,
        r#"{"status":["CANCEL_REQUESTED"]}"#,
        r#"{"status":{"status":"CANCEL_REQUESTED"}}"#,
        r#"{"status":"CANCEL_REQUESTED","force":true}"#,
        r#"{"status":"CANCEL_REQUESTED","status":"CANCEL_REQUESTED"}"#,
        r#"{"status":"CANCEL_REQUESTED","\u0073tatus":"CANCEL_REQUESTED"}"#,
        r#"{"status":"CANCEL_REQUESTED","id":1,"id":1}"#,
    ] {
        refuses(&send(&api, Method::POST, &path, json, body).await, 422, 1005);
    }
    for kind in [
        "",
        "text/plain",
        "application/json; charset=utf-16",
        "application/jsonx",
        "application/x-www-form-urlencoded",
        "*/*",
    ] {
        refuses(&send(&api, Method::POST, &path, kind, CANCEL).await, 415, 1005);
    }
    let two = api.request(Method::POST, &path).header("Content-Type", json).header("Content-Type", json);
    refuses(&api.send(two.body(CANCEL)).await, 415, 1005);
    let gzip =
        api.request(Method::POST, &path).header("Content-Type", json).header("Content-Encoding", "gzip");
    refuses(&api.send(gzip.body(CANCEL)).await, 415, 1005);
    let huge = format!("{{\"status\":\"CANCEL_REQUESTED\",\"message\":\"{}\"}}", "x".repeat(17 * 1024));
    refuses(&send(&api, Method::POST, &path, json, huge.clone()).await, 413, 1005);
    let chunks = futures::stream::iter([Ok::<_, std::io::Error>(huge.clone()), Ok(huge)]);
    let unannounced = reqwest::Body::wrap_stream(chunks);
    refuses(&send(&api, Method::POST, &path, json, unannounced).await, 413, 1005);
    refuses(&send(&api, Method::POST, &path, json, "").await, 422, 10);
    assert_eq!(
        (api.status(1).await.as_str(), tasks(&stack).await),
        ("QUEUED", 1),
        "none of them was a cancel"
    );
    for kind in ["application/json;charset=UTF-8", "Application/JSON"] {
        let answer = send(&api, Method::POST, &path, kind, CANCEL).await;
        assert!(matches!(answer.status.as_u16(), 200 | 409), "{kind}: {answer:?}");
    }
    assert_eq!(api.status(1).await, "CANCELLED");
}

#[tokio::test]
async fn a_body_where_none_belongs_is_refused_unless_it_is_an_empty_object() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let path = format!("{USERS}/5");
    for body in no_objects() {
        refuses(&send(&api, Method::DELETE, &path, "application/json", body).await, 422, 1005);
    }
    refuses(&send(&api, Method::DELETE, &path, "application/json", r#"{"force":true}"#).await, 422, 1005);
    refuses(&send(&api, Method::DELETE, &path, "text/plain", "{}").await, 415, 1005);
    refuses(&send(&api, Method::DELETE, &path, "application/json", "x".repeat(20_000)).await, 413, 1005);
    assert_eq!(tasks(&stack).await, 0);
    let task = api.submit(5).await;
    for path in [format!("{TASKS}/{task}"), format!("{TASKS}/{task}/results")] {
        refuses(&send(&api, Method::GET, &path, "application/json", "[]").await, 422, 1005);
    }
}

#[tokio::test]
async fn a_malformed_dependent_is_refused_and_not_registered() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let json = "application/json";
    for body in no_objects() {
        let answer = send(&api, Method::PUT, DEPENDENT, json, body).await;
        assert_eq!(answer.status, 400, "{answer:?}");
    }
    for body in [
        r#"{"blocking":null}"#,
        r#"{"blocking":"true"}"#,
        r#"{"name":7}"#,
        r#"{"name":""}"#,
        r#"{"name":"a\u0000b"}"#,
        r#"{"owner":{}}"#,
        r#"{"database":"events"}"#,
        r#"{"database":"ORACLE"}"#,
        r#"{"group_ids":3}"#,
        r#"{"group_ids":[-1]}"#,
        r#"{"group_ids":[1.5]}"#,
        r#"{"group_ids":["3"]}"#,
        r#"{"group_ids":[99999999999999999999]}"#,
        r#"{"name":"a","name":"b"}"#,
        r#"{"blocking":false,"blockin\u0067":true}"#,
        r#"{"surplus":1}"#,
        r#"{"id":"2"}"#,
        r#"{"type":"DASHBOARD"}"#,
        "",
    ] {
        let answer = send(&api, Method::PUT, DEPENDENT, json, body).await;
        assert_eq!(answer.status, 400, "{body}: {answer:?}");
    }
    let groups = format!("{{\"group_ids\":[{}1]}}", "1,".repeat(1_000));
    assert_eq!(send(&api, Method::PUT, DEPENDENT, json, groups).await.status, 400);
    let name = format!("{{\"name\":\"{}\"}}", "n".repeat(1_025));
    assert_eq!(send(&api, Method::PUT, DEPENDENT, json, name).await.status, 400);
    assert_eq!(send(&api, Method::PUT, DEPENDENT, json, vec![b' '; 65 * 1024]).await.status, 413);
    assert_eq!(send(&api, Method::PUT, DEPENDENT, "text/plain", "{}").await.status, 415);
    assert_eq!(send(&api, Method::PUT, DEPENDENT, "", "{}").await.status, 415);
    let gzip =
        api.request(Method::PUT, DEPENDENT).header("Content-Encoding", "gzip").json(&serde_json::json!({}));
    assert_eq!(api.send(gzip).await.status, 415);
    let listed = api.get("/ops/v1/users/5/dependents").await.body;
    assert_eq!(listed, serde_json::json!({"items": [], "next": null}));
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_told_which_it_has() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let task = format!("{TASKS}/{}", api.submit(5).await);
    let (user, results) = (format!("{USERS}/5"), format!("{task}/results"));
    let other = Method::from_bytes(b"BREW").unwrap();
    for (path, right) in [
        (user.as_str(), "DELETE,GET,HEAD,POST"),
        (task.as_str(), "GET,HEAD,POST"),
        (results.as_str(), "GET,HEAD"),
        (DEPENDENT, "PUT,DELETE"),
    ] {
        for method in [
            &Method::PUT,
            &Method::PATCH,
            &Method::POST,
            &Method::OPTIONS,
            &Method::TRACE,
            &Method::DELETE,
            &other,
        ] {
            if right.split(',').any(|one| one == method.as_str()) {
                continue;
            }
            let answer = api.send(api.request(method.clone(), path)).await;
            assert_eq!((answer.status.as_u16(), header(&answer, "allow")), (405, right), "{method} {path}");
            if path.starts_with("/api/") {
                refuses(&answer, 405, 4);
            }
        }
    }
    // Nothing can be said in the answer to a HEAD, so it is looked at without its body.
    let head = reqwest::Client::new().head(format!("{}{task}", api.base()));
    let head = head.header("SEC", offstage_tests::fixtures::ADMIN_TOKEN).send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(head.text().await.unwrap(), "");
    let head = reqwest::Client::new().head(format!("{}{user}", api.base())).send().await.unwrap();
    assert_eq!((head.status().as_u16(), &head.headers()["allow"]), (405, &"DELETE".parse().unwrap()));
    assert_eq!((api.status(1).await.as_str(), tasks(&stack).await), ("QUEUED", 1));
}

#[tokio::test]
async fn heads_that_are_too_large_or_odd_are_refused_or_harmless() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let long = format!("{USERS}/{}", "7".repeat(9_000));
    refuses(&api.send(api.request(Method::DELETE, &long)).await, 414, 1005);
    let long = format!("/ops/v1/users/5/dependents?cursor={}", "a".repeat(9_000));
    assert_eq!(api.get(&long).await.status, 414);
    let wide = "x".repeat(20_000);
    let answer =
        api.send(api.request(Method::DELETE, "/api/staged_config/access/users/5").header("x", &wide)).await;
    refuses(&answer, 431, 1005);
    assert_eq!(
        api.send(api.request(Method::GET, "/ops/v1/users/5/dependents").header("x", &wide)).await.status,
        431
    );
    let short = format!("{USERS}/{}", "7".repeat(5_000));
    let answer = api.send(api.request(Method::DELETE, &short)).await;
    refuses(&answer, 422, 11);
    assert!(answer.body.to_string().len() < 1_000, "not all of it comes back: {answer:?}");
    let unknown = api.get(&format!("/api/{}", "n".repeat(5_000))).await;
    refuses(&unknown, 404, 4);
    assert!(unknown.body.to_string().len() < 1_000, "not all of it comes back: {unknown:?}");

    let id = api.request(Method::GET, &format!("{TASKS}/1")).header("X-Request-Id", "one\ttwo");
    let answer = api.send(id).await;
    assert_ne!(header(&answer, "x-request-id"), "one\ttwo", "only a harmless id is kept");
    let id = api.request(Method::GET, &format!("{TASKS}/1")).header("X-Request-Id", "r-1");
    assert_eq!(header(&api.send(id).await, "x-request-id"), "r-1");
    assert_eq!(tasks(&stack).await, 0);
}

#[tokio::test]
async fn each_prefix_refuses_unknown_paths_in_its_own_shape() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    for path in [
        "/api",
        "/api/",
        "/api/staged_config",
        "/api/..%2flivez",
        "/api/%zz",
        "/api/%00",
        "/api/%ff%fe",
        "/api//",
    ] {
        refuses(&api.get(path).await, 404, 4);
    }
    for path in [
        "/",
        "/apix",
        "/ops",
        "/ops/",
        "/ops/v1",
        "/ops/v1/%zz",
        "/ops/v2/users/5/dependents",
        "/favicon.ico",
    ] {
        let answer = api.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), header(&answer, "content-type")),
            (404, "application/problem+json"),
            "{path}"
        );
    }
    for path in [
        "/ops/v1/users/abc/dependents",
        "/ops/v1/users/%zz/dependents",
        "/ops/v1/users/%ff/dependents",
        "/ops/v1/users/+5/dependents",
    ] {
        assert_eq!(api.get(path).await.status, 400, "{path}");
    }
}
