//! The endpoints of the old client: a GET with a body to log on, and plain text.
//!
//! Easy to get wrong: this client takes every status but 200 for a server that is not there. Why a logon failed is said in a
//! 200; and a logout that finds no session is a logout. And axum hands a HEAD to whoever answers GET, but nobody who only
//! asks what is there may log anybody on or out.

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::Method;
use std::time::Duration;
use tracing::instrument;

use super::{
    super::{
        cluster,
        error::{self, Failures, Refusal},
        format::Format,
        request::{self, logon::LogonBody},
        response::{
            Frame,
            messages::{self, Token},
        },
        token,
    },
    session::address,
};
use crate::{
    api::{Entrance, problem::Problem, service::Session},
    http::Fault,
};

/// Log on as the old client does.
#[utoipa::path(
    get,
    path = "/platform/webservice/pacclient/logon/",
    tag = "platform",
    operation_id = "platformLegacyLogon",
    request_body(content = LogonBody, content_type = "application/xml", description = "Who logs on."),
    responses((status = 200, description = "The token, or an element errMsg that says why there is none.",
        body = Token, content_type = "application/xml"), Failures),
    security(())
)]
#[instrument(name = "api.platform.legacy_logon", level = "error", skip_all)]
pub(crate) async fn log_on(State(entrance): State<Entrance>, request: Request) -> Result<Response, Refusal> {
    must_be_get(&request)?;
    let idle = Duration::from_secs(entrance.settings.platform.token_idle_s);
    match session(&entrance, request).await {
        Ok(session) => Ok(messages::logged_on(Format::Xml, &session, idle)?),
        Err(problem) => {
            problem.log();
            Ok(messages::logon_failed(error::message(&problem))?)
        }
    }
}

fn must_be_get(request: &Request) -> Result<(), Problem> {
    if request.method() == Method::GET { Ok(()) } else { Err(Fault::MethodNotAllowed.into()) }
}

async fn session(entrance: &Entrance, request: Request) -> Result<Session, Problem> {
    let logon = request::logon::logon(request, entrance.body_timeout).await?;
    cluster::log_on(entrance, logon).await
}

/// Log out as the old client does.
#[utoipa::path(
    get,
    path = "/platform/webservice/pacclient/logout/",
    tag = "platform",
    operation_id = "platformLegacyLogout",
    responses((status = 200, description = "The word ok.", body = String, content_type = "text/plain"), Failures),
    security(("platform_token" = []))
)]
#[instrument(name = "api.platform.legacy_logout", level = "error", skip_all)]
pub(crate) async fn log_out(State(entrance): State<Entrance>, request: Request) -> Result<Response, Refusal> {
    must_be_get(&request)?;
    if let Ok(shown) = token::shown(request.headers()) {
        entrance.service.close_session(&shown.token).await?;
    }
    Ok(messages::text("ok"))
}

/// Ask whether the service is there, as the old client does.
#[utoipa::path(
    get,
    path = "/platform/webservice/pacclient/ping/",
    tag = "platform",
    operation_id = "platformLegacyPing",
    request_body(content = Option<String>, content_type = "text/plain", description = "An address, which is said again."),
    responses((status = 200, description = "It is.", body = String, content_type = "text/plain"), Failures),
    security(())
)]
#[instrument(name = "api.platform.legacy_ping", level = "error", skip_all)]
pub(crate) async fn ping(State(entrance): State<Entrance>, request: Request) -> Result<Response, Refusal> {
    let frame = Frame::of(&request);
    let ping = request::forms::bare_url(request, entrance.body_timeout).await?;
    entrance.service.ready().await?;
    Ok(messages::text(format!("Web Services are ready on URL:{}", address(&frame, ping))))
}
