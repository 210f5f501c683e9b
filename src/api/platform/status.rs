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
pub(super) fn outcome(task: &Task, how: Acceptance, ways_back: &[Setting]) -> Result<Outcome, Problem> {
    match task.state {
        TaskState::Completed => match how {
            Acceptance::Created | Acceptance::Repeated => Ok(gone(ways_back)),
            Acceptance::Live => Err(nobody()),
        },
        TaskState::Conflict | TaskState::Cancelled => Err(refused(task)),
        TaskState::Exception => Err(failed(task)),
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
    let what = if ways_back.len() == 1 { "it" } else { "them" };
    Outcome::Said(format!("The user was deleted, but will not stay so: {how}. Set {what} to N in pmc.conf."))
}

fn goes_on(id: TaskId) -> String {
    format!("The deletion of the user has not ended yet. It goes on as task {id}.")
}

fn nobody() -> Problem {
    Problem::new(ProblemKind::NotFound(Missing::User), "There is no user of that name.")
}

/// What whoever asked for a deletion is told where none was begun: a user who went in between is one who is not there.
pub(super) fn not_accepted(problem: Problem) -> Problem {
    if matches!(problem.kind, ProblemKind::NotFound(Missing::User)) { nobody() } else { problem }
}

/// Nothing was deleted, and the task says why: in English, as all that this dialect says.
fn refused(task: &Task) -> Problem {
    let said =
        format!("The user was not deleted (task {}). {}", task.id, message::message(task, Language::English));
    Problem::new(ProblemKind::NotThisUser, said)
}

fn failed(task: &Task) -> Problem {
    let refusal = refused(task);
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
            | Reason::NotSetAside
            | Reason::LedgerUnwritable,
        )
        | None => Problem { kind: ProblemKind::Internal, ..refusal },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_who_went_in_between_is_one_who_is_not_there() {
        let inner = Problem::new(ProblemKind::NotFound(Missing::User), "No user found with id: 7");
        assert_eq!(not_accepted(inner).public, "There is no user of that name.");
        let live = Problem::new(ProblemKind::DeletionLive, "It is under way already.");
        assert_eq!(not_accepted(live).public, "It is under way already.");
    }

    #[test]
    fn each_setting_that_brings_him_back_is_to_be_changed() {
        let said = |ways: &[Setting]| match gone(ways) {
            Outcome::Said(said) => said,
            Outcome::Gone => String::new(),
        };
        assert!(said(&[Setting::EnableUserGroup]).ends_with("Set it to N in pmc.conf."));
        assert!(
            said(&[Setting::AllowUnknownUser, Setting::EnableUserGroup])
                .ends_with("Set them to N in pmc.conf.")
        );
    }
}
