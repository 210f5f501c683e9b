//! Reading requests about dependents: path, page, body.
//!
//! What was read may be sent back, so a body may repeat the type and the id of the path; if it says something else than
//! the path, it is refused.
//!
//! Easy to get wrong: a cursor is the caller's text like any other. It is decoded and checked before it gets near the
//! store.

use axum::extract::{Path, Request, rejection::PathRejection};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use std::time::Duration;
use utoipa::ToSchema;

use super::{bad_body, bad_cursor, limit, once, surplus_parameter, user_id};
use crate::{
    api::{ops::words::DatabaseWord, parameters, problem::Problem},
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

/// The path of one dependent, or why it could not be taken apart.
pub(crate) type DependentPath = Result<Path<(String, String, String)>, PathRejection>;

/// Which dependent.
pub(crate) struct Named {
    pub(crate) user: UserId,
    pub(crate) kind: Label,
    pub(crate) id: String,
}

/// Which page.
pub(crate) struct Paging {
    /// Where the page before ended; empty at the start.
    pub(crate) after: String,
    pub(crate) limit: usize,
}

/// What is said about a dependent.
#[derive(ToSchema)]
#[schema(as = DependentToRegister)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "bodies are read member by member; this only describes them")]
pub(crate) struct DependentBody {
    /// What it is, as in the path, if it is said at all.
    r#type: Option<String>,
    /// Its identifier, as in the path, if it is said at all.
    id: Option<String>,
    /// What people call it: 1 to 1,024 bytes without control characters.
    #[schema(min_length = 1, max_length = 1024, pattern = "^[^\\u0000-\\u001F\\u007F-\\u009F]*$")]
    name: Option<String>,
    /// Whose it is: 1 to 1,024 bytes without control characters.
    #[schema(min_length = 1, max_length = 1024, pattern = "^[^\\u0000-\\u001F\\u007F-\\u009F]*$")]
    owner: Option<String>,
    /// Which database it lives in.
    #[schema(value_type = Option<DatabaseWord>)]
    database: Option<String>,
    /// The groups it is in.
    #[schema(max_items = 1000)]
    group_ids: Option<Vec<u64>>,
    /// It stops the deletion of the user.
    #[schema(required = false, default = true)]
    blocking: bool,
}

/// The dependent of the path.
pub(crate) fn dependent(path: DependentPath) -> Result<Named, Problem> {
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

/// The page that is asked for.
pub(crate) fn paging(query: Option<&str>) -> Result<Paging, Problem> {
    let (mut most, mut after) = (None, None);
    for (name, value) in parameters::query(query)? {
        match name.as_str() {
            "limit" => once(&mut most, limit(&value, MAX_LIMIT)?)?,
            "cursor" => once(&mut after, read_cursor(&value)?)?,
            _ => return Err(surplus_parameter()),
        }
    }
    Ok(Paging { after: after.unwrap_or_default(), limit: most.unwrap_or(DEFAULT_LIMIT) })
}

/// A cursor is the last dependent of the page before: its type, a slash, its id.
fn read_cursor(text: &str) -> Result<String, Problem> {
    let well_formed = |member: &String| {
        member
            .split_once('/')
            .is_some_and(|(kind, id)| Label::new(kind).is_some() && is_plain_text(id, MAX_ID_BYTES))
    };
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).filter(well_formed).ok_or_else(bad_cursor)
}

/// The cursor of the page after that dependent.
pub(crate) fn write_cursor(member: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(member)
}

/// Reads what is said about a dependent.
pub(crate) async fn body(request: Request, timeout: Duration, named: Named) -> Result<Dependent, Problem> {
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
        return Err(bad_body(format!("The member \"group_ids\" may have {MAX_GROUPS} entries at most.")));
    }
    Ok(dependent)
}

fn text(given: &mut Members, name: &str) -> Result<Option<String>, Problem> {
    let text = given.take_optional_string(name)?;
    if text.as_ref().is_some_and(|text| !is_plain_text(text, MAX_NAME_BYTES)) {
        let limit = format!("1 to {MAX_NAME_BYTES} bytes without control characters");
        return Err(bad_body(format!("The member \"{name}\" must be {limit}, or null.")));
    }
    Ok(text)
}

fn database(given: &mut Members) -> Result<Option<Database>, Problem> {
    let Some(text) = given.take_optional_string("database")? else { return Ok(None) };
    let unknown = || bad_body("The member \"database\" must be EVENTS, FLOWS, ASSETS or null.");
    Database::from_name(&text).map(Some).ok_or_else(unknown)
}

/// A member that says what the path says already.
fn same(given: &mut Members, name: &str, in_path: &str) -> Result<(), Problem> {
    match given.take_optional_string(name)? {
        Some(text) if text != in_path => {
            Err(bad_body(format!("The member \"{name}\" says something else than the path.")))
        }
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
