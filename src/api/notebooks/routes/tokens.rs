//! Where tokens are made.
//!
//! Easy to get wrong: a token is asked for without one. Nothing but name and password, or a token that is valid itself, is
//! looked at here.

use axum::extract::{Extension, State};
use tracing::instrument;

use super::Asking;
use crate::api::{
    Entrance,
    notebooks::{
        error::{Doing, Refusal},
        request::logins::{self as asked_for, Wanted},
        response::{
            Reply,
            tokens::{self as answer, Token},
        },
    },
};

/// Make a token.
///
/// For a user by name and password; or, for one who has a token, another one for a server of this portal.
#[utoipa::path(
    post,
    path = "/arcgis/sharing/rest/generateToken",
    tag = "notebooks",
    operation_id = "generateToken",
    request_body(content = String, content_type = "application/x-www-form-urlencoded",
        description = "`username` and `password`, or `token` and `serverUrl`; `client`: `referer`, `ip` or `requestip`, with `referer` or `ip`; `expiration` in minutes; `f`."),
    responses((status = 200, description = "The token, or `{\"error\":...}`.", body = Token)),
    security(())
)]
#[instrument(name = "api.notebooks.generate_token", level = "error", skip_all)]
pub(super) async fn generate_token(
    State(entrance): State<Entrance>,
    Extension(asked): Asking,
) -> Result<Reply, Refusal> {
    let (wanted, terms) = asked_for::wanted(&asked).map_err(Refusal::while_doing(Doing::Login))?;
    let service = &entrance.service;
    let session = match wanted {
        Wanted::Login { username, password } => {
            let from = asked.from().address;
            let session = service.log_in(username, password, from, &terms).await;
            session.map_err(Refusal::while_doing(Doing::Login))?
        }
        Wanted::Exchange => asked.exchange(service, &terms).await?,
    };
    Ok(answer::token(&session, asked.is_secure())?)
}
