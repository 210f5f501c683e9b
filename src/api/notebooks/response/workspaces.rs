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
                "The user's workspace was deleted by task {id}, which was under way already."
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::task::{Requester, Subject, TaskKind};

    fn task(state: TaskState, reason: Option<Reason>) -> Task {
        let at = chrono::DateTime::from_timestamp_millis(1_612_971_240_237).unwrap();
        let requester = Requester { name: "admin".into(), is_administrator: true };
        let subject = Subject::Workspace(WorkspaceName::new("gis_joe").unwrap());
        Task { state, reason, ..Task::accepted(TaskId(71), TaskKind::Workspace, subject, requester, at) }
    }

    fn end(how: Acceptance, task: &Task) -> Result<(), (ProblemKind, String)> {
        let asked = Accepted { task: task.clone(), how };
        waited_for(&asked, task).map(|_| ()).map_err(|problem| (problem.kind, problem.public))
    }

    #[test]
    fn a_deletion_succeeds_for_the_one_who_began_it() {
        let done = || task(TaskState::Completed, None);
        assert_eq!(end(Acceptance::Created, &done()), Ok(()));
        let (kind, said) = end(Acceptance::Live, &done()).unwrap_err();
        assert_eq!(kind, ProblemKind::NotFound(Missing::Workspace));
        assert!(said.contains("task 71"), "{said}");
    }

    #[test]
    fn every_other_end_has_a_sentence_of_its_own() {
        let reason = |reason| Some(reason);
        let ends = [
            (TaskState::Conflict, reason(Reason::Dependents), ProblemKind::ContainersRunning, "running"),
            (TaskState::Cancelled, None, ProblemKind::WrongState, "cancelled"),
            (
                TaskState::Exception,
                reason(Reason::WorkspaceGone),
                ProblemKind::NotFound(Missing::Workspace),
                "does not exist",
            ),
            (TaskState::Exception, reason(Reason::InTheWay), ProblemKind::WrongState, "in the way"),
            (TaskState::Processing, None, ProblemKind::WrongState, "has not ended yet"),
        ];
        for (state, reason, expected, word) in ends {
            let (kind, said) = end(Acceptance::Created, &task(state, reason)).unwrap_err();
            assert_eq!(kind, expected, "{state:?}");
            assert!(said.contains(word), "{state:?}: {said}");
        }
        for state in TaskState::ALL.into_iter().filter(|state| !state.is_terminal()) {
            let (_, said) = end(Acceptance::Created, &task(state, None)).unwrap_err();
            assert!(said.contains("task 71") && said.contains("system/jobs/71"), "{state:?}: {said}");
        }
    }
}
