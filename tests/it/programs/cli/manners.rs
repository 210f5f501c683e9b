//! How the commands behave towards an API that is slow, busy, gone, or none.

use axum::http::StatusCode;
use serde_json::json;
use std::fmt::Write as _;
use tempfile::tempdir;

use super::{
    Operator, code, document, said,
    stub::{Stub, accepted, answer, ok, problem, task, unavailable},
};

#[tokio::test]
async fn a_deletion_is_repeated_with_its_own_key_until_it_is_answered() {
    let home = tempdir().unwrap();
    let stub = Stub::start(|_, before| if before < 2 { unavailable(0) } else { ok(&accepted(71)) }).await;
    let operator = Operator::of(home.path(), &stub.base);
    assert!(said(&operator.runs(&["delete", "5"]).await).contains("accepted"));
    assert!(said(&operator.runs(&["delete", "5"]).await).contains("71"));
    let keys: Vec<_> =
        stub.deletions().iter().map(|asked| asked.header("idempotency-key").unwrap().to_owned()).collect();
    assert_eq!(keys.len(), 4);
    assert!(keys[0] == keys[1] && keys[1] == keys[2], "{keys:?}");
    assert_ne!(keys[2], keys[3], "another invocation asks for itself");
}

#[tokio::test]
async fn a_thousand_users_go_into_one_request_and_more_into_several() {
    let home = tempdir().unwrap();
    let stub = Stub::start(|asked, _| {
        let users = asked.body["users"].as_array().unwrap().iter();
        let items: Vec<_> = users
            .map(|user| json!({"id": user["id"], "username": null, "verdict": "accepted", "task_id": user["id"]}))
            .collect();
        ok(&json!({ "items": items }))
    })
    .await;
    let mut list = String::new();
    (10..2_510).for_each(|id| writeln!(list, "{id}").unwrap());
    let operator = Operator::of(home.path(), &stub.base);
    let ended = operator.types(&["delete", "-", "--output", "json"], &list).await;
    let items = document(&ended)["items"].as_array().unwrap().clone();
    assert_eq!((items.len(), &items[2_499]["id"]), (2_500, &json!(2_509)));
    let asked = stub.deletions();
    let sizes: Vec<_> = asked.iter().map(|asked| asked.body["users"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [1_000, 1_000, 500]);
    assert_ne!(asked[0].header("idempotency-key"), asked[1].header("idempotency-key"));
}

#[tokio::test]
async fn what_was_accepted_before_a_failure_is_shown_before_it() {
    let home = tempdir().unwrap();
    let stub = Stub::start(|asked, before| {
        let first = &asked.body["users"][0]["id"];
        let items = json!({"items": [{"id": first, "username": null, "verdict": "accepted", "task_id": 71}]});
        if before == 0 { ok(&items) } else { problem(StatusCode::FORBIDDEN, "Not any more.") }
    })
    .await;
    let list = (10..1_011).map(|id| id.to_string()).collect::<Vec<_>>().join("\n");
    let ended = Operator::of(home.path(), &stub.base).types(&["delete", "-"], &list).await;
    assert_eq!(code(&ended), 1);
    assert!(ended.stdout.contains("71") && ended.stderr.contains("Not any more."), "{ended:?}");
    assert!(ended.stderr.contains("of 1001 users"), "{ended:?}");
}

#[tokio::test]
async fn a_problem_is_one_line_on_standard_error_and_the_exit_code_is_1() {
    let home = tempdir().unwrap();
    let stub = Stub::start(|asked, _| match asked.target.as_str() {
        "/ops/v1/queue" => unavailable(7),
        "/ops/v1/tasks/7" => problem(StatusCode::NOT_FOUND, "No task found with id: 7"),
        "/ops/v1/workers" => problem(StatusCode::UNAUTHORIZED, "The token is not valid."),
        _ => answer(StatusCode::BAD_GATEWAY, &json!("<html>a proxy's page</html>")),
    })
    .await;
    let operator = Operator::of(home.path(), &stub.base);
    for (args, says) in [
        (
            &["queue"][..],
            "offstage: The storage does not answer right now. (503 Service Unavailable); try again in 7 s\n",
        ),
        (&["tasks", "show", "7"], "offstage: No task found with id: 7 (404 Not Found)\n"),
        (&["workers"], "The token is not valid. (401 Unauthorized); log in again with `offstage login`"),
        (&["token", "list"], "check the address (--url)"),
    ] {
        let ended = operator.runs(args).await;
        assert_eq!((code(&ended), ended.stdout.as_str()), (1, ""), "{ended:?}");
        assert!(ended.stderr.contains(says) && ended.stderr.lines().count() == 1, "{args:?}: {ended:?}");
    }
}

#[tokio::test]
async fn an_api_that_is_not_there_is_a_clear_error_at_once() {
    let home = tempdir().unwrap();
    let gone = Stub::start(|_, _| ok(&json!({}))).await.base.clone();
    let ended = Operator::of(home.path(), &gone).runs(&["queue"]).await;
    assert_eq!(code(&ended), 1);
    assert!(ended.stderr.contains("cannot reach http://127.0.0.1"), "{ended:?}");
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
}

#[tokio::test]
async fn a_token_does_not_follow_a_redirect() {
    let home = tempdir().unwrap();
    let stub = Stub::start(|_, _| {
        let mut elsewhere = answer(StatusCode::TEMPORARY_REDIRECT, &json!(null));
        elsewhere.headers_mut().insert("location", "/elsewhere".parse().unwrap());
        elsewhere
    })
    .await;
    let ended = Operator::of(home.path(), &stub.base).runs(&["queue"]).await;
    assert!(code(&ended) == 1 && ended.stderr.contains("--url"), "{ended:?}");
    assert_eq!(stub.seen().len(), 1, "nobody went elsewhere");
}

#[tokio::test]
async fn each_part_of_a_path_is_encoded_for_itself() {
    let home = tempdir().unwrap();
    let stub = Stub::start(|_, _| answer(StatusCode::NO_CONTENT, &json!(null))).await;
    let operator = Operator::of(home.path(), &stub.base);
    said(&operator.runs(&["dependents", "remove", "5", "REPORT", "a/b c?%2F"]).await);
    assert_eq!(stub.seen()[0].line(), "DELETE /ops/v1/users/5/dependents/REPORT/a%2Fb%20c%3F%252F");
}

#[tokio::test]
async fn pages_are_followed_to_the_limit_even_where_one_is_empty() {
    let home = tempdir().unwrap();
    let stub = Stub::start(|asked, before| match (before, asked.target.contains("cursor=")) {
        (_, false) => ok(&json!({"items": [task(3, "QUEUED")], "next": "a b"})),
        (1, true) => ok(&json!({"items": [], "next": "c"})),
        (_, true) => ok(&json!({"items": [task(2, "CONFLICT"), task(1, "QUEUED")], "next": "d"})),
    })
    .await;
    let operator = Operator::of(home.path(), &stub.base);
    let ended = operator.runs(&["tasks", "list", "--limit", "3", "--state", "conflict", "--user", "5"]).await;
    let lines: Vec<_> = said(&ended).lines().collect();
    assert!(
        lines.len() == 4 && lines[0].starts_with("ID") && lines[2].starts_with("2   CONFLICT"),
        "{ended:?}"
    );
    assert!(ended.stderr.contains("--all"), "{ended:?}");
    let asked: Vec<_> = stub.seen().iter().map(super::stub::Asked::line).collect();
    assert_eq!(
        asked,
        [
            "GET /ops/v1/tasks?state=CONFLICT&user_id=5&limit=3",
            "GET /ops/v1/tasks?state=CONFLICT&user_id=5&limit=2&cursor=a+b",
            "GET /ops/v1/tasks?state=CONFLICT&user_id=5&limit=2&cursor=c",
        ]
    );
}

#[tokio::test]
async fn a_reader_that_goes_away_ends_a_command_quietly() {
    let home = tempdir().unwrap();
    let stub = Stub::start(|asked, _| {
        if asked.target == "/ops/v1/events" {
            let event = json!({"task_id": 7, "kind": "staged_user", "user_id": 5, "at": 1, "from": null,
                "to": "QUEUED", "by": "admin", "why": "submit"});
            let stream = (0..10_000).map(|id| format!("event: transition\nid: {id}\ndata: {event}\n\n"));
            return axum::http::Response::new(stream.collect::<String>().into());
        }
        let many: Vec<_> = (0..100).map(|id| task(id, "QUEUED")).collect();
        ok(&json!({ "items": many, "next": "more" }))
    })
    .await;
    let operator = Operator::of(home.path(), &stub.base);
    let listed = operator.shell("offstage tasks list --limit 5000 | head -1; echo ${PIPESTATUS[0]}").await;
    assert!(listed.stdout.starts_with("ID") && listed.stdout.ends_with("\n0\n"), "{listed:?}");
    let json = operator.shell("offstage tasks list --limit 5000 --output json | head -1").await;
    assert_eq!((json.stdout.as_str(), json.stderr.as_str()), ("{\n", ""));
    // This one would go on for ever.
    let watched = operator.shell("offstage tasks watch | head -1; echo ${PIPESTATUS[0]}").await;
    let line = "1970-01-01T00:00:00Z  task 7  user 5  - -> QUEUED  admin  submit\n0\n";
    let listening = "offstage: listening to all tasks; Ctrl-C ends it\n";
    assert_eq!((watched.stdout.as_str(), watched.stderr.as_str()), (line, listening));
}

#[tokio::test]
async fn a_start_time_counts_from_the_servers_now() {
    let home = tempdir().unwrap();
    let stub = Stub::start(|asked, _| {
        let mut answered = ok(&accepted(71));
        if asked.target == "/livez" {
            answered.headers_mut().insert("date", "Thu, 01 Jan 2026 00:00:00 GMT".parse().unwrap());
        }
        answered
    })
    .await;
    let operator = Operator::of(home.path(), &stub.base);
    said(&operator.runs(&["delete", "5", "--not-before", "+2h"]).await);
    said(&operator.runs(&["delete", "5", "--not-before", "2026-12-01T00:00:00Z", "--dry-run"]).await);
    let asked = stub.deletions();
    assert_eq!(asked[0].body["not_before"], 1_767_225_600_000_u64 + 7_200_000);
    assert_eq!(
        asked[1].body,
        json!({"users": [{"id": 5}], "not_before": 1_796_083_200_000_u64, "dry_run": true})
    );
}

#[tokio::test]
async fn an_address_may_have_a_path_and_this_machine_needs_no_proxy() {
    let home = tempdir().unwrap();
    let stub = Stub::start(|_, _| ok(&json!({ "items": [] }))).await;
    let base = format!("{}/behind/a/proxy", stub.base);
    let operator = Operator::of(home.path(), &base).with("HTTP_PROXY", "http://127.0.0.1:1");
    said(&operator.runs(&["token", "list"]).await);
    assert_eq!(stub.seen()[0].line(), "GET /behind/a/proxy/ops/v1/tokens");
    assert!(stub.seen()[0].header("user-agent").unwrap().starts_with("offstage/"));
}
