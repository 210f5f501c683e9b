//! Deleting a user and staying on the line: what each caller is told, and what is true then.

use super::{super::DEADLINE, super::tasks, start};
use offstage::domain::{state::TaskState, task::UserId};
use offstage_tests::{
    eventually,
    platform::{Caller, MANAGER, OPERATOR, PLAIN, PLAIN_ID},
};
use reqwest::Method;

#[tokio::test]
async fn a_deleted_user_is_gone_from_both_sides_and_operators_see_how() {
    let (stack, _program, api, manager) = start([5, 6], &[]).await;
    let _worker = stack.worker(&[]);
    let reply = manager.delete("user5").await;
    assert_eq!((reply.status, reply.text.as_str()), (204, ""), "{reply:?}");
    assert!(stack.store.users_among(&[UserId(5)]).await.unwrap().is_empty(), "both sides");
    let task = api.get("/ops/v1/tasks/1").await.body;
    assert_eq!(
        (&task["kind"], &task["state"], &task["created_by"]),
        (&"platform_user".into(), &"COMPLETED".into(), &MANAGER.into())
    );
    for path in ["/platform/ws/user/user5", "/platform/ws/users/user5", "/platform/webservice/users/user5"] {
        let again = manager.ask("DELETE", path, &[], "").await;
        assert_eq!(again.status, 404, "{path}: {again:?}");
    }
    let plural = manager
        .ask("DELETE", "/platform/webservice/users/user6", &[("Accept", "application/json")], "")
        .await;
    assert_eq!(plural.status, 204, "{plural:?}");
    let gone = manager.ask("DELETE", "/platform/ws/users/user6", &[("Accept", "application/json")], "").await;
    assert_eq!(
        (gone.status, gone.json()),
        (404, serde_json::json!({"message": "There is no user of that name."}))
    );
    assert_eq!(tasks(&stack).await, 2);
    stack.is_settled().await;
}

#[tokio::test]
async fn whoever_may_not_hears_why_and_learns_nothing_about_who_exists() {
    let (stack, _program, api, manager) = start([5], &[]).await;
    let plain = Caller::logged_on(&api, PLAIN).await;
    let stranger = Caller::stranger(&api);
    for name in ["user5", "nobody", "admin", "user5?x", "%ff"] {
        let reply = plain.delete(name).await;
        assert_eq!(
            (reply.status, reply.message().as_str()),
            (403, "You do not have the capabilities to administer users.")
        );
        for caller in [stranger.clone(), stranger.with("x\"y\"NQ==\"NQ==")] {
            let reply = caller.delete(name).await;
            assert_eq!(reply.status, 403);
            assert!(reply.message().starts_with("You are not logged on"), "{reply:?}");
        }
    }
    let oper = Caller::logged_on(&api, OPERATOR).await;
    for (caller, name, said) in [
        (&manager, "admin", "The built-in administrator cannot be deleted."),
        (&manager, MANAGER, "nobody deletes himself"),
        (&oper, MANAGER, "an administrator is deleted by"),
        (&manager, "user5?b", "question mark"),
        (&manager, "user5?", "question mark"),
        (&manager, "%ff", "not UTF-8"),
    ] {
        let reply = caller.delete(name).await;
        assert_eq!(reply.status, 403, "{name}");
        assert!(reply.message().contains(said), "{reply:?}");
    }
    assert_eq!(tasks(&stack).await, 0);
}

#[tokio::test]
async fn a_second_caller_waits_and_finds_him_gone() {
    let (stack, _program, api, manager) = start([5], &[]).await;
    let first = {
        let manager = manager.clone();
        tokio::spawn(async move { manager.delete("user5").await })
    };
    api.until_state(1, "QUEUED", DEADLINE).await;
    let second = tokio::spawn(async move { manager.delete("user5").await });
    // A staged deletion finds the same task.
    let staged = api.delete_user(5).await;
    assert_eq!((staged.status.as_u16(), &staged.body["id"]), (202, &1.into()));
    let _worker = stack.worker(&[]);
    assert_eq!(first.await.unwrap().status, 204);
    assert_eq!(second.await.unwrap().status, 404, "only the one that started it is told that it is done");
    assert_eq!(tasks(&stack).await, 1);
    stack.is_settled().await;
}

#[tokio::test]
async fn dependents_refuse_it_to_everybody_who_waits() {
    let (stack, _program, api, manager) = start([5], &[]).await;
    assert_eq!(api.register(5, "17", true).await.status, 201);
    let first = {
        let manager = manager.clone();
        tokio::spawn(async move { manager.delete("user5").await })
    };
    api.until_state(1, "QUEUED", DEADLINE).await;
    let second = {
        let manager = manager.clone();
        tokio::spawn(async move { manager.delete("user5").await })
    };
    eventually("both wait", DEADLINE, async || (stack.redis_calls() > 0.0).then_some(())).await;
    let _worker = stack.worker(&[]);
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    assert_eq!(first.status, 403);
    assert!(first.message().contains("task 1") && first.message().contains("1 dependent"), "{first:?}");
    assert_eq!(second.status, 403);
    assert_eq!(manager.get("/platform/ws/users/user5").await.status, 200, "he is still there");
    let json = manager.ask(
        "DELETE",
        "/platform/ws/user/user5",
        &[("Accept", "application/json"), ("Accept-Language", "de")],
        "",
    );
    let said = json.await.message();
    assert!(said.contains("1 dependent") && !said.contains("abhäng"), "all of it in one language: {said}");
}

