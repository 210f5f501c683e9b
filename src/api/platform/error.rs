//! Problems in the words of this dialect: `<error><message>...</message></error>`, or `{"message": "..."}`.
//!
//! Owns the statuses. The real client shows a message at 403 and nowhere else, so whatever a person can do something about is
//! a 403: no credentials, no right, a name that cannot be given, a body that cannot be read. There is no 401.
//!
//! Easy to get wrong: an empty 403 is a success for the real client, and an empty message makes it fall over. There is
//! always a sentence. Which form it has, the `Accept` header says, which handlers do not pass on; so they return a
//! [`Refusal`], and [`render_refusals`] makes the answer.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use std::{collections::BTreeMap, sync::Arc};
use utoipa::{IntoResponses, OpenApi, ToSchema, openapi::RefOr};

use super::format::Format;
use crate::api::{
    openapi,
    problem::{Problem, ProblemKind},
};

/// What is said while the storage is away: this dialect knows no key that makes a request safe to repeat, and needs none.
const UNAVAILABLE: &str = "The storage does not answer right now. Try again in a moment; what this request asked for may \
                           have been done, or may be under way.";
/// What is said where there is nothing better to say.
const SILENT: &str = "The request was refused.";

/// A problem on its way from a handler to [`render_refusals`].
#[derive(Debug)]
pub(super) struct Refusal {
    problem: Problem,
    status: StatusCode,
}

impl Refusal {
    /// The same with another status, where the endpoint has one of its own for it.
    pub(super) fn with(self, status: StatusCode, when: bool) -> Self {
        if when { Self { status, ..self } } else { self }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self { status: status(problem.kind), problem }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// The middleware around this dialect's handlers: renders what they refuse, in the form that the caller wants.
pub(super) async fn render_refusals(request: Request, next: Next) -> Response {
    let format = Format::of(request.headers());
    let mut response = next.run(request).await;
    match response.extensions_mut().remove::<Arc<Refusal>>() {
        Some(refusal) => {
            let mut answer = answer(format, refusal.status, &refusal.problem);
            // The one method that a handler itself refuses is the HEAD that it gets with its GETs.
            if refusal.status == StatusCode::METHOD_NOT_ALLOWED {
                answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
            }
            answer
        }
        None => response,
    }
}

/// A problem that was found before any handler was asked. It is XML until [`in_the_callers_form`] has seen it.
pub(in crate::api) fn render(problem: &Problem) -> Response {
    let mut response = answer(Format::Xml, status(problem.kind), problem);
    response.extensions_mut().insert(Early(message(problem).into()));
    response
}

/// What an early problem says.
#[derive(Clone)]
struct Early(Arc<str>);

/// The middleware around everything: an early problem of this dialect in JSON, for a caller who prefers it.
pub(in crate::api) async fn in_the_callers_form(request: Request, next: Next) -> Response {
    let format = Format::of(request.headers());
    let mut response = next.run(request).await;
    let Some(Early(said)) = response.extensions_mut().remove::<Early>() else { return response };
    let body = ErrorBody { message: said.as_ref().to_owned() };
    if let (Format::Json, Ok(text)) = (format, format.write(&body)) {
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_LENGTH);
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
        *response.body_mut() = text.into();
    }
    response
}

fn answer(format: Format, status: StatusCode, problem: &Problem) -> Response {
    problem.log();
    let body = ErrorBody { message: message(problem).to_owned() };
    // A struct of one string can be written in either form; without it the status would be left.
    let body = format.write(&body).unwrap_or_default();
    let mut response = (status, [(header::CONTENT_TYPE, format.content_type())], body).into_response();
    if let Some(retry_after_s) = problem.kind.retry_after_s() {
        response.headers_mut().insert(header::RETRY_AFTER, retry_after_s.into());
    }
    response
}

/// What a problem says to people; never nothing.
pub(super) fn message(problem: &Problem) -> &str {
    match problem.public.trim() {
        _ if matches!(problem.kind, ProblemKind::Unavailable { .. }) => UNAVAILABLE,
        "" => SILENT,
        _ => &problem.public,
    }
}

/// The body of every error.
#[derive(Serialize, ToSchema)]
#[serde(rename = "error")]
#[schema(as = PlatformError, xml(name = "error"))]
pub(super) struct ErrorBody {
    /// What went wrong, for people.
    message: String,
}

/// The shape that [`Failures`] refers to.
#[derive(OpenApi)]
#[openapi(components(schemas(ErrorBody)))]
pub(super) struct Shapes;

/// What every endpoint of this dialect may refuse with, for the documentation.
pub(super) struct Failures;

impl IntoResponses for Failures {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        openapi::failures::<ErrorBody>(
            "application/xml",
            &[
                (400, "The request is malformed, or says too little."),
                (403, "Not allowed to this caller, or refused for a reason that its message gives."),
                (404, "There is nothing of that name."),
                (405, "The endpoint does not support this method."),
                (408, "The body did not arrive in time."),
                (414, "Path and query are too long."),
                (431, "The headers are too many or too long."),
                (500, "The server failed, or the deletion did."),
                (503, "The storage does not answer; try again after Retry-After."),
            ],
        )
    }
}

