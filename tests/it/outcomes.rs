//! What becomes of a task when the ground moves under it, as a caller sees it: real API, real worker.

use offstage_tests::{api::Api, eventually, fixtures, programs::Program, stack::Stack};
use reqwest::StatusCode;
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(20);
/// Long enough that a test can act while it lasts.
const PAUSE: (&str, &str) = ("OFFSTAGE_CHECKS__PAUSE__MS", "1500");

async fn running(stack: &Stack, user: u64, settings: &[(&str, &str)]) -> (Program, Program, Api, u64) {
    let (program, api) = stack.api(&[]).await;
    let worker = stack.worker(settings);
    let task = api.submit(user).await;
    api.until(task, &["PROCESSING"], DEADLINE).await;
    (program, worker, api, task)
}

#[tokio::test]
async fn a_dependent_that_turns_up_after_the_check_makes_it_a_conflict() {
    let stack = Stack::with_users([5]).await;
    let (_program, _worker, api, task) = running(&stack, 5, &[PAUSE]).await;
    // `registered` is through by now, and found nothing; the pause goes on.
    let message = |body: &serde_json::Value| {
        body["message"].as_str().unwrap_or_default().contains("1 of 2 checks done")
    };
    eventually("one check is done", DEADLINE, async || message(&api.task(task).await.body).then_some(()))
        .await;
    assert_eq!(api.register(5, "17", true).await.status, StatusCode::CREATED);
    assert_eq!(api.register(5, "18", false).await.status, StatusCode::CREATED);
    let ended = api.until(task, &["COMPLETED", "CONFLICT"], DEADLINE).await;
    assert_eq!(
        (&ended.body["status"], &ended.body["message"]),
        (&"CONFLICT".into(), &"1 dependent blocks the deletion.".into())
    );
    let results = api.results(task).await.body;
    let found: Vec<_> = results.as_array().unwrap().iter().map(|one| one["dependent_id"].clone()).collect();
    assert_eq!(found, ["17", "18"]);
    stack.is_settled().await;
}

#[tokio::test]
async fn a_dependent_that_goes_before_the_deletion_blocks_no_more() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    api.register(5, "17", true).await;
    let _worker = stack.worker(&[]);
    let refused = api.submit(5).await;
    api.until(refused, &["CONFLICT"], DEADLINE).await;
    let forget = api.request(reqwest::Method::DELETE, "/ops/v1/users/5/dependents/ARIEL_SAVED_SEARCH/17");
    assert_eq!(api.send(forget).await.status, StatusCode::NO_CONTENT);
    let again = api.submit(5).await;
    assert_ne!(again, refused, "the ended task stays what it was");
    api.until(again, &["COMPLETED"], DEADLINE).await;
    assert_eq!(api.status(refused).await, "CONFLICT");
    stack.is_settled().await;
}

#[tokio::test]
async fn a_user_who_has_gone_meanwhile_is_an_exception_that_says_so() {
    let stack = Stack::with_users([5]).await;
    let (_program, _worker, api, task) = running(&stack, 5, &[PAUSE]).await;
    redis::cmd("DEL").arg("{offstage}:staged:user:5").exec(&mut stack.redis.connection()).unwrap();
    let ended = api.until(task, &["EXCEPTION"], DEADLINE).await;
    assert_eq!(ended.body["message"], "The user no longer exists; nothing was deleted.");
    stack.is_settled().await;
}

#[tokio::test]
async fn the_last_administrator_stays() {
    let stack = Stack::with_users([]).await;
    let second = offstage::store::directory::NewUser { is_administrator: true, ..fixtures::user(5) };
    stack.store.load_users(&[second], false).await.unwrap();
    let (_program, _worker, api, task) = running(&stack, 5, &[PAUSE]).await;
    redis::cmd("SREM").arg("{offstage}:staged:admins").arg(1).exec(&mut stack.redis.connection()).unwrap();
    let ended = api.until(task, &["EXCEPTION"], DEADLINE).await;
    assert_eq!(ended.body["message"], "The user is the last administrator; nothing was deleted.");
    assert_eq!(stack.store.staged_users().await.unwrap(), 2);
    stack.is_settled().await;
}

#[tokio::test]
async fn attempts_that_workers_die_in_are_used_up_in_the_end() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let settings = [("OFFSTAGE_CHECKS__PAUSE__MS", "60000"), ("OFFSTAGE_WORKER__MAX_ATTEMPTS", "2")];
    let task = api.submit(5).await;
    for attempt in 1..=2 {
        let mut victim = stack.worker(&settings);
        eventually("it is claimed", DEADLINE, async || {
            let task = stack.store.task(offstage::domain::task::TaskId(task)).await.ok()??;
            (task.attempt == attempt).then_some(())
        })
        .await;
        victim.kill();
    }
    let _last = stack.worker(&settings);
    let ended = api.until(task, &["EXCEPTION", "COMPLETED"], DEADLINE).await;
    assert_eq!(
        ended.body["message"],
        "The worker was lost; given up after 2 attempts, and nothing was deleted."
    );
    stack.is_settled().await;
}

#[tokio::test]
async fn a_task_is_forgotten_after_its_retention_with_its_key() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[("OFFSTAGE_TASKS__RETENTION_S", "1")]);
    let path = "/api/staged_config/access/users/5";
    let asked = || api.request(reqwest::Method::DELETE, path).header("Idempotency-Key", "once");
    let task = api.send(asked()).await.body["id"].as_u64().unwrap();
    eventually("it is forgotten", DEADLINE, async || {
        let answer = api.task(task).await;
        (answer.status == StatusCode::NOT_FOUND).then(|| assert_eq!(answer.body["code"], 1002))
    })
    .await;
    assert_eq!(
        api.send(asked()).await.status,
        StatusCode::NOT_FOUND,
        "the key is forgotten with it, the user is gone"
    );
    let left: Vec<String> = redis::cmd("KEYS").arg("*task*").query(&mut stack.redis.connection()).unwrap();
    assert!(left.is_empty(), "{left:?}");
    stack.is_settled().await;
}