#[tokio::test]
async fn an_operator_who_cancels_is_heard_by_whoever_waits() {
    let (stack, _program, api, manager) = start([5], &[]).await;
    let waiting = {
        let manager = manager.clone();
        tokio::spawn(async move { manager.delete("user5").await })
    };
    api.until_state(1, "QUEUED", DEADLINE).await;
    let cancelled = api.send(api.request(Method::POST, "/ops/v1/tasks/1/cancel")).await;
    assert!(cancelled.status.is_success(), "{cancelled:?}");
    let reply = waiting.await.unwrap();
    assert_eq!(reply.status, 403);
    assert!(reply.message().contains("was not deleted (task 1)"), "{reply:?}");
    assert_eq!(manager.get("/platform/ws/users/user5").await.status, 200);
    stack.is_settled().await;
}

#[tokio::test]
async fn when_the_wait_is_over_the_answer_names_the_task_which_goes_on() {
    let (stack, _program, api, manager) = start([5], &[("OFFSTAGE_PLATFORM__WAIT_MS", "200")]).await;
    let reply = manager.delete("user5").await;
    assert_eq!(reply.status, 200);
    assert!(reply.message().contains("goes on as task 1"), "{reply:?}");
    let json = manager.ask("DELETE", "/platform/ws/user/user5", &[("Accept", "application/json")], "").await;
    assert!(json.status == 200 && json.message().contains("task 1"), "{json:?}");
    let _worker = stack.worker(&[]);
    api.until_state(1, "COMPLETED", DEADLINE).await;
    assert_eq!(manager.delete("user5").await.status, 404);
    stack.is_settled().await;
}

#[tokio::test]
async fn a_staged_deletion_under_way_is_named() {
    let (stack, _program, api, manager) = start([5], &[]).await;
    let task = api.submit(5).await;
    let reply = manager.delete("user5").await;
    assert_eq!(reply.status, 403);
    assert!(reply.message().contains(&format!("task {task}")), "{reply:?}");
    assert_eq!(tasks(&stack).await, 1);
    assert_eq!(
        stack.store.task(offstage::domain::task::TaskId(task)).await.unwrap().unwrap().state,
        TaskState::Queued
    );
}

#[tokio::test]
async fn a_caller_who_hangs_up_stops_nothing() {
    let (stack, _program, api, manager) = start([5], &[]).await;
    let waiting = tokio::spawn(async move { manager.delete("user5").await });
    api.until_state(1, "QUEUED", DEADLINE).await;
    waiting.abort();
    let _worker = stack.worker(&[]);
    api.until_state(1, "COMPLETED", DEADLINE).await;
    stack.is_settled().await;
}

#[tokio::test]
async fn what_lets_a_user_in_goes_with_him() {
    let (stack, _program, api, manager) = start([5], &[]).await;
    let plain = Caller::logged_on(&api, PLAIN).await;
    assert!(plain.get("/platform/ws/users").await.message().contains("capabilities"), "he is known");
    let _worker = stack.worker(&[]);
    assert_eq!(manager.delete(PLAIN).await.status, 204);
    let after = plain.get("/platform/ws/users").await;
    assert!(after.message().starts_with("You are not logged on"), "{after:?}");
    assert_eq!(
        Caller::stranger(&api).log_on(PLAIN, &offstage_tests::platform::password(PLAIN)).await.status,
        403
    );
    let again = manager.add(&format!("<user name=\"{PLAIN}\"/>")).await;
    assert_eq!(again.status, 204, "{again:?}");
    assert!(
        plain.get("/platform/ws/users").await.message().starts_with("You are not"),
        "the new one is another"
    );
    let account = stack.store.account(PLAIN).await.unwrap().unwrap();
    assert!(account.id != UserId(PLAIN_ID) && !account.has_password, "{account:?}");
    stack.is_settled().await;
}

#[tokio::test]
async fn a_storage_that_is_away_is_waited_for() {
    let (stack, _program, api, manager) = start([5], &[]).await;
    let waiting = tokio::spawn(async move { manager.delete("user5").await });
    api.until_state(1, "QUEUED", DEADLINE).await;
    stack.redis.freeze();
    let _worker = stack.worker(&[]);
    stack.redis.thaw();
    assert_eq!(waiting.await.unwrap().status, 204);
    stack.is_settled().await;
}
