//! The endpoints by which notebook servers say which containers run.
//!
//! Owns paths and handlers. Each handler reads credentials, then path, query and body, asks the service, renders; it must
//! never hold a rule.
//!
//! Easy to get wrong: a container that starts while its user's workspace is removed. Nothing is asked beforehand; the
//! store decides both in one step, and the answer is 409 until the removal has ended.

use axum::{
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use http::StatusCode;
use tracing::instrument;

use crate::api::{
    Entrance,
    ops::{
        error::{Conflict, Failures, Missing, Refusal},
        request::{
            self, Piece,
            containers::{self as asked, ContainerBody},
        },
        response::containers::{self as answer, ContainerItems},
    },
    parameters,
    service::Operation,
};

/// List the containers that are registered.
///
/// Those whose registration has lapsed stand among them for as long again: nobody can tell whether they run.
#[utoipa::path(
    get,
    path = "/ops/v1/containers",
    tag = "ops",
    operation_id = "listContainers",
    responses((status = 200, description = "The containers.", body = ContainerItems), Failures),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.containers", level = "error", skip_all)]
pub(crate) async fn list_containers(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    let principal = entrance.service.admit(credentials, Operation::ReadContainers).await?;
    request::no_query(request.uri().query())?;
    Ok(answer::containers(entrance.service.containers(&principal).await?))
}

/// Register a container, or say that it still runs.
///
/// Repeat it well before `expires_s` is over. While a container of a user is registered, his workspace is not deleted.
#[utoipa::path(
    put,
    path = "/ops/v1/containers/{id}",
    tag = "ops",
    operation_id = "putContainer",
    params(("id" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,128}$", description = "The container's id: 1 to 128 letters, digits, `_`, `-` or `.`.")),
    request_body(content = ContainerBody, content_type = "application/json", description = "Whose it is, and for how long it is to be believed."),
    responses(
        (status = 201, description = "It is registered."),
        (status = 204, description = "It was registered, and stands for longer."),
        Conflict, Failures
    ),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.put_container", level = "error", skip_all)]
pub(crate) async fn put_container(
    State(entrance): State<Entrance>,
    id: Piece,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    entrance.service.admit(credentials.clone(), Operation::WriteContainers).await?;
    let id = asked::id(id)?;
    request::no_query(request.uri().query())?;
    let container = asked::body(request, entrance.body_timeout, id).await?;
    let principal = entrance.service.admit(credentials, Operation::WriteContainers).await?;
    Ok(answer::registered(entrance.service.register_container(&principal, &container).await?))
}

/// Forget a container: it has ended.
#[utoipa::path(
    delete,
    path = "/ops/v1/containers/{id}",
    tag = "ops",
    operation_id = "deleteContainer",
    params(("id" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,128}$", description = "The container's id.")),
    responses((status = 204, description = "It is forgotten."), Missing, Failures),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.delete_container", level = "error", skip_all)]
pub(crate) async fn delete_container(
    State(entrance): State<Entrance>,
    id: Piece,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    entrance.service.admit(credentials.clone(), Operation::WriteContainers).await?;
    let id = asked::id(id)?;
    request::no_query(request.uri().query())?;
    parameters::no_body(request, entrance.body_timeout).await?;
    let principal = entrance.service.admit(credentials, Operation::WriteContainers).await?;
    entrance.service.unregister_container(&principal, &id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
