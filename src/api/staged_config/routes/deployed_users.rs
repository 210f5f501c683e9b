//! Deployed users, one at a time. Everybody has himself here.

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::StatusCode;
use tracing::{Span, field::Empty, instrument};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::parameters::Common;
use crate::{
    api::{
        Entrance,
        staged_config::{
            call::Call,
            error::Refusal,
            request::{
                self, PathId,
                users::{self, Purpose, UserBody},
            },
            response::users::User,
        },
    },
    domain::{task::UserId, user::Side},
    http::PeerAddr,
};

/// The group's routes.
pub(super) fn router() -> OpenApiRouter<Entrance> {
    OpenApiRouter::new().routes(routes!(get_user, update_user))
}

/// See a deployed user.
///
/// ADMIN sees all, SAASADMIN all but administrators, everybody else himself.
#[utoipa::path(
    get,
    path = "/api/config/access/users/{id}",
    tag = "staged_config",
    operation_id = "getDeployedUser",
    params(
        ("id" = u64, Path, description = "The user's number."),
        ("fields" = Option<String>, Query, description = "The fields wanted: `id,username`."),
        Common,
    ),
    responses((status = 200, description = "The deployed user.", body = User)),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.deployed_user", level = "error", skip_all, fields(user.id = Empty))]
async fn get_user(
    State(entrance): State<Entrance>,
    call: Call,
    id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let id: UserId = request::id("id", id)?;
    Span::current().record("user.id", id.0);
    let principal = call.no_body(&entrance, request).await?;
    let user = entrance.service.user(&principal, Side::Deployed, id).await?;
    Ok(call.answer(StatusCode::OK, &User::from(user))?)
}

/// Change a deployed user's preferences.
///
/// Only what is sent changes, on both sides and at once: nothing waits for a deploy. What waits for one is changed at the
/// staged user. A new password ends the user's sessions.
#[utoipa::path(
    post,
    path = "/api/config/access/users/{id}",
    tag = "staged_config",
    operation_id = "updateDeployedUser",
    params(
        ("id" = u64, Path, description = "The user's number."),
        ("fields" = Option<String>, Header, description = "The fields wanted: `id,username`. Taken from the query as well."),
        Common,
    ),
    request_body(content = UserBody, content_type = "application/json",
        description = "What is to change; members that are no preferences are ignored."),
    responses((status = 200, description = "The deployed user was changed.", body = User)),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.deployed_user.update", level = "error", skip_all, fields(user.id = Empty))]
async fn update_user(
    State(entrance): State<Entrance>,
    call: Call,
    id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let id: UserId = request::id("id", id)?;
    Span::current().record("user.id", id.0);
    let from = PeerAddr::ip_of(&request);
    let (principal, body) = call.body(&entrance, request).await?;
    let asked =
        users::read(&body, Purpose::Preferences, call.version, &entrance.settings.staged_config, from)?;
    let user = entrance.service.update_deployed_user(call.writer(&principal), id, &asked).await?;
    Ok(call.answer(StatusCode::OK, &User::from(user))?)
}
