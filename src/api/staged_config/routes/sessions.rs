//! Sessions, who tried to log in, and what is spoken with.

use axum::{
    extract::{Request, State},
    response::{IntoResponse as _, Response},
    routing::post,
};
use http::header;
use tracing::instrument;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::parameters::{Common, Part};
use crate::api::{
    Entrance,
    staged_config::{
        call::Call,
        endpoint::LOGOUT_TOO,
        error::Refusal,
        listing,
        response::sessions::{self, About, Login},
        session,
    },
};

/// The group's routes.
pub(super) fn router() -> OpenApiRouter<Entrance> {
    OpenApiRouter::new()
        .routes(routes!(log_out))
        .routes(routes!(list_logins))
        .routes(routes!(about))
        .route(LOGOUT_TOO, post(log_out))
}

/// End the session.
///
/// The one whose token is shown as `SEC`; beside a password, the one in the cookie. A service's token stays what it is.
#[utoipa::path(
    post,
    path = "/api/auth/logout",
    tag = "staged_config",
    operation_id = "logOut",
    params(
        Common,
    ),
    responses(
        (status = 200, description = "The session was invalidated.", body = bool, content_type = "text/plain",
            headers(("Set-Cookie" = String, description = "Takes the cookie `SEC` away."))),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.log_out", level = "error", skip_all)]
async fn log_out(
    State(entrance): State<Entrance>,
    call: Call,
    request: Request,
) -> Result<Response, Refusal> {
    let token = call.session().cloned().or_else(|| session::cookie(request.headers()));
    call.no_body(&entrance, request).await?;
    if let Some(token) = token {
        entrance.service.close_session(&token).await?;
    }
    let mut response = "true".into_response();
    response.headers_mut().extend(session::forget_cookie().map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// See who tried to log in, the latest first.
///
/// An administrator sees all attempts, everybody else his own. One by HTTP Basic is written down when the password is looked at,
/// and not while it is remembered.
#[utoipa::path(
    get,
    path = "/api/access/login_attempts",
    tag = "staged_config",
    operation_id = "getLoginAttempts",
    params(
        ("filter" = Option<String>, Query, description = "Which: `attempt_result = FAILURE and user_id is null`."),
        ("sort" = Option<String>, Query, description = "In which order: `+remote_ip`; `-attempt_time` by default."),
        ("fields" = Option<String>, Query, description = "The fields wanted: `attempt_time,user_id`."),
        Part, Common,
    ),
    responses(
        (status = 200, description = "The attempts.", body = Vec<Login>,
            headers(("Content-Range" = String, description = "Which part of how many: `items 0-49/120`; with a Range."))),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.login_attempts", level = "error", skip_all)]
async fn list_logins(
    State(entrance): State<Entrance>,
    call: Call,
    request: Request,
) -> Result<Response, Refusal> {
    let principal = call.no_body(&entrance, request).await?;
    let attempts = entrance.service.login_attempts(&principal).await?;
    Ok(listing::page_of(&call, attempts.into_iter().map(Login::from))?)
}

/// See what is spoken with.
#[utoipa::path(
    get,
    path = "/api/system/about",
    tag = "staged_config",
    operation_id = "getSystemAbout",
    params(
        ("fields" = Option<String>, Query, description = "The fields wanted: `external_version`."),
        Common,
    ),
    responses(
        (status = 200, description = "The current system information.", body = About),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.about", level = "error", skip_all)]
async fn about(State(entrance): State<Entrance>, call: Call, request: Request) -> Result<Response, Refusal> {
    call.no_body(&entrance, request).await?;
    Ok(sessions::about(&call, &entrance.settings.staged_config)?)
}
