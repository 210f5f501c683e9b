//! Deletions of workspaces as the original shows its asynchronous jobs.
//!
//! Owns the shape. Easy to get wrong: what is not known yet is left out here, where other dialects write null; the
//! documents say of `results` and of the progress when they are there.

use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::Reply;
use crate::{
    api::{language::Language, message, notebooks::status, problem::Problem},
    domain::{
        state::{Place, TaskState},
        task::Task,
        workspace::WorkspaceName,
    },
};

/// The one operation that makes jobs here.
const TYPE: &str = "deleteUserWorkspace";

/// Jobs.
#[derive(Serialize, ToSchema)]
#[schema(as = ArcGisJobs)]
pub(in crate::api::notebooks) struct Jobs {
    /// Some of them.
    #[serde(rename = "asyncJobs")]
    #[schema(value_type = Vec<Object>)]
    async_jobs: Vec<Value>,
    /// How many there are, in this list or not.
    total: u64,
}

/// What was asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = ArcGisJobInputs)]
struct Inputs {
    /// Whose workspace.
    #[serde(rename = "userName")]
    user_name: String,
}

/// A job.
#[derive(Serialize, ToSchema)]
#[schema(as = ArcGisJob)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names are the original's")]
pub(in crate::api::notebooks) struct Job {
    /// The task's number.
    job_id: String,
    /// What was asked for.
    inputs: Inputs,
    /// When it was accepted, in milliseconds since the epoch.
    start_time: i64,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<i64>,
    /// How it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    results: Option<Value>,
    /// Always `deleteUserWorkspace`.
    r#type: &'static str,
    /// `SUBMITTED`, `PROCESSING`, `FAILED` or `COMPLETED`.
    status: &'static str,
    /// Who asked for it.
    username: String,
    /// Whether it was cancelled, and how far it is.
    #[schema(value_type = Object)]
    custom_attributes: Map<String, Value>,
}

impl Job {
    fn of(task: &Task) -> Self {
        let owner = task.subject.workspace().map(WorkspaceName::as_str).unwrap_or_default();
        let said = message::message(task, Language::English);
        let mut custom_attributes = Map::new();
        custom_attributes.insert("isCancelled".to_owned(), status::is_cancelled(task.state).into());
        if task.state.place() == Place::Held {
            let progress = json!({"message": said, "percent": percent(task)});
            custom_attributes.insert(format!("{TYPE}Progress"), progress);
        }
        Self {
            job_id: task.id.to_string(),
            inputs: Inputs { user_name: owner.to_owned() },
            start_time: task.created.timestamp_millis(),
            end_time: task.completed.map(|at| at.timestamp_millis()),
            results: results(task, &said),
            r#type: TYPE,
            status: status::job(task.state),
            username: task.requester.name.clone(),
            custom_attributes,
        }
    }
}

/// All about a job.
pub(in crate::api::notebooks) fn job(task: &Task) -> Result<Reply, Problem> {
    Reply::of(&Job::of(task))
}

/// A list of jobs, and how many there are.
pub(in crate::api::notebooks) fn jobs(tasks: &[Task], total: u64, in_detail: bool) -> Result<Reply, Problem> {
    let whole = |task: &Task| serde_json::to_value(Job::of(task));
    let brief = |task: &Task| {
        Ok(json!({
            "jobId": task.id.to_string(),
            "startTime": task.created.timestamp_millis(),
            "type": TYPE,
            "username": task.requester.name,
        }))
    };
    let all: Result<Vec<_>, _> =
        tasks.iter().map(|task| if in_detail { whole(task) } else { brief(task) }).collect();
    let async_jobs = all.map_err(|error| Problem::internal().caused_by(error))?;
    Reply::of(&Jobs { async_jobs, total })
}

/// How it ended, once it has.
fn results(task: &Task, said: &str) -> Option<Value> {
    match task.state {
        TaskState::Completed => Some(json!({"status": "success"})),
        TaskState::Conflict | TaskState::Cancelled | TaskState::Exception => {
            Some(json!({"status": "failure", "message": said}))
        }
        TaskState::Initializing
        | TaskState::Queued
        | TaskState::Processing
        | TaskState::CancelRequested
        | TaskState::Canceling
        | TaskState::Paused
        | TaskState::Interrupted
        | TaskState::Resuming => None,
    }
}

/// How far a job is: half of the way for its checks, all but the end once it is committed.
fn percent(task: &Task) -> u64 {
    let progress = task.checks.progress();
    if task.committed { 90 } else { progress.done * 50 / progress.of.max(1) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        checklist::{CheckState, Checklist},
        dependents::Label,
        task::{Requester, Subject, TaskId, TaskKind},
    };

    fn job(state: TaskState) -> Value {
        let at = chrono::DateTime::from_timestamp_millis(1_612_971_240_237).unwrap();
        let requester = Requester { name: "admin".into(), is_administrator: true };
        let subject = Subject::Workspace(WorkspaceName::new("gis_joe").unwrap());
        let mut checks = Checklist::running(["a", "b"].map(|name| Label::new(name).unwrap()));
        checks.0[0].state = CheckState::Answered;
        let task = Task::accepted(TaskId(71), TaskKind::Workspace, subject, requester, at);
        serde_json::to_value(Job::of(&Task { state, checks, ..task })).unwrap()
    }

    #[test]
    fn progress_is_told_while_somebody_works_and_results_at_the_end() {
        for state in TaskState::ALL {
            let job = job(state);
            let progress = &job["customAttributes"]["deleteUserWorkspaceProgress"];
            assert_eq!(progress["percent"] == 25, job["status"] == "PROCESSING", "{job}");
            let has_ended = ["FAILED", "COMPLETED"].iter().any(|word| job["status"] == *word);
            assert_eq!(job.get("results").is_some(), has_ended, "{job}");
            assert_eq!(has_ended, state.is_terminal(), "{job}");
        }
    }

    #[test]
    fn a_job_is_cancelled_once_it_can_no_longer_complete() {
        let cancelled = |state| job(state)["customAttributes"]["isCancelled"] == true;
        let expected = [TaskState::CancelRequested, TaskState::Canceling, TaskState::Cancelled];
        let found: Vec<_> = TaskState::ALL.into_iter().filter(|state| cancelled(*state)).collect();
        assert_eq!(found, expected);
        assert_eq!(job(TaskState::Cancelled)["status"], "FAILED");
    }
}
