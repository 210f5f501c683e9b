//! Workspaces: list them, delete one, hand one over, move something in one.
//!
//! Easy to get wrong: a caller who goes away while he waits stops nothing. What he asked for is a task by then.

use axum::extract::{Extension, State};
use std::time::Duration;
use tracing::{Span, field::Empty, instrument};

use super::Asking;
use crate::api::{
    Entrance,
    notebooks::{
        error::{Doing, Refusal},
        request::{self, Asked, Piece, workspaces as asked_for},
        response::{
            Reply, Success, success,
            workspaces::{self as answer, Workspaces},
        },
    },
    service::Operation,
};

/// Delete a user's workspace.
///
/// Waits for the end, within a bound, unless `async` is true. Refused while a container of the user runs. Errors come with
/// HTTP 200 and an `error` object.
#[utoipa::path(
    post,
    path = "/arcgis/notebooks/admin/dataaccess/deleteUserWorkspace",
    tag = "notebooks",
    operation_id = "deleteUserWorkspace",
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "`userName`: whose workspace; `async`: `true` for a job; `f`: `html`, `json` or `pjson`; `token`."),
    responses(
        (status = 200, description = "`{\"status\":\"success\"}`, `{\"jobId\":...}` or `{\"error\":...}`.", body = Success),
    ),
    security(("esri" = []), ("bearer" = []))
)]
#[instrument(name = "api.notebooks.delete", level = "error", skip_all, fields(task.id = Empty))]
pub(super) async fn delete_workspace(
    State(entrance): State<Entrance>,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    delete(&entrance, &asked, None).await
}

/// The same where the path names the workspace, too.
#[instrument(name = "api.notebooks.delete", level = "error", skip_all, fields(task.id = Empty))]
pub(super) async fn delete_named_workspace(
    State(entrance): State<Entrance>,
    workspace: Piece,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    delete(&entrance, &asked, Some(&request::text(workspace))).await
}

async fn delete(entrance: &Entrance, asked: &Asked, in_path: Option<&str>) -> Result<Reply, Refusal> {
    let principal = asked.admit(&entrance.service, Operation::DeleteWorkspace).await?;
    let wanted = asked_for::deletion(asked.given()?, in_path)?;
    let accepted = entrance.service.delete_workspace(&principal, &wanted.workspace).await?;
    let id = accepted.task.id;
    Span::current().record("task.id", id.0);
    if wanted.is_async {
        return Ok(answer::begun(id)?);
    }
    let limit = Duration::from_millis(entrance.settings.notebooks.wait_ms);
    let task = entrance.service.wait(id, limit, &entrance.stop).await?;
    Ok(answer::waited_for(&accepted, &task)?)
}

/// List workspaces.
///
/// Administrators see all of them, authors their own.
#[utoipa::path(
    get,
    path = "/arcgis/notebooks/admin/dataaccess/listUserWorkspaces",
    tag = "notebooks",
    operation_id = "listUserWorkspaces",
    params(
        ("f" = Option<String>, Query, description = "`html`, `json` or `pjson`."),
        ("token" = Option<String>, Query, description = "A token, where no header has one."),
    ),
    responses((status = 200, description = "The workspaces, or `{\"error\":...}`.", body = Workspaces)),
    security(("esri" = []), ("bearer" = []))
)]
#[instrument(name = "api.notebooks.workspaces", level = "error", skip_all)]
pub(super) async fn list_workspaces(
    State(entrance): State<Entrance>,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    let principal = asked.caller(&entrance.service).await?;
    asked.given()?;
    Ok(answer::workspaces(&entrance.service.workspaces(&principal).await?)?)
}

/// Hand a workspace's contents over to another user.
///
/// They go into a folder of his workspace, or into the workspace itself. The user's own directory stays, empty.
#[utoipa::path(
    post,
    path = "/arcgis/notebooks/admin/dataaccess/transferUserWorkspace",
    tag = "notebooks",
    operation_id = "transferUserWorkspace",
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "`userName`, `targetUserName`, `targetFolderName` (and their other spellings), `f`, `token`."),
    responses((status = 200, description = "`{\"status\":\"success\"}` or `{\"error\":...}`.", body = Success)),
    security(("esri" = []), ("bearer" = []))
)]
#[instrument(name = "api.notebooks.transfer", level = "error", skip_all)]
pub(super) async fn transfer_workspace(
    State(entrance): State<Entrance>,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    transfer(&entrance, &asked, None).await
}

/// The same where the path names the workspace, too.
#[instrument(name = "api.notebooks.transfer", level = "error", skip_all)]
pub(super) async fn transfer_named_workspace(
    State(entrance): State<Entrance>,
    workspace: Piece,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    transfer(&entrance, &asked, Some(&request::text(workspace))).await
}

async fn transfer(entrance: &Entrance, asked: &Asked, in_path: Option<&str>) -> Result<Reply, Refusal> {
    let principal = asked.admit(&entrance.service, Operation::AdministerNotebooks).await?;
    let wanted = asked_for::transfer(asked.given()?, in_path)?;
    let folder = wanted.folder.as_deref();
    let done = entrance.service.transfer_workspace(&principal, &wanted.from, &wanted.to, folder).await;
    done.map_err(Refusal::while_doing(Doing::Transfer))?;
    Ok(success()?)
}

/// Move a file or a folder.
///
/// Within the workspace that the path names; administrators also to another user's.
#[utoipa::path(
    post,
    path = "/arcgis/notebooks/admin/dataaccess/{workspace}/move",
    tag = "notebooks",
    operation_id = "moveInUserWorkspace",
    params(("workspace" = String, Path, description = "The name of the workspace, which is its owner's.")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "`source` and `target`: paths in the workspaces; `targetUsername`: whose workspace the target is in; `f`, `token`."),
    responses((status = 200, description = "`{\"status\":\"success\"}` or `{\"error\":...}`.", body = Success)),
    security(("esri" = []), ("bearer" = []))
)]
#[instrument(name = "api.notebooks.move", level = "error", skip_all)]
pub(super) async fn move_entry(
    State(entrance): State<Entrance>,
    workspace: Piece,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    let principal = asked.caller(&entrance.service).await?;
    let wanted = asked_for::relocation(asked.given()?, &request::text(workspace))?;
    let moved = entrance.service.move_in_workspace(
        &principal,
        (&wanted.owner, &wanted.source),
        (&wanted.target_owner, &wanted.target),
    );
    moved.await.map_err(Refusal::while_doing(Doing::Move))?;
    Ok(success()?)
}
