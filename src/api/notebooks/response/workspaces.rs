//! Workspaces as this dialect shows them, and how a deletion that was waited for ended.
//!
//! Owns the sentence for every end. Easy to get wrong: one that waited for a deletion which another caller had asked for
//! gets the answer that he would have got a moment later: the workspace is not there. So each deletion succeeds once.

use serde::Serialize;
use utoipa::ToSchema;

use super::{Reply, success};
use crate::{
    api::{
        language::Language,
        message,
        notebooks::error::failed,
        problem::{Missing, Problem, ProblemKind},
        service::{Acceptance, Accepted},
    },
    domain::{
        reason::Reason,
        state::TaskState,
        task::{Task, TaskId},
        workspace::WorkspaceName,
    },
};

/// Workspaces, which the original calls containers, as the cloud storage does in which it can keep them.
#[derive(Serialize, ToSchema)]
#[schema(as = ArcGisWorkspaces)]
pub(in crate::api::notebooks) struct Workspaces {
    /// In the order of their names.
    #[serde(rename = "Containers")]
    containers: Vec<Workspace>,
}

/// One of them.
#[derive(Serialize, ToSchema)]
#[schema(as = ArcGisWorkspace)]
pub(in crate::api::notebooks) struct Workspace {
    /// Its name, which is its owner's.
    #[serde(rename = "Name")]
    name: String,
}

/// A job that was begun.
#[derive(Serialize, ToSchema)]
#[schema(as = ArcGisJobBegun)]
pub(in crate::api::notebooks) struct Begun {
    /// Where to look for it among the jobs.
    #[serde(rename = "jobId")]
    job_id: String,
}

/// A list of workspaces.
pub(in crate::api::notebooks) fn workspaces(names: &[WorkspaceName]) -> Result<Reply, Problem> {
    let containers = names.iter().map(|name| Workspace { name: name.as_str().to_owned() }).collect();
    Reply::of(&Workspaces { containers })
}

/// The job of a deletion that nobody waits for.
pub(in crate::api::notebooks) fn begun(id: TaskId) -> Result<Reply, Problem> {
    Reply::of(&Begun { job_id: id.to_string() })
}

/// What is said of a deletion after the wait, be it over or not.
pub(in crate::api::notebooks) fn waited_for(asked: &Accepted, task: &Task) -> Result<Reply, Problem> {
    let id = task.id;
    match task.state {
        TaskState::Completed => match asked.how {
            Acceptance::Created => success(),
            Acceptance::Live | Acceptance::Repeated => Err(gone(&format!(
                "The user's workspace does not exist. It was deleted by task {id}, which was under way already."
            ))),
        },
        TaskState::Conflict => {
            Err(Problem::new(ProblemKind::ContainersRunning, "The user's containers are running."))
        }
        TaskState::Cancelled => Err(failed(format!(
            "The user workspace was not deleted: the deletion, task {id}, was cancelled meanwhile."
        ))),
        TaskState::Exception if task.reason == Some(Reason::WorkspaceGone) => {
            Err(gone("The user's workspace does not exist."))
        }
        TaskState::Exception => Err(failed(format!(
            "Failed to delete user workspace, task {id}. {}",
            message::message(task, Language::English)
        ))),
        TaskState::Initializing
        | TaskState::Queued
        | TaskState::Processing
        | TaskState::CancelRequested
        | TaskState::Canceling
        | TaskState::Paused
        | TaskState::Interrupted
        | TaskState::Resuming => Err(failed(format!(
            "The deletion of the user workspace has not ended yet. It goes on as task {id}: look at system/jobs/{id}."
        ))),
    }
}

fn gone(public: &str) -> Problem {
    Problem::new(ProblemKind::NotFound(Missing::Workspace), public)
}
