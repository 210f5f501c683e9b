//! Staged users, one at a time.

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::{HeaderValue, StatusCode, header};
use tracing::{Span, field::Empty, instrument};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::parameters::{Common, Repeatable, Sentences};
use crate::{
    api::{
        Entrance, parameters,
        problem::Problem,
        staged_config::{
            call::Call,
            error::Refusal,
            request::{
                self, PathId,
                users::{self, Purpose, UserBody},
            },
            response::{
                tasks::{self, DeleteTask},
                users::User,
            },
        },
    },
    domain::{task::UserId, user::Side},
    http::PeerAddr,
};

/// The group's routes.
pub(super) fn router() -> OpenApiRouter<Entrance> {
    OpenApiRouter::new().routes(routes!(create_user)).routes(routes!(get_user, update_user, delete_user))
}

/// Create a staged user.
///
/// He is deployed with the next deploy. A user role and a security profile, a name and an address are needed; a password
/// where users log in with the one they have here. A body with several faults is refused for the first: who may, then what
/// was sent, then what stands against it, each in the order of the codes' documentation.
#[utoipa::path(
    post,
    path = "/api/staged_config/access/users",
    tag = "staged_config",
    operation_id = "createStagedUser",
    params(
        ("fields" = Option<String>, Header, description = "The fields wanted: `id,username`. Taken from the query as well."),
        Common,
    ),
    request_body(content = UserBody, content_type = "application/json",
        description = "The new user; members that a new user does not take are ignored."),
    responses(
        (status = 201, description = "The staged user was created.", body = User,
            headers(("Location" = String, description = "Where he can be read."))),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.user.create", level = "error", skip_all, fields(user.id = Empty))]
async fn create_user(
    State(entrance): State<Entrance>,
    call: Call,
    request: Request,
) -> Result<Response, Refusal> {
    let from = PeerAddr::ip_of(&request);
    let (principal, body) = call.body(&entrance, request).await?;
    let asked = users::read(&body, Purpose::Creation, call.version, &entrance.settings.staged_config, from)?;
    let user = entrance.service.create_user(call.writer(&principal), &asked).await?;
    Span::current().record("user.id", user.id.0);
    let location = format!("/api/staged_config/access/users/{}", user.id);
    let mut response = call.answer(StatusCode::CREATED, &User::from(user))?;
    let location = HeaderValue::try_from(location).map_err(|error| Problem::internal().caused_by(error))?;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}

/// See a staged user.
#[utoipa::path(
    get,
    path = "/api/staged_config/access/users/{id}",
    tag = "staged_config",
    operation_id = "getStagedUser",
    params(
        ("id" = u64, Path, description = "The user's number."),
        ("fields" = Option<String>, Query, description = "The fields wanted: `id,username`."),
        Common,
    ),
    responses((status = 200, description = "The staged user.", body = User)),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.user", level = "error", skip_all, fields(user.id = Empty))]
async fn get_user(
    State(entrance): State<Entrance>,
    call: Call,
    id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let id: UserId = request::id("id", id)?;
    Span::current().record("user.id", id.0);
    let principal = call.no_body(&entrance, request).await?;
    let user = entrance.service.user(&principal, Side::Staged, id).await?;
    Ok(call.answer(StatusCode::OK, &User::from(user))?)
}

/// Change a staged user.
///
/// Only what is sent changes; null takes away what may be missing. Role, security profile, tenant and description wait for a
/// deploy, everything else is in effect at once. A new password ends the user's sessions.
#[utoipa::path(
    post,
    path = "/api/staged_config/access/users/{id}",
    tag = "staged_config",
    operation_id = "updateStagedUser",
    params(
        ("id" = u64, Path, description = "The user's number."),
        ("fields" = Option<String>, Header, description = "The fields wanted: `id,username`. Taken from the query as well."),
        Common,
    ),
    request_body(content = UserBody, content_type = "application/json",
        description = "What is to change; a user who was read may be sent back whole."),
    responses((status = 200, description = "The staged user was changed.", body = User)),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.user.update", level = "error", skip_all, fields(user.id = Empty))]
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
    let asked = users::read(&body, Purpose::Change, call.version, &entrance.settings.staged_config, from)?;
    let user = entrance.service.update_staged_user(call.writer(&principal), id, &asked).await?;
    Ok(call.answer(StatusCode::OK, &User::from(user))?)
}

/// Delete a staged user.
///
/// Accepted at once; a task checks what depends on the user and then deletes him, or says what blocks it. A repeated
/// request while the deletion runs gets the same task.
#[utoipa::path(
    delete,
    path = "/api/staged_config/access/users/{id}",
    tag = "staged_config",
    operation_id = "deleteStagedUser",
    params(
        ("id" = u64, Path, description = "The user's number, in plain decimal digits."),
        ("fields" = Option<String>, Query, description = "The fields wanted, with nesting: `id,status`."),
        Common, Sentences, Repeatable,
    ),
    responses(
        (status = 202, description = "The deletion is accepted.", body = DeleteTask,
            headers(
                ("Location" = String, description = "Where to watch the task."),
                ("Content-Language" = String, description = "The language of `message` and `name`.")
            )),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.submit", level = "error", skip_all, fields(user.id = Empty, task.id = Empty))]
async fn delete_user(
    State(entrance): State<Entrance>,
    call: Call,
    id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let user: UserId = request::id("id", id)?;
    Span::current().record("user.id", user.0);
    let key = parameters::idempotency_key(request.headers())?;
    let principal = call.no_body(&entrance, request).await?;
    let accepted = entrance.service.submit(&principal, user, key.as_ref()).await?;
    Span::current().record("task.id", accepted.task.id.0);
    Ok(tasks::task(&call, StatusCode::ACCEPTED, &accepted.task)?)
}
