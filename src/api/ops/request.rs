//! Reading requests: credentials, path, page, a dependent's body.
//!
//! Owns what this dialect accepts, which is exactly what it documents. What was read may be sent back, so a body may
//! repeat the type and the id of the path; if it says something else than the path, it is refused.
//!
//! Easy to get wrong: a cursor is the caller's text like any other. It is decoded and checked before it gets near the
//! store.

use axum::extract::{Path, Request, rejection::PathRejection};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use http::HeaderMap;
use std::time::Duration;
use utoipa::ToSchema;

use crate::{
    api::{
        parameters::{self, Scheme},
        problem::{Problem, ProblemKind},
        service::Credentials,
    },
    domain::{
        dependents::{Database, Dependent, Label, MAX_GROUPS, MAX_ID_BYTES, MAX_NAME_BYTES, is_plain_text},
        task::UserId,
    },
    http::{Members, members, read, require_json},
};

/// The largest body: a thousand groups and two names in any encoding.
const MAX_BODY_BYTES: usize = 64 * 1024;
const DEFAULT_LIMIT: usize = 100;
const MAX_LIMIT: usize = 1_000;

/// The path of a user's dependents, or why it could not be taken apart.
pub(super) type UserPath = Result<Path<String>, PathRejection>;
/// The path of one dependent, or why it could not be taken apart.
pub(super) type DependentPath = Result<Path<(String, String, String)>, PathRejection>;

/// Which dependent.
pub(super) struct Named {
    pub(super) user: UserId,
    pub(super) kind: Label,
    pub(super) id: String,
}

/// Which page.
pub(super) struct Paging {
    /// Where the page before ended; empty at the start.
    pub(super) after: String,
    pub(super) limit: usize,
}

/// What is said about a dependent.
#[derive(ToSchema)]
#[schema(as = DependentToRegister)]
#[expect(dead_code, reason = "bodies are read member by member; this only describes them")]
pub(super) struct DependentBody {
    /// What people call it.
    #[schema(max_length = 1024)]
    name: Option<String>,
    /// Whose it is.
    #[schema(max_length = 1024)]
    owner: Option<String>,
    /// Which database it lives in: EVENTS, FLOWS or ASSETS.
    #[schema(pattern = "^(EVENTS|FLOWS|ASSETS)$")]
    database: Option<String>,
    /// The groups it is in.
    #[schema(max_items = 1000)]
    group_ids: Option<Vec<u64>>,
    /// It stops the deletion of the user.
    #[schema(required = false, default = true)]
    blocking: bool,
}

/// Who calls.
pub(in crate::api) fn credentials(headers: &HeaderMap) -> Result<Credentials, Problem> {
    parameters::authorization(headers, Scheme::Bearer)?
        .ok_or_else(|| Problem::new(ProblemKind::NoCredentials, "Send a service token as a Bearer token."))
}

/// The user of the path.
pub(super) fn user(path: UserPath) -> Result<UserId, Problem> {
    user_id(&path.map(|Path(text)| text).unwrap_or_default())
}

/// The dependent of the path.
pub(super) fn dependent(path: DependentPath) -> Result<Named, Problem> {
    let Ok(Path((user, kind, id))) = path else {
        return Err(Problem::bad_parameter(
            "path",
            "The path is not UTF-8 once its percent-encoding is undone.",
        ));
    };
    let user = user_id(&user)?;
    let kind = Label::new(&kind).ok_or_else(|| {
        Problem::bad_parameter("type", "The type must be 1 to 64 letters, digits, '_', '-' or '.'.")
    })?;
    if !is_plain_text(&id, MAX_ID_BYTES) {
        let said =
            format!("The dependent's id must be 1 to {MAX_ID_BYTES} bytes without control characters.");
        return Err(Problem::bad_parameter("dependent_id", said));
    }
    Ok(Named { user, kind, id })
}

fn user_id(text: &str) -> Result<UserId, Problem> {
    text.parse().map_err(|_| Problem::bad_parameter("id", "The user's id must be plain decimal digits."))
}

