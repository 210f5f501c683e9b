//! What clients ask on their way: whose server this is, where tokens are made, who they are.
//!
//! Easy to get wrong: what needs no token is exactly what a client must know to get one.

use axum::extract::{Extension, State};
use tracing::instrument;

use super::Asking;
use crate::api::{
    Entrance,
    notebooks::{
        error::Refusal,
        request::{self, Piece},
        response::{Reply, site as answer},
    },
    problem::{Missing, Problem, ProblemKind},
};

/// What this server is, and where its tokens are made.
#[utoipa::path(
    get,
    path = "/arcgis/rest/info",
    tag = "notebooks",
    operation_id = "arcgisInfo",
    params(("f" = Option<String>, Query, description = "`html`, `json` or `pjson`.")),
    responses((status = 200, description = "Version, and `authInfo` with `tokenServicesUrl`.", body = Object)),
    security(())
)]
#[instrument(name = "api.notebooks.info", level = "error", skip_all)]
pub(super) async fn info(Extension(asked): Asking) -> Result<Reply, Refusal> {
    asked.given()?;
    Ok(answer::info(&asked)?)
}

/// The same, of a server that belongs to a portal.
pub(super) async fn federated_info(Extension(asked): Asking) -> Result<Reply, Refusal> {
    asked.given()?;
    Ok(answer::federated_info(&asked)?)
}

/// The portal's version.
pub(super) async fn version(Extension(asked): Asking) -> Result<Reply, Refusal> {
    asked.given()?;
    Ok(answer::portal_version()?)
}

/// The portal, as the caller finds it.
pub(super) async fn portal(
    State(entrance): State<Entrance>,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    let principal = asked.caller(&entrance.service).await?;
    asked.given()?;
    Ok(answer::portal(&asked, &principal)?)
}

/// The portal's own roles.
pub(super) async fn roles(
    State(entrance): State<Entrance>,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    asked.caller(&entrance.service).await?;
    asked.given()?;
    Ok(answer::roles()?)
}

/// The portal's servers.
pub(super) async fn servers(
    State(entrance): State<Entrance>,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    asked.caller(&entrance.service).await?;
    asked.given()?;
    Ok(answer::servers(&asked)?)
}

/// The caller himself.
pub(super) async fn user(
    State(entrance): State<Entrance>,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    let principal = asked.caller(&entrance.service).await?;
    asked.given()?;
    Ok(answer::user(&principal)?)
}

/// The caller by his name. Nobody else is shown here.
pub(super) async fn named_user(
    State(entrance): State<Entrance>,
    name: Piece,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    let principal = asked.caller(&entrance.service).await?;
    asked.given()?;
    if request::text(name) != principal.name {
        let said = "The user does not exist, or is not you.";
        return Err(Problem::new(ProblemKind::NotFound(Missing::User), said).into());
    }
    Ok(answer::user(&principal)?)
}

/// What an administrator finds at the top.
pub(super) async fn site(
    State(entrance): State<Entrance>,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    directory(&entrance, &asked, &["system", "dataaccess"], &["generateToken"]).await
}

/// What is to be found about workspaces.
pub(super) async fn data_access(
    State(entrance): State<Entrance>,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    let operations = ["transferUserWorkspace", "deleteUserWorkspace"];
    directory(&entrance, &asked, &["listUserWorkspaces"], &operations).await
}

/// What is to be found about what runs.
pub(super) async fn system(
    State(entrance): State<Entrance>,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    directory(&entrance, &asked, &["containers", "jobs"], &[]).await
}

async fn directory(
    entrance: &Entrance,
    asked: &request::Asked,
    resources: &[&str],
    operations: &[&str],
) -> Result<Reply, Refusal> {
    asked.caller(&entrance.service).await?;
    asked.given()?;
    Ok(answer::directory(resources, operations)?)
}
