//! The endpoint by which operators ask for many deletions at once, or for dry runs.
//!
//! Easy to get wrong: the answer is 200 even if nobody of them can be deleted. Each has a verdict; the request as a whole
//! is refused only where it is malformed, or where the storage does not answer.

use axum::{
    extract::{Request, State},
    response::Response,
};
use tracing::instrument;

use crate::api::{
    Entrance,
    ops::{
        error::{Failures, KeyReused, Refusal},
        request::{
            self,
            deletions::{self as asked, DeletionsBody},
        },
        response::deletions::{self as answer, VerdictItems},
    },
    parameters,
    service::Operation,
};

/// Ask for the deletion of up to 1,000 users.
///
/// Each gets a verdict. One malformed member refuses the whole request, and nothing is accepted then. With `dry_run` the
/// checks run without the effect: the task shows what depends on the user, and never takes the place of his deletion.
#[utoipa::path(
    post,
    path = "/ops/v1/deletions",
    tag = "ops",
    operation_id = "submitDeletions",
    params(
        ("Idempotency-Key" = Option<String>, Header, pattern = "^[!-~]{1,255}$", description = "1 to 255 visible ASCII characters: a repeated request gets the same tasks."),
    ),
    request_body(content = DeletionsBody, content_type = "application/json", description = "Whose deletion, and when."),
    responses((status = 200, description = "What became of each, in the order asked.", body = VerdictItems), KeyReused, Failures),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.submit_deletions", level = "error", skip_all)]
pub(crate) async fn submit_deletions(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    entrance.service.admit(credentials.clone(), Operation::SubmitDeletions).await?;
    request::no_query(request.uri().query())?;
    let key = parameters::idempotency_key(request.headers())?;
    let deletions = asked::body(request, entrance.body_timeout).await?;
    let principal = entrance.service.admit(credentials, Operation::SubmitDeletions).await?;
    let judged = entrance.service.submit_deletions(&principal, &deletions, key.as_ref()).await?;
    Ok(answer::verdicts(judged))
}