/// The page that is asked for.
pub(super) fn paging(query: Option<&str>) -> Result<Paging, Problem> {
    let (mut limit, mut after) = (None, None);
    for (name, value) in parameters::query(query)? {
        match name.as_str() {
            "limit" if limit.is_none() => limit = Some(read_limit(&value)?),
            "cursor" if after.is_none() => after = Some(read_cursor(&value)?),
            _ => return Err(surplus_parameter()),
        }
    }
    Ok(Paging { after: after.unwrap_or_default(), limit: limit.unwrap_or(DEFAULT_LIMIT) })
}

/// Refuses a query where none belongs.
pub(super) fn no_query(query: Option<&str>) -> Result<(), Problem> {
    if parameters::query(query)?.is_empty() { Ok(()) } else { Err(surplus_parameter()) }
}

fn surplus_parameter() -> Problem {
    Problem::bad_parameter("query", "The query has a parameter that is not known here, or one of them twice.")
}

fn read_limit(text: &str) -> Result<usize, Problem> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let limit = if digits { text.parse().ok() } else { None };
    limit.filter(|limit| (1..=MAX_LIMIT).contains(limit)).ok_or_else(|| {
        Problem::bad_parameter(
            "limit",
            format!("The parameter limit must be a number from 1 to {MAX_LIMIT}."),
        )
    })
}

/// A cursor is the last dependent of the page before: its type, a slash, its id.
fn read_cursor(text: &str) -> Result<String, Problem> {
    let well_formed = |member: &String| {
        member
            .split_once('/')
            .is_some_and(|(kind, id)| Label::new(kind).is_some() && is_plain_text(id, MAX_ID_BYTES))
    };
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).filter(well_formed).ok_or_else(|| {
        Problem::bad_parameter("cursor", "The parameter cursor is not one that this interface gave out.")
    })
}

/// The cursor of the page after that dependent.
pub(super) fn write_cursor(member: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(member)
}

/// Reads what is said about a dependent.
pub(super) async fn body(request: Request, timeout: Duration, named: Named) -> Result<Dependent, Problem> {
    let (parts, body) = read(request, MAX_BODY_BYTES, timeout).await?;
    require_json(&parts.headers, &body)?;
    let mut given = members(&body)?;
    let dependent = Dependent {
        name: text(&mut given, "name")?,
        owner: text(&mut given, "owner")?,
        database: database(&mut given)?,
        group_ids: given.take_optional_u64_array("group_ids")?,
        blocking: given.take_bool_or("blocking", true)?,
        kind: named.kind,
        id: named.id,
    };
    same(&mut given, "type", dependent.kind.as_str())?;
    same(&mut given, "id", &dependent.id)?;
    given.finish()?;
    if dependent.group_ids.len() > MAX_GROUPS {
        return Err(bad(format!("The member \"group_ids\" may have {MAX_GROUPS} entries at most.")));
    }
    Ok(dependent)
}

fn text(given: &mut Members, name: &str) -> Result<Option<String>, Problem> {
    let text = given.take_optional_string(name)?;
    if text.as_ref().is_some_and(|text| !is_plain_text(text, MAX_NAME_BYTES)) {
        let limit = format!("1 to {MAX_NAME_BYTES} bytes without control characters");
        return Err(bad(format!("The member \"{name}\" must be {limit}, or null.")));
    }
    Ok(text)
}

fn database(given: &mut Members) -> Result<Option<Database>, Problem> {
    let Some(text) = given.take_optional_string("database")? else { return Ok(None) };
    let unknown = || bad("The member \"database\" must be EVENTS, FLOWS, ASSETS or null.".to_owned());
    Database::from_name(&text).map(Some).ok_or_else(unknown)
}

/// A member that says what the path says already.
fn same(given: &mut Members, name: &str, in_path: &str) -> Result<(), Problem> {
    match given.take_optional_string(name)? {
        Some(text) if text != in_path => {
            Err(bad(format!("The member \"{name}\" says something else than the path.")))
        }
        Some(_) | None => Ok(()),
    }
}

fn bad(public: String) -> Problem {
    Problem::new(ProblemKind::BadBody, public)
}

#[cfg(test)]
mod tests;