fn status(kind: ProblemKind) -> StatusCode {
    match kind {
        ProblemKind::UnknownPath | ProblemKind::NotFound(_) => StatusCode::NOT_FOUND,
        ProblemKind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        ProblemKind::NoCredentials
        | ProblemKind::BadCredentials
        | ProblemKind::NotAllowed
        | ProblemKind::NoAccess
        | ProblemKind::BuiltInAdministrator
        | ProblemKind::NotThisUser
        | ProblemKind::RoleNotAssignable
        | ProblemKind::BadParameter { .. }
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
        | ProblemKind::BadStatus
        | ProblemKind::AlreadyEnded
        | ProblemKind::WrongState
        | ProblemKind::DeletionLive
        | ProblemKind::DeployRuns
        | ProblemKind::NothingToDeploy
        | ProblemKind::BeingCancelled { .. }
        | ProblemKind::KeyReused
        | ProblemKind::TooManyKeys
        | ProblemKind::Full
        | ProblemKind::NameTaken
        | ProblemKind::UserRule(_)
        | ProblemKind::ContainersRunning
        | ProblemKind::WorkspaceOccupied { .. } => StatusCode::FORBIDDEN,
        ProblemKind::MalformedRequest => StatusCode::BAD_REQUEST,
        ProblemKind::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
        ProblemKind::TargetTooLong => StatusCode::URI_TOO_LONG,
        ProblemKind::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        ProblemKind::Unavailable { .. }
        | ProblemKind::TooManyListeners { .. }
        | ProblemKind::NotConfigured => StatusCode::SERVICE_UNAVAILABLE,
        ProblemKind::DiskFailed | ProblemKind::EngineFailed | ProblemKind::Internal => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http_body_util::BodyExt as _;

    async fn said(format: Format, problem: &Problem) -> (u16, String, String) {
        let response = answer(format, status(problem.kind), problem);
        let (parts, body) = response.into_parts();
        let kind = parts.headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        (parts.status.as_u16(), kind, text)
    }

    #[tokio::test]
    async fn an_error_is_one_message_in_either_form() {
        let problem = Problem::new(ProblemKind::NoCredentials, "a < b & \"c\"");
        let (status, kind, text) = said(Format::Xml, &problem).await;
        assert_eq!((status, kind.as_str()), (403, "application/xml; charset=utf-8"));
        assert!(text.ends_with("<error><message>a &lt; b &amp; &quot;c&quot;</message></error>"), "{text}");
        let (_, kind, text) = said(Format::Json, &problem).await;
        assert_eq!((kind.as_str(), text.as_str()), ("application/json", r#"{"message":"a < b & \"c\""}"#));
    }

    #[tokio::test]
    async fn a_message_is_never_empty() {
        for public in ["", " \n"] {
            let (_, _, text) = said(Format::Xml, &Problem::new(ProblemKind::NotAllowed, public)).await;
            assert!(text.contains("<message>The request was refused.</message>"), "{text}");
        }
    }
}
