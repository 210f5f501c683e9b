//! The endpoints by which operators watch the queue and stop it.
//!
//! Easy to get wrong: a paused queue is a flag. Tasks keep their states, those that run go on, and the flag outlives
//! every restart until somebody resumes.

use axum::{
    extract::{Request, State},
    response::Response,
};
use tracing::instrument;

use crate::api::{
    Entrance,
    ops::{
        error::{Failures, Refusal},
        request,
        response::queue::{self as answer, QueueView},
    },
    parameters,
    service::Operation,
};

/// See how much there is to do.
#[utoipa::path(
    get,
    path = "/ops/v1/queue",
    tag = "ops",
    operation_id = "getQueue",
    responses((status = 200, description = "The queue at a glance, at the same cost at any backlog.", body = QueueView), Failures),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.queue", level = "error", skip_all)]
pub(crate) async fn get_queue(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    let principal = entrance.service.admit(credentials, Operation::ReadQueue).await?;
    request::no_query(request.uri().query())?;
    parameters::no_body(request, entrance.body_timeout).await?;
    Ok(answer::queue(entrance.service.queue(&principal).await?))
}

/// Stop claiming altogether.
#[utoipa::path(
    post,
    path = "/ops/v1/queue/pause",
    tag = "ops",
    operation_id = "pauseQueue",
    responses((status = 200, description = "Nothing is claimed from now on.", body = QueueView), Failures),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.pause_queue", level = "error", skip_all)]
pub(crate) async fn pause_queue(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    set_paused(&entrance, request, true).await
}

/// Let claiming go on.
#[utoipa::path(
    post,
    path = "/ops/v1/queue/resume",
    tag = "ops",
    operation_id = "resumeQueue",
    responses((status = 200, description = "Workers claim again.", body = QueueView), Failures),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.resume_queue", level = "error", skip_all)]
pub(crate) async fn resume_queue(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    set_paused(&entrance, request, false).await
}

async fn set_paused(entrance: &Entrance, request: Request, paused: bool) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    entrance.service.admit(credentials.clone(), Operation::ActOnQueue).await?;
    request::no_query(request.uri().query())?;
    parameters::no_body(request, entrance.body_timeout).await?;
    let principal = entrance.service.admit(credentials, Operation::ActOnQueue).await?;
    Ok(answer::queue(entrance.service.pause_queue(&principal, paused).await?))
}
