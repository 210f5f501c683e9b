//! What is kept from a caller until it is safe, what is begun all the same, and that nobody else waits for it.

use offstage::domain::task::UserId;
use offstage_tests::{eventually, fixtures};
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};

use super::{DEADLINE, PROMISED, Site};

const USERS: &str = "/api/staged_config/access/users";

#[tokio::test]
async fn whatever_is_accepted_is_on_the_replica_when_the_answer_comes() {
    let site = Site::open().await;
    let on_the_replica =
        |key: &str| redis::cmd("EXISTS").arg(key).query::<bool>(&mut site.replica.connection()).unwrap();
    for user in 5..=8 {
        let task = site.api.submit(user).await;
        assert!(on_the_replica(&format!("{{offstage}}:task:{task}")), "{task}");
    }
    assert!(!on_the_replica("{offstage}:witness"), "what is written for it leaves nothing");
    assert!(site.stack.redis_calls_of("wait") >= 4);
}

#[tokio::test]
async fn submits_at_the_same_time_share_their_waits() {
    let site = Site::open().await;
    let waits = || site.stack.redis_calls_of("wait");
    site.replica.freeze();
    let asked = Instant::now();
    let first = site.api.delete_user(5);
    let others = futures::future::join_all((0..40).map(|_| site.api.delete_user(6)));
    let (first, others) = futures::join!(first, others);
    assert_eq!(first.status, 503);
    assert!(others.iter().all(|answer| answer.status == 503));
    assert!(waits() < 10, "{} waits for 41 requests", waits());
    assert!(asked.elapsed() < Duration::from_secs(3), "{:?}", asked.elapsed());
    site.replica.thaw();
}

#[tokio::test]
async fn who_reads_and_who_works_does_not_wait_for_a_replica() {
    let site = Site::open().await;
    let task = site.api.submit(5).await;
    site.replica.freeze();
    let submit = site.api.delete_user(6);
    let read = async {
        let asked = Instant::now();
        let answer = site.api.task(task).await;
        (answer.status, asked.elapsed())
    };
    let (submitted, (status, took)) = futures::join!(submit, read);
    assert_eq!(submitted.status, 503);
    assert_eq!(status, 200);
    assert!(took < Duration::from_millis(300), "a read waited for a replica: {took:?}");
    let _worker = site.worker();
    site.api.until(task, &["COMPLETED"], DEADLINE).await;
}

#[tokio::test]
async fn a_submit_that_came_short_is_found_by_its_key_and_confirmed_anew() {
    let site = Site::open().await;
    let submit = || site.api.request(Method::DELETE, &format!("{USERS}/5")).header("Idempotency-Key", "k");
    site.replica.freeze();
    assert_eq!(site.api.send(submit()).await.status, 503);
    assert_eq!(site.tasks().await, 1, "unknown, not undone");
    assert_eq!(site.api.send(submit()).await.status, 503, "the replica has not got it yet");
    site.replica.thaw();
    let accepted = eventually("it is accepted", DEADLINE, async || {
        let answer = site.api.send(submit()).await;
        (answer.status == 202).then_some(answer)
    })
    .await;
    assert_eq!(accepted.body["id"], 1);
    assert_eq!(site.tasks().await, 1, "exactly one");
}

/// A repeated request writes nothing, so that WAIT alone would be content at once: Redis looks at what the connection wrote.
#[tokio::test]
async fn a_repetition_by_another_program_waits_for_what_the_first_one_wrote() {
    let site = Site::open().await;
    let submit = || site.api.request(Method::DELETE, &format!("{USERS}/5")).header("Idempotency-Key", "k");
    let (_other_program, other) = site.stack.api(&PROMISED).await;
    site.replica.freeze();
    assert_eq!(site.api.send(submit()).await.status, 503);
    let repeated = other.request(Method::DELETE, &format!("{USERS}/5")).header("Idempotency-Key", "k");
    assert_eq!(other.send(repeated).await.status, 503);
}

#[tokio::test]
async fn nothing_is_begun_while_it_is_known_that_it_cannot_be_promised() {
    let site = Site::open().await;
    site.set("appendfsync", "everysec");
    assert_eq!(site.api.delete_user(5).await.status, 503);
    assert_eq!(site.tasks().await, 1, "the first one found it out");
    for user in 6..=8 {
        assert_eq!(site.api.delete_user(user).await.status, 503);
    }
    assert_eq!(site.tasks().await, 1, "the others were not begun");
    site.set("appendfsync", "always");
    assert_eq!(site.api.delete_user(6).await.status, 202, "healed, by itself");
}

#[tokio::test]
async fn a_server_that_was_changed_while_nobody_asked_refuses_the_first_who_does() {
    let site = Site::open().await;
    site.set("appendfsync", "everysec");
    site.api_program.logged("acceptances are answered with 503 from now on").await;
    assert_eq!(site.api.delete_user(5).await.status, 503);
    assert_eq!(site.tasks().await, 0, "not even begun");
    site.set("appendfsync", "always");
    site.api_program.logged("acceptances are confirmed again").await;
}

#[tokio::test]
async fn what_stands_in_the_way_of_a_deletion_is_done_though_it_cannot_be_promised() {
    let site = Site::open().await;
    let task = site.api.submit(5).await;
    site.replica.freeze();
    assert_eq!(site.api.delete_user(6).await.status, 503, "from here on it is known");
    let cancel = site.api.request(Method::POST, &format!("/ops/v1/tasks/{task}/cancel")).json(&json!({}));
    assert_eq!(site.api.send(cancel).await.status, 503);
    assert_eq!(site.api.status(task).await, "CANCELLED", "but it is cancelled");
    assert_eq!(site.api.register(7, "17", true).await.status, 503);
    let registered = site.stack.store.registered(UserId(7), "", 10).await.unwrap().unwrap();
    assert_eq!(registered.items.len(), 1, "but it blocks");
}

#[tokio::test]
async fn a_workspace_is_not_touched_before_its_promise_is_safe() {
    let site = Site::open().await;
    let mut worker = site.worker();
    site.set("appendfsync", "everysec");
    // Past the API, which would not accept it.
    fixtures::submit_one(&site.stack.store, fixtures::removal("user8")).await;
    worker.logged("promise").await;
    assert!(site.root.join("user8").exists());
    site.set("appendfsync", "always");
    eventually("it is gone", DEADLINE, async || (!site.root.join("user8").exists()).then_some(())).await;
    assert!(worker.is_running());
}
