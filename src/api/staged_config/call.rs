//! What every request says before its handler is asked, read in one place and in one order.
//!
//! Owns that order, which clients and tests rely on: who calls (401), whether he may (403), version, `fields`, and
//! of a list Range, `filter` and `sort`. What comes after it is the handlers': path arguments, body, and only then what exists.
//!
//! Easy to get wrong: who acts is admitted twice. A stranger's body is not waited for, and a caller who was deleted while
//! his own came acts no more. So whoever has a body reads it through [`Call`].

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{FromRequestParts, MatchedPath, Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{StatusCode, request::Parts};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

use super::{
    endpoint::Endpoint,
    endpoints,
    error::Refusal,
    fields::{Selection, Shape},
    query::ListQuery,
    request,
    version::Version,
};
use crate::api::{
    Entrance,
    language::Language,
    parameters,
    problem::{Problem, ProblemKind},
    service::{Credentials, Principal},
};

/// A request that was let in, without what its handler reads.
#[derive(Clone)]
pub(super) struct Call {
    /// The release of the interface that the caller was written for.
    pub(super) version: Version,
    /// The language he reads.
    pub(super) language: Language,
    fields: Option<Arc<Selection>>,
    query: Arc<ListQuery>,
    credentials: Credentials,
    endpoint: &'static Endpoint,
}

/// The middleware that lets requests in, or not.
pub(super) async fn read(State(entrance): State<Entrance>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let head = http::Request::from_parts(parts, ());
    match Call::of(&entrance, &head).await {
        Ok(call) => {
            let (mut parts, ()) = head.into_parts();
            parts.extensions.insert(call);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(problem) => Refusal::from(problem).into_response(),
    }
}

/// The endpoint that a request has reached.
pub(super) fn endpoint_of<B>(request: &http::Request<B>) -> Option<&'static Endpoint> {
    let path = request.extensions().get::<MatchedPath>()?;
    endpoints::find(request.method(), path.as_str())
}

impl Call {
    async fn of(entrance: &Entrance, request: &http::Request<()>) -> Result<Self, Problem> {
        let endpoint =
            endpoint_of(request).ok_or_else(|| Problem::new(ProblemKind::UnknownPath, "Nothing is here."))?;
        let credentials = request::credentials(request)?;
        entrance.service.admit(credentials.clone(), endpoint.operation).await?;
        let version = Version::of(request.headers())?;
        if version < endpoint.since {
            return Err(Problem::new(ProblemKind::UnknownPath, "That version does not have it."));
        }
        let shape = Shape::new(endpoint.fields, version.major());
        let fields = request::fields(request, shape)?.map(Arc::new);
        let query = endpoint.lists.map(|listing| ListQuery::of(request, shape, listing)).transpose()?;
        let query = Arc::new(query.unwrap_or_default());
        let language = Language::of(request.headers());
        Ok(Self { version, language, fields, query, credentials, endpoint })
    }

    /// The body, and who calls by the time it is there.
    pub(super) async fn body(
        &self,
        entrance: &Entrance,
        request: Request,
    ) -> Result<(Principal, Bytes), Problem> {
        let name = self.endpoint.body.unwrap_or("body");
        let body = request::body(request, name, entrance.body_timeout).await?;
        Ok((self.again(entrance).await?, body))
    }

    /// That there is no body, or an empty object, and who calls by the time that is known.
    pub(super) async fn no_body(&self, entrance: &Entrance, request: Request) -> Result<Principal, Problem> {
        parameters::no_body(request, entrance.body_timeout).await?;
        self.again(entrance).await
    }

    async fn again(&self, entrance: &Entrance) -> Result<Principal, Problem> {
        entrance.service.admit(self.credentials.clone(), self.endpoint.operation).await
    }

    /// An answer, with the fields that the caller wants.
    pub(super) fn answer(&self, status: StatusCode, shape: &impl Serialize) -> Result<Response, Problem> {
        let mut value = serde_json::to_value(shape).map_err(|error| Problem::internal().caused_by(error))?;
        self.cut(&mut value);
        Ok((status, Json(value)).into_response())
    }

    /// Leaves of an answer what its version has and the caller wants.
    pub(super) fn cut(&self, answer: &mut Value) {
        Shape::new(self.endpoint.fields, self.version.major()).cut(answer);
        if let Some(fields) = &self.fields {
            fields.apply(answer);
        }
    }

    /// What he wants of a list; all of it where the answer is none.
    pub(super) fn query(&self) -> &ListQuery {
        &self.query
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Call {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let call = Extension::<Self>::from_request_parts(parts, state).await;
        Ok(call.map_err(|error| Problem::internal().caused_by(error))?.0)
    }
}
