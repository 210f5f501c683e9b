//! The tasks of users' deletions.

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::StatusCode;
use tracing::{Span, field::Empty, instrument};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::parameters::{Common, Part, Sentences};
use crate::{
    api::{
        Entrance,
        service::Family,
        staged_config::{
            call::Call,
            error::Refusal,
            listing,
            request::{
                self, PathId,
                cancel::{self, CancelBody},
            },
            response::{
                dependents::{self, DependentResult},
                tasks::{self, DeleteTask, TASK_FIELDS},
            },
            source::Deletions,
        },
    },
    domain::task::{Task, TaskId},
};

/// The group's routes.
pub(super) fn router() -> OpenApiRouter<Entrance> {
    OpenApiRouter::new()
        .routes(routes!(list_tasks))
        .routes(routes!(get_task, cancel_task))
        .routes(routes!(get_results))
}

fn record_user(task: &Task) {
    if let Some(user) = task.user() {
        Span::current().record("user.id", user.0);
    }
}

/// See the deletions' tasks, whichever interface they were asked for through.
#[utoipa::path(
    get,
    path = "/api/staged_config/access/user_delete_tasks",
    tag = "staged_config",
    operation_id = "getUserDeleteTasks",
    params(
        ("filter" = Option<String>, Query, description = "Which tasks: `status = CONFLICT and created > 1700000000000`."),
        ("sort" = Option<String>, Query, description = "In which order: `-created,+id`; by `id` by default."),
        ("fields" = Option<String>, Query, description = "The fields wanted, with nesting: `id,status`."),
        Part, Common, Sentences,
    ),
    responses(
        (status = 200, description = "The tasks.", body = Vec<DeleteTask>,
            headers(
                ("Content-Range" = String, description = "Which part of how many: `items 0-49/120`; with a Range."),
                ("Content-Language" = String, description = "The language of `message` and `name`.")
            )),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.tasks", level = "error", skip_all)]
async fn list_tasks(
    State(entrance): State<Entrance>,
    call: Call,
    request: Request,
) -> Result<Response, Refusal> {
    let principal = call.no_body(&entrance, request).await?;
    let all = Deletions { service: entrance.service, principal, language: call.language };
    let mut response = listing::list(&call, all).await?;
    call.language.label(&mut response);
    Ok(response)
}

/// Watch a deletion's task.
#[utoipa::path(
    get,
    path = "/api/staged_config/access/user_delete_tasks/{task_id}",
    tag = "staged_config",
    operation_id = "getUserDeleteTask",
    params(
        ("task_id" = u64, Path, description = "The task's number."),
        ("fields" = Option<String>, Query, description = "The fields wanted, with nesting: `id,status`."),
        Common, Sentences,
    ),
    responses(
        (status = 200, description = "The task as it stands.", body = DeleteTask,
            headers(
                ("Location" = String, description = "Where to watch the task."),
                ("Content-Language" = String, description = "The language of `message` and `name`.")
            )),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.task", level = "error", skip_all, fields(user.id = Empty, task.id = Empty))]
async fn get_task(
    State(entrance): State<Entrance>,
    call: Call,
    task_id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let id: TaskId = request::id("task_id", task_id)?;
    Span::current().record("task.id", id.0);
    let principal = call.no_body(&entrance, request).await?;
    let task = entrance.service.task(&principal, Family::Users, id).await?;
    record_user(&task);
    Ok(tasks::task(&call, StatusCode::OK, &task)?)
}

/// Cancel a deletion.
#[utoipa::path(
    post,
    path = "/api/staged_config/access/user_delete_tasks/{task_id}",
    tag = "staged_config",
    operation_id = "cancelUserDeleteTask",
    params(
        ("task_id" = u64, Path, description = "The task's number."),
        ("fields" = Option<String>, Header, description = "The fields wanted, with nesting: `id,status`. Taken from the query as well."),
        Common, Sentences,
    ),
    request_body(content = CancelBody, content_type = "application/json",
        description = "The task with the status CANCEL_REQUESTED; its other fields may be sent along and are ignored."),
    responses(
        (status = 200, description = "The cancel is kept: the task never ends in COMPLETED.", body = DeleteTask,
            headers(
                ("Location" = String, description = "Where to watch the task."),
                ("Content-Language" = String, description = "The language of `message` and `name`.")
            )),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.cancel", level = "error", skip_all, fields(user.id = Empty, task.id = Empty))]
async fn cancel_task(
    State(entrance): State<Entrance>,
    call: Call,
    task_id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let id: TaskId = request::id("task_id", task_id)?;
    Span::current().record("task.id", id.0);
    let (principal, body) = call.body(&entrance, request).await?;
    cancel::read(&body, &TASK_FIELDS)?;
    let task = entrance.service.cancel(&principal, Family::Users, id).await?;
    record_user(&task);
    Ok(tasks::task(&call, StatusCode::OK, &task)?)
}

/// See which dependents a deletion's task has found.
#[utoipa::path(
    get,
    path = "/api/staged_config/access/user_delete_tasks/{task_id}/results",
    tag = "staged_config",
    operation_id = "getUserDeleteTaskResults",
    params(
        ("task_id" = u64, Path, description = "The task's number."),
        ("fields" = Option<String>, Query, description = "The fields wanted: `dependent_id,blocking`."),
        Common,
    ),
    responses(
        (status = 200, description = "The dependents found so far; none before any is found.", body = Vec<DependentResult>),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.results", level = "error", skip_all, fields(task.id = Empty))]
async fn get_results(
    State(entrance): State<Entrance>,
    call: Call,
    task_id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let id: TaskId = request::id("task_id", task_id)?;
    Span::current().record("task.id", id.0);
    let principal = call.no_body(&entrance, request).await?;
    let found = entrance.service.results(&principal, Family::Users, id).await?;
    Ok(dependents::dependents(&call, found)?)
}
