//! A task: one request to delete a user or a workspace, or to let the staged configuration take effect, from acceptance to
//! its end.
//!
//! Times are Redis's, in milliseconds since the epoch, and never run backwards within one task.

use chrono::{DateTime, Utc};
use std::fmt;

use super::{
    checklist::{Checklist, Progress},
    reason::Reason,
    state::TaskState,
    workspace::WorkspaceName,
};
pub use super::{
    deploy::{DeployOrder, DeployType},
    kind::{Effect, TaskKind},
};

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// The number of a task: grows by one with every task, never used twice.
    TaskId
}
number! {
    /// The number of a user, the same in the staged and in the deployed configuration.
    UserId
}
number! {
    /// Grows with every claim of a task. A write that carries an older one is refused.
    Fence
}

/// The largest id that Redis's scripts carry exactly (2^53 - 1).
pub const LARGEST_ID: u64 = (1 << 53) - 1;

/// The user who can never be deleted.
pub const BUILT_IN_ADMINISTRATOR: UserId = UserId(1);

impl std::str::FromStr for UserId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        parse_id(text).map(Self)
    }
}

impl std::str::FromStr for TaskId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        parse_id(text).map(Self)
    }
}

/// The text is not an id: plain decimal digits without a leading zero, at most [`LARGEST_ID`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id: plain decimal digits are wanted")]
pub struct NotAnId;

fn parse_id(text: &str) -> Result<u64, NotAnId> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = text == "0" || !text.starts_with('0');
    if !digits || !canonical {
        return Err(NotAnId);
    }
    text.parse().ok().filter(|id| *id <= LARGEST_ID).ok_or(NotAnId)
}

/// Whom or what a task is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A user of the directory.
    User(UserId),
    /// A workspace, whose owner need not be in the directory any more.
    Workspace(WorkspaceName),
    /// The configuration as a whole, which is to take effect.
    Configuration(DeployOrder),
}

impl Subject {
    /// The user, where it is one.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(*user),
            Self::Workspace(_) | Self::Configuration(_) => None,
        }
    }

    /// The workspace, where it is one.
    #[must_use]
    pub const fn workspace(&self) -> Option<&WorkspaceName> {
        match self {
            Self::User(_) | Self::Configuration(_) => None,
            Self::Workspace(name) => Some(name),
        }
    }

    /// How the configuration is to be deployed, where it is that.
    #[must_use]
    pub const fn order(&self) -> Option<DeployOrder> {
        match self {
            Self::User(_) | Self::Workspace(_) => None,
            Self::Configuration(order) => Some(*order),
        }
    }
}

impl From<UserId> for Subject {
    fn from(user: UserId) -> Self {
        Self::User(user)
    }
}

/// Who asked for a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requester {
    /// The caller's name: a user's, or a service token's.
    pub name: String,
    /// The caller may edit everybody's content.
    pub is_administrator: bool,
}

/// The record of a task, as it is kept and shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its number.
    pub id: TaskId,
    /// What it is for.
    pub kind: TaskKind,
    /// Whom or what it is about.
    pub subject: Subject,
    /// How many users a deploy has prepared, of how many; none for every other kind.
    pub prepared: Option<Progress>,
    /// Where it stands.
    pub state: TaskState,
    /// A worker has promised its effect outside Redis: it only goes forward.
    pub committed: bool,
    /// Who asked for it.
    pub requester: Requester,
    /// Who asked for the cancel, if anybody did.
    pub cancelled_by: Option<String>,
    /// Why it ended, or why the last attempt ended without an outcome.
    pub reason: Option<Reason>,
    /// The running attempt, or the last one: 1 at the first claim. Hand-backs and pauses are not counted.
    pub attempt: u32,
    /// The checks of that attempt: how far they are, and what they found.
    pub checks: Checklist,
    /// The task that this one tries again.
    pub retry_of: Option<TaskId>,
    /// When it was accepted.
    pub created: DateTime<Utc>,
    /// When a worker first claimed it.
    pub started: Option<DateTime<Utc>>,
    /// When it last changed.
    pub modified: DateTime<Utc>,
    /// When it entered a terminal state.
    pub completed: Option<DateTime<Utc>>,
    /// The earliest time at which it may start.
    pub not_before: Option<DateTime<Utc>>,
}

impl Task {
    /// A task as it is accepted, to start at once.
    #[must_use]
    pub fn accepted(
        id: TaskId,
        kind: TaskKind,
        subject: impl Into<Subject>,
        requester: Requester,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            kind,
            subject: subject.into(),
            prepared: None,
            state: TaskState::Queued,
            committed: false,
            requester,
            cancelled_by: None,
            reason: None,
            attempt: 0,
            checks: Checklist::default(),
            retry_of: None,
            created: at,
            started: None,
            modified: at,
            completed: None,
            not_before: None,
        }
    }

    /// The same, to start no earlier than that. A time that was past when it was accepted means at once.
    #[must_use]
    pub fn starting(self, not_before: Option<DateTime<Utc>>) -> Self {
        match not_before.filter(|due| *due > self.created) {
            Some(due) => Self { state: TaskState::Initializing, not_before: Some(due), ..self },
            None => self,
        }
    }
}

impl Task {
    /// The user it is about, where it is one.
    #[must_use]
    pub const fn user(&self) -> Option<UserId> {
        self.subject.user()
    }

    /// How far it is: what a deploy has prepared, or else its checks.
    #[must_use]
    pub fn progress(&self) -> Progress {
        self.prepared.unwrap_or_else(|| self.checks.progress())
    }

    /// The same may be asked for again: it has ended, and left something to be done.
    #[must_use]
    pub fn may_be_retried(&self) -> bool {
        match self.state {
            TaskState::Conflict | TaskState::Cancelled | TaskState::Exception => true,
            TaskState::Completed => !self.kind.has_effect(),
            TaskState::Initializing
            | TaskState::Queued
            | TaskState::Processing
            | TaskState::CancelRequested
            | TaskState::Canceling
            | TaskState::Paused
            | TaskState::Interrupted
            | TaskState::Resuming => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NotAnId, Requester, Task, TaskId, TaskKind, TaskState, UserId};
    use chrono::DateTime;

    #[test]
    fn only_a_time_that_lies_ahead_is_waited_for() {
        let requester = Requester { name: "alice".into(), is_administrator: true };
        let at = |ms| DateTime::from_timestamp_millis(ms).unwrap();
        let accepted = Task::accepted(TaskId(7), TaskKind::StagedUser, UserId(5), requester, at(100));
        for past in [None, Some(at(0)), Some(at(100))] {
            assert_eq!(accepted.clone().starting(past), accepted);
        }
        let waits = accepted.starting(Some(at(101)));
        assert_eq!((waits.state, waits.not_before), (TaskState::Initializing, Some(at(101))));
    }

    #[test]
    fn ids_are_plain_decimal_digits() {
        assert_eq!("5".parse(), Ok(UserId(5)));
        assert_eq!("9007199254740991".parse(), Ok(UserId(9_007_199_254_740_991)));
        for bad in
            ["", "+7", "-7", "007", " 7", "7 ", "7.0", "0x7", "٧", "9007199254740992", "99999999999999999999"]
        {
            assert_eq!(bad.parse::<UserId>(), Err(NotAnId), "{bad:?}");
        }
    }
}
