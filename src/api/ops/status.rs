//! The words of this dialect: the HTTP status of every kind of problem, states, kinds of tasks, verdicts.
//!
//! Owns what programs compare. Easy to get wrong: these words are a promise to callers, while the names in `domain` are
//! one to the records in Redis. They look alike today, and need not tomorrow.

use http::StatusCode;
use std::collections::BTreeSet;

use crate::{
    api::{
        problem::ProblemKind,
        service::{Durability, FsyncPromise, Level, Verdict},
    },
    domain::{
        checklist::CheckState,
        reason::Reason,
        state::{Place, TaskState},
        task::TaskKind,
        user::RuleClass,
    },
};

/// What that state is called.
pub(super) const fn state(state: TaskState) -> &'static str {
    match state {
        TaskState::Initializing => "INITIALIZING",
        TaskState::Queued => "QUEUED",
        TaskState::Processing => "PROCESSING",
        TaskState::CancelRequested => "CANCEL_REQUESTED",
        TaskState::Canceling => "CANCELING",
        TaskState::Paused => "PAUSED",
        TaskState::Interrupted => "INTERRUPTED",
        TaskState::Resuming => "RESUMING",
        TaskState::Completed => "COMPLETED",
        TaskState::Conflict => "CONFLICT",
        TaskState::Cancelled => "CANCELLED",
        TaskState::Exception => "EXCEPTION",
    }
}

/// All the words for states.
pub(super) fn states() -> impl Iterator<Item = &'static str> {
    TaskState::ALL.into_iter().map(state)
}

/// The state of that name.
pub(super) fn state_of(word: &str) -> Option<TaskState> {
    TaskState::ALL.into_iter().find(|candidate| state(*candidate) == word)
}

/// What that kind of task is called.
pub(super) const fn kind(kind: TaskKind) -> &'static str {
    match kind {
        TaskKind::StagedUser => "staged_user",
        TaskKind::PlatformUser => "platform_user",
        TaskKind::Workspace => "workspace",
        TaskKind::Dependents => "dependents",
        TaskKind::Deploy => "deploy",
    }
}

/// All the words for kinds of tasks.
pub(super) fn kinds() -> impl Iterator<Item = &'static str> {
    TaskKind::ALL.into_iter().map(kind)
}

/// The kind of that name.
pub(super) fn kind_of(word: &str) -> Option<TaskKind> {
    TaskKind::ALL.into_iter().find(|candidate| kind(*candidate) == word)
}

/// Where a check of a task in that state stands. One that has not ended runs only while somebody holds the task.
pub(super) const fn check(state: CheckState, task: TaskState) -> &'static str {
    match (state, task.place()) {
        (CheckState::Running, Place::Held) => "running",
        (CheckState::Running, Place::Delayed | Place::Claimable | Place::Parked | Place::Ended) => "stopped",
        (CheckState::Answered, _) => "answered",
        (CheckState::Unanswered, _) => "unanswered",
    }
}

/// All the words for checks.
pub(super) fn checks() -> impl Iterator<Item = &'static str> {
    let everywhere = |check_state| TaskState::ALL.map(|task| check(check_state, task));
    let words: BTreeSet<_> = CheckState::ALL.into_iter().flat_map(everywhere).collect();
    words.into_iter()
}

/// Why a task ended, or why its last attempt ended without an outcome.
pub(super) const fn reason(reason: &Reason) -> &'static str {
    match reason {
        Reason::Dependents => "dependents",
        Reason::UserGone => "user_gone",
        Reason::LastAdministrator => "last_administrator",
        Reason::CheckUnavailable { .. } => "check_unavailable",
        Reason::AnswersTooOld => "answers_too_old",
        Reason::Unsettled => "unsettled",
        Reason::WorkerLost => "worker_lost",
        Reason::WorkerStopped => "worker_stopped",
        Reason::WorkerPanicked => "worker_panicked",
        Reason::Paused => "paused",
        Reason::WorkspaceGone => "workspace_gone",
        Reason::EffectIncomplete => "effect_incomplete",
        Reason::InTheWay => "in_the_way",
        Reason::NotSetAside => "not_set_aside",
        Reason::LedgerUnwritable => "ledger_unwritable",
    }
}

