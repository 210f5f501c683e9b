//! Redis is away, silent or half there: "try again", in time, and nothing is doubled.

use super::{DEADLINE, TASKS, USERS, header, refuses, tasks};
use offstage_tests::{eventually, fixtures, proxy::Proxy, stack::Stack};
use reqwest::Method;
use std::time::{Duration, Instant};

/// How soon an answer must come, whatever Redis does.
const ANSWERED_WITHIN: Duration = Duration::from_secs(8);

#[tokio::test]
async fn an_unknown_outcome_repeated_with_its_key_is_exactly_one_task() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let submit = || api.request(Method::DELETE, &format!("{USERS}/5")).header("Idempotency-Key", "k");
    // He is let in, so that it is the submit that meets the silence.
    refuses(&api.task(1).await, 404, 1002);
    stack.redis.freeze();
    let asked = Instant::now();
    let unknown = api.send(submit()).await;
    assert!(asked.elapsed() < ANSWERED_WITHIN, "{:?}", asked.elapsed());
    refuses(&unknown, 503, 1020);
    assert_eq!(header(&unknown, "retry-after"), "1");
    stack.redis.thaw();
    let accepted = eventually("it is accepted", DEADLINE, async || {
        let answer = api.send(submit()).await;
        (answer.status == 202).then_some(answer)
    })
    .await;
    assert_eq!(api.send(submit()).await.body, accepted.body);
    assert_eq!(tasks(&stack).await, 1, "exactly one");
    let _worker = stack.worker(&[]);
    api.until(1, &["COMPLETED"], DEADLINE).await;
    stack.is_settled().await;
}

#[tokio::test]
async fn a_submit_whose_answer_was_swallowed_is_found_again_by_its_key() {
    let stack = Stack::with_users([5]).await;
    let proxy = Proxy::start(stack.redis.socket()).await;
    let (_program, api) = stack.api_at(&proxy.url(), &[]).await;
    let submit = || api.request(Method::DELETE, &format!("{USERS}/5")).header("Idempotency-Key", "k");
    // A first submit, so that Redis knows the script.
    refuses(&api.delete_user(404).await, 404, 1002);
    proxy.trap("submit", offstage_tests::proxy::Hold::Answer);
    let unknown = api.send(submit()).await;
    refuses(&unknown, 503, 1020);
    assert_eq!(tasks(&stack).await, 1, "it was carried out");
    let repeated = eventually("it is found again", DEADLINE, async || {
        let answer = api.send(submit()).await;
        (answer.status == 202).then_some(answer)
    })
    .await;
    assert_eq!(repeated.body["id"], 1);
    assert_eq!(tasks(&stack).await, 1);
}

#[tokio::test]
async fn every_route_says_try_again_while_redis_is_silent_and_serves_when_it_is_back() {
    let stack = Stack::with_users([5, 6]).await;
    let (mut program, api) = stack.api(&[]).await;
    let task = fixtures::submit(&stack.store, 5).await;
    stack.redis.freeze();
    let body = serde_json::json!({"status": "CANCEL_REQUESTED"});
    let token = serde_json::json!({"name": "t", "capabilities": ["ops.read"]});
    let requests = [
        api.request(Method::DELETE, &format!("{USERS}/6")),
        api.request(Method::GET, &format!("{TASKS}/{task}")),
        api.request(Method::GET, &format!("{TASKS}/{task}/results")),
        api.request(Method::POST, &format!("{TASKS}/{task}")).json(&body),
        api.request(Method::PUT, "/ops/v1/users/5/dependents/REPORT/1").json(&serde_json::json!({})),
        api.request(Method::DELETE, "/ops/v1/users/5/dependents/REPORT/1"),
        api.request(Method::GET, "/ops/v1/users/5/dependents"),
        api.request(Method::GET, "/ops/v1/queue"),
        api.request(Method::POST, "/ops/v1/queue/pause"),
        api.request(Method::GET, "/ops/v1/tasks"),
        api.request(Method::GET, "/ops/v1/tasks/1"),
        api.request(Method::POST, "/ops/v1/tasks/1/cancel"),
        api.request(Method::POST, "/ops/v1/tasks/1/pause"),
        api.request(Method::POST, "/ops/v1/tasks/1/resume"),
        api.request(Method::POST, "/ops/v1/tasks/1/retry"),
        api.request(Method::POST, "/ops/v1/deletions").json(&serde_json::json!({"users": [{"id": 5}]})),
        api.request(Method::GET, "/ops/v1/workers"),
        api.request(Method::POST, "/ops/v1/workers/w/quiet"),
        api.request(Method::GET, "/ops/v1/events"),
        api.request(Method::GET, "/ops/v1/tokens"),
        api.request(Method::POST, "/ops/v1/tokens").json(&token),
        api.request(Method::DELETE, "/ops/v1/tokens/t"),
        api.request(Method::GET, "/ops/v1/doctor"),
    ];
    let asked = Instant::now();
    let answers = futures::future::join_all(requests.map(|request| api.send(request))).await;
    assert!(asked.elapsed() < ANSWERED_WITHIN, "{:?}", asked.elapsed());
    for answer in answers {
        assert_eq!((answer.status.as_u16(), header(&answer, "retry-after")), (503, "1"), "{answer:?}");
    }
    stack.redis.thaw();
    eventually("it serves again", DEADLINE, async || (api.task(task.0).await.status == 200).then_some(()))
        .await;
    assert!(program.is_running(), "nothing needs a restart");
}

#[tokio::test]
async fn a_redis_that_takes_no_writes_is_answered_with_503_and_never_with_202() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let mut connection = stack.redis.connection();
    let mut set = |value: &str| {
        redis::cmd("CONFIG").arg("SET").arg("maxmemory").arg(value).query::<()>(&mut connection).unwrap();
    };
    set("1");
    let full = api.delete_user(5).await;
    refuses(&full, 503, 1020);
    assert_eq!(header(&full, "retry-after"), "1");
    set("0");
    assert_eq!(tasks(&stack).await, 0);
    assert_eq!(api.delete_user(5).await.status, 202);
}
