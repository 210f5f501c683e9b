//! Looking for tasks, and all about one.

use super::{DEADLINE, SUMMARY, act, body, get, header, story};
use offstage::{
    domain::{state::TaskState, task::TaskKind},
    store::submit::Submission,
};
use offstage_tests::{api::Api, fixtures, stack::Stack, world::situations};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// All pages of a list, one after the other.
async fn walk(api: &Api, query: &str) -> Vec<u64> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = get(api, &format!("/tasks?{query}{cursor}")).await;
        let items = body(&page, 200)["items"].as_array().unwrap();
        ids.extend(items.iter().map(|item| item["id"].as_u64().unwrap()));
        let Some(next) = page.body["next"].as_str() else { return ids };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn a_task_is_told_in_full_and_in_lists() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    assert_eq!(body(&get(&api, "/tasks").await, 200), &json!({"items": [], "next": null}));
    for (id, blocking) in [("17", true), ("18", false)] {
        assert_eq!(api.register(5, id, blocking).await.status, 201);
    }
    fixtures::submit(&stack.store, 5).await;
    let fresh = get(&api, "/tasks/1").await.body;
    assert_eq!(
        (&fresh["started"], &fresh["checks"], &fresh["attempt"]),
        (&json!(null), &json!([]), &json!(0))
    );
    let _worker = stack.worker(&[]);
    api.until(1, &["CONFLICT"], DEADLINE).await;
    let detail = get(&api, "/tasks/1").await;
    let members: Vec<_> = body(&detail, 200).as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, [&SUMMARY[..], &["checks", "dependents", "history"]].concat());
    let task = &detail.body;
    assert_eq!(
        task["checks"],
        json!([{"name": "registered", "state": "answered", "found": 2, "blocking": 1}])
    );
    assert_eq!((&task["progress"], &task["maximum"]), (&json!(1), &json!(1)));
    assert_eq!(
        (&task["found"], &task["blocking"], &task["reason"]),
        (&json!(2), &json!(1), &json!("dependents"))
    );
    let registered = api.get("/ops/v1/users/5/dependents").await.body;
    assert_eq!(task["dependents"], registered["items"], "in the same shape");
    assert_eq!(story(task).len(), 3);
    assert!(task["completed"].as_i64() >= task["started"].as_i64(), "{task}");

    let listed = &get(&api, "/tasks").await.body["items"][0];
    let members: Vec<_> = listed.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, SUMMARY);
    assert!(SUMMARY.iter().all(|member| listed[member] == task[member]), "{listed} {task}");
}

#[tokio::test]
async fn sentences_come_in_the_callers_language_and_words_do_not() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    fixtures::submit(&stack.store, 5).await;
    for path in ["/ops/v1/tasks", "/ops/v1/tasks/1"] {
        let german = api.request(reqwest::Method::GET, path).header("Accept-Language", "de-CH, en;q=0.5");
        let answer = api.send(german).await;
        assert_eq!((header(&answer, "content-language"), header(&answer, "vary")), ("de", "accept-language"));
        assert!(answer.body.to_string().contains("\"QUEUED\""), "{answer:?}");
        assert_eq!(header(&api.get(path).await, "content-language"), "en");
    }
}

#[tokio::test]
async fn every_filter_finds_what_it_says_and_nothing_else() {
    let stack = Stack::with_users(5..=10).await;
    let (_program, api) = stack.api(&[]).await;
    for user in 5..=10 {
        let mut submission = fixtures::submission(user);
        submission.requester.name = if user % 2 == 0 { "eve n" } else { "odd" }.to_owned();
        let dry_run = Submission { kind: TaskKind::Dependents, ..submission.clone() };
        stack.store.submit(&[submission, dry_run]).await.unwrap();
    }
    for task in [1, 2, 12] {
        body(&act(&api, &format!("/tasks/{task}/cancel")).await, 200);
    }
    let all: Vec<u64> = (1..=12).rev().collect();
    assert_eq!(walk(&api, "").await, all);
    let tasks: Vec<Value> = get(&api, "/tasks?limit=100").await.body["items"].as_array().unwrap().clone();
    for (query, member, wanted) in [
        ("state=CANCELLED", "state", json!("CANCELLED")),
        ("state=QUEUED", "state", json!("QUEUED")),
        ("kind=dependents", "kind", json!("dependents")),
        ("kind=staged_user", "kind", json!("staged_user")),
        ("user_id=7", "user_id", json!(7)),
        ("created_by=eve+n", "created_by", json!("eve n")),
        ("created_by=eve", "created_by", json!("eve")),
        ("user_id=404", "user_id", json!(404)),
    ] {
        let expected: Vec<_> = tasks.iter().filter(|task| task[member] == wanted).collect();
        let expected: Vec<_> = expected.iter().map(|task| task["id"].as_u64().unwrap()).collect();
        assert_eq!(walk(&api, query).await, expected, "{query}");
        assert_eq!(walk(&api, &format!("{query}&limit=1")).await, expected, "{query}");
    }
    let both = walk(&api, "state=CANCELLED&kind=staged_user&created_by=odd&user_id=5").await;
    assert_eq!(both, [1]);
}

#[tokio::test]
async fn every_state_can_be_looked_for() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    assert_eq!(situations().count(), 2 * TaskState::ALL.len());
    for state in TaskState::ALL {
        body(&get(&api, &format!("/tasks?state={state}")).await, 200);
    }
}

#[tokio::test]
async fn a_walk_finds_everything_once_while_more_is_submitted() {
    let stack = Stack::with_users(100..400).await;
    let (_program, api) = stack.api(&[]).await;
    for user in 100..300 {
        fixtures::submit(&stack.store, user).await;
    }
    let submitting = async {
        for user in 300..400 {
            fixtures::submit(&stack.store, user).await;
        }
    };
    let walking = async {
        let mut walks = Vec::new();
        for limit in [7, 50, 100] {
            walks.push(walk(&api, &format!("limit={limit}")).await);
        }
        walks
    };
    let ((), walks) = futures::join!(submitting, walking);
    for ids in walks {
        assert!(ids.is_sorted_by(|newer, older| newer > older), "newest first, none twice: {ids:?}");
        let seen: BTreeSet<_> = ids.into_iter().collect();
        assert!((1..=200).all(|id| seen.contains(&id)), "what was there before is in it");
    }
    assert_eq!(walk(&api, "limit=33").await, (1..=300).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn a_query_that_is_not_known_is_refused() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    for query in [
        "state=",
        "state=queued",
        "state=GONE",
        "state=QUEUED&state=PAUSED",
        "kind=",
        "kind=user",
        "user_id=abc",
        "user_id=-1",
        "user_id=05",
        "user_id=1&user_id=1",
        "created_by=",
        "created_by=%00",
        "created_by=%ff",
        "limit=0",
        "limit=101",
        "limit=abc",
        "limit=1&limit=1",
        "cursor=",
        "cursor=!",
        "cursor=AAAA",
        "cursor=MDE",
        "sort=id",
        "State=QUEUED",
        "x",
    ] {
        body(&get(&api, &format!("/tasks?{query}")).await, 400);
    }
}
