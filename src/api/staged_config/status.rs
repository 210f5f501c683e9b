//! The words on the wire for where a task stands. Nobody else in this dialect knows them.
//!
//! The twelve are those of the original's enumeration, spelt as there. Easy to get wrong: CANCELING has one L and
//! CANCELLED has two.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{state::TaskState, task::Task};

/// The one status that a caller may give a task.
pub(super) const CANCEL: &str = "CANCEL_REQUESTED";

/// Where a task stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schema(as = TaskStatus)]
pub(super) enum Status {
    /// Accepted; its start time lies ahead.
    Initializing,
    /// Waits to be started.
    Queued,
    /// A worker works on it.
    Processing,
    /// A cancel was asked for while a worker works on it.
    CancelRequested,
    /// The worker is giving up.
    Canceling,
    /// Stopped by an operator.
    Paused,
    /// An attempt ended without an outcome; another will follow.
    Interrupted,
    /// Waits to be started again.
    Resuming,
    /// The user is deleted.
    Completed,
    /// Dependents block the deletion.
    Conflict,
    /// Taken back; nothing was deleted.
    Cancelled,
    /// Failed; nothing was deleted.
    Exception,
}

impl From<TaskState> for Status {
    fn from(state: TaskState) -> Self {
        match state {
            TaskState::Initializing => Self::Initializing,
            TaskState::Queued => Self::Queued,
            TaskState::Processing => Self::Processing,
            TaskState::CancelRequested => Self::CancelRequested,
            TaskState::Canceling => Self::Canceling,
            TaskState::Paused => Self::Paused,
            TaskState::Interrupted => Self::Interrupted,
            TaskState::Resuming => Self::Resuming,
            TaskState::Completed => Self::Completed,
            TaskState::Conflict => Self::Conflict,
            TaskState::Cancelled => Self::Cancelled,
            TaskState::Exception => Self::Exception,
        }
    }
}

/// Where a deploy stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum DeployStatus {
    /// Nobody has begun with it.
    Initializing,
    /// It has begun.
    InProgress,
    /// It has ended, however.
    Complete,
}

impl DeployStatus {
    pub(super) fn of(task: &Task) -> Self {
        match (task.state.is_terminal(), task.started) {
            (true, _) => Self::Complete,
            (false, None) => Self::Initializing,
            (false, Some(_)) => Self::InProgress,
        }
    }
}

/// How a deploy went where it is deployed to.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum HostStatus {
    /// It has taken effect.
    Success,
    /// Nobody has begun with it.
    Initiating,
    /// It has begun.
    InProgress,
    /// It has not taken effect, and will not.
    Error,
}

impl HostStatus {
    pub(super) fn of(task: &Task) -> Self {
        match (DeployStatus::of(task), task.state) {
            (DeployStatus::Complete, TaskState::Completed) => Self::Success,
            (DeployStatus::Complete, _) => Self::Error,
            (DeployStatus::Initializing, _) => Self::Initiating,
            (DeployStatus::InProgress, _) => Self::InProgress,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_twelve_words_are_the_originals() {
        let words = TaskState::ALL.map(|state| serde_json::to_value(Status::from(state)).unwrap());
        assert_eq!(
            words,
            [
                "INITIALIZING",
                "QUEUED",
                "PROCESSING",
                "CANCEL_REQUESTED",
                "CANCELING",
                "PAUSED",
                "INTERRUPTED",
                "RESUMING",
                "COMPLETED",
                "CONFLICT",
                "CANCELLED",
                "EXCEPTION"
            ]
        );
        assert_eq!(serde_json::to_value(Status::CancelRequested).unwrap(), CANCEL);
    }
}
