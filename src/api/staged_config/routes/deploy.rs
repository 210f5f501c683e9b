//! The deploy of the staged configuration.

use axum::{
    extract::{Request, State},
    response::Response,
};
use tracing::{Span, field::Empty, instrument};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::parameters::Common;
use crate::{
    api::{
        Entrance,
        staged_config::{
            call::Call,
            error::Refusal,
            request::deploy::{self as body, DeployBody},
            response::deploy::{self, DEPLOY_FIELDS, DeployView},
        },
    },
    http::PeerAddr,
};

/// The group's routes.
pub(super) fn router() -> OpenApiRouter<Entrance> {
    OpenApiRouter::new().routes(routes!(get_deploy_status, deploy))
}

/// See how the last deploy stands.
#[utoipa::path(
    get,
    path = "/api/staged_config/deploy_status",
    tag = "staged_config",
    operation_id = "getDeployStatus",
    params(
        ("fields" = Option<String>, Query, description = "The fields wanted, with nesting: `status,hosts(status)`."),
        Common,
    ),
    responses((status = 200, description = "The deploy that was asked for last.", body = DeployView)),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.deploy_status", level = "error", skip_all)]
async fn get_deploy_status(
    State(entrance): State<Entrance>,
    call: Call,
    request: Request,
) -> Result<Response, Refusal> {
    let principal = call.no_body(&entrance, request).await?;
    let task = entrance.service.last_deploy(&principal).await?;
    Ok(deploy::deploy(&call, task.as_ref())?)
}

/// Deploy the staged configuration.
///
/// Accepted at once; a task copies what is staged beside what is deployed, and lets it take effect in one step or not at all.
/// Whoever is not among the staged users any more can log in no more from then on.
#[utoipa::path(
    post,
    path = "/api/staged_config/deploy_status",
    tag = "staged_config",
    operation_id = "deploy",
    params(
        ("fields" = Option<String>, Header, description = "The fields wanted, with nesting: `status,hosts(status)`. Taken from the query as well."),
        Common,
    ),
    request_body(content = DeployBody, content_type = "application/json",
        description = "The deploy status with the type; its other fields may be sent along and are ignored."),
    responses((status = 200, description = "The deploy is accepted.", body = DeployView)),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.deploy", level = "error", skip_all, fields(task.id = Empty))]
async fn deploy(State(entrance): State<Entrance>, call: Call, request: Request) -> Result<Response, Refusal> {
    let from = PeerAddr::ip_of(&request);
    let (principal, said) = call.body(&entrance, request).await?;
    let kind = body::read(&said, &DEPLOY_FIELDS)?;
    let task = entrance.service.deploy(&principal, kind, from).await?;
    Span::current().record("task.id", task.id.0);
    Ok(deploy::deploy(&call, Some(&task))?)
}
