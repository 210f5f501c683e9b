//! Service tokens as this dialect shows them.
//!
//! Easy to get wrong: the token itself is in one answer only, that to the request which made it. Nothing here may have
//! `Debug`, or it would find its way into a log.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use http::StatusCode;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use utoipa::ToSchema;

use super::millis;
use crate::{
    api::{
        ops::words::CapabilityWord,
        service::{MadeToken, TokenEntry},
    },
    domain::capability::Capability,
};

/// A service token, without the token.
#[derive(Serialize, ToSchema)]
#[schema(as = Token)]
pub(crate) struct TokenView {
    /// Whose it is.
    name: String,
    /// What he may do.
    #[schema(value_type = Vec<CapabilityWord>)]
    capabilities: Vec<&'static str>,
    /// When it was made, where that is known.
    #[schema(required)]
    created: Option<i64>,
    /// When it ends to be valid; never, if null.
    #[schema(required)]
    expires: Option<i64>,
    /// When it was last used.
    #[schema(required)]
    last_used: Option<i64>,
}

/// Service tokens.
#[derive(Serialize, ToSchema)]
#[schema(as = Tokens)]
pub(crate) struct TokenItems {
    /// By their names.
    items: Vec<TokenView>,
}

/// A service token that was made just now.
#[derive(Serialize, ToSchema)]
#[schema(as = NewToken)]
pub(crate) struct NewTokenView {
    /// Whose it is.
    name: String,
    /// What he may do.
    #[schema(value_type = Vec<CapabilityWord>)]
    capabilities: Vec<&'static str>,
    /// When it ends to be valid; never, if null.
    #[schema(required)]
    expires: Option<i64>,
    /// The token. It is shown this once.
    token: String,
}

impl From<TokenEntry> for TokenView {
    fn from(token: TokenEntry) -> Self {
        Self {
            name: token.name,
            capabilities: words(&token.capabilities),
            created: token.created.map(millis),
            expires: token.expires.map(millis),
            last_used: token.last_used.map(millis),
        }
    }
}

/// All of them.
pub(crate) fn tokens(tokens: Vec<TokenEntry>) -> Response {
    Json(TokenItems { items: tokens.into_iter().map(TokenView::from).collect() }).into_response()
}

/// One that was made just now.
pub(crate) fn made(made: &MadeToken) -> Response {
    let view = NewTokenView {
        name: made.asked.name.as_str().to_owned(),
        capabilities: words(&made.asked.capabilities),
        expires: made.asked.expires.map(millis),
        token: made.token.expose_secret().to_owned(),
    };
    (StatusCode::CREATED, Json(view)).into_response()
}

fn words(capabilities: &[Capability]) -> Vec<&'static str> {
    capabilities.iter().copied().map(Capability::name).collect()
}