/// All the words for reasons.
pub(super) fn reasons() -> impl Iterator<Item = &'static str> {
    Reason::every("").into_iter().map(|one| reason(&one))
}

/// What became of one of many deletions.
pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted => "accepted",
        Verdict::Live => "live",
        Verdict::NotFound => "not_found",
        Verdict::Forbidden => "forbidden",
    }
}

/// All the words for verdicts.
pub(super) fn verdicts() -> impl Iterator<Item = &'static str> {
    Verdict::ALL.into_iter().map(verdict)
}

/// How one thing is that was looked at.
pub(super) const fn level(level: Level) -> &'static str {
    match level {
        Level::Good => "good",
        Level::Warn => "warn",
        Level::Bad => "bad",
    }
}

/// All the words for levels.
pub(super) fn levels() -> impl Iterator<Item = &'static str> {
    Level::ALL.into_iter().map(level)
}

/// When Redis writes to disk what it acknowledged.
pub(super) const fn durability(durability: Durability) -> &'static str {
    match durability {
        Durability::Always => "always",
        Durability::EverySecond => "everysec",
        Durability::No => "no",
        Durability::Off => "off",
        Durability::Unknown => "unknown",
    }
}

/// All the words for durability.
pub(super) fn durabilities() -> impl Iterator<Item = &'static str> {
    Durability::ALL.into_iter().map(durability)
}

/// The least that it must be for anything to be accepted.
pub(super) const fn promise(promise: FsyncPromise) -> &'static str {
    match promise {
        FsyncPromise::Any => "any",
        FsyncPromise::EverySec => "everysec",
        FsyncPromise::Always => "always",
    }
}

/// All the words for what is promised.
pub(super) fn promises() -> impl Iterator<Item = &'static str> {
    FsyncPromise::ALL.into_iter().map(promise)
}

/// The status of that kind of problem.
pub(super) fn status(kind: ProblemKind) -> StatusCode {
    match kind {
        ProblemKind::UnknownPath | ProblemKind::NotFound(_) => StatusCode::NOT_FOUND,
        ProblemKind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        ProblemKind::NoCredentials | ProblemKind::BadCredentials => StatusCode::UNAUTHORIZED,
        ProblemKind::NotAllowed
        | ProblemKind::NoAccess
        | ProblemKind::BuiltInAdministrator
        | ProblemKind::RoleNotAssignable
        | ProblemKind::NotThisUser => StatusCode::FORBIDDEN,
        ProblemKind::BadParameter { .. }
        | ProblemKind::UnknownField
        | ProblemKind::DuplicateField
        | ProblemKind::BadFilter
        | ProblemKind::UnknownSortField
        | ProblemKind::NotSortable
        | ProblemKind::BadRange
        | ProblemKind::MissingBody { .. }
        | ProblemKind::BadBody
        | ProblemKind::MalformedRequest => StatusCode::BAD_REQUEST,
        ProblemKind::UnsupportedBody => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ProblemKind::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
        ProblemKind::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ProblemKind::TargetTooLong => StatusCode::URI_TOO_LONG,
        ProblemKind::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        ProblemKind::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
        ProblemKind::AlreadyEnded
        | ProblemKind::BeingCancelled { .. }
        | ProblemKind::TooManyKeys
        | ProblemKind::WrongState
        | ProblemKind::ContainersRunning
        | ProblemKind::WorkspaceOccupied { .. }
        | ProblemKind::DeletionLive
        | ProblemKind::DeployRuns
        | ProblemKind::NothingToDeploy
        | ProblemKind::NameTaken
        | ProblemKind::Full => StatusCode::CONFLICT,
        ProblemKind::BadStatus | ProblemKind::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
        ProblemKind::UserRule(rule) => match rule.class() {
            RuleClass::Forbidden => StatusCode::FORBIDDEN,
            RuleClass::Conflict => StatusCode::CONFLICT,
            RuleClass::Invalid => StatusCode::BAD_REQUEST,
        },
        ProblemKind::Unavailable { .. }
        | ProblemKind::TooManyListeners { .. }
        | ProblemKind::NotConfigured => StatusCode::SERVICE_UNAVAILABLE,
        ProblemKind::DiskFailed | ProblemKind::EngineFailed | ProblemKind::Internal => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}
