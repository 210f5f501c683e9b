//! The endpoint by which operators ask whether everything is as it should be.

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
        response::doctor::{self as answer, FindingItems},
    },
    parameters,
    service::Operation,
};

/// Ask whether everything is as it should be.
#[utoipa::path(
    get,
    path = "/ops/v1/doctor",
    tag = "ops",
    operation_id = "diagnose",
    responses((status = 200, description = "What was looked at, and what to do about it.", body = FindingItems), Failures),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.doctor", level = "error", skip_all)]
pub(crate) async fn diagnose(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    let principal = entrance.service.admit(credentials, Operation::ReadDiagnosis).await?;
    request::no_query(request.uri().query())?;
    parameters::no_body(request, entrance.body_timeout).await?;
    Ok(answer::findings(entrance.service.diagnose(&principal).await?))
}
