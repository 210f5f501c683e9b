//! What every request says before its handler is asked, read in one place and in one order.
//!
//! Owns that order, which clients and tests rely on: who calls (401), whether he may (403), version, whether he takes what there
//! is (406), whether he sends what can be read (415), `fields`, and of a list Range, `filter` and `sort`. What comes after it is
//! the handlers': path arguments, body, and only then what exists.
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
use http::{HeaderMap, StatusCode, header, request::Parts};
use hyper::body::Body as _;
use secrecy::SecretString;
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
    session::Visit,
    version::{self, Version},
};
use crate::{
    api::{
        Entrance,
        accept::Accepted,
        language::Language,
        parameters,
        problem::{Problem, ProblemKind},
        service::{Credentials, Principal, Writer},
    },
    http::must_be_json,
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

/// Who calls, and how he has shown it.
struct Caller {
    credentials: Credentials,
    principal: Principal,
}

/// The middleware that lets requests in, or not.
pub(super) async fn read(State(entrance): State<Entrance>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let announced_bytes = body.size_hint().lower();
    let head = http::Request::from_parts(parts, ());
    let caller = match Caller::of(&entrance, &head).await {
        Ok(caller) => caller,
        Err(problem) => return Refusal::from(problem).into_response(),
    };
    let visit = Visit::of(&head);
    let mut response = match Call::of(&entrance, &caller, &head, announced_bytes) {
        Ok(call) => {
            let (mut parts, ()) = head.into_parts();
            parts.extensions.insert(call);
            next.run(Request::from_parts(parts, body)).await
        }
        Err(problem) => Refusal::from(problem).into_response(),
    };
    if !response.headers().contains_key(header::SET_COOKIE)
        && let Some(cookie) = visit.set_cookie(&entrance, &caller.credentials).await
    {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

impl Caller {
    async fn of(entrance: &Entrance, request: &http::Request<()>) -> Result<Self, Problem> {
        let credentials = request::credentials(request)?;
        let principal = entrance.service.authenticate(credentials.clone()).await?;
        Ok(Self { credentials, principal })
    }
}

/// That the caller takes what the endpoint answers.
fn must_take(headers: &HeaderMap, endpoint: &Endpoint) -> Result<(), Problem> {
    let accepted = Accepted::of(headers);
    if endpoint.answers().iter().any(|(kind, subtype)| accepted.quality(kind, subtype) > 0) {
        return Ok(());
    }
    Err(Problem::new(
        ProblemKind::NotAcceptable,
        "The header Accept names nothing that this endpoint answers.",
    ))
}

/// The endpoint that a request has reached.
pub(super) fn endpoint_of<B>(request: &http::Request<B>) -> Option<&'static Endpoint> {
    let path = request.extensions().get::<MatchedPath>()?;
    endpoints::find(request.method(), path.as_str())
}

impl Call {
    fn of(
        entrance: &Entrance,
        caller: &Caller,
        request: &http::Request<()>,
        announced_bytes: u64,
    ) -> Result<Self, Problem> {
        let endpoint =
            endpoint_of(request).ok_or_else(|| Problem::new(ProblemKind::UnknownPath, "Nothing is here."))?;
        endpoint.operation.permit(&caller.principal)?;
        let version = version::asked(request.headers(), &entrance.settings.staged_config)?;
        if version < endpoint.since {
            return Err(Problem::new(ProblemKind::UnknownPath, "That version does not have it."));
        }
        must_take(request.headers(), endpoint)?;
        if announced_bytes > 0 {
            must_be_json(request.headers())?;
        }
        let shape = Shape::new(endpoint.fields, version.major());
        let fields = request::fields(request, shape)?.map(Arc::new);
        let query = endpoint.lists.map(|listing| ListQuery::of(request, shape, listing)).transpose()?;
        let query = Arc::new(query.unwrap_or_default());
        let language = Language::of(request.headers());
        let credentials = caller.credentials.clone();
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

    /// Him, as one who writes users.
    pub(super) const fn writer<'a>(&'a self, principal: &'a Principal) -> Writer<'a> {
        Writer { principal, credentials: &self.credentials }
    }

    /// The session by which he calls, if he does.
    pub(super) fn session(&self) -> Option<&SecretString> {
        match &self.credentials {
            Credentials::Session { token, .. } => Some(token),
            Credentials::Token(_) | Credentials::Basic { .. } => None,
        }
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
