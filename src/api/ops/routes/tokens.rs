//! The endpoints by which administrators give callers tokens, and take them away.
//!
//! Easy to get wrong: a token is shown in the answer that made it, and nowhere else: not in a list, a log or a span.

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
            tokens::{self as asked, TokenBody},
        },
        response::tokens::{self as answer, NewTokenView, TokenItems},
    },
    parameters,
    service::Operation,
};

/// See the service tokens, without the tokens themselves.
#[utoipa::path(
    get,
    path = "/ops/v1/tokens",
    tag = "ops",
    operation_id = "listTokens",
    responses((status = 200, description = "All service tokens.", body = TokenItems), Failures),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.tokens", level = "error", skip_all)]
pub(crate) async fn list_tokens(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    let principal = entrance.service.admit(credentials, Operation::ManageTokens).await?;
    request::no_query(request.uri().query())?;
    parameters::no_body(request, entrance.body_timeout).await?;
    Ok(answer::tokens(entrance.service.tokens(&principal).await?))
}

/// Make a service token.
///
/// It can carry what its maker may do, and no more. It is shown this once.
#[utoipa::path(
    post,
    path = "/ops/v1/tokens",
    tag = "ops",
    operation_id = "makeToken",
    request_body(content = TokenBody, content_type = "application/json", description = "Whose it is, and what he may do."),
    responses((status = 201, description = "The token.", body = NewTokenView), Conflict, Failures),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.make_token", level = "error", skip_all)]
pub(crate) async fn make_token(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    entrance.service.admit(credentials.clone(), Operation::ManageTokens).await?;
    request::no_query(request.uri().query())?;
    let token = asked::body(request, entrance.body_timeout).await?;
    let principal = entrance.service.admit(credentials, Operation::ManageTokens).await?;
    Ok(answer::made(&entrance.service.make_token(&principal, token).await?))
}

/// Revoke a service token.
#[utoipa::path(
    delete,
    path = "/ops/v1/tokens/{name}",
    tag = "ops",
    operation_id = "revokeToken",
    params(("name" = String, Path, pattern = "^[A-Za-z0-9_.@-]{1,64}$", description = "Whose it is.")),
    responses((status = 204, description = "It is nobody's; servers may let it in for two seconds more."), Missing, Failures),
    security(("bearer" = []))
)]
#[instrument(name = "api.ops.revoke_token", level = "error", skip_all)]
pub(crate) async fn revoke_token(
    State(entrance): State<Entrance>,
    path: Piece,
    request: Request,
) -> Result<Response, Refusal> {
    let credentials = request::credentials(request.headers())?;
    entrance.service.admit(credentials.clone(), Operation::ManageTokens).await?;
    let name = asked::name(path)?;
    request::no_query(request.uri().query())?;
    parameters::no_body(request, entrance.body_timeout).await?;
    let principal = entrance.service.admit(credentials, Operation::ManageTokens).await?;
    entrance.service.revoke_token(&principal, &name).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
