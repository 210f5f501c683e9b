//! Short answers: a token, a refused logon, a sentence, the version, and what became of a deletion.
//!
//! Easy to get wrong: the old client tells success from failure by the elements of a 200, never by the status, and it takes
//! a `jtoken` for a session of its own making, so there is none.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use secrecy::ExposeSecret as _;
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

use super::{Format, Frame};
use crate::api::{
    platform::{status::Outcome, token},
    problem::Problem,
    service::Session,
};

/// Whoever has logged on.
#[derive(Serialize, ToSchema)]
#[serde(rename = "User")]
#[schema(as = PlatformToken)]
pub(in crate::api::platform) struct Token {
    /// In JSON alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrftoken: Option<String>,
    /// The token.
    token: String,
}

/// Whoever could not log on, as the old client wants to hear it.
#[derive(Serialize, ToSchema)]
#[serde(rename = "User")]
#[schema(as = PlatformLogonFailure)]
pub(in crate::api::platform) struct LogonFailure {
    /// Why.
    #[serde(rename = "errMsg")]
    error: String,
}

/// A sentence.
#[derive(Serialize, ToSchema)]
#[serde(rename = "Message")]
#[schema(as = PlatformMessage)]
pub(in crate::api::platform) struct Message {
    /// It.
    message: String,
}

/// What runs here.
#[derive(Serialize, ToSchema)]
#[serde(rename = "version")]
#[schema(as = PlatformVersion)]
pub(in crate::api::platform) struct Version {
    /// The program.
    name: &'static str,
    /// Its version.
    version: &'static str,
}

/// The token of a session that works so long without use.
pub(in crate::api::platform) fn logged_on(
    format: Format,
    session: &Session,
    idle: Duration,
) -> Result<Response, Problem> {
    let expires = session.opened + idle;
    let token = token::write(&session.principal.name, expires, session.token.expose_secret());
    let csrftoken = (format == Format::Json).then(|| token::csrf(&token));
    format.answer(StatusCode::OK, &Token { csrftoken, token })
}

/// A refused logon that says so in a 200.
pub(in crate::api::platform) fn logon_failed(said: &str) -> Result<Response, Problem> {
    Format::Xml.answer(StatusCode::OK, &LogonFailure { error: said.to_owned() })
}

/// A sentence.
pub(in crate::api::platform) fn message(
    format: Format,
    said: impl Into<String>,
) -> Result<Response, Problem> {
    format.answer(StatusCode::OK, &Message { message: said.into() })
}

/// A sentence as plain text.
pub(in crate::api::platform) fn text(said: impl Into<String>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], said.into()).into_response()
}

/// The version.
pub(in crate::api::platform) fn version(frame: &Frame) -> Result<Response, Problem> {
    let version = Version { name: "offstage", version: env!("CARGO_PKG_VERSION") };
    frame.format.answer(StatusCode::OK, &version)
}

/// What became of a deletion.
pub(in crate::api::platform) fn deleted(frame: &Frame, outcome: Outcome) -> Result<Response, Problem> {
    match outcome {
        Outcome::Gone => Ok(done()),
        Outcome::Said(said) => message(frame.format, said),
    }
}

/// It is done, and there is nothing to say.
pub(in crate::api::platform) fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// Users have been given roles: look there.
pub(in crate::api::platform) fn see_other(frame: &Frame, path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    // A path of percent-encoded pieces behind a good Host is always a header's value.
    if let Ok(location) = HeaderValue::try_from(format!("{}ws/{path}", frame.base())) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
