//! The endpoints around a session: log on, log out, ping, version.
//!
//! Easy to get wrong: a second logon does not end the first. The original's 409 is for a server that knows one session a
//! user; scripts that run side by side would throw each other out.

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::StatusCode;
use std::time::Duration;
use tracing::instrument;

use super::super::{
    cluster,
    error::{Failures, Refusal},
    request::{self, forms::Ping, logon::LogonBody},
    response::{
        Frame,
        messages::{self, Message, Token, Version},
    },
    token,
};
use crate::{
    api::{Entrance, problem::ProblemKind},
    http::presentable,
};

/// How much of an address is said again.
const MAX_URL_CHARS: usize = 300;

/// Log on.
#[utoipa::path(
    post,
    path = "/platform/ws/logon",
    tag = "platform",
    operation_id = "platformLogon",
    request_body(content = LogonBody, content_type = "application/xml", description = "Who logs on."),
    responses(
        (status = 200, description = "The token; XML or JSON.", content(
            (Token = "application/xml"), (Token = "application/json"))),
        Failures
    ),
    security(())
)]
#[instrument(name = "api.platform.logon", level = "error", skip_all)]
pub(crate) async fn log_on(State(entrance): State<Entrance>, request: Request) -> Result<Response, Refusal> {
    let frame = Frame::of(&request);
    let logon = request::logon::logon(request, entrance.body_timeout).await.map_err(|problem| {
        let says_little = matches!(problem.kind, ProblemKind::BadBody | ProblemKind::MissingBody { .. });
        Refusal::from(problem).with(StatusCode::BAD_REQUEST, says_little)
    })?;
    let session = cluster::log_on(&entrance, logon).await?;
    let idle = Duration::from_secs(entrance.settings.platform.token_idle_s);
    Ok(messages::logged_on(frame.format, &session, idle)?)
}

/// Log out.
#[utoipa::path(
    post,
    path = "/platform/ws/logout",
    tag = "platform",
    operation_id = "platformLogout",
    responses(
        (status = 200, description = "The token does not work any more; XML or JSON.", content(
            (Message = "application/xml"), (Message = "application/json"))),
        Failures
    ),
    security(("platform_token" = []))
)]
#[instrument(name = "api.platform.logout", level = "error", skip_all)]
pub(crate) async fn log_out(State(entrance): State<Entrance>, request: Request) -> Result<Response, Refusal> {
    let shown = token::shown(request.headers()).map_err(|problem| {
        let shows_none = problem.kind == ProblemKind::NoCredentials;
        Refusal::from(problem).with(StatusCode::BAD_REQUEST, shows_none)
    })?;
    request::authenticate(&entrance, request.headers()).await?;
    entrance.service.close_session(&shown.token).await?;
    Ok(messages::message(Frame::of(&request).format, "You have logged out.")?)
}

/// Ask whether the service is there.
#[utoipa::path(
    post,
    path = "/platform/ws/ping",
    tag = "platform",
    operation_id = "platformPing",
    request_body(content = Option<Ping>, content_type = "application/x-www-form-urlencoded", description = "An address, which is said again."),
    responses(
        (status = 200, description = "It is; XML or JSON.", content(
            (Message = "application/xml"), (Message = "application/json"))),
        Failures
    ),
    security(())
)]
#[instrument(name = "api.platform.ping", level = "error", skip_all)]
pub(crate) async fn ping(State(entrance): State<Entrance>, request: Request) -> Result<Response, Refusal> {
    let frame = Frame::of(&request);
    let ping = request::forms::ping(request, entrance.body_timeout).await?;
    entrance.service.ready().await?;
    Ok(messages::message(frame.format, format!("Web Services are ready on URL: {}", address(&frame, ping)))?)
}

/// The address that a ping asks about, fit to be said again; or that of this server.
pub(super) fn address(frame: &Frame, ping: Ping) -> String {
    let address = ping.url.unwrap_or_else(|| frame.base().to_owned());
    presentable(&address, MAX_URL_CHARS)
}

/// See which version runs.
#[utoipa::path(
    get,
    path = "/platform/ws/version",
    tag = "platform",
    operation_id = "platformVersion",
    responses(
        (status = 200, description = "The version; XML or JSON.", content(
            (Version = "application/xml"), (Version = "application/json"))),
        Failures
    ),
    security(())
)]
#[instrument(name = "api.platform.version", level = "error", skip_all)]
pub(crate) async fn version(request: Request) -> Result<Response, Refusal> {
    Ok(messages::version(&Frame::of(&request))?)
}
