//! Security profiles, of both sides.

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
        problem::Problem,
        service::ProfileChoice,
        staged_config::{
            call::Call,
            error::Refusal,
            listing,
            request::{self, PathId},
            response::roles::Profile,
        },
    },
    domain::user::Side,
};

/// The group's routes.
pub(super) fn router() -> OpenApiRouter<Entrance> {
    OpenApiRouter::new()
        .routes(routes!(staged_profiles))
        .routes(routes!(staged_profile))
        .routes(routes!(deployed_profiles))
        .routes(routes!(deployed_profile))
}

/// The tenant whose profiles are wanted.
fn tenant(request: &Request) -> Result<Option<u64>, Problem> {
    request::only(request, "tenant_id")?.map(|text| request::number("tenant_id", &text)).transpose()
}

/// See the staged security profiles.
#[utoipa::path(
    get,
    path = "/api/staged_config/access/security_profiles",
    tag = "staged_config",
    operation_id = "getStagedSecurityProfiles",
    params(
        ("tenant_id" = Option<u64>, Query, description = "Only profiles that cover a domain of that tenant."),
        ("filter" = Option<String>, Query, description = "Which profiles: `domain_ids contains 3`."),
        ("fields" = Option<String>, Query, description = "The fields wanted, with nesting: `id,name`."),
        Part, Common,
    ),
    responses(
        (status = 200, description = "The profiles.", body = Vec<Profile>,
            headers(("Content-Range" = String, description = "Which part of how many: `items 0-49/120`; with a Range."))),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.staged_profiles", level = "error", skip_all)]
async fn staged_profiles(
    State(entrance): State<Entrance>,
    call: Call,
    request: Request,
) -> Result<Response, Refusal> {
    let tenant = tenant(&request)?;
    let only_own = false;
    let principal = call.no_body(&entrance, request).await?;
    let choice = ProfileChoice { tenant, only_own };
    let profiles = entrance.service.security_profiles(&principal, Side::Staged, choice).await?;
    Ok(listing::page_of(&call, profiles.into_iter().map(Profile::from))?)
}

/// See a staged security profile.
#[utoipa::path(
    get,
    path = "/api/staged_config/access/security_profiles/{id}",
    tag = "staged_config",
    operation_id = "getStagedSecurityProfile",
    params(
        ("id" = u64, Path, description = "The profile's number, in plain decimal digits."),
        ("fields" = Option<String>, Query, description = "The fields wanted, with nesting: `id,name`."),
        Common,
    ),
    responses((status = 200, description = "The profile.", body = Profile)),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.staged_profile", level = "error", skip_all)]
async fn staged_profile(
    State(entrance): State<Entrance>,
    call: Call,
    id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let id = request::id("id", id).and_then(|id: String| request::number("id", &id))?;
    let principal = call.no_body(&entrance, request).await?;
    let profile = entrance.service.security_profile(&principal, Side::Staged, id).await?;
    Ok(call.answer(StatusCode::OK, &Profile::from(profile))?)
}

/// See the deployed security profiles: all of them, or one's own.
#[utoipa::path(
    get,
    path = "/api/config/access/security_profiles",
    tag = "staged_config",
    operation_id = "getDeployedSecurityProfiles",
    params(
        ("tenant_id" = Option<u64>, Query, description = "Only profiles that cover a domain of that tenant."),
        ("current_security_profile" = Option<bool>, Query, description = "Only the caller's own profile."),
        ("filter" = Option<String>, Query, description = "Which profiles: `domain_ids contains 3`."),
        ("fields" = Option<String>, Query, description = "The fields wanted, with nesting: `id,name`."),
        Part, Common,
    ),
    responses(
        (status = 200, description = "The profiles.", body = Vec<Profile>,
            headers(("Content-Range" = String, description = "Which part of how many: `items 0-49/120`; with a Range."))),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.deployed_profiles", level = "error", skip_all)]
async fn deployed_profiles(
    State(entrance): State<Entrance>,
    call: Call,
    request: Request,
) -> Result<Response, Refusal> {
    let tenant = tenant(&request)?;
    let only_own = request::flag(&request, "current_security_profile")?;
    let principal = call.no_body(&entrance, request).await?;
    let choice = ProfileChoice { tenant, only_own };
    let profiles = entrance.service.security_profiles(&principal, Side::Deployed, choice).await?;
    Ok(listing::page_of(&call, profiles.into_iter().map(Profile::from))?)
}

/// See a deployed security profile.
#[utoipa::path(
    get,
    path = "/api/config/access/security_profiles/{id}",
    tag = "staged_config",
    operation_id = "getDeployedSecurityProfile",
    params(
        ("id" = u64, Path, description = "The profile's number, in plain decimal digits."),
        ("fields" = Option<String>, Query, description = "The fields wanted, with nesting: `id,name`."),
        Common,
    ),
    responses((status = 200, description = "The profile.", body = Profile)),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.deployed_profile", level = "error", skip_all)]
async fn deployed_profile(
    State(entrance): State<Entrance>,
    call: Call,
    id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let id = request::id("id", id).and_then(|id: String| request::number("id", &id))?;
    let principal = call.no_body(&entrance, request).await?;
    let profile = entrance.service.security_profile(&principal, Side::Deployed, id).await?;
    Ok(call.answer(StatusCode::OK, &Profile::from(profile))?)
}
