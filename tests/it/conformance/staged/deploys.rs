//! Letting what is staged take effect.

use reqwest::Method;
use serde_json::json;

use super::Tape;
use crate::conformance::stage::USER;

const STATUS: &str = "/api/staged_config/deploy_status";

/// A deletion takes effect on the deployed side, and then there is nothing more to deploy.
pub(super) async fn a_deletion_is_deployed(tape: &mut Tape) {
    let incremental = json!({"type": "INCREMENTAL"});
    tape.ask("Nothing was ever deployed.", Method::GET, STATUS).await;
    tape.tell("There is nothing to deploy.", STATUS, &incremental).await;
    tape.tell("Somebody says what cannot be.", STATUS, &json!({"type": "ALL"})).await;
    let user = format!("/api/staged_config/access/users/{USER}");
    tape.ask("Somebody asks for a deletion.", Method::DELETE, &user).await;
    tape.stage.work();
    tape.until("/api/staged_config/access/user_delete_tasks/1", "status", "COMPLETED").await;
    let dependents = format!("/api/config/access/users/{USER}/dependents?fields=id,status");
    tape.ask("Deployed he is still there.", Method::GET, &dependents).await;
    tape.tell("He has it deployed.", STATUS, &incremental).await;
    tape.until(STATUS, "status", "COMPLETE").await;
    tape.ask("He looks how it ended.", Method::GET, STATUS).await;
    tape.ask("Now the user is gone.", Method::GET, &dependents).await;
    tape.tell("There is nothing to deploy any more.", STATUS, &incremental).await;
}
