//! The state machine of a task: twelve states, one table.
//!
//! [`next`] is the only place that says which state follows which. The Redis scripts are handed rows of it (see
//! `store::moves`) and know no state by name, so that the two cannot disagree.
//!
//! Easy to get wrong: `committed` is an input. Once a worker has committed to an effect outside Redis, there is no
//! cancel, no pause, no conflict and no attempt limit any more; the task only goes forward.

use std::fmt;

pub use super::place::Place;

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TaskState {
    /// Accepted and stored, not yet claimable: its start time lies ahead. Left by the promoter when the time has come,
    /// by a cancel, by an operator's pause, and by a second request that wants it now. A crash changes nothing.
    Initializing,
    /// Claimable, never started. Left by a worker's claim, a cancel, a pause. A lost queue entry is put back by the
    /// reconciler.
    Queued,
    /// A worker holds it under a lease and works. Left by that worker; by the reclaimer once the lease has run out; by
    /// a cancel and by a pause.
    Processing,
    /// A caller asked for the cancel while a worker held it. It can no longer be completed, by anyone. Left by that
    /// worker, or by the reclaimer, to `Cancelled` alone.
    CancelRequested,
    /// The worker has seen the cancel and is giving up what it holds. Left as `CancelRequested` is.
    Canceling,
    /// An operator stopped it. Left by an operator's resume and by a cancel; nothing else moves it.
    Paused,
    /// The attempt ended without an outcome: worker lost or stopped, or a check could not answer. It waits out its
    /// back-off (none after a lost worker). Left by the promoter and by a cancel.
    Interrupted,
    /// Claimable again, after `Interrupted` or `Paused`. Left by a worker's claim and by a cancel.
    Resuming,
    /// The user is deleted. Terminal.
    Completed,
    /// Blocking dependents were found; nothing was deleted. Terminal.
    Conflict,
    /// Nothing was deleted, as asked. Terminal.
    Cancelled,
    /// Attempts used up, or an error that no retry can mend; nothing was deleted. Terminal.
    Exception,
}

/// What can happen to a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Event {
    /// Its time has come: the start time, or the end of a back-off.
    Promote,
    /// A second request wants the deletion now, or earlier than the first did.
    BringForward,
    /// A worker takes it.
    Claim,
    /// A caller takes the request back.
    Cancel,
    /// The worker that holds it has seen the cancel.
    NoticeCancel,
    /// The worker that holds it has given up what it held.
    GiveUp,
    /// An operator stops it.
    Pause,
    /// An operator lets it go on.
    Resume,
    /// An operator lets it go on, and its start time still lies ahead.
    ResumeEarly,
    /// Its worker promises an effect outside Redis.
    Commit,
    /// The deletion took effect.
    Complete,
    /// Blocking dependents were found.
    Refuse,
    /// The attempt ended without an outcome and is to be tried again.
    Retry,
    /// The worker stops and hands the task back unfinished.
    HandBack,
    /// The worker's lease ran out.
    LoseLease,
    /// Attempts are used up, or no retry can mend the error.
    Fail,
}

/// An event that the table does not allow in that state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a task that is {from} cannot take {event:?}")]
pub struct IllegalTransition {
    /// The state the task was in.
    pub from: TaskState,
    /// What was tried.
    pub event: Event,
}

impl TaskState {
    /// All twelve, in the order of a task's life.
    pub const ALL: [Self; 12] = [
        Self::Initializing,
        Self::Queued,
        Self::Processing,
        Self::CancelRequested,
        Self::Canceling,
        Self::Paused,
        Self::Interrupted,
        Self::Resuming,
        Self::Completed,
        Self::Conflict,
        Self::Cancelled,
        Self::Exception,
    ];

    /// The name under which the state is stored, counted and logged. Dialects have their own words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Initializing => "INITIALIZING",
            Self::Queued => "QUEUED",
            Self::Processing => "PROCESSING",
            Self::CancelRequested => "CANCEL_REQUESTED",
            Self::Canceling => "CANCELING",
            Self::Paused => "PAUSED",
            Self::Interrupted => "INTERRUPTED",
            Self::Resuming => "RESUMING",
            Self::Completed => "COMPLETED",
            Self::Conflict => "CONFLICT",
            Self::Cancelled => "CANCELLED",
            Self::Exception => "EXCEPTION",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Who has the duty to move a task on from here.
    #[must_use]
    pub const fn place(self) -> Place {
        match self {
            Self::Initializing | Self::Interrupted => Place::Delayed,
            Self::Queued | Self::Resuming => Place::Claimable,
            Self::Processing | Self::CancelRequested | Self::Canceling => Place::Held,
            Self::Paused => Place::Parked,
            Self::Completed | Self::Conflict | Self::Cancelled | Self::Exception => Place::Ended,
        }
    }

