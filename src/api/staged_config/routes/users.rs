//! Staged users.

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::StatusCode;
use tracing::{Span, field::Empty, instrument};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{
        Entrance, parameters,
        staged_config::{
            call::Call,
            error::{Failures, Refusal},
            request::{self, PathId},
            response::tasks::{self, DeleteTask},
        },
    },
    domain::task::UserId,
};

/// The group's routes.
pub(super) fn router() -> OpenApiRouter<Entrance> {
    OpenApiRouter::new().routes(routes!(delete_user))
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
    call: Call,
    id: PathId,
    request: Request,
) -> Result<Response, Refusal> {
    let user: UserId = request::id("id", id)?;
    Span::current().record("user.id", user.0);
    let key = parameters::idempotency_key(request.headers())?;
    let principal = call.no_body(&entrance, request).await?;
    let accepted = entrance.service.submit(&principal, user, key.as_ref()).await?;
    Span::current().record("task.id", accepted.task.id.0);
    Ok(tasks::task(&call, StatusCode::ACCEPTED, &accepted.task)?)
}
