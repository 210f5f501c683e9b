//! Problems as RFC 9457 has them: `application/problem+json` with type, title, status and detail.
//!
//! Owns that shape. `type` is `about:blank`, so the title is the status's own phrase and programs look at the status.
//!
//! Easy to get wrong: this also answers everything that no dialect owns (an unknown path, a probe), so it must not
//! assume that a handler was ever reached.

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::{IntoResponses, OpenApi, ToSchema, openapi::RefOr};

use super::status::status;
use crate::api::{openapi, problem::Problem};

const CONTENT_TYPE: &str = "application/problem+json";

/// A problem on its way out of a handler.
pub(in crate::api) struct Refusal(Problem);

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        render(&self.0)
    }
}

/// The body of every error.
#[derive(Serialize, ToSchema)]
#[schema(as = ProblemDetails)]
pub(in crate::api) struct ErrorBody {
    /// Always `about:blank`: the status says it all.
    r#type: &'static str,
    /// The phrase of the status.
    title: &'static str,
    /// The status.
    status: u16,
    /// What went wrong, for people.
    detail: String,
}

/// The answer to a request that is not served.
pub(in crate::api) fn render(problem: &Problem) -> Response {
    problem.log();
    let status = status(problem.kind);
    let body = ErrorBody {
        r#type: "about:blank",
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        detail: problem.public.clone(),
    };
    // A struct of strings and a number is always JSON; an empty body would still carry the status.
    let body = serde_json::to_vec(&body).unwrap_or_default();
    let mut response = (status, [(header::CONTENT_TYPE, CONTENT_TYPE)], body).into_response();
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer realm=\"offstage\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    if let Some(retry_after_s) = problem.kind.retry_after_s() {
        response.headers_mut().insert(header::RETRY_AFTER, retry_after_s.into());
    }
    response
}

/// The shape that [`Failures`] refers to.
#[derive(OpenApi)]
#[openapi(components(schemas(ErrorBody)))]
pub(super) struct Shapes;

macro_rules! failure {
    ($($(#[$doc:meta])+ $name:ident($status:literal, $said:literal);)+) => {$(
        $(#[$doc])+
        pub(super) struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
                openapi::failures::<ErrorBody>(CONTENT_TYPE, &[($status, $said)])
            }
        }
    )+};
}

failure! {
    /// Where something is named that need not be there.
    Missing(404, "There is nothing of that number or name.");
    /// Where something may stand in the way.
    Conflict(409, "The state of things does not allow it, or a limit has been reached.");
    /// Where one key may stand for one request only.
    KeyReused(422, "The Idempotency-Key was used for another request.");
}

/// What every endpoint of this dialect may refuse with, for the documentation.
pub(super) struct Failures;

impl IntoResponses for Failures {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        openapi::failures::<ErrorBody>(
            CONTENT_TYPE,
            &[
                (400, "The path, the query or the body is not valid."),
                (401, "No credentials, or none that are valid."),
                (403, "Not allowed to this caller."),
                (405, "The endpoint does not support this method."),
                (408, "The body did not arrive in time."),
                (413, "The body is too large."),
                (414, "Path and query are too long."),
                (431, "The headers are too many or too long."),
                (415, "The body is not plain JSON."),
                (500, "The server failed."),
                (503, "The storage does not answer, or too many listen; try again after Retry-After."),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::problem::{self, ProblemKind};
    use http_body_util::BodyExt as _;

    #[tokio::test]
    async fn a_problem_has_four_members_and_its_own_type() {
        let response =
            render(&Problem::new(ProblemKind::NotFound(problem::Missing::User), "No user found with id: 5"));
        assert_eq!(response.headers()["content-type"], CONTENT_TYPE);
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(
            bytes,
            r#"{"type":"about:blank","title":"Not Found","status":404,"detail":"No user found with id: 5"}"#
        );
    }

    #[test]
    fn who_shows_no_credentials_is_told_how_and_who_is_early_when() {
        let response = render(&Problem::new(ProblemKind::NoCredentials, ""));
        assert_eq!(response.headers()["www-authenticate"], "Bearer realm=\"offstage\"");
        assert_eq!(render(&Problem::unavailable()).headers()["retry-after"], "1");
    }
}
