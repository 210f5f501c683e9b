//! What a task is called and what goes on with it, in plain English.
//!
//! Owns the sentences. They are made from the record each time somebody reads it, so that they can never lag behind it.
//!
//! It must never name a person: users appear by their id. Words that programs compare belong to the dialects'
//! `status.rs`, not here.
//!
//! Easy to get wrong: counts of one.

use crate::domain::{
    checklist::Progress,
    reason::Reason,
    state::TaskState,
    task::{Task, TaskKind},
};

/// What the task is called.
#[must_use]
pub fn name(task: &Task) -> String {
    match task.kind {
        TaskKind::StagedUser => format!("Deletion of user {}", task.user),
        TaskKind::Dependents => format!("Dependents of user {}", task.user),
    }
}

/// What goes on with it.
#[must_use]
pub fn message(task: &Task) -> String {
    match task.state {
        TaskState::Initializing => "Waiting for its start time.".to_owned(),
        TaskState::Queued => "Waiting to be started.".to_owned(),
        TaskState::Processing => checking(task),
        TaskState::CancelRequested => "A cancel was requested; the work is being stopped.".to_owned(),
        TaskState::Canceling => "The work is being stopped; nothing will be deleted.".to_owned(),
        TaskState::Paused => "Paused by an operator.".to_owned(),
        TaskState::Interrupted => because(task, "Interrupted", "trying again."),
        TaskState::Resuming => because(task, "Interrupted", "waiting to be started again."),
        TaskState::Completed if task.kind.has_effect() => "The user was deleted.".to_owned(),
        TaskState::Completed => dry_run(task.checks.counts().blocking),
        TaskState::Conflict => conflict(task.checks.counts().blocking),
        TaskState::Cancelled => "Cancelled; nothing was deleted.".to_owned(),
        TaskState::Exception => because(task, "Failed", &given_up(task)),
    }
}

fn checking(task: &Task) -> String {
    let begun = "Checking what depends on the user";
    let Progress { done, of } = task.checks.progress();
    let done = match of {
        0 => String::new(),
        1 => format!(": {done} of 1 check done"),
        of => format!(": {done} of {of} checks done"),
    };
    let again = if task.attempt > 1 { format!(" (attempt {})", task.attempt) } else { String::new() };
    format!("{begun}{done}{again}.")
}

fn conflict(blocking: u64) -> String {
    match blocking {
        0 => "Dependents block the deletion.".to_owned(),
        1 => "1 dependent blocks the deletion.".to_owned(),
        many => format!("{many} dependents block the deletion."),
    }
}

fn dry_run(blocking: u64) -> String {
    match blocking {
        0 => "Nothing blocks the deletion of the user.".to_owned(),
        1 => "1 dependent blocks the deletion of the user.".to_owned(),
        many => format!("{many} dependents block the deletion of the user."),
    }
}

fn given_up(task: &Task) -> String {
    match task.attempt {
        0 | 1 => "nothing was deleted.".to_owned(),
        attempts => format!("given up after {attempts} attempts, and nothing was deleted."),
    }
}

/// The reason and what follows from it.
fn because(task: &Task, without_reason: &str, then: &str) -> String {
    match &task.reason {
        Some(reason) => format!("{}; {then}", cause(reason)),
        None => format!("{without_reason}; {then}"),
    }
}

fn cause(reason: &Reason) -> String {
    match reason {
        Reason::Dependents => "Dependents were found",
        Reason::UserGone => "The user no longer exists",
        Reason::LastAdministrator => "The user is the last administrator",
        Reason::CheckUnavailable { check } => return format!("The check \"{check}\" could not answer"),
        Reason::AnswersTooOld => "What the checks said was too old to act on",
        Reason::Unsettled => "Dependents kept changing while the user was to be deleted",
        Reason::WorkerLost => "The worker was lost",
        Reason::WorkerStopped => "The worker was stopped",
        Reason::WorkerPanicked => "The worker failed unexpectedly",
        Reason::Paused => "An operator paused it",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Reason, Task, TaskState, message, name};
    use crate::domain::{
        checklist::{CheckState, Checklist, Counts},
        dependents::Label,
        task::{Requester, TaskId, TaskKind, UserId},
    };

    fn task(state: TaskState) -> Task {
        let requester = Requester { name: "alice".into(), is_administrator: true };
        let accepted = Task::accepted(
            TaskId(7),
            TaskKind::StagedUser,
            UserId(5),
            requester,
            chrono::DateTime::default(),
        );
        Task { state, cancelled_by: Some("bob".into()), attempt: 1, ..accepted }
    }

    #[test]
    fn the_checks_done_are_counted() {
        let mut running = task(TaskState::Processing);
        assert_eq!(message(&running), "Checking what depends on the user.");
        running.checks = Checklist::running(["a", "b", "c", "d", "e"].map(|name| Label::new(name).unwrap()));
        running.checks.0[0].state = CheckState::Answered;
        running.checks.0[1].state = CheckState::Answered;
        assert_eq!(message(&running), "Checking what depends on the user: 2 of 5 checks done.");
        running.checks = Checklist::running(Label::new("a"));
        running.attempt = 3;
        assert_eq!(message(&running), "Checking what depends on the user: 0 of 1 check done (attempt 3).");
    }

    #[test]
    fn dependents_are_counted_in_singular_and_plural() {
        let mut ended = task(TaskState::Conflict);
        for (blocking, said) in
            [(1, "1 dependent blocks the deletion."), (3, "3 dependents block the deletion.")]
        {
            ended.checks = Checklist::running(Label::new("a"));
            ended.checks.0[0].counts = Counts { found: blocking, blocking };
            assert_eq!(message(&ended), said);
        }
    }

    #[test]
    fn a_failed_attempt_says_why_and_the_last_one_how_often() {
        let mut waiting = task(TaskState::Interrupted);
        waiting.reason = Some(Reason::CheckUnavailable { check: "reports".into() });
        assert_eq!(message(&waiting), "The check \"reports\" could not answer; trying again.");
        waiting.state = TaskState::Exception;
        waiting.attempt = 20;
        assert_eq!(
            message(&waiting),
            "The check \"reports\" could not answer; given up after 20 attempts, and nothing was deleted."
        );
        waiting.reason = Some(Reason::UserGone);
        waiting.attempt = 1;
        assert_eq!(message(&waiting), "The user no longer exists; nothing was deleted.");
    }

    #[test]
    fn every_state_has_one_sentence_and_names_nobody() {
        for state in TaskState::ALL {
            let said = message(&task(state));
            assert!(said.ends_with('.') && !said.contains("alice") && !said.contains("bob"), "{said}");
        }
        assert_eq!(name(&task(TaskState::Queued)), "Deletion of user 5");
    }
}
