//! Dependents as other systems register, list and forget them.

use super::{DEADLINE, count as tasks, header};
use offstage_tests::{api::Api, fixtures::READER_TOKEN, stack::Stack};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const LIST: &str = "/ops/v1/users/5/dependents";

async fn put(api: &Api, path: &str, body: &Value) -> offstage_tests::api::Answer {
    api.send(api.request(Method::PUT, path).json(body)).await
}

async fn delete(api: &Api, path: &str) -> u16 {
    api.send(api.request(Method::DELETE, path)).await.status.as_u16()
}

#[tokio::test]
async fn a_dependent_is_registered_replaced_listed_and_forgotten() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let path = format!("{LIST}/REPORT/17");
    let said = json!({"name": "Weekly", "owner": "bob", "database": "EVENTS", "group_ids": [3, 1], "blocking": true});
    let created = put(&api, &path, &said).await;
    assert_eq!((created.status.as_u16(), header(&created, "location")), (201, path.as_str()));
    let expected = json!({"type": "REPORT", "id": "17", "name": "Weekly", "owner": "bob", "database": "EVENTS",
        "group_ids": [3, 1], "blocking": true});
    assert_eq!(created.body.to_string(), expected.to_string());
    assert_eq!(api.get(LIST).await.body, json!({"items": [expected], "next": null}));

    let replaced = put(&api, &path, &json!({"blocking": false})).await;
    let bare = json!({"type": "REPORT", "id": "17", "name": null, "owner": null, "database": null, "group_ids": [],
        "blocking": false});
    assert_eq!((replaced.status.as_u16(), &replaced.body), (200, &bare));
    assert_eq!(put(&api, &path, &bare).await.status, 200, "what was read may be sent back");
    assert_eq!(api.get(LIST).await.body["items"], json!([bare]));

    assert_eq!(delete(&api, &path).await, 204);
    assert_eq!(delete(&api, &path).await, 404);
    assert_eq!(api.get(LIST).await.body["items"], json!([]));
    let unsaid = put(&api, &path, &json!({})).await;
    assert_eq!((unsaid.status.as_u16(), &unsaid.body["blocking"]), (201, &json!(true)), "in doubt it blocks");
    for path in ["/ops/v1/users/404/dependents", "/ops/v1/users/0/dependents"] {
        assert_eq!(api.get(path).await.status, 404);
        assert_eq!(put(&api, &format!("{path}/REPORT/17"), &json!({})).await.status, 404);
        assert_eq!(delete(&api, &format!("{path}/REPORT/17")).await, 404);
    }
    assert_eq!(tasks(&stack).await, 0);
}

#[tokio::test]
async fn pages_follow_each_other_without_gaps_or_repetitions() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    for number in 0..250 {
        assert_eq!(api.register(5, &format!("{number}"), false).await.status, 201);
    }
    for (limit, sizes) in [
        ("?limit=100", [100, 100, 50].as_slice()),
        ("", &[100, 100, 50]),
        ("?limit=250", &[250]),
        ("?limit=1000", &[250]),
    ] {
        let (mut seen, mut counts, mut cursor) = (BTreeSet::new(), Vec::new(), String::new());
        loop {
            let page = api.get(&format!("{LIST}{limit}{cursor}")).await;
            assert_eq!(page.status, 200, "{page:?}");
            let items = page.body["items"].as_array().unwrap();
            counts.push(items.len());
            for item in items {
                assert!(seen.insert(item["id"].as_str().unwrap().to_owned()), "twice: {item}");
            }
            let Some(next) = page.body["next"].as_str() else { break };
            cursor = format!("{}cursor={next}", if limit.is_empty() { '?' } else { '&' });
        }
        assert_eq!((seen.len(), counts.as_slice()), (250, sizes), "{limit}");
    }
}

#[tokio::test]
async fn a_query_that_is_not_known_is_refused() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    for query in [
        "limit=0",
        "limit=-1",
        "limit=+1",
        "limit=1001",
        "limit=abc",
        "limit=",
        "limit=1.0",
        "limit=99999999999999999999",
        "limit=5&limit=5",
        "cursor=",
        "cursor=!",
        "cursor=AAAA",
        "cursor=UkVQT1JU",
        "cursor=UkVQT1JULw",
        "cursor=%ff",
        "offset=5",
        "Limit=5",
        "x",
        "=",
        "id=5",
    ] {
        assert_eq!(api.get(&format!("{LIST}?{query}")).await.status, 400, "{query}");
    }
    let path = format!("{LIST}/REPORT/17?x=y");
    assert_eq!(put(&api, &path, &json!({})).await.status, 400);
    assert_eq!(delete(&api, &path).await, 400);
    assert_eq!(api.get(LIST).await.body["items"], json!([]));
}

