//! What this dialect answers when all is well, and how an answer is written: as a page, or as JSON.
//!
//! Owns the way from a shape to bytes, for answers and errors alike. The shapes stand in files by subject.
//!
//! Easy to get wrong: a handler does not know the format, and must not ask for it: [`converse`] stands around every
//! route, reads the request before and writes the answer after.

pub(super) mod containers;
pub(super) mod jobs;
mod page;
pub(super) mod site;
pub(super) mod tokens;
pub(super) mod workspaces;

use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, header};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;

use super::{
    error::{self, Refusal},
    request::{Asked, Format},
};
use crate::api::{Entrance, problem::Problem};

const CONTENT_SECURITY_POLICY: HeaderName = HeaderName::from_static("content-security-policy");

/// An answer on its way from a handler to [`converse`].
pub(super) struct Reply(Value);

impl Reply {
    /// An answer of that shape.
    pub(super) fn of(shape: &impl Serialize) -> Result<Self, Problem> {
        serde_json::to_value(shape).map(Self).map_err(|error| Problem::internal().caused_by(error))
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = ().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// What the original answers where there is nothing else to say.
#[derive(Serialize, ToSchema)]
#[schema(as = ArcGisStatus)]
pub(super) struct Success {
    /// Always `success`.
    status: &'static str,
}

/// It is done.
pub(super) fn success() -> Result<Reply, Problem> {
    Reply::of(&Success { status: "success" })
}

/// The middleware around this dialect's handlers.
pub(super) async fn converse(State(entrance): State<Entrance>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let asked = Arc::new(Asked::read(Request::from_parts(parts.clone(), body), entrance.body_timeout).await);
    let format = asked.format();
    parts.extensions.insert(asked);
    let mut response = next.run(Request::from_parts(parts, Body::empty())).await;
    if let Some(reply) = response.extensions_mut().remove::<Arc<Reply>>() {
        return written(format, &reply.0);
    }
    match response.extensions_mut().remove::<Arc<Refusal>>() {
        Some(refusal) => error::answer(&refusal, format),
        None => response,
    }
}

/// An answer in that format.
pub(super) fn written(format: Format, shape: &impl Serialize) -> Response {
    let json = match format {
        Format::Json => serde_json::to_string(shape),
        Format::PrettyJson | Format::Html => serde_json::to_string_pretty(shape),
    };
    // Strings, numbers and lists are always JSON; an empty answer would still be one.
    let json = json.unwrap_or_default();
    match format {
        Format::Json | Format::PrettyJson => {
            ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], json).into_response()
        }
        Format::Html => {
            let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
            let policy = (CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'"));
            ([kind, policy], page::page(&json)).into_response()
        }
    }
}
