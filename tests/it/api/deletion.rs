//! A deletion from its acceptance to its end.

use super::{DEADLINE, NINE, TASKS, header, keys, refuses, tasks};
use offstage::{
    domain::task::UserId,
    store::dependents::{Existing, MOST_AT_ONCE},
};
use offstage_tests::{api::Answer, fixtures, stack::Stack};
use rustix::process::Signal;
use serde_json::{Value, json};

/// The answer with its times taken out, once they are seen to be in order.
fn timeless(answer: &Answer) -> Value {
    let mut body = answer.body.clone();
    let times = ["created", "started", "completed", "modified"];
    let given: Vec<_> = times.iter().filter_map(|name| body[name].as_u64()).collect();
    assert!(given.is_sorted(), "times out of order: {body}");
    assert!(given.iter().all(|at| *at > 1_600_000_000_000), "milliseconds since the epoch: {body}");
    for name in times {
        if !body[name].is_null() {
            body[name] = json!("ms");
        }
    }
    body
}

#[tokio::test]
async fn a_deletion_is_accepted_at_once_and_watched_until_it_is_done() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let accepted = api.delete_user(5).await;
    assert_eq!(accepted.status, 202);
    assert_eq!(header(&accepted, "content-type"), "application/json");
    assert_eq!(header(&accepted, "location"), format!("{TASKS}/1"));
    assert_eq!(keys(&accepted), NINE);
    let queued = json!({"id": 1, "message": "Waiting to be started.", "status": "QUEUED",
        "name": "Deletion of user 5", "created_by": "administrator", "created": "ms", "started": null,
        "modified": "ms", "completed": null});
    assert_eq!(timeless(&accepted), queued);

    let watched = api.get(header(&accepted, "location")).await;
    assert_eq!((watched.status.as_u16(), &watched.body), (200, &accepted.body));
    assert_eq!(header(&watched, "location"), header(&accepted, "location"));
    assert_eq!(keys(&watched), NINE);
    assert_eq!(api.results(1).await.body, json!([]), "nothing is found before anything is looked for");

    let _worker = stack.worker(&[]);
    let done = api.until(1, &["COMPLETED"], DEADLINE).await;
    assert_eq!(keys(&done), NINE);
    let completed = json!({"id": 1, "message": "The user was deleted.", "status": "COMPLETED",
        "name": "Deletion of user 5", "created_by": "administrator", "created": "ms", "started": "ms",
        "modified": "ms", "completed": "ms"});
    assert_eq!(timeless(&done), completed);
    assert_eq!(api.results(1).await.body, json!([]));
    refuses(&api.delete_user(5).await, 404, 1002);
    assert_eq!(tasks(&stack).await, 1);
    stack.is_settled().await;
}

#[tokio::test]
async fn blocking_dependents_are_counted_listed_and_keep_the_user() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    for (id, blocking) in [("1", true), ("2", false), ("3", true), ("4", true)] {
        assert_eq!(api.register(5, id, blocking).await.status, 201);
    }
    let bare = "/ops/v1/users/5/dependents/DASHBOARD/0";
    let said = json!({"database": "FLOWS", "group_ids": [3, 4], "blocking": false});
    assert_eq!(api.send(api.request(reqwest::Method::PUT, bare).json(&said)).await.status, 201);
    let _worker = stack.worker(&[]);
    let task = api.submit(5).await;
    let ended = api.until(task, &["CONFLICT"], DEADLINE).await;
    assert_eq!(ended.body["message"], "3 dependents block the deletion.");
    assert!(ended.body["completed"].is_u64(), "{ended:?}");

    let results = api.results(task).await;
    let search = |id: &str, blocking: bool| {
        json!({"dependent_id": id, "dependent_name": "Failed logins", "dependent_owner": "bob",
            "dependent_type": "ARIEL_SAVED_SEARCH", "dependent_database": null, "dependent_group_ids": [],
            "user_has_edit_permissions": true, "blocking": blocking})
    };
    let dashboard = json!({"dependent_id": "0", "dependent_name": null, "dependent_owner": null,
        "dependent_type": "DASHBOARD", "dependent_database": "FLOWS", "dependent_group_ids": [3, 4],
        "user_has_edit_permissions": true, "blocking": false});
    let expected = [search("1", true), search("2", false), search("3", true), search("4", true), dashboard];
    assert_eq!(results.body, json!(expected));
    assert_eq!(results.body[0].to_string(), expected[0].to_string(), "the order of the fields");

    let again = api.submit(5).await;
    assert_ne!(again, task, "he is still there, and a task that has ended is not live");
    let ended = api.until(again, &["CONFLICT"], DEADLINE).await;
    assert_eq!(ended.body["message"], "3 dependents block the deletion.");
    stack.is_settled().await;
}

