//! What becomes of a deletion, in this dialect's few words: gone, gone but, goes on, refused. Nobody else here knows them.
//!
//! Easy to get wrong: only whoever started a deletion is told that it is done. One who joined it finds the user gone, which
//! is a 404, or hears the refusal that the first one heard.

use crate::{
    api::{
        language::Language,
        message,
        problem::{Missing, Problem, ProblemKind},
        service::Acceptance,
    },
    cluster::Setting,
    domain::{
        reason::Reason,
        state::TaskState,
        task::{Task, TaskId},
    },
};

/// A deletion that was not refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The user is gone for good.
    Gone,
    /// There is something to be said about it.
    Said(String),
}

/// What a caller who waited is told.
pub(super) fn outcome(
    task: &Task,
    how: Acceptance,
    ways_back: &[Setting],
    language: Language,
) -> Result<Outcome, Problem> {
    match task.state {
        TaskState::Completed => match how {
            Acceptance::Created | Acceptance::Repeated => Ok(gone(ways_back)),
            Acceptance::Live => Err(nobody()),
        },
        TaskState::Conflict | TaskState::Cancelled => Err(refused(task, language)),
        TaskState::Exception => Err(failed(task, language)),
        TaskState::Initializing
        | TaskState::Queued
        | TaskState::Processing
        | TaskState::CancelRequested
        | TaskState::Canceling
        | TaskState::Paused
        | TaskState::Interrupted
        | TaskState::Resuming => Ok(Outcome::Said(goes_on(task.id))),
    }
}

fn gone(ways_back: &[Setting]) -> Outcome {
    if ways_back.is_empty() {
        return Outcome::Gone;
    }
    let how = ways_back.iter().map(|setting| match setting {
        Setting::AllowUnknownUser => format!("{setting}=Y lets the user log on again"),
        Setting::EnableUserGroup => format!("{setting}=Y loads the user again from the cluster"),
    });
    let how = how.collect::<Vec<_>>().join(", and ");
    Outcome::Said(format!("The user was deleted, but will not stay so: {how}. Set it to N in pmc.conf."))
}

fn goes_on(id: TaskId) -> String {
    format!("The deletion of the user has not ended yet. It goes on as task {id}.")
}

fn nobody() -> Problem {
    Problem::new(ProblemKind::NotFound(Missing::User), "There is no user of that name.")
}

/// Nothing was deleted, and the task says why.
fn refused(task: &Task, language: Language) -> Problem {
    let said = format!("The user was not deleted (task {}). {}", task.id, message::message(task, language));
    Problem::new(ProblemKind::NotThisUser, said)
}

fn failed(task: &Task, language: Language) -> Problem {
    let refusal = refused(task, language);
    match &task.reason {
        Some(Reason::UserGone) => nobody(),
        Some(Reason::LastAdministrator | Reason::Dependents) => refusal,
        Some(
            Reason::CheckUnavailable { .. }
            | Reason::AnswersTooOld
            | Reason::Unsettled
            | Reason::WorkerLost
            | Reason::WorkerStopped
            | Reason::WorkerPanicked
            | Reason::Paused
            | Reason::WorkspaceGone
            | Reason::EffectIncomplete
            | Reason::InTheWay
            | Reason::NotSetAside,
        )
        | None => Problem { kind: ProblemKind::Internal, ..refusal },
    }
}
