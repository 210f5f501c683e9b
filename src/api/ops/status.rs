//! The HTTP status of every kind of problem, and the title that goes with it.
//!
//! This dialect shows no task yet, so there are no words for their states here. Easy to get wrong: a title belongs to the
//! status, never to the occurrence; what happened goes into `detail`.

use http::StatusCode;

use crate::api::problem::ProblemKind;

/// The status of that kind of problem.
pub(super) fn status(kind: ProblemKind) -> StatusCode {
    match kind {
        ProblemKind::UnknownPath | ProblemKind::NotFound(_) => StatusCode::NOT_FOUND,
        ProblemKind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        ProblemKind::NoCredentials | ProblemKind::BadCredentials => StatusCode::UNAUTHORIZED,
        ProblemKind::NotAllowed
        | ProblemKind::NoAccess
        | ProblemKind::BuiltInAdministrator
        | ProblemKind::NotThisUser => StatusCode::FORBIDDEN,
        ProblemKind::BadParameter { .. }
        | ProblemKind::UnknownField
        | ProblemKind::DuplicateField
        | ProblemKind::MissingBody { .. }
        | ProblemKind::BadBody
        | ProblemKind::MalformedRequest => StatusCode::BAD_REQUEST,
        ProblemKind::UnsupportedBody => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ProblemKind::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ProblemKind::TargetTooLong => StatusCode::URI_TOO_LONG,
        ProblemKind::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        ProblemKind::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
        ProblemKind::AlreadyEnded
        | ProblemKind::BeingCancelled { .. }
        | ProblemKind::TooManyKeys
        | ProblemKind::Full => StatusCode::CONFLICT,
        ProblemKind::BadStatus | ProblemKind::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
        ProblemKind::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
        ProblemKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
