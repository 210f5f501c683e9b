//! Reading requests: who calls, whom a path names, what a query may say. Bodies have a file each.
//!
//! Owns what this dialect accepts. Real clients encode their paths as badly as they can get away with, so a name in a path is
//! decoded leniently, but once; everything else is read strictly.
//!
//! Easy to get wrong: axum decodes path parameters by itself. The name is taken out of the raw path, or `%2541` would
//! become `A`. And a body may take seconds to come: whoever acts by one is admitted by [`said`].

pub(super) mod forms;
pub(super) mod logon;
pub(super) mod users;

use axum::{body::Bytes, extract::Request};
use http::{HeaderMap, Uri, header};
use percent_encoding::percent_decode_str;
use std::time::Duration;

use super::{token, xml};
use crate::{
    api::{
        Entrance, parameters,
        problem::{Problem, ProblemKind},
        service::{Credentials, Operation, Origin, Principal},
    },
    http::{Fault, read},
};

/// What stands for every name of a list.
const ALL: &str = "all";
/// Most names in one list.
const MOST_NAMES: usize = 100;
/// Whoever calls without a token that works is told so, in words that people see.
const NOT_LOGGED_ON: &str = "You are not logged on, or your logon has expired. Log on and try again.";

/// Who calls, if he may configure users.
pub(super) async fn admit(entrance: &Entrance, headers: &HeaderMap) -> Result<Principal, Problem> {
    let principal = authenticate(entrance, headers).await?;
    Operation::ConfigureUsers.permit(&principal)?;
    Ok(principal)
}

/// What a caller sends who may configure users, and who he is once all of it is here.
///
/// He is looked at twice: a stranger's body is not waited for, and a caller who was deleted while his own came acts no more.
pub(super) async fn said<T>(
    entrance: &Entrance,
    request: Request,
    read: impl AsyncFnOnce(Request, Duration) -> Result<T, Problem>,
) -> Result<(Principal, T), Problem> {
    let headers = request.headers().clone();
    admit(entrance, &headers).await?;
    no_query(request.uri())?;
    let said = read(request, entrance.body_timeout).await?;
    Ok((admit(entrance, &headers).await?, said))
}

/// Who calls.
pub(super) async fn authenticate(entrance: &Entrance, headers: &HeaderMap) -> Result<Principal, Problem> {
    let shown = token::shown(headers).map_err(not_logged_on)?;
    let credentials = Credentials::Session { token: shown.token, from: Origin::default() };
    let principal = entrance.service.authenticate(credentials).await.map_err(not_logged_on)?;
    if shown.user.is_some_and(|user| user != principal.name) {
        return Err(Problem::new(ProblemKind::BadCredentials, NOT_LOGGED_ON));
    }
    Ok(principal)
}

fn not_logged_on(problem: Problem) -> Problem {
    if matches!(problem.kind, ProblemKind::NoCredentials | ProblemKind::BadCredentials) {
        Problem { public: NOT_LOGGED_ON.to_owned(), ..problem }
    } else {
        problem
    }
}

/// The name that is the last piece of the path.
pub(super) fn name(uri: &Uri) -> Result<String, Problem> {
    let piece = uri.path().rsplit('/').next().unwrap_or_default();
    let decoded = percent_decode_str(piece).decode_utf8();
    decoded.map(std::borrow::Cow::into_owned).map_err(|_| {
        Problem::bad_parameter(
            "userName",
            "The name in the path is not UTF-8 once its percent-encoding is undone.",
        )
    })
}

/// Which of the things of a collection a path asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Names {
    /// All of them.
    All,
    /// Those of these names.
    These(Vec<String>),
}

impl Names {
    /// The thing of that name is asked for.
    pub(super) fn include(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(names) => names.iter().any(|one| one == name),
        }
    }
}

/// The names that are the last piece of the path, by commas; or `all`.
pub(super) fn names(uri: &Uri) -> Result<Names, Problem> {
    let text = name(uri)?;
    if text == ALL { Ok(Names::All) } else { Ok(Names::These(list("name", &text)?)) }
}

/// Names by commas, at least one and none of them empty.
fn list(parameter: &'static str, text: &str) -> Result<Vec<String>, Problem> {
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    if names.len() > MOST_NAMES || names.iter().any(String::is_empty) {
        let said = format!("The parameter {parameter} must be 1 to {MOST_NAMES} names, separated by commas.");
        return Err(Problem::bad_parameter(parameter, said));
    }
    Ok(names)
}

/// Refuses a query where none belongs: it would be the second half of a name with a question mark.
pub(super) fn no_query(uri: &Uri) -> Result<(), Problem> {
    match uri.query() {
        None => Ok(()),
        Some(_) => Err(Problem::bad_parameter("query", "There must be no question mark in this path.")),
    }
}

