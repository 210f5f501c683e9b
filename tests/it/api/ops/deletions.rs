//! Many deletions in one request: a verdict on each, and dry runs.

use super::{DEADLINE, act, body, caller, count, get, post, story};
use offstage::{
    domain::{capability::Capability, task::UserId},
    store::directory::NewUser,
};
use offstage_tests::{fixtures, stack::Stack};
use serde_json::{Value, json};

/// Users 5, 6 and 7, and an administrator, 30, whose name is `ada`.
async fn stack() -> Stack {
    let stack = Stack::with_users([5, 6, 7]).await;
    let ada =
        NewUser { id: UserId(30), is_administrator: true, username: "ada".into(), ..fixtures::user(30) };
    stack.store.load_users(&[ada], false).await.unwrap();
    stack
}

#[track_caller]
fn verdicts(answer: &offstage_tests::api::Answer) -> Vec<(Value, Value, Value, Value)> {
    let items = body(answer, 200)["items"].as_array().unwrap();
    let one =
        |item: &Value| ["id", "username", "verdict", "task_id"].map(|member| item[member].clone()).into();
    items.iter().map(one).collect()
}

/// One line of [`verdicts`].
fn line(
    id: impl Into<Value>,
    username: impl Into<Value>,
    verdict: &str,
    task: impl Into<Value>,
) -> (Value, Value, Value, Value) {
    (id.into(), username.into(), verdict.into(), task.into())
}

#[tokio::test]
async fn each_user_gets_a_verdict_in_the_order_asked() {
    let stack = stack().await;
    let (_program, api) = stack.api(&[]).await;
    let olga = caller(&stack, &api, "olga", &[Capability::OpsWrite]).await;
    fixtures::submit(&stack.store, 6).await;
    let users = json!([{"username": "user7"}, {"id": 404}, {"id": 5}, {"id": 1}, {"username": "admin"}, {"id": 6},
        {"username": "ada"}, {"username": "nobody"}, {"id": 7}, {"username": "user5"}]);
    let asked = post(&olga, "/deletions", &json!({"users": users})).await;
    let none = Value::Null;
    let expected = [
        line(7, "user7", "accepted", 2),
        line(404, none.clone(), "not_found", none.clone()),
        line(5, "user5", "accepted", 3),
        line(1, "admin", "forbidden", none.clone()),
        line(1, "admin", "forbidden", none.clone()),
        line(6, "user6", "live", 1),
        line(30, "ada", "forbidden", none.clone()),
        line(none.clone(), "nobody", "not_found", none.clone()),
        line(7, "user7", "live", 2),
        line(5, "user5", "live", 3),
    ];
    assert_eq!(verdicts(&asked), expected);
    assert_eq!(count(&stack).await, 3);
    assert_eq!(story(&get(&api, "/tasks/3").await.body), ["QUEUED by olga: submit"]);
    let manager = post(&api, "/deletions", &json!({"users": [{"id": 30}]})).await;
    assert_eq!(verdicts(&manager), [line(30, "ada", "accepted", 4)], "who may delete administrators, does");
    let _worker = stack.worker(&[]);
    for task in 1..=4 {
        api.until(task, &["COMPLETED"], DEADLINE).await;
    }
    stack.is_settled().await;
}

#[tokio::test]
async fn a_thousand_are_accepted_at_once_and_one_more_is_not() {
    let stack = Stack::with_users(1_000..2_001).await;
    let (_program, api) = stack.api(&[]).await;
    let users = |number: u64| (1_000..1_000 + number).map(|id| json!({"id": id})).collect::<Vec<_>>();
    body(&post(&api, "/deletions", &json!({"users": users(1_001)})).await, 400);
    assert_eq!(count(&stack).await, 0);
    let accepted = verdicts(&post(&api, "/deletions", &json!({"users": users(1_000)})).await);
    let expected: Vec<_> = (0..1_000)
        .map(|place| line(1_000 + place, format!("user{}", 1_000 + place), "accepted", 1 + place))
        .collect();
    assert_eq!(accepted, expected);
}