#[tokio::test]
async fn an_id_may_be_any_plain_text_and_is_decoded_once() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let longest = "x".repeat(255);
    let ids = [
        ("a%2Fb", "a/b"),
        ("a%20b", "a b"),
        ("a+b", "a+b"),
        ("%C3%BCn%C3%AFc%C3%B6de", "ünïcöde"),
        ("%252F", "%2F"),
        ("..%2F..", "../.."),
        ("%F0%9F%92%A9", "💩"),
        ("a:b,c;d=e&f", "a:b,c;d=e&f"),
        (&longest, &longest),
    ];
    for (encoded, id) in ids {
        let created = put(&api, &format!("{LIST}/REPORT/{encoded}"), &json!({})).await;
        assert_eq!((created.status.as_u16(), &created.body["id"]), (201, &json!(id)), "{encoded}");
        let location = header(&created, "location").to_owned();
        assert_eq!(put(&api, &location, &json!({})).await.status, 200, "its Location is itself: {location}");
    }
    let listed = api.get(LIST).await.body;
    let listed: BTreeSet<_> =
        listed["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect();
    assert_eq!(listed, ids.iter().map(|(_, id)| *id).collect());
    let first = api.get(&format!("{LIST}?limit=4")).await.body["next"].as_str().unwrap().to_owned();
    let rest = api.get(&format!("{LIST}?limit=9&cursor={first}")).await.body;
    assert_eq!(rest["items"].as_array().unwrap().len(), 5, "a cursor carries any of them");
    for (encoded, _) in ids {
        assert_eq!(delete(&api, &format!("{LIST}/REPORT/{encoded}")).await, 204, "{encoded}");
    }
}

#[tokio::test]
async fn names_of_dependents_have_bounds() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let (long_type, long_id) = ("T".repeat(65), "x".repeat(256));
    for (kind, id) in [
        (long_type.as_str(), "1"),
        ("A%20B", "1"),
        ("A%2FB", "1"),
        ("%C3%BC", "1"),
        ("%00", "1"),
        ("REPORT", &long_id),
        ("REPORT", "%00"),
        ("REPORT", "a%0Ab"),
        ("REPORT", "%7F"),
        ("REPORT", "%ff"),
        ("%ff", "1"),
        ("", "1"),
    ] {
        let path = format!("{LIST}/{kind}/{id}");
        assert_eq!(put(&api, &path, &json!({})).await.status, 400, "{path}");
        assert_eq!(delete(&api, &path).await, 400, "{path}");
    }
    for path in ["/REPORT", "/REPORT/", "/REPORT/1/", "/REPORT/1/2"] {
        assert_eq!(put(&api, &format!("{LIST}{path}"), &json!({})).await.status, 404, "{path}");
    }
    assert_eq!(put(&api, &format!("{LIST}/{}/1", "T".repeat(64)), &json!({})).await.status, 201);
    assert_eq!(api.get(LIST).await.body["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn only_who_may_registers_and_lists() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let path = format!("{LIST}/REPORT/17");
    let stranger = api.with_token(None);
    let wrong = api.with_token(Some("wrong"));
    for caller in [&stranger, &wrong] {
        let answer = put(caller, &path, &json!({})).await;
        assert_eq!(
            (answer.status.as_u16(), header(&answer, "www-authenticate")),
            (401, "Bearer realm=\"offstage\"")
        );
        assert_eq!((delete(caller, &path).await, caller.get(LIST).await.status.as_u16()), (401, 401));
    }
    let sec = stranger.request(Method::GET, LIST).header("SEC", offstage_tests::fixtures::ADMIN_TOKEN);
    assert_eq!(stranger.send(sec).await.status, 401, "here tokens come as Bearer");
    let reader = api.with_token(Some(READER_TOKEN));
    assert_eq!(put(&reader, &path, &json!({})).await.status, 403);
    assert_eq!(
        put(&reader, "/ops/v1/users/abc/dependents/REPORT/17", &json!({})).await.status,
        403,
        "403 first"
    );
    assert_eq!(delete(&reader, &path).await, 403);
    assert_eq!(reader.get(LIST).await.body["items"], json!([]), "who may look, may list");
}

#[tokio::test]
async fn a_dependent_of_a_deleted_user_is_refused_and_a_late_one_blocks() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let path = format!("{LIST}/REPORT/17");
    let _worker = stack.worker(&[("OFFSTAGE_CHECKS__PAUSE__MS", "700")]);
    let blocked = api.submit(5).await;
    api.until(blocked, &["PROCESSING"], DEADLINE).await;
    assert_eq!(put(&api, &path, &json!({})).await.status, 201, "his deletion has not taken effect");
    api.until(blocked, &["CONFLICT"], DEADLINE).await;
    assert_eq!(delete(&api, &path).await, 204);
    let done = api.submit(5).await;
    api.until(done, &["COMPLETED"], DEADLINE).await;
    assert_eq!(put(&api, &path, &json!({})).await.status, 404);
    assert_eq!(delete(&api, &path).await, 404);
    assert_eq!(api.get(LIST).await.status, 404);
    stack.is_settled().await;
}
