//! Finding out what depends on a deployed user: tasks with components, whose counts add up.

use super::{DEADLINE, header, keys, refuses, tasks};
use offstage::{
    domain::{capability::Capability, task::UserId},
    store::{
        dependents::{Existing, MOST_AT_ONCE},
        principals::TokenHash,
    },
};
use offstage_tests::{
    api::{Answer, Api},
    eventually,
    fixtures::{self, PREFIX},
    stack::Stack,
};
use reqwest::Method;
use serde_json::{Value, json};

const TASKS: &str = "/api/config/access/user_dependent_tasks";
/// The fields of a task, in their order.
const FOURTEEN: [&str; 14] = [
    "id",
    "message",
    "status",
    "name",
    "created_by",
    "cancelled_by",
    "created",
    "started",
    "modified",
    "completed",
    "number_of_dependents",
    "maximum",
    "progress",
    "task_components",
];

fn path(user: u64) -> String {
    format!("/api/config/access/users/{user}/dependents")
}

/// Asks, which must be accepted; returns where to watch.
async fn ask(api: &Api, user: u64) -> String {
    let answer = api.get(&path(user)).await;
    assert_eq!(answer.status, 202, "{answer:?}");
    header(&answer, "location").to_owned()
}

async fn ended(api: &Api, task: &str) -> Answer {
    eventually("the task ends", DEADLINE, async || {
        let answer = api.get(task).await;
        (!answer.body["completed"].is_null()).then_some(answer)
    })
    .await
}

async fn cancel(api: &Api, task: &str, body: &Value) -> Answer {
    api.send(api.request(Method::POST, task).json(body)).await
}

/// Sub-type, dependents found, looked at, to be looked at, of every component in the order of the sub-types.
#[track_caller]
fn components(answer: &Answer) -> Vec<(&str, Option<u64>, u64, u64)> {
    let list = answer.body["task_components"].as_array().unwrap_or_else(|| panic!("no list: {answer:?}"));
    let number = |value: &Value| value.as_u64().unwrap_or_else(|| panic!("no number: {answer:?}"));
    let mut all: Vec<_> = list
        .iter()
        .map(|one| {
            let found = one["number_of_dependents"].as_u64();
            let (progress, maximum) = (number(&one["progress"]), number(&one["maximum"]));
            (one["task_sub_type"].as_str().unwrap(), found, progress, maximum)
        })
        .collect();
    assert_eq!(all.iter().map(|one| one.2).sum::<u64>(), number(&answer.body["progress"]), "{answer:?}");
    assert_eq!(all.iter().map(|one| one.3).sum::<u64>(), number(&answer.body["maximum"]), "{answer:?}");
    all.sort_unstable();
    all
}

async fn register(api: &Api, kind: &str, id: &str) {
    let path = format!("/ops/v1/users/5/dependents/{kind}/{id}");
    let body = json!({"owner": "bob", "blocking": id == "1"});
    assert_eq!(api.send(api.request(Method::PUT, &path).json(&body)).await.status, 201);
}

#[tokio::test]
async fn what_depends_on_a_user_is_found_by_sub_type_and_nothing_is_deleted() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    for (kind, id) in
        [("REPORT", "1"), ("REPORT", "2"), ("CRE_RULE", "1"), ("BUILDING_BLOCK", "7"), ("x", "1")]
    {
        register(&api, kind, id).await;
    }
    let accepted = api.get(&path(5)).await;
    assert_eq!(accepted.status, 202);
    assert_eq!(header(&accepted, "location"), format!("{TASKS}/1"), "without the page's extra s");
    assert_eq!(header(&accepted, "content-language"), "en");
    assert_eq!(keys(&accepted), FOURTEEN);
    assert_eq!(accepted.body["status"], "QUEUED");
    assert_eq!(accepted.body["name"], "Dependents of user 5");
    assert_eq!(accepted.body["number_of_dependents"], Value::Null, "it is not known before the end");
    assert_eq!(components(&accepted), []);
    let task = header(&accepted, "location");
    assert_eq!(api.get(task).await.body, accepted.body);
    assert_eq!(api.get(&format!("{task}/results")).await.body, json!([]), "nothing is found yet");

    let _worker = stack.worker(&[]);
    let done = ended(&api, task).await;
    assert_eq!(done.body["status"], "COMPLETED");
    assert_eq!(done.body["message"], "3 dependents would block the deletion.");
    assert_eq!(done.body["number_of_dependents"], 5);
    assert_eq!(
        components(&done),
        [
            ("FIND_DEPENDENT_NAMED_SERVICES", Some(1), 1, 1),
            ("FIND_DEPENDENT_REPORTS", Some(2), 2, 2),
            ("FIND_DEPENDENT_RULES", Some(2), 2, 2),
        ]
    );
    for component in done.body["task_components"].as_array().unwrap() {
        let times =
            ["created", "started", "modified", "completed"].map(|name| component[name].as_u64().unwrap());
        let [created, started, modified, completed] = times;
        assert!(done.body["started"].as_u64().unwrap() <= created && created <= started, "{component}");
        assert!(started <= modified && modified <= completed, "{component}");
        assert_eq!(component["status"], "COMPLETED");
    }
    assert_eq!(api.get(&format!("{task}/results")).await.body.as_array().unwrap().len(), 5);
    let chosen = api.get(&format!("{task}?fields=id,task_components(task_sub_type)&task_id=1")).await;
    assert_eq!(chosen.body["task_components"].as_array().unwrap().len(), 3);
    assert_eq!(keys(&chosen), ["id", "task_components"]);
    assert_eq!(api.submit(5).await, 2, "he is still there");
}

