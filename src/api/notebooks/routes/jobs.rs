//! Jobs: the tasks that delete workspaces, in the original's house style.
//!
//! Easy to get wrong: tasks of other kinds are no jobs here, whoever asks for them by number.

use axum::extract::{Extension, State};
use tracing::{Span, field::Empty, instrument};

use super::Asking;
use crate::{
    api::{
        Entrance,
        notebooks::{
            error::Refusal,
            request::{self, Asked, Piece, jobs as asked_for},
            response::{
                Reply, Success,
                jobs::{self as answer, Job, Jobs},
                success,
            },
        },
        problem::{Missing, Problem, ProblemKind},
        service::{Family, Operation, Principal},
    },
    domain::task::Task,
};

/// List the jobs.
#[utoipa::path(
    get,
    path = "/arcgis/notebooks/admin/system/jobs",
    tag = "notebooks",
    operation_id = "listNotebookJobs",
    params(
        ("detail" = Option<bool>, Query, description = "All about each job; false by default."),
        ("num" = Option<u32>, Query, description = "How many at most: 100 by default, never more than 1000."),
        ("sortByDate" = Option<bool>, Query, description = "The newest first; the oldest first by default."),
        ("f" = Option<String>, Query, description = "`html`, `json` or `pjson`."),
    ),
    responses((status = 200, description = "The newest jobs, or `{\"error\":...}`.", body = Jobs)),
    security(("esri" = []), ("bearer" = []))
)]
#[instrument(name = "api.notebooks.jobs", level = "error", skip_all)]
pub(super) async fn list_jobs(
    State(entrance): State<Entrance>,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    let principal = asked.admit(&entrance.service, Operation::AdministerNotebooks).await?;
    let wanted = asked_for::wanted(asked.given()?)?;
    let (mut tasks, total) = entrance.service.newest_removals(&principal, wanted.num).await?;
    if !wanted.newest_first {
        tasks.reverse();
    }
    Ok(answer::jobs(&tasks, total, wanted.in_detail)?)
}

/// See one job.
#[utoipa::path(
    get,
    path = "/arcgis/notebooks/admin/system/jobs/{id}",
    tag = "notebooks",
    operation_id = "getNotebookJob",
    params(
        ("id" = String, Path, description = "The `jobId`."),
        ("f" = Option<String>, Query, description = "`html`, `json` or `pjson`."),
    ),
    responses((status = 200, description = "The job, or `{\"error\":...}`.", body = Job)),
    security(("esri" = []), ("bearer" = []))
)]
#[instrument(name = "api.notebooks.job", level = "error", skip_all, fields(task.id = Empty))]
pub(super) async fn get_job(
    State(entrance): State<Entrance>,
    id: Piece,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    let principal = asked.admit(&entrance.service, Operation::AdministerNotebooks).await?;
    Ok(answer::job(&job(&entrance, &principal, &asked, id).await?)?)
}

/// Cancel a job.
#[utoipa::path(
    post,
    path = "/arcgis/notebooks/admin/system/jobs/{id}/cancel",
    tag = "notebooks",
    operation_id = "cancelNotebookJob",
    params(("id" = String, Path, description = "The `jobId`.")),
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "`f`, `token`."),
    responses((status = 200, description = "`{\"status\":\"success\"}`: it never completes; or `{\"error\":...}`.", body = Success)),
    security(("esri" = []), ("bearer" = []))
)]
#[instrument(name = "api.notebooks.cancel", level = "error", skip_all, fields(task.id = Empty))]
pub(super) async fn cancel_job(
    State(entrance): State<Entrance>,
    id: Piece,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    let principal = asked.admit(&entrance.service, Operation::AdministerNotebooks).await?;
    let task = job(&entrance, &principal, &asked, id).await?;
    entrance.service.cancel(&principal, Family::Workspaces, task.id).await.map_err(in_words)?;
    Ok(success()?)
}

async fn job(entrance: &Entrance, principal: &Principal, asked: &Asked, id: Piece) -> Result<Task, Problem> {
    asked.given()?;
    let id = asked_for::job(&request::text(id))?;
    Span::current().record("task.id", id.0);
    entrance.service.task(principal, Family::Workspaces, id).await.map_err(in_words)
}

/// What is a task elsewhere is a job here.
fn in_words(problem: Problem) -> Problem {
    if matches!(problem.kind, ProblemKind::NotFound(Missing::Task)) { asked_for::no_job() } else { problem }
}
