//! The invariants through real programs, which are killed, woken late and asked too often.

use offstage::domain::state::TaskState;
use offstage_tests::{
    eventually, fixtures,
    proxy::{Hold, Proxy},
    stack::{LEASE, Stack},
};
use rustix::process::Signal;
use serde_json::json;
use std::{collections::HashSet, time::Duration};

const DEADLINE: Duration = Duration::from_secs(30);

async fn all_ended(stack: &Stack, tasks: u64) {
    eventually("all have ended", DEADLINE, async || {
        let depth = stack.store.depth().await.ok()?;
        let ended: u64 =
            depth.states.iter().filter(|(state, _)| state.is_terminal()).map(|(_, number)| number).sum();
        (ended == tasks).then_some(())
    })
    .await;
}

#[tokio::test]
async fn invariant_1_accepted_is_kept_when_api_worker_and_redis_are_killed() {
    let mut stack = Stack::with_users(10..110).await;
    let (mut program, api) = stack.api(&[]).await;
    let mut worker = stack.worker(&[]);
    let mut accepted = Vec::new();
    for user in 10..110 {
        accepted.push(api.submit(user).await);
    }
    worker.kill();
    program.kill();
    stack.redis.kill();
    stack.redis.restart().await;
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[]);
    for task in accepted {
        api.until(task, &["COMPLETED"], DEADLINE).await;
    }
    stack.is_settled().await;
}

#[tokio::test]
async fn invariant_2_one_effect_however_often_worker_and_caller_repeat() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let proxy = Proxy::start(stack.redis.socket()).await;
    let _waking_worker = stack.worker_at(&proxy.url(), &[]);
    // Its first commit is done, but the answer never comes: it says it again on a new connection.
    proxy.trap("commit", Hold::Answer);
    let first = api.submit(5).await;
    proxy.sprung().await;
    api.until(first, &["COMPLETED"], DEADLINE).await;
    assert_eq!(api.delete_user(5).await.status, 404, "he is gone once");
    let history = stack.store.story(offstage::domain::task::TaskId(first)).await.unwrap().unwrap().history;
    let effects = history.iter().filter(|line| line.to == TaskState::Completed).count();
    assert_eq!(effects, 1, "{history:?}");
    stack.is_settled().await;
}

#[tokio::test]
async fn invariant_5_one_live_deletion_per_user() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let asked: Vec<_> = (0..100)
        .map(|_| {
            let api = api.clone();
            tokio::spawn(async move { api.submit(5).await })
        })
        .collect();
    let mut tasks = HashSet::new();
    for one in asked {
        tasks.insert(one.await.unwrap());
    }
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    let depth = stack.store.depth().await.unwrap();
    assert_eq!(depth.states.values().sum::<u64>(), 1);
    let _worker = stack.worker(&[]);
    all_ended(&stack, 1).await;
    stack.is_settled().await;
}

/// Whoever should move a task on is killed or stopped while the task stands in each state; somebody else moves it.
#[tokio::test]
async fn invariant_8_every_state_is_left_when_its_keeper_dies() {
    let stack = Stack::with_users([5, 6, 7, 8]).await;
    let (_program, api) = stack.api(&[]).await;
    let settings = [("OFFSTAGE_CHECKS__PAUSE__MS", "60000")];
    let mut processing = stack.worker(&settings);
    let held = [api.submit(5).await, api.submit(6).await, api.submit(7).await];
    for task in held {
        api.until(task, &["PROCESSING"], DEADLINE).await;
    }
    // A worker that is silent leaves CANCEL_REQUESTED standing; one that dies in CANCELING leaves that.
    processing.signal(Signal::STOP);
    assert_eq!(api.cancel(held[1]).await.body["status"], "CANCEL_REQUESTED");
    let set_canceling = |task: u64| {
        let mut connection = stack.redis.connection();
        redis::cmd("HSET")
            .arg(format!("{{offstage}}:task:{task}"))
            .arg("state")
            .arg("CANCELING")
            .exec(&mut connection)
    };
    set_canceling(held[2]).unwrap();
    redis::cmd("HINCRBY")
        .arg("{offstage}:counts")
        .arg("PROCESSING")
        .arg(-1)
        .exec(&mut stack.redis.connection())
        .unwrap();
    redis::cmd("HINCRBY")
        .arg("{offstage}:counts")
        .arg("CANCELING")
        .arg(1)
        .exec(&mut stack.redis.connection())
        .unwrap();
    processing.kill();
    // Nobody promotes INTERRUPTED or claims RESUMING and QUEUED until a worker comes.
    let queued = api.submit(8).await;
    let _rescuer = stack.worker(&[]);
    api.until(held[0], &["COMPLETED"], 2 * LEASE + DEADLINE).await;
    api.until(held[1], &["CANCELLED"], DEADLINE).await;
    api.until(held[2], &["CANCELLED"], DEADLINE).await;
    api.until(queued, &["COMPLETED"], DEADLINE).await;
    stack.is_settled().await;
}

#[tokio::test]
async fn invariant_10_no_personal_data_leaks_into_logs_metrics_and_key_names() {
    let stack = Stack::with_users([]).await;
    let named = |id: u64| offstage::store::directory::NewUser {
        username: format!("Zaphod-{id}"),
        fields: [("email".to_owned(), "zaphod@heartofgold.example".to_owned())].into(),
        ..fixtures::user(id)
    };
    stack.store.load_users(&[named(5), named(6), named(7)], false).await.unwrap();
    let noisy = [("OFFSTAGE_LOG", "debug")];
    let (program, api) = stack.api(&noisy).await;
    let ledger = stack.redis.folder().join("ledger");
    let worker = stack.worker(&[noisy[0], ("OFFSTAGE_WORKER__LEDGER", ledger.to_str().unwrap())]);
    let path = "/ops/v1/users/6/dependents/REPORT/1";
    let body = json!({"name": "Trillian's report", "owner": "Zaphod-6", "blocking": true});
    assert_eq!(api.send(api.request(reqwest::Method::PUT, path).json(&body)).await.status, 201);
    let (deleted, refused) = (api.submit(5).await, api.submit(6).await);
    api.until(deleted, &["COMPLETED"], DEADLINE).await;
    api.until(refused, &["CONFLICT"], DEADLINE).await;
    let basic = api.with_token(None);
    let wrong = basic.request(reqwest::Method::GET, "/api/staged_config/access/user_delete_tasks/1");
    assert_eq!(basic.send(wrong.basic_auth("Zaphod-7", Some("Magrathea-password"))).await.status, 401);

    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query(&mut stack.redis.connection()).unwrap();
    let metrics = reqwest::Client::builder().no_proxy().build().unwrap();
    let metrics = metrics.get(format!("{}/metrics", api.base())).send().await.unwrap().text().await.unwrap();
    for (place, text) in [
        ("api's log", program.log()),
        ("worker's log", worker.log()),
        ("keys", keys.join("\n")),
        ("metrics", metrics),
        ("ledger", std::fs::read_to_string(ledger).unwrap()),
    ] {
        assert!(!text.is_empty(), "{place}");
        for secret in ["Zaphod", "heartofgold", "Trillian", "Magrathea", fixtures::ADMIN_TOKEN, "tester"] {
            assert!(!text.contains(secret), "{secret} in the {place}");
        }
    }
    stack.is_settled().await;
}
