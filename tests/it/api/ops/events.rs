//! Listening to what happens.

use super::{DEADLINE, act, body, caller, get};
use offstage::{
    api::service::MOST_LISTENERS, domain::capability::Capability, store::directory::MOST_AT_ONCE,
};
use offstage_tests::{eventually, fixtures, stack::Stack};
use reqwest::Method;
use rustix::process::Signal;
use serde_json::json;
use std::time::{Duration, Instant};

/// How soon a listener who went away is noticed: two heartbeats, and some time to spare.
const GONE_WITHIN: Duration = Duration::from_secs(20);

#[tokio::test]
async fn what_happens_is_heard_as_it_happens_and_again_after_a_break() {
    let stack = Stack::with_users([5, 6]).await;
    let (_program, api) = stack.api(&[]).await;
    fixtures::submit(&stack.store, 6).await;
    let mut listening = api.listen(None).await;
    let hint = listening.next().await.unwrap();
    assert!(!hint.retry.is_empty(), "something is sent at once: {hint:?}");
    fixtures::submit(&stack.store, 5).await;
    let first = listening.next_named("transition").await;
    let members: Vec<_> = first.data.as_object().unwrap().keys().collect();
    assert_eq!(members, ["task_id", "kind", "user_id", "at", "from", "to", "by", "why"]);
    assert_eq!((&first.data["task_id"], &first.data["from"]), (&json!(2), &json!(null)), "from now on");
    assert_eq!((&first.data["to"], &first.data["by"]), (&json!("QUEUED"), &json!("tester")));
    body(&act(&api, "/tasks/2/pause").await, 200);
    let second = listening.next_named("transition").await;
    assert_eq!((&second.data["from"], &second.data["to"]), (&json!("QUEUED"), &json!("PAUSED")));
    assert_eq!(second.data["by"], "administrator");
    drop(listening);

    body(&act(&api, "/tasks/2/resume").await, 200);
    body(&act(&api, "/tasks/2/cancel").await, 200);
    let mut again = api.listen(Some(&first.id)).await;
    assert_eq!(again.next_named("transition").await, second, "the same event under the same id");
    for to in ["RESUMING", "CANCELLED"] {
        assert_eq!(again.next_named("transition").await.data["to"], to);
    }
}

#[tokio::test]
async fn who_was_away_too_long_is_told_of_the_gap() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let mut listening = api.listen(None).await;
    fixtures::submit(&stack.store, 5).await;
    let first = listening.next_named("transition").await;
    drop(listening);
    body(&act(&api, "/tasks/1/pause").await, 200);
    body(&act(&api, "/tasks/1/resume").await, 200);
    let mut connection = stack.redis.connection();
    redis::cmd("XTRIM").arg("{offstage}:events").arg("MAXLEN").arg(1).exec(&mut connection).unwrap();
    let mut again = api.listen(Some(&first.id)).await;
    again.next().await.unwrap();
    assert_eq!(again.next().await.unwrap().event, "gap");
    assert_eq!(again.next_named("transition").await.data["to"], "RESUMING");
    body(&act(&api, "/tasks/1/cancel").await, 200);
    let next = again.next().await.unwrap();
    assert_eq!(
        (next.event.as_str(), &next.data["to"]),
        ("transition", &json!("CANCELLED")),
        "it is told once"
    );
}

#[tokio::test]
async fn a_burst_is_heard_whole_and_in_order() {
    let most = u64::try_from(MOST_AT_ONCE).unwrap();
    let stack = Stack::with_users(100..100 + 20 * most).await;
    let (_program, api) = stack.api(&[]).await;
    let mut listening = api.listen(None).await;
    for batch in 0..20 {
        let users = 100 + batch * most..100 + (batch + 1) * most;
        let submissions: Vec<_> = users.map(fixtures::submission).collect();
        stack.store.submit(&submissions).await.unwrap();
    }
    for task in 1..=20 * most {
        assert_eq!(listening.next_named("transition").await.data["task_id"], task);
    }
}

#[tokio::test]
async fn a_listener_says_where_he_was_in_one_usable_way() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    let request = || api.request(Method::GET, "/ops/v1/events");
    for bad in ["x", "1", "1-2", "1-2-3-4", "-1-2-3", "1-2-x", "99999999999999999999-0-0"] {
        body(&api.send(request().header("Last-Event-ID", bad)).await, 400);
    }
    let twice = request().header("Last-Event-ID", "1-0-1").header("Last-Event-ID", "1-0-1");
    body(&api.send(twice).await, 400);
    assert_eq!(get(&api, "/events?last_event_id=1-0-1").await.status, 400);
    assert_eq!(api.send(request().header("Last-Event-ID", "")).await.status, 200, "as browsers begin");
}

#[tokio::test]
async fn there_are_so_many_listeners_and_no_more_until_one_leaves() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    let mut all = Vec::new();
    for _ in 0..MOST_LISTENERS {
        let mut listening = api.listen(None).await;
        listening.next().await.unwrap();
        all.push(listening);
    }
    let refused = get(&api, "/events").await;
    assert_eq!((refused.status.as_u16(), &refused.headers["retry-after"]), (503, &"1".parse().unwrap()));
    assert_eq!(get(&api, "/queue").await.status, 200, "everybody else is served");
    all.pop();
    eventually("a place is free", GONE_WITHIN, async || {
        (get(&api, "/events").await.status == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_stop_ends_the_streams_and_waits_for_nobody() {
    let stack = Stack::with_users([]).await;
    let (mut program, api) = stack.api(&[]).await;
    let mut listening = api.listen(None).await;
    listening.next().await.unwrap();
    let told = Instant::now();
    program.signal(Signal::TERM);
    assert_eq!(listening.next().await, None, "the stream ends");
    assert!(program.ended(DEADLINE).await.success());
    assert!(told.elapsed().as_millis() < 1_500, "before the drain limit: {:?}", told.elapsed());
}

#[tokio::test]
async fn a_listener_stays_while_redis_is_away_and_hears_what_he_missed() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let mut listening = api.listen(None).await;
    listening.next().await.unwrap();
    stack.redis.freeze();
    assert_eq!(get(&api, "/queue").await.status, 503);
    stack.redis.thaw();
    fixtures::submit(&stack.store, 5).await;
    assert_eq!(listening.next_named("transition").await.data["task_id"], 1);
}

#[tokio::test]
async fn a_heartbeat_comes_when_nothing_happens_and_who_may_not_listen_any_more_is_let_go() {
    let stack = Stack::with_users([]).await;
    let (_program, api) = stack.api(&[]).await;
    let guest = caller(&stack, &api, "guest", &[Capability::OpsRead]).await;
    let mut stays = api.listen(None).await;
    let mut goes = guest.listen(None).await;
    for listening in [&mut stays, &mut goes] {
        listening.next().await.unwrap();
    }
    let path = "/ops/v1/tokens/guest";
    assert_eq!(api.send(api.request(Method::DELETE, path)).await.status, 204);
    let (beat, end) = futures::join!(stays.next(), goes.next());
    assert_eq!(beat.unwrap().comment, "heartbeat");
    assert_eq!(end, None, "his token is nobody's");
}
