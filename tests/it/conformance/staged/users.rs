//! A user's whole life.

use reqwest::Method;
use serde_json::{Value, json};

use super::Tape;

const STAGED: &str = "/api/staged_config/access/users";
const DEPLOYED: &str = "/api/config/access/users";
const DEPLOY: &str = "/api/staged_config/deploy_status";

async fn deploy(tape: &mut Tape, title: &str) {
    tape.tell(title, DEPLOY, &json!({"type": "INCREMENTAL"})).await;
    tape.until(DEPLOY, "status", "COMPLETE").await;
}

/// He is created, changed, deployed, changed once more, deleted and deployed again.
pub(super) async fn a_user_comes_and_goes(tape: &mut Tape) {
    tape.stage.work();
    let body = json!({"username": "new", "email": "new@example.com", "password": "a Long-enough pass phrase 1",
        "user_role_id": 2, "security_profile_id": 1, "description": "", "inactivity_timeout": 60_000});
    let created = tape.tell("Somebody creates a user.", STAGED, &body).await;
    let user: Value = serde_json::from_str(&created.body).expect("JSON");
    let (staged, deployed) = (format!("{STAGED}/{}", user["id"]), format!("{DEPLOYED}/{}", user["id"]));
    tape.tell("He creates him again.", STAGED, &body).await;
    tape.tell("He creates one without a name.", STAGED, &json!({"email": "x@example.com"})).await;
    tape.ask("He looks at him.", Method::GET, &staged).await;
    tape.ask("Deployed he is not yet there.", Method::GET, &deployed).await;
    deploy(tape, "He has him deployed.").await;
    tape.ask("Now he is there, too.", Method::GET, &format!("{deployed}?fields=id,username,description"))
        .await;
    tape.tell("He changes what takes effect with a deploy.", &staged, &json!({"description": "North"})).await;
    tape.tell("He changes what takes effect at once.", &staged, &json!({"locale_id": "de"})).await;
    tape.ask(
        "On the deployed side the one is old, and the other new.",
        Method::GET,
        &format!("{deployed}?fields=description,locale_id"),
    )
    .await;
    tape.tell("He changes the deployed user.", &deployed, &json!({"email": "newer@example.com"})).await;
    tape.tell("He says what cannot be.", &staged, &json!({"email": "no address"})).await;
    tape.tell(
        "He changes somebody who is not there.",
        &format!("{STAGED}/404"),
        &json!({"email": "x@example.com"}),
    )
    .await;
    tape.ask("He deletes him.", Method::DELETE, &staged).await;
    tape.until("/api/staged_config/access/user_delete_tasks/2", "status", "COMPLETED").await;
    tape.ask("Staged he is gone.", Method::GET, &staged).await;
    deploy(tape, "He has that deployed.").await;
    tape.ask("Now he is gone everywhere.", Method::GET, &deployed).await;
}

/// What users are given.
pub(super) async fn roles_and_profiles_are_shown(tape: &mut Tape) {
    for side in ["staged_config", "config"] {
        for what in ["user_roles", "security_profiles"] {
            let path = format!("/api/{side}/access/{what}");
            tape.ask("All of them.", Method::GET, &path).await;
            tape.ask("One of them.", Method::GET, &format!("{path}/1")).await;
            tape.ask("One that is not there.", Method::GET, &format!("{path}/404")).await;
        }
    }
}
