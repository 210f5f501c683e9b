//! User roles, of both sides.

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::StatusCode;
use tracing::instrument;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::parameters::{Common, Part};
use crate::{
    api::{
        Entrance,
        service::UserRole,
        staged_config::{
            call::Call,
            error::Refusal,
            listing,
            request::{self, PathId},
            response::roles::Role,
        },
    },
    domain::user::Side,
};

/// The group's routes.
pub(super) fn router() -> OpenApiRouter<Entrance> {
    OpenApiRouter::new()
        .routes(routes!(staged_roles))
        .routes(routes!(staged_role))
        .routes(routes!(deployed_roles))
        .routes(routes!(deployed_role))
}

/// Those with the capability of that name; all without one.
fn having(capability: Option<&str>) -> impl Fn(&UserRole) -> bool {
    move |role| capability.is_none_or(|wanted| role.capabilities.iter().any(|one| one.name() == wanted))
}

/// See the staged user roles: all of them, or those that are no administrator's.
#[utoipa::path(
    get,
    path = "/api/staged_config/access/user_roles",
    tag = "staged_config",
    operation_id = "getStagedUserRoles",
    params(
        ("contains" = Option<String>, Query, description = "Only roles with the capability of that name: `ADMIN`."),
        ("filter" = Option<String>, Query, description = "Which roles: `name ilike '%admin%'`."),
        ("fields" = Option<String>, Query, description = "The fields wanted, with nesting: `id,capabilities(name)`."),
        Part, Common,
    ),
    responses(
        (status = 200, description = "The roles.", body = Vec<Role>,
            headers(("Content-Range" = String, description = "Which part of how many: `items 0-49/120`; with a Range."))),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.staged_roles", level = "error", skip_all)]
async fn staged_roles(
    State(entrance): State<Entrance>,
    call: Call,
    request: Request,
) -> Result<Response, Refusal> {
    let contains = request::only(&request, "contains")?;
    let principal = call.no_body(&entrance, request).await?;
    let roles = entrance.service.user_roles(&principal, Side::Staged, false).await?;
    Ok(listing::page_of(&call, roles.into_iter().filter(having(contains.as_deref())).map(Role::from))?)
}

/// See a staged user role.
#[utoipa::path(
    get,
    path = "/api/staged_config/access/user_roles/{id}",
    tag = "staged_config",
    operation_id = "getStagedUserRole",
    params(
        ("id" = u64, Path, description = "The role's number, in plain decimal digits."),
        ("fields" = Option<String>, Query, description = "The fields wanted, with nesting: `id,name`."),
        Common,
    ),
    responses((status = 200, description = "The role.", body = Role)),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.staged_role", level = "error", skip_all)]
async fn staged_role(
    State(entrance): State<Entrance>,
    call: Call,
    id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let id = request::id("id", id).and_then(|id: String| request::number("id", &id))?;
    let principal = call.no_body(&entrance, request).await?;
    let role = entrance.service.user_role(&principal, id).await?;
    Ok(call.answer(StatusCode::OK, &Role::from(role))?)
}

/// See the deployed user roles: all of them, those that are no administrator's, or one's own.
#[utoipa::path(
    get,
    path = "/api/config/access/user_roles",
    tag = "staged_config",
    operation_id = "getDeployedUserRoles",
    params(
        ("current_user_role" = Option<bool>, Query, description = "Only the caller's own role."),
        ("contains" = Option<String>, Query, description = "Only roles with the capability of that name: `ADMIN`."),
        ("filter" = Option<String>, Query, description = "Which roles: `name ilike '%admin%'`."),
        ("fields" = Option<String>, Query, description = "The fields wanted, with nesting: `id,capabilities(name)`."),
        Part, Common,
    ),
    responses(
        (status = 200, description = "The roles.", body = Vec<Role>,
            headers(("Content-Range" = String, description = "Which part of how many: `items 0-49/120`; with a Range."))),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.deployed_roles", level = "error", skip_all)]
async fn deployed_roles(
    State(entrance): State<Entrance>,
    call: Call,
    request: Request,
) -> Result<Response, Refusal> {
    let contains = request::only(&request, "contains")?;
    let only_own = request::flag(&request, "current_user_role")?;
    let principal = call.no_body(&entrance, request).await?;
    let roles = entrance.service.user_roles(&principal, Side::Deployed, only_own).await?;
    Ok(listing::page_of(&call, roles.into_iter().filter(having(contains.as_deref())).map(Role::from))?)
}

/// See a deployed user role.
#[utoipa::path(
    get,
    path = "/api/config/access/user_roles/{id}",
    tag = "staged_config",
    operation_id = "getDeployedUserRole",
    params(
        ("id" = u64, Path, description = "The role's number, in plain decimal digits."),
        ("fields" = Option<String>, Query, description = "The fields wanted, with nesting: `id,name`."),
        Common,
    ),
    responses((status = 200, description = "The role.", body = Role)),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.deployed_role", level = "error", skip_all)]
async fn deployed_role(
    State(entrance): State<Entrance>,
    call: Call,
    id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let id = request::id("id", id).and_then(|id: String| request::number("id", &id))?;
    let principal = call.no_body(&entrance, request).await?;
    let role = entrance.service.user_role(&principal, id).await?;
    Ok(call.answer(StatusCode::OK, &Role::from(role))?)
}