#[tokio::test]
async fn more_dependents_than_are_kept_are_counted_all_the_same() {
    const MANY: usize = 10_050;
    let stack = Stack::with_users([5]).await;
    let all: Vec<_> =
        (0..MANY).map(|number| (UserId(5), fixtures::dependent(&number.to_string(), false))).collect();
    for some in all.chunks(MOST_AT_ONCE) {
        stack.store.register(some, Existing::Replaced).await.unwrap();
    }
    let (_program, api) = stack.api(&[]).await;
    let task = ask(&api, 5).await;
    let _worker = stack.worker(&[]);
    let mut seen = std::collections::BTreeSet::new();
    let done = eventually("the task ends", DEADLINE, async || {
        let answer = api.get(&task).await;
        components(&answer);
        seen.insert(answer.body["maximum"].as_u64().unwrap());
        (answer.body["status"] == "COMPLETED").then_some(answer)
    })
    .await;
    let many = MANY as u64;
    assert_eq!(components(&done), [("FIND_DEPENDENT_ARIEL_SAVED_SEARCHES", Some(many), many, many)]);
    assert_eq!(done.body["number_of_dependents"], many);
    assert!(
        seen.iter().all(|maximum| [0, many].contains(maximum)),
        "how many there are is known first: {seen:?}"
    );
    assert_eq!(api.get(&format!("{task}/results")).await.body.as_array().unwrap().len(), 10_000);
}

#[tokio::test]
async fn a_user_whose_deletion_awaits_the_deploy_can_still_be_looked_at() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[]);
    let deleted = api.submit(5).await;
    api.until(deleted, &["COMPLETED"], DEADLINE).await;
    refuses(&api.delete_user(5).await, 404, 1002);
    let task = ask(&api, 5).await;
    let done = ended(&api, &task).await;
    assert_eq!((&done.body["status"], &done.body["number_of_dependents"]), (&json!("COMPLETED"), &json!(0)));
    assert_eq!(done.body["message"], "Nothing blocks the deletion of the user.");
}

#[tokio::test]
async fn a_user_who_was_never_deployed_is_not_there_though_operators_can_try_his_deletion() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    redis::cmd("DEL")
        .arg(format!("{PREFIX}:deployed:user:5"))
        .exec(&mut stack.redis.connection())
        .expect("he was never deployed");
    refuses(&api.get(&path(5)).await, 404, 1002);
    refuses(&api.get(&path(99)).await, 404, 1002);
    assert_eq!(tasks(&stack).await, 0);
    let body = json!({"users": [{"id": 5}], "dry_run": true});
    let asked = api.send(api.request(Method::POST, "/ops/v1/deletions").json(&body)).await;
    assert_eq!(asked.body["items"][0]["verdict"], "accepted", "{asked:?}");
    let _worker = stack.worker(&[]);
    let done = ended(&api, &format!("{TASKS}/1")).await;
    assert_eq!(done.body["status"], "COMPLETED", "an operator's dry run is served here, too");
}

