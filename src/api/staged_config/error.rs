//! Problems in the words of this dialect: a status, a unique code, and the five-key body.
//!
//! Owns the codes. Small ones are the framework's, with an empty description; 1002 and above are an endpoint's, with the
//! documented one. It invents no kind of problem and renders every one.
//!
//! Easy to get wrong: what a code means depends on the version a client speaks (before 24.0 there is one code for all
//! that a caller may not delete), and an unknown path is quoted back. Both are known here only, so handlers return a
//! [`Refusal`], and [`render_refusals`] makes the answer.

use axum::{
    Json,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};
use utoipa::{OpenApi, ToSchema};

mod codes;
mod documented;

use self::codes::{Row, row};
pub(super) use self::documented::document;
use super::{
    call::endpoint_of,
    endpoint::Endpoint,
    version::{self, Version},
};
use crate::{
    api::{
        Entrance,
        message::phrases::{INSUFFICIENT_CAPABILITIES, NO_SEC_HEADER, UNAUTHORIZED},
        problem::{Problem, ProblemKind},
    },
    http::presentable,
};

const DEPRECATED: HeaderName = HeaderName::from_static("deprecated");
const PREFIX: &str = "/api";
/// How much of an unknown path is quoted back.
const MAX_PATH_CHARS: usize = 200;

/// A problem on its way from a handler to [`render_refusals`].
pub(super) struct Refusal(Problem);

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(Arc::new(self.0));
        response
    }
}

/// The middleware around this dialect's handlers: renders what they refuse, and marks deprecated versions.
pub(super) async fn render_refusals(
    State(entrance): State<Entrance>,
    request: Request,
    next: Next,
) -> Response {
    let settings = &entrance.settings.staged_config;
    let asked = version::asked(request.headers(), settings).ok();
    let (endpoint, path) = (endpoint_of(&request), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Arc<Problem>>() {
        let spoken = asked.unwrap_or_else(|| settings.newest());
        let cookie = response.headers_mut().remove(header::SET_COOKIE);
        response = answer(&path, endpoint.map(|endpoint| (endpoint, spoken)), &problem);
        response.headers_mut().extend(cookie.map(|cookie| (header::SET_COOKIE, cookie)));
    }
    let deprecation = asked.and_then(|version| version::deprecation(version, settings));
    if let Some(note) = deprecation.and_then(|note| HeaderValue::try_from(note).ok()) {
        response.headers_mut().insert(DEPRECATED, note);
    }
    response
}

/// A problem that was found before any handler was asked.
pub(in crate::api) fn render(path: &str, problem: &Problem) -> Response {
    answer(path, None, problem)
}

/// The answer of the endpoint that was reached, in the words of that version.
fn answer(path: &str, reached: Option<(&Endpoint, Version)>, problem: &Problem) -> Response {
    problem.log();
    let Row { status, code, description } = row(problem.kind, reached);
    let body = ErrorBody {
        http_response: HttpResponse { code: status.as_u16(), message: sentence(status) },
        code,
        description,
        details: BTreeMap::new(),
        message: message(path, problem),
    };
    let mut response = (status, Json(body)).into_response();
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Basic realm=\"offstage\", charset=\"UTF-8\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    if let Some(retry_after_s) = problem.kind.retry_after_s() {
        response.headers_mut().insert(header::RETRY_AFTER, retry_after_s.into());
    }
    response
}

/// The body of every error.
#[derive(Serialize, ToSchema)]
#[schema(as = StagedConfigError)]
pub(super) struct ErrorBody {
    /// The HTTP status, and what it means.
    http_response: HttpResponse,
    /// What went wrong, for programs.
    code: u32,
    /// What the code means.
    description: &'static str,
    /// Always empty.
    details: BTreeMap<String, String>,
    /// What went wrong, for people.
    message: String,
}

/// The HTTP status, and what it means.
#[derive(Serialize, ToSchema)]
#[schema(as = StagedConfigHttpResponse)]
pub(super) struct HttpResponse {
    /// The status.
    code: u16,
    /// What it means.
    message: &'static str,
}

/// The shapes of every refusal, for the document.
#[derive(OpenApi)]
#[openapi(components(schemas(ErrorBody, HttpResponse)))]
pub(super) struct Shapes;

