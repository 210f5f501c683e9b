//! Paths, `fields`, versions, and what is tolerated because real clients send it.

use super::{TASKS, USERS, header, refuses, tasks};
use offstage_tests::stack::Stack;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn an_id_is_plain_decimal_digits_and_nothing_else_is_guessed() {
    let stack = Stack::with_users([7]).await;
    let (_program, api) = stack.api(&[]).await;
    let digits = "1".repeat(30);
    let malformed = [
        "+7",
        "-7",
        "007",
        "7.0",
        "7,7",
        "0x7",
        "7e0",
        "abc",
        "%20",
        "7%20",
        "%C2%B2",
        "%D9%A7",
        "%00",
        "7%00",
        "%2F",
        "7%2F",
        "7%2Fresults",
        "%2e%2e%2f7",
        "%zz",
        "%",
        "%ff",
        "%25%37",
        "9007199254740992",
        "18446744073709551616",
        &digits,
    ];
    for id in malformed {
        let deleted = api.send(api.request(Method::DELETE, &format!("{USERS}/{id}"))).await;
        refuses(&deleted, 422, 11);
        assert!(deleted.body["message"].as_str().unwrap().contains("\"id\""), "{id}: {deleted:?}");
        let watched = api.get(&format!("{TASKS}/{id}")).await;
        refuses(&watched, 422, 11);
        assert!(watched.body["message"].as_str().unwrap().contains("\"task_id\""), "{id}: {watched:?}");
    }
    for (path, code) in
        [("/", 4), ("/7/", 4), ("/7/more", 4), ("//7", 4), ("/0", 1002), ("/9007199254740991", 1002)]
    {
        let answer = api.send(api.request(Method::DELETE, &format!("{USERS}{path}"))).await;
        refuses(&answer, 404, code);
    }
    let unknown = api.get("/api/staged_config/none").await;
    refuses(&unknown, 404, 4);
    assert!(unknown.body["message"].as_str().unwrap().contains("\"/staged_config/none\""), "{unknown:?}");
    assert_eq!(tasks(&stack).await, 0);
    let encoded = api.send(api.request(Method::DELETE, &format!("{USERS}/%37"))).await;
    assert_eq!((encoded.status.as_u16(), &encoded.body["name"]), (202, &json!("Deletion of user 7")));
}

#[tokio::test]
async fn fields_cut_an_answer_down_wherever_they_may_be_given() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let delete = |fields: &str| api.request(Method::DELETE, &format!("{USERS}/5?fields={fields}"));
    for (fields, code) in [
        ("none", 30),
        ("id,none,nothing", 30),
        ("id(x)", 30),
        ("ID", 30),
        ("id,id", 31),
        ("none,id,id", 31),
        ("id,%20id", 31),
        ("id,", 30),
        ("(id)", 30),
        ("id)", 30),
    ] {
        let answer = api.send(delete(fields)).await;
        refuses(&answer, 422, code);
        if fields.contains("nothing") {
            assert!(
                answer.body["message"].as_str().unwrap().contains("\"none\""),
                "the first one: {answer:?}"
            );
        }
    }
    refuses(&api.send(delete("id&fields=id")).await, 422, 11);
    refuses(&api.send(delete("%ff")).await, 422, 11);
    assert_eq!(tasks(&stack).await, 0);

    let accepted = api.send(delete("status,+id,completed")).await;
    assert_eq!(accepted.status, 202);
    assert_eq!(
        accepted.body.to_string(),
        r#"{"id":1,"status":"QUEUED","completed":null}"#,
        "in the task's order"
    );
    assert_eq!(header(&accepted, "location"), format!("{TASKS}/1"), "the header stays");
    let get = async |path: &str| api.get(&format!("{TASKS}/1{path}")).await;
    assert_eq!(get("?fields=id%2C%20status%2C%20message").await.body.as_object().unwrap().len(), 3);
    assert_eq!(get("?fields=%20").await.body.as_object().unwrap().len(), 9, "a blank one asks for all");
    refuses(&get("?fields=id,id").await, 422, 31);
    refuses(&get("/results?fields=dependent_name(x)").await, 422, 30);
    assert_eq!(get("/results?fields=dependent_id,blocking").await.body, json!([]));
    let header = api.send(api.request(Method::GET, &format!("{TASKS}/1")).header("fields", "none")).await;
    assert_eq!(
        header.body.as_object().unwrap().len(),
        9,
        "on GET it is an unknown header, which is tolerated"
    );
}

#[tokio::test]
async fn versions_that_real_clients_send_are_served_and_the_others_refused() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let ask = |version: &str| api.request(Method::DELETE, &format!("{USERS}/5")).header("Version", version);
    for (version, said) in [
        ("322.0123", "is not a valid version"),
        ("27.0", "is not a valid version"),
        ("latest", "is not a valid version"),
        ("", "is not a valid version"),
        ("3.0", "has been removed"),
        ("3", "has been removed"),
    ] {
        let answer = api.send(ask(version)).await;
        assert_eq!(answer.status, 422, "{version}: {answer:?}");
        assert!(answer.body["message"].as_str().unwrap().contains(said), "{version}: {answer:?}");
    }
    refuses(&api.send(ask("26.0").header("Version", "26.0")).await, 422, 11);
    assert_eq!(tasks(&stack).await, 0);
    for (version, deprecated) in [
        ("9.1", true),
        ("12.0", true),
        ("13.1", true),
        ("14", true),
        ("15.0", false),
        ("20.0", false),
        ("26", false),
    ] {
        let answer = api.send(ask(version)).await;
        assert_eq!(answer.status, 202, "{version}: {answer:?}");
        assert_eq!(answer.headers.contains_key("deprecated"), deprecated, "{version}");
    }
    let missing =
        api.send(api.request(Method::DELETE, &format!("{USERS}/404")).header("Version", "13.1")).await;
    refuses(&missing, 404, 1002);
    assert!(missing.headers.contains_key("deprecated"), "errors are marked as well");
}

#[tokio::test]
async fn what_generous_clients_send_along_is_tolerated() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let empty = json!({});
    let delete = api.request(Method::DELETE, &format!("{USERS}/5?id=5"));
    let delete = delete.header("Allow-Hidden", "true").header("Accept", "application/json").json(&empty);
    let accepted = api.send(delete).await;
    assert_eq!(accepted.status, 202, "{accepted:?}");
    let get =
        api.request(Method::GET, &format!("{TASKS}/1?task_id=1")).header("Content-Type", "application/json");
    assert_eq!(api.send(get).await.body, accepted.body);
    let get = api.request(Method::GET, &format!("{TASKS}/1/results?task_id=1&x=y")).json(&empty);
    assert_eq!(api.send(get).await.body, json!([]));
    let cancel = api.request(Method::POST, &format!("{TASKS}/1?task_id=1"));
    let cancelled = api.send(cancel.json(&json!({"status": "CANCEL_REQUESTED"}))).await;
    assert_eq!((cancelled.status.as_u16(), &cancelled.body["status"]), (200, &json!("CANCELLED")));
    let other = api.send(api.request(Method::DELETE, &format!("{USERS}/5?id=6"))).await;
    assert_eq!(other.body["name"], "Deletion of user 5", "the path says who");
}