    /// Nothing leaves this state.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        self.place() == Place::Ended
    }

    /// A cancel was accepted and the worker has yet to let go.
    #[must_use]
    pub const fn is_being_cancelled(self) -> bool {
        match self {
            Self::CancelRequested | Self::Canceling => true,
            Self::Initializing
            | Self::Queued
            | Self::Processing
            | Self::Paused
            | Self::Interrupted
            | Self::Resuming
            | Self::Completed
            | Self::Conflict
            | Self::Cancelled
            | Self::Exception => false,
        }
    }
}

impl fmt::Display for TaskState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Event {
    /// All events.
    pub const ALL: [Self; 16] = [
        Self::Promote,
        Self::BringForward,
        Self::Claim,
        Self::Cancel,
        Self::NoticeCancel,
        Self::GiveUp,
        Self::Pause,
        Self::Resume,
        Self::ResumeEarly,
        Self::Commit,
        Self::Complete,
        Self::Refuse,
        Self::Retry,
        Self::HandBack,
        Self::LoseLease,
        Self::Fail,
    ];

    /// The name under which a task's history tells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Promote => "promote",
            Self::BringForward => "bring_forward",
            Self::Claim => "claim",
            Self::Cancel => "cancel",
            Self::NoticeCancel => "notice_cancel",
            Self::GiveUp => "give_up",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::ResumeEarly => "resume_early",
            Self::Commit => "commit",
            Self::Complete => "complete",
            Self::Refuse => "refuse",
            Self::Retry => "retry",
            Self::HandBack => "hand_back",
            Self::LoseLease => "lose_lease",
            Self::Fail => "fail",
        }
    }
}

/// The state that follows, or the refusal. Pure and total.
/// `committed` says that a worker has promised an effect outside Redis and may have begun it.
/// # Errors
/// [`IllegalTransition`] when the event cannot happen to a task in that state.
#[expect(clippy::match_same_arms, reason = "the table is read event by event")]
pub fn next(from: TaskState, committed: bool, event: Event) -> Result<TaskState, IllegalTransition> {
    use TaskState as S;
    let to = match event {
        Event::Promote => match from {
            S::Initializing => Some(S::Queued),
            S::Interrupted => Some(S::Resuming),
            S::Queued | S::Processing | S::CancelRequested | S::Canceling | S::Paused | S::Resuming => None,
            S::Completed | S::Conflict | S::Cancelled | S::Exception => None,
        },
        Event::BringForward => only(from, S::Initializing, S::Queued),
        Event::Claim => match from {
            S::Queued | S::Resuming => Some(S::Processing),
            S::Initializing
            | S::Processing
            | S::CancelRequested
            | S::Canceling
            | S::Paused
            | S::Interrupted => None,
            S::Completed | S::Conflict | S::Cancelled | S::Exception => None,
        },
        Event::Cancel if committed => None,
        Event::Cancel => match from {
            S::Initializing | S::Queued | S::Paused | S::Interrupted | S::Resuming => Some(S::Cancelled),
            S::Processing => Some(S::CancelRequested),
            S::CancelRequested | S::Canceling => Some(from),
            S::Completed | S::Conflict | S::Cancelled | S::Exception => None,
        },
        Event::NoticeCancel => only(from, S::CancelRequested, S::Canceling),
        Event::GiveUp => from.is_being_cancelled().then_some(S::Cancelled),
        Event::Pause if committed => None,
        Event::Pause => match from {
            S::Initializing | S::Queued | S::Processing => Some(S::Paused),
            S::CancelRequested | S::Canceling | S::Paused | S::Interrupted | S::Resuming => None,
            S::Completed | S::Conflict | S::Cancelled | S::Exception => None,
        },
        Event::Resume => only(from, S::Paused, S::Resuming),
        Event::ResumeEarly => only(from, S::Paused, S::Initializing),
        Event::Commit => only(from, S::Processing, S::Processing),
        Event::Complete => only(from, S::Processing, S::Completed),
        Event::Refuse if committed => None,
        Event::Refuse => unless_cancelled(from, S::Conflict),
        Event::Fail if committed => None,
        Event::Fail => unless_cancelled(from, S::Exception),
        Event::Retry | Event::HandBack | Event::LoseLease => unless_cancelled(from, S::Interrupted),
    };
    to.ok_or(IllegalTransition { from, event })
}

/// An event that one state alone can take.
fn only(from: TaskState, the_one: TaskState, to: TaskState) -> Option<TaskState> {
    (from == the_one).then_some(to)
}

/// How an attempt ends: as `to`, but as `Cancelled` where a cancel was accepted meanwhile.
fn unless_cancelled(from: TaskState, to: TaskState) -> Option<TaskState> {
    match from {
        TaskState::Processing => Some(to),
        TaskState::CancelRequested | TaskState::Canceling => Some(TaskState::Cancelled),
        TaskState::Initializing
        | TaskState::Queued
        | TaskState::Paused
        | TaskState::Interrupted
        | TaskState::Resuming
        | TaskState::Completed
        | TaskState::Conflict
        | TaskState::Cancelled
        | TaskState::Exception => None,
    }
}

#[cfg(test)]
mod tests;
