//! Watching and stopping the deletion of a staged user.

use reqwest::Method;
use serde_json::json;

use super::Tape;
use crate::conformance::stage::USER;

const TASK: &str = "/api/staged_config/access/user_delete_tasks/1";

fn user() -> String {
    format!("/api/staged_config/access/users/{USER}")
}

/// Somebody changes his mind.
pub(super) async fn a_deletion_is_cancelled(tape: &mut Tape) {
    tape.ask("Somebody asks for a deletion.", Method::DELETE, &user()).await;
    tape.ask("He looks how far it is.", Method::GET, &format!("{TASK}?fields=id, status")).await;
    tape.tell("He takes it back.", TASK, &json!({"status": "CANCEL_REQUESTED"})).await;
    tape.tell("He takes it back again.", TASK, &json!({"status": "CANCEL_REQUESTED"})).await;
}

/// Somebody learns what is in the way.
pub(super) async fn a_deletion_is_refused_and_says_why(tape: &mut Tape) {
    assert_eq!(tape.stage.api.register(USER, "17", true).await.status, 201);
    tape.ask("Somebody asks for a deletion.", Method::DELETE, &user()).await;
    tape.stage.work();
    tape.until(TASK, "status", "CONFLICT").await;
    tape.ask("He looks how it ended.", Method::GET, TASK).await;
    tape.ask("He looks what was in the way.", Method::GET, &format!("{TASK}/results")).await;
    tape.ask("It is no dry run.", Method::GET, "/api/config/access/user_dependent_tasks/1").await;
}
