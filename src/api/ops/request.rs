//! Reading requests: what several resources read alike. Each has a file of its own for the rest.
//!
//! Owns what this dialect accepts, which is exactly what it documents: what it does not know, it refuses.
//!
//! Easy to get wrong: a parameter that is given twice. Every reader of a query keeps what it has seen and refuses the
//! second one, by way of [`once`].

pub(super) mod containers;
pub(super) mod deletions;
pub(super) mod dependents;
pub(super) mod events;
pub(super) mod tasks;
pub(super) mod tokens;
pub(super) mod workers;

use axum::extract::{Path, rejection::PathRejection};
use chrono::{DateTime, Utc};
use http::HeaderMap;

use crate::{
    api::{
        parameters::{self, Scheme},
        problem::{Problem, ProblemKind},
        service::Credentials,
    },
    domain::task::{TaskId, UserId},
};

/// The last millisecond of the year 9999.
const LATEST_MS: u64 = 253_402_300_799_999;

/// One piece of a path, or why it could not be taken out of it.
pub(super) type Piece = Result<Path<String>, PathRejection>;

/// Who calls.
pub(in crate::api) fn credentials(headers: &HeaderMap) -> Result<Credentials, Problem> {
    parameters::authorization(headers, Scheme::Bearer)?
        .ok_or_else(|| Problem::new(ProblemKind::NoCredentials, "Send a service token as a Bearer token."))
}

/// The user of the path.
pub(super) fn user(path: Piece) -> Result<UserId, Problem> {
    user_id(&piece(path))
}

/// The task of the path.
pub(super) fn task(path: Piece) -> Result<TaskId, Problem> {
    piece(path)
        .parse()
        .map_err(|_| Problem::bad_parameter("id", "The task's id must be plain decimal digits."))
}

/// The text of a piece of the path; empty, which nothing is, where it is not UTF-8.
fn piece(path: Piece) -> String {
    path.map(|Path(text)| text).unwrap_or_default()
}

fn user_id(text: &str) -> Result<UserId, Problem> {
    text.parse().map_err(|_| Problem::bad_parameter("id", "The user's id must be plain decimal digits."))
}

/// Refuses a query where none belongs.
pub(super) fn no_query(query: Option<&str>) -> Result<(), Problem> {
    if parameters::query(query)?.is_empty() { Ok(()) } else { Err(surplus_parameter()) }
}

/// Keeps a parameter's value, unless there is one already.
fn once<T>(kept: &mut Option<T>, value: T) -> Result<(), Problem> {
    if kept.replace(value).is_some() { Err(surplus_parameter()) } else { Ok(()) }
}

fn surplus_parameter() -> Problem {
    Problem::bad_parameter("query", "The query has a parameter that is not known here, or one of them twice.")
}

/// How many items a page may have.
fn limit(text: &str, most: usize) -> Result<usize, Problem> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let limit = if digits { text.parse().ok() } else { None };
    limit.filter(|limit| (1..=most).contains(limit)).ok_or_else(|| {
        Problem::bad_parameter("limit", format!("The parameter limit must be a number from 1 to {most}."))
    })
}

/// A time that a member of a body gives.
fn instant(member: &'static str, millis: u64) -> Result<DateTime<Utc>, Problem> {
    let known = i64::try_from(millis).ok().filter(|_| millis <= LATEST_MS);
    known.and_then(DateTime::from_timestamp_millis).ok_or_else(|| {
        let limit = "milliseconds since the epoch, up to the year 9999, or null";
        bad_body(format!("The member \"{member}\" must be {limit}."))
    })
}

fn bad_cursor() -> Problem {
    Problem::bad_parameter("cursor", "The parameter cursor is not one that this interface gave out.")
}

fn bad_body(public: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::BadBody, public)
}