#[tokio::test]
async fn a_dependents_task_and_a_deletions_task_are_not_each_others() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let deletion = api.submit(5).await;
    let dry_run = ask(&api, 5).await;
    let deletions = format!("{TASKS}/{deletion}");
    for path in [&deletions, &format!("{deletions}/results")] {
        refuses(&api.get(path).await, 404, 1002);
    }
    let body = json!({"status": "CANCEL_REQUESTED"});
    refuses(&cancel(&api, &deletions, &body).await, 404, 1002);
    assert_eq!(api.status(deletion).await, "QUEUED");
    let number: u64 = dry_run.rsplit('/').next().unwrap().parse().unwrap();
    refuses(&api.task(number).await, 404, 1002);
    refuses(&api.results(number).await, 404, 1002);
    refuses(&api.cancel(number).await, 404, 1002);
    assert_eq!(api.get(&dry_run).await.body["status"], "QUEUED");
}

#[tokio::test]
async fn a_cancel_is_kept_and_comes_too_late_after_the_end() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let task = ask(&api, 5).await;
    refuses(&cancel(&api, &task, &json!({"status": "CANCELLED"})).await, 422, 1005);
    refuses(&api.send(api.request(Method::POST, &task)).await, 422, 10);
    let mut body = api.get(&task).await.body;
    body["status"] = json!("CANCEL_REQUESTED");
    let asked = api.request(Method::POST, &task).header("fields", "status, cancelled_by").json(&body);
    let cancelled = api.send(asked).await;
    assert_eq!(cancelled.status, 200, "what was read can be sent back: {cancelled:?}");
    assert_eq!(cancelled.body, json!({"status": "CANCELLED", "cancelled_by": "administrator"}));
    assert_eq!(header(&cancelled, "location"), task);
    let after = api.get(&task).await;
    assert_eq!(after.body["number_of_dependents"], Value::Null, "it was not completed");
    refuses(&cancel(&api, &task, &json!({"status": "CANCEL_REQUESTED"})).await, 409, 1004);
}

#[tokio::test]
async fn every_request_makes_a_task_unless_a_key_says_that_it_is_repeated() {
    let stack = Stack::with_users([5, 6]).await;
    let (_program, api) = stack.api(&[]).await;
    let with_key = async |user: u64, key: &str| {
        api.send(api.request(Method::GET, &path(user)).header("Idempotency-Key", key)).await
    };
    assert_eq!((ask(&api, 5).await, ask(&api, 5).await), (format!("{TASKS}/1"), format!("{TASKS}/2")));
    let first = with_key(5, "k").await;
    assert_eq!(with_key(5, "k").await.body, first.body);
    refuses(&with_key(6, "k").await, 422, 1005);
    for side in ["staged", "deployed"] {
        redis::cmd("DEL")
            .arg(format!("{PREFIX}:{side}:user:5"))
            .exec(&mut stack.redis.connection())
            .expect("he goes");
    }
    assert_eq!(with_key(5, "k").await.body["id"], 3, "the same task although the user is gone");
    refuses(&with_key(5, "other").await, 404, 1002);
    refuses(&with_key(99, "k").await, 422, 1005);
    assert_eq!(tasks(&stack).await, 3);
}

#[tokio::test]
async fn head_which_is_get_elsewhere_makes_no_task() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let head = api.request(Method::HEAD, &path(5)).send().await.unwrap();
    assert_eq!(head.status(), 405);
    assert_eq!(tasks(&stack).await, 0);
}

#[tokio::test]
async fn whoever_may_ask_for_deletions_may_ask_who_depends_on_anybody() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let token = "token-of-one-who-deletes-no-administrators";
    stack
        .store
        .keep_token("olga", &TokenHash::of(token.as_bytes()), &[Capability::Admin], true)
        .await
        .unwrap();
    let olga = api.with_token(Some(token));
    refuses(&olga.delete_user(1).await, 403, 38_316_002);
    let task = ask(&olga, 1).await;
    assert_eq!(task, format!("{TASKS}/1"), "nothing happens to the built-in administrator by that");
    let reader = api.with_token(Some(fixtures::READER_TOKEN));
    refuses(&reader.get(&path(5)).await, 403, 26);
    refuses(&cancel(&reader, &task, &json!({"status": "CANCEL_REQUESTED"})).await, 403, 26);
    assert_eq!(reader.get(&task).await.status, 200, "looking is for operators, too");
    assert_eq!(reader.get(&format!("{task}/results")).await.status, 200);
    let stranger = api.with_token(None);
    for path in [path(5), task.clone(), format!("{task}/results")] {
        refuses(&stranger.get(&path).await, 401, 18);
    }
    refuses(&api.get(&path(0).replace("/0/", "/x/")).await, 422, 11);
    refuses(&api.get(&format!("{TASKS}/99")).await, 404, 1002);
}
