//! The endpoints by which other systems say what depends on a user.
//!
//! Owns paths and handlers. Each handler reads credentials, then path, query and body, asks the service, renders; it
//! must never hold a rule.
//!
//! Easy to get wrong: a dependent that is registered while its user is deleted. Nothing is asked beforehand; the store
//! decides both in one step, and the answer is 404.

use axum::{
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use http::StatusCode;
use tracing::{Span, field::Empty, instrument};

use crate::api::{
    Entrance,
    ops::{
        error::{Conflict, Failures, Missing, Refusal},
        request::{
            self, Piece,
            dependents::{self as asked, DependentBody, DependentPath},
        },
        response::dependents::{self as answer, DependentView, Items},
    },
    parameters,
    service::Operation,
};

/// Register a dependent, or replace what is said about it.
#[utoipa::path(
    put,
    path = "/ops/v1/users/{id}/dependents/{type}/{dependent_id}",
    tag = "ops",
    operation_id = "putDependent",
    params(
        ("id" = u64, Path, maximum = 9_007_199_254_740_991_u64, description = "The user's number."),
        ("type" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$", description = "What depends on him: 1 to 64 letters, digits, `_`, `-` or `.`."),
        ("dependent_id" = String, Path, min_length = 1, max_length = 255, description = "Its identifier, percent-encoded: 1 to 255 bytes."),
    ),
    request_body(content = DependentBody, content_type = "application/json",
        description = "What is said about it; type and id may be repeated."),
    responses(
        (status = 201, description = "It is registered.", body = DependentView,
            headers(("Location" = String, description = "Its own path."))),
        (status = 200, description = "It was registered, and says this now.", body = DependentView),
        Missing, Conflict, Failures
    ),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.put_dependent", level = "error", skip_all, fields(user.id = Empty))]
pub(crate) async fn put_dependent(
    State(entrance): State<Entrance>,
    path: DependentPath,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    entrance.service.admit(credentials.clone(), Operation::WriteDependents).await?;
    let named = asked::dependent(path)?;
    let user = named.user;
    Span::current().record("user.id", user.0);
    request::no_query(request.uri().query())?;
    let dependent = asked::body(request, entrance.body_timeout, named).await?;
    let principal = entrance.service.admit(credentials, Operation::WriteDependents).await?;
    let registration = entrance.service.put_dependent(&principal, user, dependent.clone()).await?;
    Ok(answer::registered(user, dependent, registration)?)
}

/// Forget a dependent.
#[utoipa::path(
    delete,
    path = "/ops/v1/users/{id}/dependents/{type}/{dependent_id}",
    tag = "ops",
    operation_id = "deleteDependent",
    params(
        ("id" = u64, Path, maximum = 9_007_199_254_740_991_u64, description = "The user's number."),
        ("type" = String, Path, pattern = "^[A-Za-z0-9_.-]{1,64}$", description = "What depends on him."),
        ("dependent_id" = String, Path, min_length = 1, max_length = 255, description = "Its identifier, percent-encoded."),
    ),
    responses((status = 204, description = "It is forgotten."), Missing, Failures),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.delete_dependent", level = "error", skip_all, fields(user.id = Empty))]
pub(crate) async fn delete_dependent(
    State(entrance): State<Entrance>,
    path: DependentPath,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    entrance.service.admit(credentials.clone(), Operation::WriteDependents).await?;
    let named = asked::dependent(path)?;
    Span::current().record("user.id", named.user.0);
    request::no_query(request.uri().query())?;
    parameters::no_body(request, entrance.body_timeout).await?;
    let principal = entrance.service.admit(credentials, Operation::WriteDependents).await?;
    entrance.service.delete_dependent(&principal, named.user, &named.kind, &named.id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// List a user's dependents.
#[utoipa::path(
    get,
    path = "/ops/v1/users/{id}/dependents",
    tag = "ops",
    operation_id = "listDependents",
    params(
        ("id" = u64, Path, maximum = 9_007_199_254_740_991_u64, description = "The user's number."),
        ("limit" = Option<u16>, Query, minimum = 1, maximum = 1000, description = "How many at most: 1 to 1000, 100 by default."),
        ("cursor" = Option<String>, Query, description = "The `next` of the page before."),
    ),
    responses(
        (status = 200, description = "A page of dependents, in the order of type and id.", body = Items),
        Missing, Failures
    ),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.list_dependents", level = "error", skip_all, fields(user.id = Empty))]
pub(crate) async fn list_dependents(
    State(entrance): State<Entrance>,
    path: Piece,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    let principal = entrance.service.admit(credentials, Operation::ReadDependents).await?;
    let user = request::user(path)?;
    Span::current().record("user.id", user.0);
    let paging = asked::paging(request.uri().query())?;
    parameters::no_body(request, entrance.body_timeout).await?;
    let page = entrance.service.list_dependents(&principal, user, &paging.after, paging.limit).await?;
    Ok(answer::page(page))
}
