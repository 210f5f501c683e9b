//! `offstage delete`, from the first word to the exit code, with a real API and real workers.

use offstage_tests::{api::Api, eventually, programs::Ended, stack::Stack};
use serde_json::json;
use std::fmt::Write as _;
use tempfile::tempdir;

use super::{DEADLINE, Operator, code, document, said};

/// The task that deletes that user, once it is there.
async fn task_of(operator: &Operator<'_>, user: &str) -> String {
    eventually("there is a task", DEADLINE, async || {
        let listed = operator.runs(&["tasks", "list", "--user", user, "--output", "json"]).await;
        document(&listed)["items"][0]["id"].as_u64().map(|id| id.to_string())
    })
    .await
}

/// Waits for a deletion that is made to end otherwise while the queue stands still.
async fn waits_while(operator: &Operator<'_>, user: &str, meddle: impl AsyncFnOnce(String)) -> Ended {
    said(&operator.runs(&["queue", "pause"]).await);
    let wait = ["delete", user, "--wait"];
    let meddling = async {
        meddle(task_of(operator, user).await).await;
        said(&operator.runs(&["queue", "resume"]).await);
    };
    tokio::join!(operator.runs(&wait), meddling).0
}

#[tokio::test]
async fn the_exit_code_says_how_a_deletion_ended() {
    let (home, stack) = (tempdir().unwrap(), Stack::with_users([5, 6, 7, 8, 9]).await);
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[]);
    let operator = Operator::of(home.path(), api.base());
    api.register(6, "17", true).await;

    let completed = operator.runs(&["delete", "user5", "--wait"]).await;
    assert!(code(&completed) == 0 && completed.stdout.contains("COMPLETED"), "{completed:?}");
    assert_eq!(completed.stderr, "", "no bars where nobody sees them");

    let conflict = operator.runs(&["delete", "6", "--wait"]).await;
    assert_eq!(code(&conflict), 3, "{conflict:?}");
    let row = conflict.stdout.lines().last().unwrap();
    let words: Vec<_> = row.split_whitespace().collect();
    assert_eq!(words, ["6", "2", "ARIEL_SAVED_SEARCH", "17", "Failed", "logins", "bob", "-"]);

    let cancelled = waits_while(&operator, "7", async |task| {
        said(&operator.runs(&["tasks", "cancel", &task]).await);
    })
    .await;
    assert!(code(&cancelled) == 4 && cancelled.stdout.contains("CANCELLED"), "{cancelled:?}");

    let exception = waits_while(&operator, "8", async |_| {
        redis::cmd("DEL").arg("{offstage}:staged:user:8").exec(&mut stack.redis.connection()).unwrap();
    })
    .await;
    assert!(code(&exception) == 5 && exception.stdout.contains("no longer exists"), "{exception:?}");

    let all = operator.runs(&["delete", "6", "9", "--wait", "--output", "json"]).await;
    assert_eq!(code(&all), 3, "of several the worst counts");
    let states: Vec<_> =
        document(&all)["tasks"].as_array().unwrap().iter().map(|task| task["state"].clone()).collect();
    assert_eq!(states, ["CONFLICT", "COMPLETED"]);
    assert_eq!(document(&all)["tasks"][0]["dependents"][0]["id"], "17");
    stack.is_settled().await;
}

#[tokio::test]
async fn a_dry_run_says_what_would_block_and_deletes_nobody() {
    let (home, stack) = (tempdir().unwrap(), Stack::with_users([5, 6]).await);
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[]);
    let operator = Operator::of(home.path(), api.base());
    api.register(6, "17", true).await;
    let blocked = operator.runs(&["delete", "5", "6", "--dry-run", "--wait"]).await;
    assert!(code(&blocked) == 3 && blocked.stdout.contains("ARIEL_SAVED_SEARCH"), "{blocked:?}");
    let free = operator.runs(&["delete", "5", "--dry-run", "--wait"]).await;
    assert_eq!(code(&free), 0, "{free:?}");
    assert_eq!(stack.store.staged_users().await.unwrap(), 3);
}

#[tokio::test]
async fn who_cannot_be_deleted_is_said_and_the_others_are_accepted() {
    let (home, stack) = (tempdir().unwrap(), Stack::with_users([5, 6]).await);
    let (_program, api) = stack.api(&[]).await;
    let operator = Operator::of(home.path(), api.base());
    let asked = operator.runs(&["delete", "user5", "77", "1", "nobody", "--output", "json"]).await;
    assert_eq!(code(&asked), 1);
    let item = |id, username, verdict, task_id| json!({ "id": id, "username": username, "verdict": verdict, "task_id": task_id });
    let expected = [
        item(json!(5), json!("user5"), "accepted", json!(1)),
        item(json!(77), json!(null), "not_found", json!(null)),
        item(json!(1), json!("admin"), "forbidden", json!(null)),
        item(json!(null), json!("nobody"), "not_found", json!(null)),
    ];
    assert_eq!(document(&asked), json!({ "items": expected }));
    let again = operator.runs(&["delete", "5"]).await;
    assert!(said(&again).contains("live") && again.stdout.lines().count() == 2, "{again:?}");
    // The user whose name is a number.
    let named = operator.runs(&["delete", "6", "--username"]).await;
    assert!(code(&named) == 1 && named.stdout.contains("not_found"), "{named:?}");
    let _worker = stack.worker(&[]);
    let waited = operator.runs(&["delete", "6", "77", "--wait"]).await;
    assert!(code(&waited) == 1 && waited.stdout.contains("COMPLETED"), "{waited:?}");
}

#[tokio::test]
async fn hundreds_are_followed_to_their_ends() {
    const USERS: u64 = 1_200;
    let (home, stack) = (tempdir().unwrap(), Stack::with_users(10..10 + USERS).await);
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[]);
    let operator = Operator::of(home.path(), api.base());
    let mut list = String::new();
    (10..10 + USERS).for_each(|id| writeln!(list, "user{id}").unwrap());
    std::fs::write(home.path().join("leavers"), list).unwrap();
    let ended = operator.runs(&["delete", "@leavers", "--wait"]).await;
    assert_eq!(said(&ended).matches("COMPLETED").count(), 1_200, "{}", ended.stderr);
    assert_eq!(stack.store.staged_users().await.unwrap(), 1);
    stack.is_settled().await;
}

#[tokio::test]
async fn a_start_time_is_kept_and_a_later_request_brings_it_forward() {
    let (home, stack) = (tempdir().unwrap(), Stack::with_users([5]).await);
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[]);
    let operator = Operator::of(home.path(), api.base());
    said(&operator.runs(&["delete", "5", "--not-before", "+2h"]).await);
    let listed = operator.runs(&["tasks", "list", "--state", "initializing"]).await;
    assert_eq!(said(&listed).lines().count(), 2, "{listed:?}");
    assert!(starts_in_two_hours(&api).await, "by the server's clock");
    let ended = operator.runs(&["delete", "5", "--wait"]).await;
    assert_eq!(code(&ended), 0, "{ended:?}");
}

async fn starts_in_two_hours(api: &Api) -> bool {
    let task = api.get("/ops/v1/tasks/1").await.body;
    let wait_ms = task["not_before"].as_i64().unwrap() - task["created"].as_i64().unwrap();
    (7_190_000..=7_210_000).contains(&wait_ms)
}