/// The names of roles whose users are to be listed, where a query gives any.
pub(super) fn role_names(uri: &Uri) -> Result<Option<Vec<String>>, Problem> {
    match parameters::query(uri.query())?.as_slice() {
        [] => Ok(None),
        [(parameter, value)] if parameter == "rolenames" => list("rolenames", value).map(Some),
        _ => Err(Problem::bad_parameter("query", "The one parameter of the query is rolenames.")),
    }
}

/// What a body says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// Nothing, or XML; the original's documents call XML a form, too.
    Xml,
    /// A form.
    Form,
    /// JSON.
    Json,
    /// Plain text.
    Text,
}

/// Reads a small body, with what it says it is.
pub(super) async fn body(request: Request, timeout: Duration) -> Result<(Media, Bytes), Problem> {
    let (parts, body) = read(request, xml::MAX_BYTES, timeout).await?;
    let identity = |coding: &http::HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"identity");
    if !parts.headers.get_all(header::CONTENT_ENCODING).iter().all(identity) {
        return Err(Fault::EncodedBody.into());
    }
    Ok((media(&parts.headers)?, body))
}

/// Reads the body of a DELETE: nothing, or an empty object, which some clients send with everything.
pub(super) async fn no_body(request: Request, timeout: Duration) -> Result<(), Problem> {
    parameters::no_body(request, timeout).await.map_err(|problem| {
        if matches!(problem.kind, ProblemKind::UnsupportedBody | ProblemKind::BadBody) {
            Problem { public: "A DELETE has no body.".to_owned(), ..problem }
        } else {
            problem
        }
    })
}

fn media(headers: &HeaderMap) -> Result<Media, Problem> {
    let unknown = |said: &str| Problem::new(ProblemKind::UnsupportedBody, said);
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let text = match (types.next(), types.next()) {
        (None, _) => return Ok(Media::Xml),
        (Some(only), None) => only.to_str().unwrap_or_default(),
        (Some(_), Some(_)) => return Err(unknown("The body must have one Content-Type.")),
    };
    let mut pieces = text.split(';').map(str::trim);
    let essence = pieces.next().unwrap_or_default().to_ascii_lowercase();
    for parameter in pieces.map(str::to_ascii_lowercase) {
        let charset = parameter.strip_prefix("charset=").map(|value| value.trim_matches('"'));
        if charset.is_some_and(|charset| charset != "utf-8") {
            return Err(unknown("The body must be in UTF-8."));
        }
    }
    match essence.as_str() {
        "application/xml" | "text/xml" => Ok(Media::Xml),
        "application/x-www-form-urlencoded" => Ok(Media::Form),
        "application/json" => Ok(Media::Json),
        "text/plain" => Ok(Media::Text),
        _ => Err(unknown("The body must be sent as application/xml.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> Uri {
        Uri::try_from(path.as_bytes()).unwrap()
    }

    #[test]
    fn a_name_is_taken_out_of_the_raw_path_and_decoded_once() {
        for (path, expected) in [
            (r"/ws/user/DOMAIN\user1", r"DOMAIN\user1"),
            ("/ws/user/DOMAIN%5Cuser1", r"DOMAIN\user1"),
            ("/ws/user/user@realm", "user@realm"),
            ("/ws/user/a%20b", "a b"),
            ("/ws/user/%C3%BCser", "üser"),
            ("/ws/user/üser", "üser"),
            ("/ws/user/a%b", "a%b"),
            ("/ws/user/a%", "a%"),
            ("/ws/user/a%2fb", "a/b"),
            ("/ws/user/a%2541", "a%41"),
            ("/ws/user/a+b", "a+b"),
            ("/ws/user/a%23b", "a#b"),
        ] {
            assert_eq!(name(&at(path)).unwrap(), expected, "{path}");
        }
        assert!(name(&at("/ws/user/%ff")).is_err());
        assert_eq!(names(&at("/ws/roles/all")).unwrap(), Names::All);
        assert_eq!(names(&at("/ws/roles/a,b%20c")).unwrap(), Names::These(vec!["a".into(), "b c".into()]));
        assert!(names(&at("/ws/roles/a,,b")).is_err());
    }

    #[test]
    fn a_question_mark_is_refused_where_it_could_be_half_a_name() {
        assert!(no_query(&at("/a")).is_ok());
        assert!(no_query(&at("/a?")).is_err());
        assert!(no_query(&at("/a?b")).is_err());
        assert_eq!(role_names(&at("/u?rolenames=a,b")).unwrap().unwrap(), ["a", "b"]);
        assert!(role_names(&at("/u")).unwrap().is_none());
        for bad in ["/u?rolename=a", "/u?rolenames=", "/u?rolenames=a&rolenames=b", "/u?rolenames=a&x=1"] {
            assert!(role_names(&at(bad)).is_err(), "{bad}");
        }
    }
}