#[tokio::test]
async fn dependents_that_do_not_block_are_listed_and_go_with_the_user() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    assert_eq!(api.register(5, "17", false).await.status, 201);
    let _worker = stack.worker(&[]);
    let task = api.submit(5).await;
    api.until(task, &["COMPLETED"], DEADLINE).await;
    let results = api.results(task).await.body;
    assert_eq!((&results[0]["dependent_id"], &results[0]["blocking"]), (&json!("17"), &json!(false)));
    assert_eq!(api.get("/ops/v1/users/5/dependents").await.status, 404);
}

#[tokio::test]
async fn one_blocking_dependent_is_counted_in_the_singular() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    fixtures::register(&stack.store, 5, fixtures::dependent("17", true)).await;
    let _worker = stack.worker(&[]);
    let task = api.submit(5).await;
    let ended = api.until(task, &["CONFLICT"], DEADLINE).await;
    assert_eq!(ended.body["message"], "1 dependent blocks the deletion.");
}

#[tokio::test]
async fn a_repeated_deletion_while_one_is_live_gets_the_same_task() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let first = api.delete_user(5).await;
    let second = api.delete_user(5).await;
    assert_eq!(second.status, 202);
    assert_eq!((header(&second, "location"), &second.body), (header(&first, "location"), &first.body));
    let _worker = stack.worker(&[("OFFSTAGE_CHECKS__PAUSE__MS", "60000")]);
    let running = api.until(1, &["PROCESSING"], DEADLINE).await;
    assert!(running.body["started"].is_u64(), "{running:?}");
    let third = api.delete_user(5).await;
    assert_eq!(
        (third.status.as_u16(), &third.body["id"], &third.body["status"]),
        (202, &json!(1), &json!("PROCESSING"))
    );
    assert_eq!(tasks(&stack).await, 1);
}

#[tokio::test]
async fn a_deletion_that_waits_for_a_later_start_is_brought_forward() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let waiting = super::cancel::later(&stack, 5).await;
    let shown = api.task(waiting.0).await;
    assert_eq!(
        (&shown.body["status"], &shown.body["message"]),
        (&json!("INITIALIZING"), &json!("Waiting for its start time."))
    );
    let wanted_now = api.delete_user(5).await;
    assert_eq!((wanted_now.status.as_u16(), &wanted_now.body["id"]), (202, &json!(waiting.0)));
    assert_eq!(wanted_now.body["status"], "QUEUED");
    let _worker = stack.worker(&[]);
    api.until(waiting.0, &["COMPLETED"], DEADLINE).await;
    stack.is_settled().await;
}

#[tokio::test]
async fn a_user_whose_deletion_is_being_cancelled_is_answered_with_try_again() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let frozen = stack.worker(&[("OFFSTAGE_CHECKS__PAUSE__MS", "60000")]);
    let task = api.submit(5).await;
    api.until(task, &["PROCESSING"], DEADLINE).await;
    frozen.signal(Signal::STOP);
    assert_eq!(api.cancel(task).await.body["status"], "CANCEL_REQUESTED");
    let early = api.delete_user(5).await;
    refuses(&early, 409, 1004);
    assert_eq!(header(&early, "retry-after"), "1");
    let _reclaimer = stack.worker(&[]);
    api.until(task, &["CANCELLED"], DEADLINE).await;
    let second = api.submit(5).await;
    assert_ne!(second, task);
    api.until(second, &["COMPLETED"], DEADLINE).await;
    frozen.signal(Signal::CONT);
    stack.is_settled().await;
}

#[tokio::test]
async fn unknown_users_and_tasks_are_not_found() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let nobody = api.delete_user(404).await;
    refuses(&nobody, 404, 1002);
    assert_eq!(nobody.body["message"], "No user found with id: 404");
    for answer in [api.task(7).await, api.results(7).await, api.cancel(7).await] {
        refuses(&answer, 404, 1002);
        assert_eq!(answer.body["message"], "No task found with id: 7");
    }
    assert_eq!(tasks(&stack).await, 0);
}

#[tokio::test]
async fn all_of_very_many_dependents_are_counted_and_the_first_ten_thousand_listed() {
    const MANY: usize = 10_050;
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let all: Vec<_> =
        (0..MANY).map(|number| (UserId(5), fixtures::dependent(&number.to_string(), true))).collect();
    for some in all.chunks(MOST_AT_ONCE) {
        stack.store.register(some, Existing::Kept).await.unwrap();
    }
    let _worker = stack.worker(&[]);
    let task = api.submit(5).await;
    let ended = api.until(task, &["CONFLICT"], DEADLINE).await;
    assert_eq!(ended.body["message"], "10050 dependents block the deletion.");
    let listed = api.results(task).await;
    assert_eq!(listed.body.as_array().unwrap().len(), 10_000);
}
