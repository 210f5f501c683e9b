//! The endpoints by which operators see who works, and make one worker claim no more.
//!
//! Easy to get wrong: a quiet worker is not stopped. It finishes what it has begun, and claims again once it is woken.

use axum::{
    extract::{Request, State},
    response::Response,
};
use tracing::instrument;

use crate::api::{
    Entrance,
    ops::{
        error::{Failures, Missing, Refusal},
        request::{self, Piece, workers as asked},
        response::workers::{self as answer, WorkerItems, WorkerView},
    },
    parameters,
    service::Operation,
};

/// See who works.
#[utoipa::path(
    get,
    path = "/ops/v1/workers",
    tag = "ops",
    operation_id = "listWorkers",
    responses((status = 200, description = "The workers that were heard of lately.", body = WorkerItems), Failures),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.workers", level = "error", skip_all)]
pub(crate) async fn list_workers(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    let principal = entrance.service.admit(credentials, Operation::ReadWorkers).await?;
    request::no_query(request.uri().query())?;
    parameters::no_body(request, entrance.body_timeout).await?;
    Ok(answer::workers(entrance.service.workers(&principal).await?))
}

/// Make a worker claim no more.
#[utoipa::path(
    post,
    path = "/ops/v1/workers/{name}/quiet",
    tag = "ops",
    operation_id = "quietWorker",
    params(("name" = String, Path, min_length = 1, max_length = 255, description = "The worker's name, percent-encoded.")),
    responses((status = 200, description = "It claims nothing from now on.", body = WorkerView), Missing, Failures),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.quiet_worker", level = "error", skip_all)]
pub(crate) async fn quiet_worker(
    State(entrance): State<Entrance>,
    path: Piece,
    request: Request,
) -> Result<Response, Refusal> {
    set_quiet(&entrance, path, request, true).await
}

/// Let a quiet worker claim again.
#[utoipa::path(
    post,
    path = "/ops/v1/workers/{name}/wake",
    tag = "ops",
    operation_id = "wakeWorker",
    params(("name" = String, Path, min_length = 1, max_length = 255, description = "The worker's name, percent-encoded.")),
    responses((status = 200, description = "It claims again.", body = WorkerView), Missing, Failures),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.wake_worker", level = "error", skip_all)]
pub(crate) async fn wake_worker(
    State(entrance): State<Entrance>,
    path: Piece,
    request: Request,
) -> Result<Response, Refusal> {
    set_quiet(&entrance, path, request, false).await
}

async fn set_quiet(
    entrance: &Entrance,
    path: Piece,
    request: Request,
    quiet: bool,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    entrance.service.admit(credentials.clone(), Operation::ActOnWorkers).await?;
    let name = asked::name(path)?;
    request::no_query(request.uri().query())?;
    parameters::no_body(request, entrance.body_timeout).await?;
    let principal = entrance.service.admit(credentials, Operation::ActOnWorkers).await?;
    Ok(answer::worker(entrance.service.quiet_worker(&principal, &name, quiet).await?))
}
