//! The endpoints by which operators look for tasks and act on one.
//!
//! Easy to get wrong: a task that is not there is told only to those who may act. Whether he may is asked first, before
//! anybody reads the path.

use axum::{
    extract::{Request, State},
    response::Response,
};
use tracing::{Span, field::Empty, instrument};
use utoipa::IntoParams;

use crate::api::{
    Entrance,
    language::Language,
    ops::{
        error::{Conflict, Failures, Missing, Refusal},
        request::{self, Piece, tasks as asked},
        response::tasks::{self as answer, TaskDetail, TaskItems},
        words::{KindWord, StateWord},
    },
    parameters,
    service::{Action, Operation},
};

/// The language of sentences.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "headers are read by name; this only describes one")]
pub(crate) struct WantedLanguage {
    /// The language of `name` and `message`: `en` or `de`; English by default.
    #[param(rename = "Accept-Language")]
    accept_language: Option<String>,
}

/// Look for tasks.
///
/// Newest first. One filter is looked up, the others are applied to a bounded number of tasks, so that a page may be
/// short, or empty, and still have a `next`.
#[utoipa::path(
    get,
    path = "/ops/v1/tasks",
    tag = "ops",
    operation_id = "listTasks",
    params(
        ("state" = inline(Option<StateWord>), Query, description = "Where they stand."),
        ("kind" = inline(Option<KindWord>), Query, description = "What they are for."),
        ("user_id" = Option<u64>, Query, maximum = 9_007_199_254_740_991_u64, description = "The user whom they are about."),
        ("created_by" = Option<String>, Query, min_length = 1, max_length = 1024, description = "Who asked for them, exactly."),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 100, description = "How many at most: 1 to 100, 50 by default."),
        ("cursor" = Option<String>, Query, description = "The `next` of the page before."),
        WantedLanguage,
    ),
    responses(
        (status = 200, description = "A page of tasks.", body = TaskItems,
            headers(("Content-Language" = String, description = "The language of `name` and `message`."))),
        Failures
    ),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.list_tasks", level = "error", skip_all)]
pub(crate) async fn list_tasks(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    let principal = entrance.service.admit(credentials, Operation::ListTasks).await?;
    let query = asked::query(request.uri().query())?;
    let language = Language::of(request.headers());
    parameters::no_body(request, entrance.body_timeout).await?;
    let page = entrance.service.list_tasks(&principal, &query.filter, query.before, query.limit).await?;
    Ok(answer::page(&page, language))
}

/// See all about a task.
#[utoipa::path(
    get,
    path = "/ops/v1/tasks/{id}",
    tag = "ops",
    operation_id = "getTask",
    params(
        ("id" = u64, Path, maximum = 9_007_199_254_740_991_u64, description = "The task's number."),
        WantedLanguage,
    ),
    responses(
        (status = 200, description = "The task as it stands, with checks, dependents and history.", body = TaskDetail,
            headers(("Content-Language" = String, description = "The language of `name` and `message`."))),
        Missing,
        Failures
    ),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.task", level = "error", skip_all, fields(task.id = Empty))]
pub(crate) async fn get_task(
    State(entrance): State<Entrance>,
    path: Piece,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    let principal = entrance.service.admit(credentials, Operation::ListTasks).await?;
    let id = request::task(path)?;
    Span::current().record("task.id", id.0);
    request::no_query(request.uri().query())?;
    let language = Language::of(request.headers());
    parameters::no_body(request, entrance.body_timeout).await?;
    Ok(answer::detail(entrance.service.story(&principal, id).await?, language))
}

/// Cancel a task.
///
/// Final at once where nobody works on it; otherwise it can no longer be completed, and ends in CANCELLED shortly after.
#[utoipa::path(
    post,
    path = "/ops/v1/tasks/{id}/cancel",
    tag = "ops",
    operation_id = "cancelTask",
    params(
        ("id" = u64, Path, maximum = 9_007_199_254_740_991_u64, description = "The task's number."),
        WantedLanguage,
    ),
    responses(
        (status = 200, description = "The cancel is kept: the task never ends in COMPLETED.", body = TaskDetail,
            headers(("Content-Language" = String, description = "The language of `name` and `message`."))),
        Missing,
        Conflict,
        Failures
    ),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.cancel", level = "error", skip_all, fields(task.id = Empty))]
