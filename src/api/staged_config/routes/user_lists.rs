//! Lists of users, of both sides.

use axum::{
    extract::{Request, State},
    response::Response,
};
use tracing::instrument;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::parameters::{Common, Part};
use crate::{
    api::{
        Entrance,
        staged_config::{call::Call, error::Refusal, listing, request, response::users::User, source::Users},
    },
    domain::user::Side,
};

/// The group's routes.
pub(super) fn router() -> OpenApiRouter<Entrance> {
    OpenApiRouter::new().routes(routes!(list_staged)).routes(routes!(list_deployed))
}

/// See the staged users: all of them, or those who are no administrators.
#[utoipa::path(
    get,
    path = "/api/staged_config/access/users",
    tag = "staged_config",
    operation_id = "getStagedUsers",
    params(
        ("filter" = Option<String>, Query, description = "Which users: `username like 'a%' and tenant_id is null`."),
        ("sort" = Option<String>, Query, description = "In which order: `+username,-id`; by `id` by default."),
        ("fields" = Option<String>, Query, description = "The fields wanted: `id,username`."),
        Part, Common,
    ),
    responses(
        (status = 200, description = "The users.", body = Vec<User>,
            headers(("Content-Range" = String, description = "Which part of how many: `items 0-49/120`; with a Range."))),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.staged_users", level = "error", skip_all)]
async fn list_staged(
    State(entrance): State<Entrance>,
    call: Call,
    request: Request,
) -> Result<Response, Refusal> {
    let principal = call.no_body(&entrance, request).await?;
    let all = Users { service: entrance.service, principal, side: Side::Staged, only_himself: false };
    Ok(listing::list(&call, all).await?)
}

/// See the deployed users: all of them, those who are no administrators, or oneself.
#[utoipa::path(
    get,
    path = "/api/config/access/users",
    tag = "staged_config",
    operation_id = "getDeployedUsers",
    params(
        ("current_user" = Option<bool>, Query, description = "Only the caller himself; nobody for a service token."),
        ("filter" = Option<String>, Query, description = "Which users: `username like 'a%' and tenant_id is null`."),
        ("sort" = Option<String>, Query, description = "In which order: `+username,-id`; by `id` by default."),
        ("fields" = Option<String>, Query, description = "The fields wanted: `id,username`."),
        Part, Common,
    ),
    responses(
        (status = 200, description = "The users.", body = Vec<User>,
            headers(("Content-Range" = String, description = "Which part of how many: `items 0-49/120`; with a Range."))),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.deployed_users", level = "error", skip_all)]
async fn list_deployed(
    State(entrance): State<Entrance>,
    call: Call,
    request: Request,
) -> Result<Response, Refusal> {
    let only_himself = request::flag(&request, "current_user")?;
    let principal = call.no_body(&entrance, request).await?;
    let all = Users { service: entrance.service, principal, side: Side::Deployed, only_himself };
    Ok(listing::list(&call, all).await?)
}
