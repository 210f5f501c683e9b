//! The one table from problems to statuses, unique codes and their descriptions, for endpoints that have none of their own.
//!
//! Easy to get wrong: an endpoint's own codes come first, and stand in its row of the table of endpoints.

use http::StatusCode;

use crate::{
    api::{
        problem::{Missing, ProblemKind},
        staged_config::{endpoint::Endpoint, version::Version},
    },
    domain::user::RuleClass,
};

pub(super) struct Row {
    pub(super) status: StatusCode,
    pub(super) code: u32,
    pub(super) description: &'static str,
}

/// The row of a problem: at the endpoint that was reached, in the words of that version, if it got so far.
pub(super) fn row(kind: ProblemKind, reached: Option<(&Endpoint, Version)>) -> Row {
    let own = reached.and_then(|(endpoint, version)| endpoint.refused(kind, version));
    match own.and_then(|own| Some((StatusCode::from_u16(own.status).ok()?, own))) {
        Some((status, own)) => Row { status, code: own.code, description: own.description },
        None => common(kind),
    }
}

fn common(kind: ProblemKind) -> Row {
    use StatusCode as S;
    let (status, code, description) = match kind {
        ProblemKind::UnknownPath => (S::NOT_FOUND, 4, ""),
        ProblemKind::MethodNotAllowed => (S::METHOD_NOT_ALLOWED, 4, ""),
        ProblemKind::NoCredentials | ProblemKind::BadCredentials => (S::UNAUTHORIZED, 18, ""),
        ProblemKind::NoAccess => (S::FORBIDDEN, 26, ""),
        ProblemKind::NotAllowed
        | ProblemKind::RoleNotAssignable
        | ProblemKind::NotThisUser
        | ProblemKind::BuiltInAdministrator => (S::FORBIDDEN, 1009, NOT_CAPABLE),
        ProblemKind::MissingBody { .. } => (S::UNPROCESSABLE_ENTITY, 10, ""),
        ProblemKind::BadParameter { .. } => (S::UNPROCESSABLE_ENTITY, 11, ""),
        ProblemKind::UnknownField => (S::UNPROCESSABLE_ENTITY, 30, ""),
        ProblemKind::DuplicateField => (S::UNPROCESSABLE_ENTITY, 31, ""),
        ProblemKind::BadRange => (S::UNPROCESSABLE_ENTITY, 36, ""),
        ProblemKind::BadFilter => {
            (S::UNPROCESSABLE_ENTITY, 1010, "An error occurred while building the filter")
        }
        ProblemKind::UnknownSortField | ProblemKind::NotSortable => {
            (S::UNPROCESSABLE_ENTITY, 1030, "An error occurred while building the sort")
        }
        ProblemKind::NotFound(
            Missing::User
            | Missing::Task
            | Missing::Dependent
            | Missing::Worker
            | Missing::Token
            | Missing::Workspace
            | Missing::Container
            | Missing::Role
            | Missing::Tenant
            | Missing::Profile
            | Missing::UserGroup
            | Missing::Documentation,
        ) => (S::NOT_FOUND, 1002, "It does not exist"),
        ProblemKind::AlreadyEnded => (S::CONFLICT, 1004, "The task is in a completed state"),
        ProblemKind::BeingCancelled { .. } => {
            (S::CONFLICT, 1004, "The deletion of the User is being cancelled")
        }
        ProblemKind::TooManyKeys | ProblemKind::Full => (S::CONFLICT, 1004, "A limit has been reached"),
        ProblemKind::WrongState
        | ProblemKind::DeletionLive
        | ProblemKind::DeployRuns
        | ProblemKind::NothingToDeploy
        | ProblemKind::NameTaken
        | ProblemKind::ContainersRunning
        | ProblemKind::WorkspaceOccupied { .. } => {
            (S::CONFLICT, 1004, "The request conflicts with the current state")
        }
        // An endpoint has a code of its own for most of them.
        ProblemKind::UserRule(rule) => match rule.class() {
            RuleClass::Forbidden => (S::FORBIDDEN, 1009, NOT_CAPABLE),
            RuleClass::Conflict => (S::CONFLICT, 1004, "The request conflicts with the current state"),
            RuleClass::Invalid => (S::UNPROCESSABLE_ENTITY, 1005, NOT_VALID),
        },
        ProblemKind::BadBody | ProblemKind::BadStatus | ProblemKind::KeyReused => {
            (S::UNPROCESSABLE_ENTITY, 1005, NOT_VALID)
        }
        ProblemKind::NotAcceptable => (S::NOT_ACCEPTABLE, 1005, NOT_VALID),
        ProblemKind::UnsupportedBody => (S::UNSUPPORTED_MEDIA_TYPE, 1005, NOT_VALID),
        ProblemKind::BodyTooLarge => (S::PAYLOAD_TOO_LARGE, 1005, NOT_VALID),
        ProblemKind::TargetTooLong => (S::URI_TOO_LONG, 1005, NOT_VALID),
        ProblemKind::HeadTooLarge => (S::REQUEST_HEADER_FIELDS_TOO_LARGE, 1005, NOT_VALID),
        ProblemKind::RequestTimeout => (S::REQUEST_TIMEOUT, 1005, NOT_VALID),
        ProblemKind::MalformedRequest => (S::BAD_REQUEST, 1005, NOT_VALID),
        ProblemKind::Unavailable { .. }
        | ProblemKind::TooManyListeners { .. }
        | ProblemKind::NotConfigured => (S::SERVICE_UNAVAILABLE, 1020, NOT_DONE),
        ProblemKind::DiskFailed | ProblemKind::EngineFailed | ProblemKind::Internal => {
            (S::INTERNAL_SERVER_ERROR, 1020, NOT_DONE)
        }
    };
    Row { status, code, description }
}

const NOT_CAPABLE: &str = "You do not have the proper capabilities";
const NOT_VALID: &str = "A request parameter is not valid";
const NOT_DONE: &str = "An error occurred while attempting to process the request";
