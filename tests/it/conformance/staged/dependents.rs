//! Finding out what depends on a user.

use reqwest::Method;
use serde_json::json;

use super::Tape;
use crate::conformance::stage::USER;

const TASK: &str = "/api/config/access/user_dependent_tasks/1";

fn ask(user: u64) -> String {
    format!("/api/config/access/users/{user}/dependents")
}

async fn register(tape: &Tape, kind: &str, id: &str, blocking: bool) {
    let path = format!("/ops/v1/users/{USER}/dependents/{kind}/{id}");
    let body = json!({"name": "Weekly", "owner": "chief", "database": "EVENTS", "group_ids": [3], "blocking": blocking});
    let request = tape.stage.api.request(Method::PUT, &path).json(&body);
    assert_eq!(tape.stage.api.send(request).await.status, 201);
}

/// Somebody asks, watches, and looks at what was found.
pub(super) async fn dependents_are_found(tape: &mut Tape) {
    register(tape, "REPORT", "17", true).await;
    register(tape, "CRE_RULE", "100", false).await;
    tape.ask("Somebody asks what depends on a user.", Method::GET, &ask(USER)).await;
    tape.ask("Nothing is found yet.", Method::GET, &format!("{TASK}/results")).await;
    tape.stage.work();
    tape.until(TASK, "status", "COMPLETED").await;
    tape.ask("He looks how it ended.", Method::GET, TASK).await;
    tape.ask(
        "He wants less of it.",
        Method::GET,
        &format!("{TASK}?fields=status,task_components(task_sub_type,status)"),
    )
    .await;
    tape.ask("He looks what was found.", Method::GET, &format!("{TASK}/results")).await;
    tape.ask("It is no deletion.", Method::GET, "/api/staged_config/access/user_delete_tasks/1").await;
    tape.ask("He asks about somebody who is not there.", Method::GET, &ask(404)).await;
    tape.ask(
        "He asks for a task that is not there.",
        Method::GET,
        "/api/config/access/user_dependent_tasks/404",
    )
    .await;
    tape.ask("He asks for a field that is not there.", Method::GET, &format!("{TASK}?fields=sub_task_type"))
        .await;
}

/// Somebody changes his mind.
pub(super) async fn finding_dependents_is_cancelled(tape: &mut Tape) {
    tape.ask("Somebody asks what depends on a user.", Method::GET, &ask(USER)).await;
    tape.ask("He forgets to say what he wants.", Method::POST, TASK).await;
    tape.tell("He says something else.", TASK, &json!({"status": "CANCELLED"})).await;
    tape.tell("He takes it back.", TASK, &json!({"status": "CANCEL_REQUESTED"})).await;
    tape.tell("He takes it back again.", TASK, &json!({"status": "CANCEL_REQUESTED"})).await;
    let unknown = "/api/config/access/user_dependent_tasks/404";
    tape.tell("He takes back what is not there.", unknown, &json!({"status": "CANCEL_REQUESTED"})).await;
}
