//! The help: what there is to be called.

use axum::{
    Extension,
    extract::{Request, State},
    response::Response,
};
use http::StatusCode;
use serde::Serialize;
use std::sync::Arc;
use tracing::instrument;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::parameters::{Common, Part};
use crate::api::{
    Entrance,
    problem::{Missing, Problem, ProblemKind},
    staged_config::{
        call::Call,
        error::Refusal,
        help::{EntryId, Help},
        listing,
        request::{self, PathId},
        response::help::{EndpointHelp, ResourceHelp, VersionHelp},
        source::HelpEndpoints,
    },
};

/// The group's routes.
pub(super) fn router() -> OpenApiRouter<Entrance> {
    OpenApiRouter::new()
        .routes(routes!(list_endpoints))
        .routes(routes!(get_endpoint))
        .routes(routes!(list_resources))
        .routes(routes!(get_resource))
        .routes(routes!(list_versions))
        .routes(routes!(get_version))
}

type TheHelp = Extension<Arc<Help>>;

fn found(call: &Call, entry: Option<impl Serialize>) -> Result<Response, Refusal> {
    let missing = || Problem::new(ProblemKind::NotFound(Missing::Documentation), "Nothing has that number.");
    Ok(call.answer(StatusCode::OK, &entry.ok_or_else(missing)?)?)
}

/// See the endpoints that there are.
///
/// Each is there once for every version that has it.
#[utoipa::path(
    get,
    path = "/api/help/endpoints",
    tag = "staged_config",
    operation_id = "getHelpEndpoints",
    params(
        ("filter" = Option<String>, Query, description = "Which: `version = 26.0 and path ilike '%user%'`."),
        ("fields" = Option<String>, Query, description = "The fields wanted: `id,version`."),
        Part, Common,
    ),
    responses(
        (status = 200, description = "The endpoints.", body = Vec<EndpointHelp>,
            headers(("Content-Range" = String, description = "Which part of how many: `items 0-49/120`; with a Range."))),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.help_endpoints", level = "error", skip_all)]
async fn list_endpoints(
    State(entrance): State<Entrance>,
    call: Call,
    Extension(help): TheHelp,
    request: Request,
) -> Result<Response, Refusal> {
    let principal = call.no_body(&entrance, request).await?;
    Ok(listing::list(&call, HelpEndpoints { help, principal }).await?)
}

/// See one of the endpoints that there are.
#[utoipa::path(
    get,
    path = "/api/help/endpoints/{endpoint_id}",
    tag = "staged_config",
    operation_id = "getHelpEndpoint",
    params(
        ("endpoint_id" = u64, Path, description = "Its number, which another start of the server may change."),
        ("fields" = Option<String>, Query, description = "The fields wanted: `id,version`."),
        Common,
    ),
    responses((status = 200, description = "The endpoint.", body = EndpointHelp)),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.help_endpoint", level = "error", skip_all)]
async fn get_endpoint(
    State(entrance): State<Entrance>,
    call: Call,
    Extension(help): TheHelp,
    id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let EntryId(id) = request::id("endpoint_id", id)?;
    let principal = call.no_body(&entrance, request).await?;
    found(&call, help.endpoint(id, &principal))
}

/// See the resources that there are.
///
/// A resource is a piece of a path; each is there once for every version that has it.
#[utoipa::path(
    get,
    path = "/api/help/resources",
    tag = "staged_config",
    operation_id = "getHelpResources",
    params(
        ("filter" = Option<String>, Query, description = "Which: `version = 26.0 and parent_resource_id is null`."),
        ("fields" = Option<String>, Query, description = "The fields wanted: `id,version`."),
        Part, Common,
    ),
    responses(
        (status = 200, description = "The resources.", body = Vec<ResourceHelp>,
            headers(("Content-Range" = String, description = "Which part of how many: `items 0-49/120`; with a Range."))),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.help_resources", level = "error", skip_all)]
async fn list_resources(
    State(entrance): State<Entrance>,
    call: Call,
    Extension(help): TheHelp,
    request: Request,
) -> Result<Response, Refusal> {
    call.no_body(&entrance, request).await?;
    Ok(listing::page_of(&call, help.resources())?)
}

/// See one of the resources that there are.
#[utoipa::path(
    get,
    path = "/api/help/resources/{resource_id}",
    tag = "staged_config",
    operation_id = "getHelpResource",
    params(
        ("resource_id" = u64, Path, description = "Its number, which another start of the server may change."),
        ("fields" = Option<String>, Query, description = "The fields wanted: `id,version`."),
        Common,
    ),
    responses((status = 200, description = "The resource.", body = ResourceHelp)),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.help_resource", level = "error", skip_all)]
async fn get_resource(
    State(entrance): State<Entrance>,
    call: Call,
    Extension(help): TheHelp,
    id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let EntryId(id) = request::id("resource_id", id)?;
    call.no_body(&entrance, request).await?;
    found(&call, help.resource(id))
}

/// See the versions that there are.
///
/// Those that are served; what is older has been removed.
#[utoipa::path(
    get,
    path = "/api/help/versions",
    tag = "staged_config",
    operation_id = "getHelpVersions",
    params(
        ("filter" = Option<String>, Query, description = "Which: `deprecated = false`."),
        ("fields" = Option<String>, Query, description = "The fields wanted: `id,version`."),
        Part, Common,
    ),
    responses(
        (status = 200, description = "The versions.", body = Vec<VersionHelp>,
            headers(("Content-Range" = String, description = "Which part of how many: `items 0-49/120`; with a Range."))),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.help_versions", level = "error", skip_all)]
async fn list_versions(
    State(entrance): State<Entrance>,
    call: Call,
    Extension(help): TheHelp,
    request: Request,
) -> Result<Response, Refusal> {
    call.no_body(&entrance, request).await?;
    Ok(listing::page_of(&call, help.versions())?)
}

/// See one of the versions that there are.
#[utoipa::path(
    get,
    path = "/api/help/versions/{version_id}",
    tag = "staged_config",
    operation_id = "getHelpVersion",
    params(
        ("version_id" = u64, Path, description = "Its number, which another start of the server may change."),
        ("fields" = Option<String>, Query, description = "The fields wanted: `id,version`."),
        Common,
    ),
    responses((status = 200, description = "The version.", body = VersionHelp)),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.help_version", level = "error", skip_all)]
async fn get_version(
    State(entrance): State<Entrance>,
    call: Call,
    Extension(help): TheHelp,
    id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let EntryId(id) = request::id("version_id", id)?;
    call.no_body(&entrance, request).await?;
    found(&call, help.version(id))
}
