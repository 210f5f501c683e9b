//! What `staged_config` alone has: every one of its routes, in the order in which a client uses them.
//!
//! Owns the tape on which exchanges are recorded. The scenarios stand in files of their own, a group each.
//!
//! Easy to get wrong: what differs from run to run must not be asked for (a moment's progress, who is logged in since
//! when). A scenario waits for the end of what it started before it looks.

mod deletions;
mod dependents;
mod deploys;
mod discovery;
mod lists;
mod sessions;
mod users;

use offstage_tests::{
    eventually,
    fixtures::{ADMIN_TOKEN, READER_TOKEN},
};
use reqwest::Method;
use serde_json::Value;

use super::{
    exchange::{Answer, Call, normalised, text},
    golden,
    stage::{DEADLINE, Stage},
};

/// The folder of its goldens.
pub(super) const SET: &str = "staged_config_routes";

/// What went over the wire, with titles.
struct Tape {
    stage: Stage,
    script: Vec<String>,
    /// What is hidden.
    secrets: Vec<String>,
}

impl Tape {
    async fn open() -> Self {
        let secrets = [ADMIN_TOKEN, READER_TOKEN].map(str::to_owned).into();
        Self { stage: Stage::open().await, script: Vec::new(), secrets }
    }

    /// Asks as an administrator.
    async fn ask(&mut self, title: &str, method: Method, path: &str) -> Answer {
        self.send(title, Call::new(method, path).header("sec", ADMIN_TOKEN)).await
    }

    /// The same with a body.
    async fn tell(&mut self, title: &str, path: &str, body: &Value) -> Answer {
        let call = Call::new(Method::POST, path).header("sec", ADMIN_TOKEN);
        let call = call.header("content-type", "application/json");
        self.send(title, Call { body: body.to_string(), ..call }).await
    }

    /// Sends it, and records both.
    async fn send(&mut self, title: &str, call: Call) -> Answer {
        let answer = call.send(self.stage.api.base()).await;
        self.script.push(format!("### {title}\n{}", text(&call, &answer)));
        answer
    }

    /// Waits, unrecorded, until that member of what is there has that value.
    async fn until(&self, path: &str, member: &str, value: &str) {
        eventually(&format!("{path} has {member} {value}"), DEADLINE, async || {
            (self.stage.api.get(path).await.body[member] == value).then_some(())
        })
        .await;
    }

    /// Something that must not stand in a golden file.
    fn hide(&mut self, secret: &str) {
        self.secrets.push(secret.to_owned());
    }

    fn check(&self, scenario: &str) {
        let seen = normalised(&self.script.join("\n"), self.stage.api.base(), &self.secrets);
        golden::check(SET, scenario, &seen);
    }
}

/// The scenarios, each a test.
macro_rules! scenarios {
    ($($group:ident::$scenario:ident)*) => {
        /// Their names.
        pub(super) const SCENARIOS: &[&str] = &[$(stringify!($scenario)),*];

        $(#[tokio::test]
        async fn $scenario() {
            let mut tape = Tape::open().await;
            $group::$scenario(&mut tape).await;
            tape.check(stringify!($scenario));
        })*
    };
}

scenarios! {
    deletions::a_deletion_is_cancelled
    deletions::a_deletion_is_refused_and_says_why
    dependents::dependents_are_found
    dependents::finding_dependents_is_cancelled
    deploys::a_deletion_is_deployed
    discovery::a_client_looks_around
    discovery::what_is_common_to_all_is_refused
    lists::deletions_are_listed
    lists::users_are_listed
    sessions::a_password_is_shown_once
    users::a_user_comes_and_goes
    users::roles_and_profiles_are_shown
}

/// A request line of a golden is one of that route.
fn is_of(line: &str, method: &str, route: &str) -> bool {
    let mut words = line.split(' ');
    let (asked, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = target.split('?').next().unwrap_or_default();
    let (path, route): (Vec<_>, Vec<_>) = (path.split('/').collect(), route.split('/').collect());
    let fits = |(segment, wanted): (&&str, &&str)| wanted.starts_with('{') || segment == wanted;
    asked == method && path.len() == route.len() && path.iter().zip(&route).all(fits)
}

#[tokio::test]
async fn every_route_of_the_dialect_is_in_a_golden() {
    if golden::is_updating() {
        // They are being written by other tests.
        return;
    }
    let tape = Tape::open().await;
    let document = tape.stage.api.get("/api-docs/openapi.json").await.body;
    let goldens = golden::all(SET) + &golden::all("staged_config");
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("methods") {
            let method = method.to_uppercase();
            let is_ours = operation["tags"] == serde_json::json!(["staged_config"]);
            let is_there = goldens.lines().any(|line| is_of(line, &method, path));
            assert!(!is_ours || is_there, "no golden has {method} {path}");
        }
    }
}
