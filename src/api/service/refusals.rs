//! What a caller is told who does not get what he asked for: one place, so that all dialects and operations say the same.
//!
//! Easy to get wrong: a sentence here names ids and never a person.

use crate::{
    api::{
        message::phrases::NO_CHANGES_TO_DEPLOY,
        problem::{Missing, Problem, ProblemKind, RETRY_AFTER_S},
    },
    domain::{
        capability::Refusal,
        task::{Subject, TaskId, UserId},
    },
};

pub(super) fn refused(refusal: Refusal) -> Problem {
    let (kind, public) = match refusal {
        Refusal::NotAllowed => (ProblemKind::NotAllowed, "You do not have the capabilities to delete users."),
        Refusal::BuiltInAdministrator => {
            (ProblemKind::BuiltInAdministrator, "The built-in administrator cannot be deleted.")
        }
        Refusal::NotThisUser => (
            ProblemKind::NotThisUser,
            "You may not delete this user: nobody deletes himself, and an administrator is deleted by a caller with \
             the capability ADMINMANAGER only.",
        ),
    };
    Problem::new(kind, public)
}

pub(super) fn key_reused() -> Problem {
    Problem::new(ProblemKind::KeyReused, "This Idempotency-Key was used before, for another request.")
}

pub(super) fn being_cancelled(subject: &Subject, id: TaskId) -> Problem {
    Problem::new(
        ProblemKind::BeingCancelled { retry_after_s: RETRY_AFTER_S },
        format!("The deletion of {}, task {id}, is being cancelled. Try again in a moment.", this(subject)),
    )
}

pub(super) fn no_user(user: UserId) -> Problem {
    Problem::new(ProblemKind::NotFound(Missing::User), format!("No user found with id: {user}"))
}

pub(super) fn nobody(subject: &Subject) -> Problem {
    match subject {
        Subject::User(user) => no_user(*user),
        Subject::Workspace(_) => {
            Problem::new(ProblemKind::NotFound(Missing::Workspace), "There is no such workspace.")
        }
        // It is always there.
        Subject::Configuration(_) => Problem::internal(),
    }
}

/// The subject of a deletion, unnamed.
const fn this(subject: &Subject) -> &'static str {
    match subject {
        Subject::User(_) => "this user",
        Subject::Workspace(_) => "this workspace",
        Subject::Configuration(_) => "the configuration",
    }
}

pub(super) fn already_live(subject: &Subject, live: TaskId) -> Problem {
    let this = this(subject);
    let said = format!("A deletion of {this} is under way already: task {live}. Nothing was changed.");
    Problem::new(ProblemKind::DeletionLive, said)
}

pub(super) fn deploy_runs(live: TaskId) -> Problem {
    Problem::new(ProblemKind::DeployRuns, format!("A deploy is under way already: task {live}."))
}

pub(super) fn no_changes() -> Problem {
    Problem::new(ProblemKind::NothingToDeploy, NO_CHANGES_TO_DEPLOY)
}

pub(super) fn no_task(id: TaskId) -> Problem {
    Problem::new(ProblemKind::NotFound(Missing::Task), format!("No task found with id: {id}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::workspace::WorkspaceName;

    #[test]
    fn a_deletion_is_said_to_be_of_what_it_is_of() {
        let workspace = Subject::Workspace(WorkspaceName::new("gis_joe").unwrap());
        for (subject, words) in [(workspace, "of this workspace"), (Subject::User(UserId(5)), "of this user")]
        {
            for problem in [being_cancelled(&subject, TaskId(7)), already_live(&subject, TaskId(7))] {
                assert!(problem.public.contains(words), "{}", problem.public);
                assert!(problem.public.contains("task 7"), "{}", problem.public);
            }
        }
    }
}