#[tokio::test]
async fn one_malformed_member_refuses_the_whole_request() {
    let stack = stack().await;
    let (_program, api) = stack.api(&[]).await;
    let good = json!({"id": 5});
    for bad in [
        json!({}),
        json!(5),
        json!(null),
        json!([5]),
        json!({"id": 6, "username": "user6"}),
        json!({"id": 6, "username": null}),
        json!({"id": "6"}),
        json!({"id": 6.5}),
        json!({"id": -6}),
        json!({"id": 9_007_199_254_740_992_u64}),
        json!({"id": null}),
        json!({"username": ""}),
        json!({"username": "a\u{0}b"}),
        json!({"username": 6}),
        json!({"username": "x".repeat(1_025)}),
        json!({"id": 6, "force": true}),
    ] {
        let answer = post(&api, "/deletions", &json!({"users": [good, bad]})).await;
        assert!(body(&answer, 400)["detail"].as_str().unwrap().contains("users"), "{bad}: {answer:?}");
    }
    for (member, bad) in [
        ("users", json!([])),
        ("users", json!({"id": 5})),
        ("users", json!(null)),
        ("not_before", json!("now")),
        ("not_before", json!(-1)),
        ("not_before", json!(1.5)),
        ("not_before", json!(253_402_300_800_000_u64)),
        ("dry_run", json!("yes")),
        ("dry_run", json!(null)),
        ("force", json!(true)),
    ] {
        let mut asked = json!({"users": [good]});
        asked[member] = bad;
        body(&post(&api, "/deletions", &asked).await, 400);
    }
    let twice = r#"{"users":[{"id":5}],"users":[{"id":6}]}"#;
    let request =
        api.request(reqwest::Method::POST, "/ops/v1/deletions").header("Content-Type", "application/json");
    body(&api.send(request.body(twice)).await, 400);
    body(&act(&api, "/deletions").await, 400);
    assert_eq!(count(&stack).await, 0);
}

#[tokio::test]
async fn a_deletion_waits_for_its_time_and_a_time_that_is_past_means_now() {
    let stack = stack().await;
    let (_program, api) = stack.api(&[]).await;
    let later = 253_402_300_799_999_u64;
    let asked =
        post(&api, "/deletions", &json!({"users": [{"id": 5}, {"id": 6}], "not_before": later})).await;
    assert!(verdicts(&asked).iter().all(|one| one.2 == "accepted"), "{asked:?}");
    let waiting = get(&api, "/tasks/1").await.body;
    assert_eq!((&waiting["state"], &waiting["not_before"]), (&json!("INITIALIZING"), &json!(later)));
    post(&api, "/deletions", &json!({"users": [{"id": 7}], "not_before": 0})).await;
    assert_eq!(get(&api, "/tasks/3").await.body["state"], "QUEUED");
    let forward = post(&api, "/deletions", &json!({"users": [{"id": 5}], "not_before": null})).await;
    assert_eq!(verdicts(&forward), [line(5, "user5", "live", 1)]);
    assert_eq!(get(&api, "/tasks/1").await.body["state"], "QUEUED", "whoever wants it now, gets it now");
}

#[tokio::test]
async fn a_deletion_that_is_being_cancelled_is_live_until_it_has_ended() {
    let stack = stack().await;
    let (_program, api) = stack.api(&[]).await;
    let claimed = fixtures::submit(&stack.store, 5).await;
    let claim = stack.store.claim(1, "w", std::time::Duration::from_hours(1)).await.unwrap();
    assert!(matches!(claim, offstage::store::queue::Claim::Taken { .. }), "{claim:?}");
    assert_eq!(body(&act(&api, "/tasks/1/cancel").await, 200)["state"], "CANCEL_REQUESTED");
    let asked = post(&api, "/deletions", &json!({"users": [{"id": 5}]})).await;
    assert_eq!(verdicts(&asked), [line(5, "user5", "live", claimed.0)]);
    let retried = act(&api, "/tasks/1/retry").await;
    assert!(body(&retried, 409)["detail"].as_str().unwrap().contains("CANCEL_REQUESTED"), "{retried:?}");
}

#[tokio::test]
async fn a_dry_run_looks_and_leaves_everything_as_it_was() {
    let stack = stack().await;
    let (_program, api) = stack.api(&[]).await;
    assert_eq!(api.register(5, "17", true).await.status, 201);
    let asked = json!({"users": [{"id": 5}, {"id": 6}, {"id": 5}, {"id": 1}], "dry_run": true});
    let answer = post(&api, "/deletions", &asked).await;
    let expected = [
        line(5, "user5", "accepted", 1),
        line(6, "user6", "accepted", 2),
        line(5, "user5", "accepted", 3),
        line(1, "admin", "forbidden", Value::Null),
    ];
    assert_eq!(verdicts(&answer), expected, "dry runs take nobody's place");
    let deletion = post(&api, "/deletions", &json!({"users": [{"id": 6}]})).await;
    assert_eq!(verdicts(&deletion), [line(6, "user6", "accepted", 4)]);
    let _worker = stack.worker(&[]);
    for task in 1..=4 {
        offstage_tests::eventually("all have ended", DEADLINE, async || {
            (get(&api, &format!("/tasks/{task}")).await.body["completed"].is_u64()).then_some(())
        })
        .await;
    }
    let looked = get(&api, "/tasks/1").await.body;
    assert_eq!((&looked["kind"], &looked["state"]), (&json!("dependents"), &json!("COMPLETED")));
    assert_eq!((&looked["blocking"], &looked["dependents"][0]["id"]), (&json!(1), &json!("17")));
    assert_eq!(get(&api, "/users/5/dependents").await.status, 200, "he is still there");
    let again = act(&api, "/tasks/1/retry").await;
    assert_eq!((&body(&again, 202)["kind"], &again.body["retry_of"]), (&json!("dependents"), &json!(1)));
}
