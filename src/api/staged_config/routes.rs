//! The four endpoints around a staged user's deletion.
//!
//! Owns paths and handlers. Each handler reads the request in this dialect's order, asks the service, renders; it must
//! never hold a rule.
//!
//! Easy to get wrong: [`render_refusals`] must stay around every route, or a refusal would go out as a bare 500. And
//! who acts is admitted twice: a stranger's body is not waited for, and a caller who was deleted while his own came acts no
//! more.

use axum::{
    extract::{Request, State},
    middleware::from_fn,
    response::Response,
};
use http::StatusCode;
use tracing::{Span, field::Empty, instrument};
use utoipa::OpenApi as _;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    error::{Failures, Refusal, Shapes, render_refusals},
    request::{self, CancelBody, PathId},
    response::{self, DEPENDENT_FIELDS, DeleteTask, DependentResult, TASK_FIELDS},
    version::Version,
};
use crate::{
    api::{
        Entrance,
        language::Language,
        parameters,
        service::{Family, Operation},
    },
    domain::task::{Task, TaskId, UserId},
};

/// The name of this dialect in the log.
const DIALECT: &str = "staged_config";

/// The routes of this dialect, with their documentation.
pub(in crate::api) fn router(entrance: &Entrance) -> OpenApiRouter {
    let entrance = Entrance { service: entrance.service.speaking(DIALECT), ..entrance.clone() };
    OpenApiRouter::with_openapi(Shapes::openapi())
        .routes(routes!(delete_user))
        .routes(routes!(get_task, cancel_task))
        .routes(routes!(get_results))
        .route_layer(from_fn(render_refusals))
        .with_state(entrance)
}

/// Delete a staged user.
///
/// Accepted at once; a task checks what depends on the user and then deletes him, or says what blocks it. A repeated
/// request while the deletion runs gets the same task.
#[utoipa::path(
    delete,
    path = "/api/staged_config/access/users/{id}",
    tag = "staged_config",
    operation_id = "deleteStagedUser",
    params(
        ("id" = u64, Path, description = "The user's number, in plain decimal digits."),
        ("fields" = Option<String>, Query, description = "The fields wanted, with nesting: `id,status`."),
        ("Version" = Option<String>, Header, description = "The release of the interface; the newest by default."),
        ("Accept-Language" = Option<String>, Header, description = "The language of `message` and `name`: `en` or `de`; English by default."),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 255 visible ASCII characters: a repeated request gets the same task."),
    ),
    responses(
        (status = 202, description = "The deletion is accepted.", body = DeleteTask,
            headers(
                ("Location" = String, description = "Where to watch the task."),
                ("Content-Language" = String, description = "The language of `message` and `name`.")
            )),
        Failures
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.submit", level = "error", skip_all, fields(user.id = Empty, task.id = Empty))]
async fn delete_user(
    State(entrance): State<Entrance>,
    id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(&request)?;
    entrance.service.admit(credentials.clone(), Operation::DeleteUser).await?;
    Version::of(request.headers())?;
    let fields = request::fields(&request, &TASK_FIELDS)?;
    let language = Language::of(request.headers());
    let user: UserId = request::id("id", id)?;
    Span::current().record("user.id", user.0);
    let key = parameters::idempotency_key(request.headers())?;
    parameters::no_body(request, entrance.body_timeout).await?;
    let principal = entrance.service.admit(credentials, Operation::DeleteUser).await?;
    let accepted = entrance.service.submit(&principal, user, key.as_ref()).await?;
    Span::current().record("task.id", accepted.task.id.0);
    Ok(response::task(StatusCode::ACCEPTED, &accepted.task, language, fields.as_ref())?)
}

fn record_user(task: &Task) {
    if let Some(user) = task.user() {
        Span::current().record("user.id", user.0);
    }
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
        ("Version" = Option<String>, Header, description = "The release of the interface; the newest by default."),
        ("Accept-Language" = Option<String>, Header, description = "The language of `message` and `name`: `en` or `de`; English by default."),
    ),
    responses(
        (status = 200, description = "The task as it stands.", body = DeleteTask,
            headers(
                ("Location" = String, description = "Where to watch the task."),
                ("Content-Language" = String, description = "The language of `message` and `name`.")
            )),
        Failures
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.task", level = "error", skip_all, fields(user.id = Empty, task.id = Empty))]
async fn get_task(
    State(entrance): State<Entrance>,
    task_id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(&request)?;
    let principal = entrance.service.admit(credentials, Operation::ReadTask).await?;
    Version::of(request.headers())?;
    let fields = request::fields(&request, &TASK_FIELDS)?;
    let language = Language::of(request.headers());
    let id: TaskId = request::id("task_id", task_id)?;
    Span::current().record("task.id", id.0);
    parameters::no_body(request, entrance.body_timeout).await?;
    let task = entrance.service.task(&principal, Family::Users, id).await?;
    record_user(&task);
    Ok(response::task(StatusCode::OK, &task, language, fields.as_ref())?)
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
        ("Version" = Option<String>, Header, description = "The release of the interface; the newest by default."),
        ("Accept-Language" = Option<String>, Header, description = "The language of `message` and `name`: `en` or `de`; English by default."),
    ),
    request_body(content = CancelBody, content_type = "application/json",
        description = "The task with the status CANCEL_REQUESTED; its other fields may be sent along and are ignored."),
    responses(
        (status = 200, description = "The cancel is kept: the task never ends in COMPLETED.", body = DeleteTask,
            headers(
                ("Location" = String, description = "Where to watch the task."),
                ("Content-Language" = String, description = "The language of `message` and `name`.")
            )),
        Failures
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.cancel", level = "error", skip_all, fields(user.id = Empty, task.id = Empty))]
async fn cancel_task(
    State(entrance): State<Entrance>,
    task_id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(&request)?;
    entrance.service.admit(credentials.clone(), Operation::CancelTask).await?;
    Version::of(request.headers())?;
    let fields = request::fields(&request, &TASK_FIELDS)?;
    let language = Language::of(request.headers());
    let id: TaskId = request::id("task_id", task_id)?;
    Span::current().record("task.id", id.0);
    request::cancel(request, entrance.body_timeout).await?;
    let principal = entrance.service.admit(credentials, Operation::CancelTask).await?;
    let task = entrance.service.cancel(&principal, Family::Users, id).await?;
    record_user(&task);
    Ok(response::task(StatusCode::OK, &task, language, fields.as_ref())?)
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
        ("Version" = Option<String>, Header, description = "The release of the interface; the newest by default."),
    ),
    responses(
        (status = 200, description = "The dependents found so far; none before any is found.", body = Vec<DependentResult>),
        Failures
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.results", level = "error", skip_all, fields(task.id = Empty))]
async fn get_results(
    State(entrance): State<Entrance>,
    task_id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(&request)?;
    let principal = entrance.service.admit(credentials, Operation::ReadTask).await?;
    Version::of(request.headers())?;
    let fields = request::fields(&request, &DEPENDENT_FIELDS)?;
    let id: TaskId = request::id("task_id", task_id)?;
    Span::current().record("task.id", id.0);
    parameters::no_body(request, entrance.body_timeout).await?;
    let found = entrance.service.results(&principal, Family::Users, id).await?;
    Ok(response::dependents(found, fields.as_ref())?)
}
