//! The queue at a glance, and its flag.

use super::{DEADLINE, act, body, caller, get};
use offstage::domain::capability::Capability;
use offstage_tests::{eventually, fixtures, stack::Stack};
use serde_json::json;

#[tokio::test]
async fn the_queue_is_counted_by_state() {
    let stack = Stack::with_users([5, 6, 7]).await;
    let (_program, api) = stack.api(&[]).await;
    let empty = get(&api, "/queue").await;
    let members: Vec<_> = body(&empty, 200).as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "depth",
            "oldest_age_ms",
            "paused",
            "paused_by",
            "workers",
            "durability",
            "durability_promised",
            "replicas",
            "replicas_promised",
            "promise_kept",
        ]
    );
    assert_eq!(empty.body["depth"].as_object().unwrap().len(), 12);
    assert_eq!((&empty.body["oldest_age_ms"], &empty.body["paused"]), (&json!(null), &json!(false)));
    assert_eq!((&empty.body["workers"], &empty.body["durability"]), (&json!(0), &json!("always")));
    for user in [5, 6, 7] {
        fixtures::submit(&stack.store, user).await;
    }
    body(&act(&api, "/tasks/2/cancel").await, 200);
    let queue = get(&api, "/queue").await.body;
    assert_eq!((&queue["depth"]["QUEUED"], &queue["depth"]["CANCELLED"]), (&json!(2), &json!(1)));
    assert!(queue["oldest_age_ms"].is_u64(), "{queue}");
}

#[tokio::test]
async fn while_the_queue_is_paused_nothing_is_claimed_and_tasks_keep_their_states() {
    let stack = Stack::with_users([5, 6]).await;
    let (mut program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[]);
    eventually("the worker is seen", DEADLINE, async || {
        (get(&api, "/queue").await.body["workers"] == 1).then_some(())
    })
    .await;
    assert_eq!(body(&act(&api, "/queue/pause").await, 200)["paused"], true);
    assert_eq!(body(&act(&api, "/queue/pause").await, 200)["paused"], true, "twice is the same");
    let task = fixtures::submit(&stack.store, 5).await;
    program.kill();
    let (_program, api) = stack.api(&[]).await;
    let calls = stack.redis_calls();
    let _second = stack.worker(&[]);
    eventually("both workers are seen", DEADLINE, async || {
        (get(&api, "/queue").await.body["workers"] == 2).then_some(())
    })
    .await;
    let queue = get(&api, "/queue").await.body;
    assert_eq!((&queue["paused"], &queue["depth"]["QUEUED"]), (&json!(true), &json!(1)), "it outlives us");
    assert_eq!(api.status(task.0).await, "QUEUED");
    assert!(stack.redis_calls() - calls < 500.0, "nobody spins");
    assert_eq!(body(&act(&api, "/queue/resume").await, 200)["paused"], false);
    api.until(task.0, &["COMPLETED"], DEADLINE).await;
    stack.is_settled().await;
}

#[tokio::test]
async fn a_paused_queue_says_who_paused_it() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    let olga = caller(&stack, &api, "olga", &[Capability::OpsWrite]).await;
    assert_eq!(body(&get(&api, "/queue").await, 200)["paused_by"], json!(null));
    assert_eq!(body(&act(&olga, "/queue/pause").await, 200)["paused_by"], "olga");
    assert_eq!(get(&api, "/queue").await.body["paused_by"], "olga");
    let resumed = act(&api, "/queue/resume").await;
    assert_eq!((&body(&resumed, 200)["paused"], &resumed.body["paused_by"]), (&json!(false), &json!(null)));
}