fn message(path: &str, problem: &Problem) -> String {
    match problem.kind {
        ProblemKind::UnknownPath => format!("The path \"{}\" is not a known endpoint", after_prefix(path)),
        ProblemKind::MethodNotAllowed => {
            format!("The endpoint \"{}\" does not support this method", after_prefix(path))
        }
        ProblemKind::NoCredentials => {
            format!("{NO_SEC_HEADER}. Please provide a token as \"SEC: token\", or HTTP Basic credentials.")
        }
        ProblemKind::BadCredentials => {
            format!("{NO_SEC_HEADER}, or the token or the HTTP Basic credentials are not valid.")
        }
        ProblemKind::NoAccess => INSUFFICIENT_CAPABILITIES.to_owned(),
        ProblemKind::BadParameter { name } => {
            format!(
                "The value of the parameter \"{name}\" cannot be converted from TEXT_PLAIN: {}",
                problem.public
            )
        }
        ProblemKind::NotAllowed
        | ProblemKind::BuiltInAdministrator
        | ProblemKind::NotThisUser
        | ProblemKind::UnknownField
        | ProblemKind::DuplicateField
        | ProblemKind::BadFilter
        | ProblemKind::UnknownSortField
        | ProblemKind::NotSortable
        | ProblemKind::BadRange
        | ProblemKind::MissingBody { .. }
        | ProblemKind::BadBody
        | ProblemKind::UnsupportedBody
        | ProblemKind::NotAcceptable
        | ProblemKind::BodyTooLarge
        | ProblemKind::RequestTimeout
        | ProblemKind::MalformedRequest
        | ProblemKind::TargetTooLong
        | ProblemKind::HeadTooLarge
        | ProblemKind::NotFound(_)
        | ProblemKind::AlreadyEnded
        | ProblemKind::WrongState
        | ProblemKind::BadStatus
        | ProblemKind::DeletionLive
        | ProblemKind::DeployRuns
        | ProblemKind::NothingToDeploy
        | ProblemKind::BeingCancelled { .. }
        | ProblemKind::KeyReused
        | ProblemKind::TooManyKeys
        | ProblemKind::Full
        | ProblemKind::NameTaken
        | ProblemKind::TooManyListeners { .. }
        | ProblemKind::ContainersRunning
        | ProblemKind::WorkspaceOccupied { .. }
        | ProblemKind::RoleNotAssignable
        | ProblemKind::UserRule(_)
        | ProblemKind::NotConfigured
        | ProblemKind::DiskFailed
        | ProblemKind::EngineFailed
        | ProblemKind::Unavailable { .. }
        | ProblemKind::Internal => problem.public.clone(),
    }
}

fn after_prefix(path: &str) -> String {
    presentable(path.strip_prefix(PREFIX).unwrap_or(path), MAX_PATH_CHARS)
}

/// What a status means.
pub(super) fn sentence(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "The request could not be understood by the server",
        StatusCode::UNAUTHORIZED => UNAUTHORIZED,
        StatusCode::FORBIDDEN => "Your account is not authorized to access the requested resource",
        StatusCode::NOT_FOUND => "We could not find the resource you requested.",
        StatusCode::METHOD_NOT_ALLOWED => "The method is not allowed for the requested resource",
        StatusCode::NOT_ACCEPTABLE => "Acceptance header is invalid for this endpoint resource",
        StatusCode::REQUEST_TIMEOUT => "The request did not arrive in time",
        StatusCode::CONFLICT => {
            "The request could not be completed due to a conflict with the current state of the resource"
        }
        StatusCode::PAYLOAD_TOO_LARGE => "The request is larger than the server is willing to process",
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => {
            "The headers are larger than the server is willing to process"
        }
        StatusCode::URI_TOO_LONG => "The path and query are longer than the server is willing to process",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            "The format of the request is not supported by the requested resource"
        }
        StatusCode::UNPROCESSABLE_ENTITY => {
            "The request was well-formed but was unable to be followed due to semantic errors"
        }
        StatusCode::SERVICE_UNAVAILABLE => "The server is temporarily unable to process the request",
        _ => "Unexpected internal server error",
    }
}

#[cfg(test)]
mod tests;
