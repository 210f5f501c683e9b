//! Problems in the words of this dialect: HTTP 200, and an object that has the code in it.
//!
//! Owns that shape and its sentences. The status is 200 because the original's clients repeat a request on 500 and 503
//! five times, a deletion too, and then throw the answer away.
//!
//! It must never say a phrase that clients search for (`message::phrases`) where it is not meant: they would repeat the
//! request without its token. A caller who may not is told so in words that nobody searches for.
//!
//! Easy to get wrong: `details` is null for the errors that the documents show, and a list for all others.

use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;

use super::{request::Format, response::written, status};
use crate::api::{
    message::phrases::{
        CONTAINERS_ARE_RUNNING, CONTAINERS_ARE_RUNNING_AT_MOVE, CONTAINERS_ARE_RUNNING_AT_TRANSFER,
        INVALID_LOGIN, INVALID_TOKEN, TOKEN_REQUIRED, UNABLE_TO_GENERATE_TOKEN,
    },
    problem::{Problem, ProblemKind},
};

const UNAVAILABLE: &str = "The storage does not answer right now. Try again in a moment, and look first: what was asked \
                           for may have been done, or may be under way (system/jobs).";

/// What was being done when something went wrong, where the documents have a sentence of their own for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    /// Anything else, a workspace's deletion among it.
    Ordinary,
    /// A workspace's contents go to another.
    Transfer,
    /// A file or a folder goes elsewhere.
    Move,
    /// A token is made by name and password.
    Login,
}

/// A problem on its way out of a handler.
pub(super) struct Refusal {
    problem: Problem,
    doing: Doing,
}

impl Refusal {
    /// A problem that was met while doing that.
    pub(super) fn while_doing(doing: Doing) -> impl Fn(Problem) -> Self {
        move |problem| Self { problem, doing }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self { problem, doing: Doing::Ordinary }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = ().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// A problem that was found before anybody looked for the format: whoever is not understood is a program.
pub(in crate::api) fn render(problem: Problem) -> Response {
    answer(&problem.into(), Format::Json)
}

/// The answer to a request that is not served.
pub(super) fn answer(refusal: &Refusal, format: Format) -> Response {
    refusal.problem.log();
    written(format, &ErrorBody { error: ErrorObject::of(refusal) })
}

/// The body of every error.
#[derive(Serialize)]
struct ErrorBody {
    error: ErrorObject,
}

#[derive(Serialize)]
struct ErrorObject {
    code: u16,
    message: String,
    details: Option<Vec<String>>,
}

impl ErrorObject {
    fn of(Refusal { problem, doing }: &Refusal) -> Self {
        let said = || problem.public.clone();
        let code = status::code(problem.kind);
        let plain = |message: String| Self { code, message, details: Some(Vec::new()) };
        match (problem.kind, doing) {
            (ProblemKind::ContainersRunning, doing) => {
                Self { code, message: running(*doing).to_owned(), details: None }
            }
            (ProblemKind::BadCredentials, Doing::Login) => no_token(INVALID_LOGIN.to_owned()),
            (ProblemKind::NoCredentials, _) => plain(format!("{TOKEN_REQUIRED}.")),
            (ProblemKind::BadCredentials, _) => plain(format!("{INVALID_TOKEN}.")),
            (ProblemKind::Unavailable { .. }, _) => plain(UNAVAILABLE.to_owned()),
            (_, Doing::Login) if code == status::BAD_REQUEST => no_token(said()),
            (_, Doing::Ordinary | Doing::Transfer | Doing::Move | Doing::Login) => plain(said()),
        }
    }
}

const fn running(doing: Doing) -> &'static str {
    match doing {
        Doing::Ordinary | Doing::Login => CONTAINERS_ARE_RUNNING,
        Doing::Transfer => CONTAINERS_ARE_RUNNING_AT_TRANSFER,
        Doing::Move => CONTAINERS_ARE_RUNNING_AT_MOVE,
    }
}

fn no_token(why: String) -> ErrorObject {
    let message = UNABLE_TO_GENERATE_TOKEN.to_owned();
    ErrorObject { code: status::BAD_REQUEST, message, details: Some(vec![why]) }
}

/// An operation that was begun and did not succeed.
pub(super) fn failed(message: String) -> Problem {
    Problem::new(ProblemKind::WrongState, message)
}

#[cfg(test)]
mod tests;
