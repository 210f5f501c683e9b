//! The containers in which notebooks run: see them, end one.
//!
//! Easy to get wrong: authors see their own, so that somebody else's is not there for them, rather than forbidden.

use axum::extract::{Extension, State};
use tracing::instrument;

use super::Asking;
use crate::api::{
    Entrance,
    notebooks::{
        error::Refusal,
        request::{self, Piece},
        response::{
            Reply, Success,
            containers::{self as answer, Container, Containers},
            success,
        },
    },
};

/// List containers.
///
/// Administrators see all of them, authors their own.
#[utoipa::path(
    get,
    path = "/arcgis/notebooks/admin/system/containers",
    tag = "notebooks",
    operation_id = "listNotebookContainers",
    params(("f" = Option<String>, Query, description = "`html`, `json` or `pjson`.")),
    responses((status = 200, description = "The containers, or `{\"error\":...}`.", body = Containers)),
    security(("esri" = []), ("bearer" = []))
)]
#[instrument(name = "api.notebooks.containers", level = "error", skip_all)]
pub(super) async fn list_containers(
    State(entrance): State<Entrance>,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    let principal = asked.caller(&entrance.service).await?;
    asked.given()?;
    Ok(answer::containers(&entrance.service.notebook_containers(&principal).await?)?)
}

/// See one container.
#[utoipa::path(
    get,
    path = "/arcgis/notebooks/admin/system/containers/{id}",
    tag = "notebooks",
    operation_id = "getNotebookContainer",
    params(
        ("id" = String, Path, description = "Its `id` in the list."),
        ("f" = Option<String>, Query, description = "`html`, `json` or `pjson`."),
    ),
    responses((status = 200, description = "The container, or `{\"error\":...}`.", body = Container)),
    security(("esri" = []), ("bearer" = []))
)]
#[instrument(name = "api.notebooks.container", level = "error", skip_all)]
pub(super) async fn get_container(
    State(entrance): State<Entrance>,
    id: Piece,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    let principal = asked.caller(&entrance.service).await?;
    asked.given()?;
    Ok(answer::container(&entrance.service.notebook_container(&principal, &request::text(id)).await?)?)
}

/// End a container.
///
/// A registered one is unregistered; one that the engine has is stopped there.
#[utoipa::path(
    post,
    path = "/arcgis/notebooks/admin/system/containers/{id}/terminateContainer",
    tag = "notebooks",
    operation_id = "terminateNotebookContainer",
    params(("id" = String, Path, description = "Its `id` in the list.")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "`f`, `token`."),
    responses((status = 200, description = "`{\"status\":\"success\"}` or `{\"error\":...}`.", body = Success)),
    security(("esri" = []), ("bearer" = []))
)]
#[instrument(name = "api.notebooks.terminate", level = "error", skip_all)]
pub(super) async fn terminate_container(
    State(entrance): State<Entrance>,
    id: Piece,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    let principal = asked.caller(&entrance.service).await?;
    asked.given()?;
    entrance.service.terminate_container(&principal, &request::text(id)).await?;
    Ok(success()?)
}