pub(crate) async fn cancel_task(
    State(entrance): State<Entrance>,
    path: Piece,
    request: Request,
) -> Result<Response, Refusal> {
    act(&entrance, path, request, Action::Cancel).await
}

/// Pause a task.
///
/// Nobody works on it until it is resumed. A worker that held it loses it; the attempt is not counted.
#[utoipa::path(
    post,
    path = "/ops/v1/tasks/{id}/pause",
    tag = "ops",
    operation_id = "pauseTask",
    params(
        ("id" = u64, Path, maximum = 9_007_199_254_740_991_u64, description = "The task's number."),
        WantedLanguage,
    ),
    responses(
        (status = 200, description = "It is paused.", body = TaskDetail,
            headers(("Content-Language" = String, description = "The language of `name` and `message`."))),
        Missing,
        Conflict,
        Failures
    ),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.pause", level = "error", skip_all, fields(task.id = Empty))]
pub(crate) async fn pause_task(
    State(entrance): State<Entrance>,
    path: Piece,
    request: Request,
) -> Result<Response, Refusal> {
    act(&entrance, path, request, Action::Pause).await
}

/// Let a paused task go on.
#[utoipa::path(
    post,
    path = "/ops/v1/tasks/{id}/resume",
    tag = "ops",
    operation_id = "resumeTask",
    params(
        ("id" = u64, Path, maximum = 9_007_199_254_740_991_u64, description = "The task's number."),
        WantedLanguage,
    ),
    responses(
        (status = 200, description = "It goes on, or waits for its start time again.", body = TaskDetail,
            headers(("Content-Language" = String, description = "The language of `name` and `message`."))),
        Missing,
        Conflict,
        Failures
    ),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.resume", level = "error", skip_all, fields(task.id = Empty))]
pub(crate) async fn resume_task(
    State(entrance): State<Entrance>,
    path: Piece,
    request: Request,
) -> Result<Response, Refusal> {
    act(&entrance, path, request, Action::Resume).await
}

async fn act(
    entrance: &Entrance,
    path: Piece,
    request: Request,
    action: Action,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    entrance.service.admit(credentials.clone(), Operation::ActOnTasks).await?;
    let id = request::task(path)?;
    Span::current().record("task.id", id.0);
    request::no_query(request.uri().query())?;
    let language = Language::of(request.headers());
    parameters::no_body(request, entrance.body_timeout).await?;
    let principal = entrance.service.admit(credentials, Operation::ActOnTasks).await?;
    Ok(answer::detail(entrance.service.act(&principal, id, action).await?, language))
}

/// Ask again for what a task that ended was asked for.
///
/// Makes a new task that names the old one, and starts no earlier than that was to. A task that is COMPLETED has nothing
/// left to do, unless it was a dry run.
#[utoipa::path(
    post,
    path = "/ops/v1/tasks/{id}/retry",
    tag = "ops",
    operation_id = "retryTask",
    params(
        ("id" = u64, Path, maximum = 9_007_199_254_740_991_u64, description = "The number of the task that ended."),
        ("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]{1,255}$", description = "1 to 255 visible ASCII characters: a repeated request gets the same task."),
        WantedLanguage,
    ),
    responses(
        (status = 202, description = "The new task.", body = TaskDetail, headers(
            ("Location" = String, description = "Its own path."),
            ("Content-Language" = String, description = "The language of `name` and `message`."))),
        Missing,
        Conflict,
        Failures
    ),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.retry", level = "error", skip_all, fields(task.id = Empty))]
pub(crate) async fn retry_task(
    State(entrance): State<Entrance>,
    path: Piece,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    entrance.service.admit(credentials.clone(), Operation::ActOnTasks).await?;
    let id = request::task(path)?;
    Span::current().record("task.id", id.0);
    request::no_query(request.uri().query())?;
    let key = parameters::idempotency_key(request.headers())?;
    let language = Language::of(request.headers());
    parameters::no_body(request, entrance.body_timeout).await?;
    let principal = entrance.service.admit(credentials, Operation::ActOnTasks).await?;
    Ok(answer::accepted(entrance.service.retry(&principal, id, key.as_ref()).await?, language)?)
}
