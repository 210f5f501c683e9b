//! The endpoint by which programs listen to what happens.
//!
//! Easy to get wrong: the answer has no end of its own, so everything that can be refused is refused before it begins.

use axum::{
    extract::{Request, State},
    response::Response,
};
use tracing::instrument;

use crate::api::{
    Entrance,
    ops::{
        error::{Failures, Refusal},
        request::{self, events as asked},
        response::events::{self as answer, EventView},
    },
    parameters,
    service::Operation,
};

/// Listen to what happens.
///
/// Server-Sent Events: `transition` with the JSON below as its data, `gap` where more has happened than is kept, and a
/// comment every five seconds. Begins now, or behind `Last-Event-ID`.
#[utoipa::path(
    get,
    path = "/ops/v1/events",
    tag = "ops",
    operation_id = "listen",
    params(
        ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was seen."),
    ),
    responses(
        (status = 200, description = "What happens, as it happens.", body = EventView, content_type = "text/event-stream"),
        Failures
    ),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.listen", level = "error", skip_all)]
pub(crate) async fn listen(State(entrance): State<Entrance>, request: Request) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    let principal = entrance.service.admit(credentials.clone(), Operation::ReadEvents).await?;
    request::no_query(request.uri().query())?;
    let last_seen = asked::last_event_id(request.headers())?;
    parameters::no_body(request, entrance.body_timeout).await?;
    let listener = entrance.service.listen(&principal, credentials, last_seen).await?;
    Ok(answer::stream(listener, entrance.stop))
}
