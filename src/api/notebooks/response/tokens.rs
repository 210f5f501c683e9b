//! A token that was made just now.
//!
//! Easy to get wrong: `expires` is a number. The documents of one product show a string, which the JavaScript client would
//! take for an invalid date. And nothing here may have `Debug`, or a token would find its way into a log.

use secrecy::ExposeSecret as _;
use serde::Serialize;
use utoipa::ToSchema;

use super::Reply;
use crate::api::{problem::Problem, service::Session};

/// A token.
#[derive(Serialize, ToSchema)]
#[schema(as = ArcGisToken)]
#[expect(clippy::struct_field_names, reason = "the names are the original's")]
pub(in crate::api::notebooks) struct Token {
    /// The token.
    token: String,
    /// When it stops working, in milliseconds since the epoch.
    expires: Option<i64>,
    /// It came over TLS, and should go so.
    ssl: bool,
}

/// The answer to whoever asked for it.
pub(in crate::api::notebooks) fn token(session: &Session, is_secure: bool) -> Result<Reply, Problem> {
    let expires = session.expires.map(|at| at.timestamp_millis());
    Reply::of(&Token { token: session.token.expose_secret().to_owned(), expires, ssl: is_secure })
}
