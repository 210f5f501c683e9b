//! The shapes of the answers, as far as they are shown.
//!
//! Owns what is read from the documents; `--output json` shows the documents themselves. A newer server may say more than is
//! known here, or name a state that is new: what is not known is passed over, never a failure.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{failure::Failure, http::Client};
use crate::{
    cli::exit::Exit,
    domain::{state::TaskState, task::TaskKind},
};

/// The kind of task that only looks.
const DRY_RUN: &str = TaskKind::Dependents.name();

/// Reads an answer.
pub(crate) fn decode<T: DeserializeOwned>(client: &Client, document: &Value) -> Result<T, Failure> {
    T::deserialize(document)
        .map_err(|error| client.unusable(&format!("it is not what was asked for: {error}")))
}

/// A list.
#[derive(Debug, Deserialize)]
pub(crate) struct Items<T> {
    /// What is in it.
    pub(crate) items: Vec<T>,
}

/// A task, as lists have it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Task {
    pub(crate) id: u64,
    pub(crate) kind: String,
    pub(crate) state: String,
    pub(crate) user_id: Option<u64>,
    #[serde(default)]
    pub(crate) workspace: Option<String>,
    #[serde(default)]
    pub(crate) committed: bool,
    pub(crate) message: String,
    pub(crate) created_by: String,
    pub(crate) created: i64,
    pub(crate) started: Option<i64>,
    pub(crate) completed: Option<i64>,
    pub(crate) not_before: Option<i64>,
    pub(crate) attempt: u64,
    pub(crate) retry_of: Option<u64>,
    pub(crate) cancelled_by: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) progress: u64,
    pub(crate) maximum: u64,
    pub(crate) found: u64,
    pub(crate) blocking: u64,
}

impl Task {
    /// Whom or what it is about: a user's number, or a workspace's name.
    pub(crate) fn about(&self) -> String {
        let user = self.user_id.map(|user| user.to_string());
        user.or_else(|| self.workspace.clone()).unwrap_or_else(|| "-".to_owned())
    }

    /// Its state, if it is one that is known here.
    pub(crate) fn state(&self) -> Option<TaskState> {
        TaskState::from_name(&self.state)
    }

    /// The state in which it has ended.
    pub(crate) fn ended(&self) -> Option<TaskState> {
        self.state().filter(|state| state.is_terminal())
    }

    /// What its end means to the shell. What a deletion that completed once found does not block any more; what a dry
    /// run found would.
    pub(crate) fn exit(&self) -> Option<Exit> {
        let would_block = if self.kind == DRY_RUN { self.blocking } else { 0 };
        self.ended().map(|state| Exit::of_ended(state, would_block))
    }
}

/// A task with everything about it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Detail {
    #[serde(flatten)]
    pub(crate) task: Task,
    #[serde(default)]
    pub(crate) checks: Vec<Check>,
    #[serde(default)]
    pub(crate) dependents: Vec<Dependent>,
    #[serde(default)]
    pub(crate) history: Vec<Step>,
}

/// How far a check is.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Check {
    pub(crate) name: String,
    pub(crate) state: String,
    pub(crate) found: u64,
    pub(crate) blocking: u64,
}

/// Something that depends on a user.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Dependent {
    pub(crate) r#type: String,
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) database: Option<String>,
    #[serde(default)]
    pub(crate) group_ids: Vec<u64>,
    pub(crate) blocking: bool,
}

/// One line of a task's history.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Step {
    pub(crate) at: i64,
    pub(crate) from: Option<String>,
    pub(crate) to: String,
    pub(crate) by: String,
    pub(crate) why: String,
}

/// A line of some task's history, as it happens.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Transition {
    pub(crate) task_id: u64,
    pub(crate) user_id: Option<u64>,
    #[serde(flatten)]
    pub(crate) step: Step,
}

impl Transition {
    /// Whether the task has ended with it.
    pub(crate) fn is_end(&self) -> bool {
        TaskState::from_name(&self.step.to).is_some_and(TaskState::is_terminal)
    }
}

/// What became of one request for a deletion.
#[expect(clippy::struct_field_names, reason = "the document's own words")]
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Verdict {
    pub(crate) id: Option<u64>,
    pub(crate) username: Option<String>,
    pub(crate) verdict: String,
    pub(crate) task_id: Option<u64>,
}

/// The queue.
#[derive(Debug, Deserialize)]
pub(crate) struct Queue {
    pub(crate) depth: serde_json::Map<String, Value>,
    pub(crate) oldest_age_ms: Option<u64>,
    pub(crate) paused: bool,
    #[serde(default)]
    pub(crate) paused_by: Option<String>,
    pub(crate) workers: u64,
    pub(crate) durability: String,
    // A server of before this release tells none of these.
    #[serde(default)]
    pub(crate) durability_promised: Option<String>,
    #[serde(default)]
    pub(crate) replicas: Option<u64>,
    #[serde(default)]
    pub(crate) replicas_promised: u64,
    #[serde(default)]
    pub(crate) promise_kept: Option<bool>,
}

/// A worker.
#[derive(Debug, Deserialize)]
pub(crate) struct Worker {
    pub(crate) name: String,
    pub(crate) host: String,
    pub(crate) pid: u64,
    pub(crate) version: String,
    pub(crate) since: i64,
    pub(crate) last_claim: Option<i64>,
    pub(crate) running: u64,
    pub(crate) quiet: bool,
    pub(crate) seen: i64,
}

/// A service token, without the token.
#[derive(Debug, Deserialize)]
pub(crate) struct Token {
    pub(crate) name: String,
    pub(crate) capabilities: Vec<String>,
    pub(crate) created: Option<i64>,
    pub(crate) expires: Option<i64>,
    pub(crate) last_used: Option<i64>,
}

/// A finding of the doctor's.
#[derive(Debug, Deserialize)]
pub(crate) struct Finding {
    pub(crate) what: String,
    pub(crate) level: String,
    pub(crate) says: String,
    pub(crate) remedy: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_a_newer_server_adds_is_passed_over() {
        let mut document = json!({"id": 71, "kind": "staged_user", "state": "HIBERNATING", "user_id": 5,
            "name": "Deletion of user 5", "message": "", "created_by": "admin", "created": 1, "started": null,
            "modified": 1, "completed": null, "not_before": null, "attempt": 0, "retry_of": null,
            "cancelled_by": null, "reason": null, "progress": 0, "maximum": 0, "found": 0, "blocking": 0,
            "mood": "fine"});
        let task: Task = serde_json::from_value(document.clone()).unwrap();
        assert_eq!((task.state(), task.ended()), (None, None));
        document["state"] = "CONFLICT".into();
        document["checks"] = json!([{"name": "registered", "state": "answered", "found": 3, "blocking": 1}]);
        let detail: Detail = serde_json::from_value(document).unwrap();
        assert_eq!(detail.task.ended(), Some(TaskState::Conflict));
        assert_eq!(detail.checks[0].found, 3);
    }
}
