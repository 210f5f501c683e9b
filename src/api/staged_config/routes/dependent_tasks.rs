//! The tasks that find out what depends on a user.
//!
//! Easy to get wrong: a GET makes such a task. Two requests make two, unless an Idempotency-Key says that they are one; and
//! HEAD, which is GET without a body everywhere else, is refused here.

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::{Method, StatusCode};
use tracing::{Span, field::Empty, instrument};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::parameters::{Common, Repeatable, Sentences};
use crate::{
    api::{
        Entrance, parameters,
        problem::{Problem, ProblemKind},
        service::Family,
        staged_config::{
            call::Call,
            error::Refusal,
            request::{
                self, PathId,
                cancel::{self, CancelBody},
            },
            response::{
                dependent_tasks::{self, DEPENDENT_TASK_FIELDS, DependentTask},
                dependents::{self, DependentResult},
            },
        },
    },
    domain::task::{Task, TaskId, UserId},
};

/// The group's routes.
pub(super) fn router() -> OpenApiRouter<Entrance> {
    OpenApiRouter::new()
        .routes(routes!(find_dependents))
        .routes(routes!(get_task, cancel_task))
        .routes(routes!(get_results))
}

fn record_user(task: &Task) {
    if let Some(user) = task.user() {
        Span::current().record("user.id", user.0);
    }
}

/// Find out what depends on a user.
///
/// Accepted at once; a task looks for everything that would be in the way of his deletion, and does nothing else. Every
/// request makes a task.
#[utoipa::path(
    get,
    path = "/api/config/access/users/{id}/dependents",
    tag = "staged_config",
    operation_id = "findUserDependents",
    params(
        ("id" = u64, Path, description = "The user's number, in plain decimal digits."),
        ("fields" = Option<String>, Query, description = "The fields wanted, with nesting: `id,task_components(status)`."),
        Common, Sentences, Repeatable,
    ),
    responses(
        (status = 202, description = "The request is accepted.", body = DependentTask,
            headers(
                ("Location" = String, description = "Where to watch the task."),
                ("Content-Language" = String, description = "The language of `message` and `name`.")
            )),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.find_dependents", level = "error", skip_all, fields(user.id = Empty, task.id = Empty))]
async fn find_dependents(
    State(entrance): State<Entrance>,
    call: Call,
    id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    if request.method() == Method::HEAD {
        return Err(
            Problem::new(ProblemKind::MethodNotAllowed, "This path does not support this method.").into()
        );
    }
    let user: UserId = request::id("id", id)?;
    Span::current().record("user.id", user.0);
    let key = parameters::idempotency_key(request.headers())?;
    let principal = call.no_body(&entrance, request).await?;
    let accepted = entrance.service.find_dependents(&principal, user, key.as_ref()).await?;
    Span::current().record("task.id", accepted.task.id.0);
    Ok(dependent_tasks::task(&call, StatusCode::ACCEPTED, &accepted.task)?)
}

/// Watch how it is found out what depends on a user.
#[utoipa::path(
    get,
    path = "/api/config/access/user_dependent_tasks/{task_id}",
    tag = "staged_config",
    operation_id = "getUserDependentTask",
    params(
        ("task_id" = u64, Path, description = "The task's number."),
        ("fields" = Option<String>, Query, description = "The fields wanted, with nesting: `id,status`."),
        Common, Sentences,
    ),
    responses(
        (status = 200, description = "The task as it stands.", body = DependentTask,
            headers(
                ("Location" = String, description = "Where to watch the task."),
                ("Content-Language" = String, description = "The language of `message` and `name`.")
            )),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.dependents_task", level = "error", skip_all, fields(user.id = Empty, task.id = Empty))]
async fn get_task(
    State(entrance): State<Entrance>,
    call: Call,
    task_id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let id: TaskId = request::id("task_id", task_id)?;
    Span::current().record("task.id", id.0);
    let principal = call.no_body(&entrance, request).await?;
    let task = entrance.service.task(&principal, Family::Dependents, id).await?;
    record_user(&task);
    Ok(dependent_tasks::task(&call, StatusCode::OK, &task)?)
}

/// Stop finding out what depends on a user.
#[utoipa::path(
    post,
    path = "/api/config/access/user_dependent_tasks/{task_id}",
    tag = "staged_config",
    operation_id = "cancelUserDependentTask",
    params(
        ("task_id" = u64, Path, description = "The task's number."),
        ("fields" = Option<String>, Header, description = "The fields wanted, with nesting: `id,status`. Taken from the query as well."),
        Common, Sentences,
    ),
    request_body(content = CancelBody, content_type = "application/json",
        description = "The task with the status CANCEL_REQUESTED; its other fields may be sent along and are ignored."),
    responses(
        (status = 200, description = "The cancel is kept: the task never ends in COMPLETED.", body = DependentTask,
            headers(
                ("Location" = String, description = "Where to watch the task."),
                ("Content-Language" = String, description = "The language of `message` and `name`.")
            )),
    ),
    security(("sec" = []), ("basic" = []))
)]
#[instrument(name = "api.staged_config.cancel_dependents", level = "error", skip_all, fields(user.id = Empty, task.id = Empty))]
async fn cancel_task(
    State(entrance): State<Entrance>,
    call: Call,
    task_id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let id: TaskId = request::id("task_id", task_id)?;
    Span::current().record("task.id", id.0);
    let (principal, body) = call.body(&entrance, request).await?;
    cancel::read(&body, &DEPENDENT_TASK_FIELDS)?;
    let task = entrance.service.cancel(&principal, Family::Dependents, id).await?;
    record_user(&task);
    Ok(dependent_tasks::task(&call, StatusCode::OK, &task)?)
}

/// See what depends on a user.
#[utoipa::path(
    get,
    path = "/api/config/access/user_dependent_tasks/{task_id}/results",
    tag = "staged_config",
    operation_id = "getUserDependentTaskResults",
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
#[instrument(name = "api.staged_config.dependents_results", level = "error", skip_all, fields(task.id = Empty))]
async fn get_results(
    State(entrance): State<Entrance>,
    call: Call,
    task_id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let id: TaskId = request::id("task_id", task_id)?;
    Span::current().record("task.id", id.0);
    let principal = call.no_body(&entrance, request).await?;
    let found = entrance.service.results(&principal, Family::Dependents, id).await?;
    Ok(dependents::dependents(&call, found)?)
}
