//! The words and numbers of this dialect: the code of every kind of problem, the states of jobs, the types of containers.
//!
//! Owns what programs compare. The codes stand in bodies; the HTTP status is always 200.
//!
//! Easy to get wrong: a job has four states where a task has twelve. One that was cancelled is FAILED, and an attribute
//! beside it says why.

use crate::{
    api::{problem::ProblemKind, service::ContainerType},
    domain::{state::TaskState, user::RuleClass},
};

/// The request cannot be understood.
pub(super) const BAD_REQUEST: u16 = 400;
/// What was asked for was not done.
const SERVER_ERROR: u16 = 500;
/// The token is not valid, or not any more, or not from here.
const INVALID_TOKEN: u16 = 498;
/// There is no token.
const TOKEN_REQUIRED: u16 = 499;

/// The code of that kind of problem.
pub(super) const fn code(kind: ProblemKind) -> u16 {
    match kind {
        ProblemKind::NoCredentials => TOKEN_REQUIRED,
        ProblemKind::BadCredentials => INVALID_TOKEN,
        ProblemKind::NotAllowed
        | ProblemKind::NoAccess
        | ProblemKind::BuiltInAdministrator
        | ProblemKind::RoleNotAssignable
        | ProblemKind::NotThisUser => 403,
        ProblemKind::UnknownPath | ProblemKind::NotFound(_) => 404,
        ProblemKind::MethodNotAllowed => 405,
        ProblemKind::RequestTimeout => 408,
        ProblemKind::BodyTooLarge => 413,
        ProblemKind::TargetTooLong => 414,
        ProblemKind::HeadTooLarge => 431,
        ProblemKind::BadParameter { .. }
        | ProblemKind::UnknownField
        | ProblemKind::DuplicateField
        | ProblemKind::BadFilter
        | ProblemKind::UnknownSortField
        | ProblemKind::NotSortable
        | ProblemKind::BadRange
        | ProblemKind::MissingBody { .. }
        | ProblemKind::BadBody
        | ProblemKind::BadStatus
        | ProblemKind::UnsupportedBody
        | ProblemKind::NotAcceptable
        | ProblemKind::MalformedRequest => BAD_REQUEST,
        ProblemKind::AlreadyEnded
        | ProblemKind::WrongState
        | ProblemKind::DeletionLive
        | ProblemKind::DeployRuns
        | ProblemKind::NothingToDeploy
        | ProblemKind::BeingCancelled { .. }
        | ProblemKind::ContainersRunning
        | ProblemKind::WorkspaceOccupied { .. }
        | ProblemKind::NotConfigured
        | ProblemKind::DiskFailed
        | ProblemKind::EngineFailed
        | ProblemKind::KeyReused
        | ProblemKind::TooManyKeys
        | ProblemKind::Full
        | ProblemKind::NameTaken
        | ProblemKind::Internal => SERVER_ERROR,
        ProblemKind::UserRule(rule) => match rule.class() {
            RuleClass::Forbidden => 403,
            RuleClass::Conflict => SERVER_ERROR,
            RuleClass::Invalid => BAD_REQUEST,
        },
        ProblemKind::Unavailable { .. } | ProblemKind::TooManyListeners { .. } => 503,
    }
}

/// Where a job stands whose task is in that state.
pub(super) const fn job(state: TaskState) -> &'static str {
    match state {
        TaskState::Initializing
        | TaskState::Queued
        | TaskState::Paused
        | TaskState::Interrupted
        | TaskState::Resuming => "SUBMITTED",
        TaskState::Processing | TaskState::CancelRequested | TaskState::Canceling => "PROCESSING",
        TaskState::Completed => "COMPLETED",
        TaskState::Conflict | TaskState::Cancelled | TaskState::Exception => "FAILED",
    }
}

/// The job is cancelled, or will be and can no longer complete.
pub(super) const fn is_cancelled(state: TaskState) -> bool {
    match state {
        TaskState::CancelRequested | TaskState::Canceling | TaskState::Cancelled => true,
        TaskState::Initializing
        | TaskState::Queued
        | TaskState::Processing
        | TaskState::Paused
        | TaskState::Interrupted
        | TaskState::Resuming
        | TaskState::Completed
        | TaskState::Conflict
        | TaskState::Exception => false,
    }
}

/// What that type of container is called.
pub(super) const fn container(kind: ContainerType) -> &'static str {
    match kind {
        ContainerType::OpenNotebook => "openNotebook",
        ContainerType::ExecuteNotebook => "executeNotebook",
    }
}
