//! Reading requests: credentials, `fields`, ids, bodies.
//!
//! Owns what this dialect accepts where the originals' clients are generous: a path argument repeated in the query, a
//! body of `{}` where none belongs, unknown headers. What a body says is read in a file a group.
//!
//! Easy to get wrong: `fields` is a query parameter on GET and DELETE, and a header on POST (where the query will do as
//! well). Given twice, in whatever places, it is refused.

pub(super) mod cancel;
pub(super) mod deploy;
pub(super) mod users;

use axum::{
    body::Bytes,
    extract::{Path, Request, rejection::PathRejection},
};
use http::{HeaderName, Method};
use std::{str::FromStr, time::Duration};

use super::{
    fields::{Selection, Shape},
    session,
};
use crate::{
    api::{
        parameters::{self, Scheme, bad_credentials},
        problem::{Problem, ProblemKind},
        service::Credentials,
    },
    http::{PeerAddr, presentable, read, require_json},
};

const SEC: HeaderName = HeaderName::from_static("sec");
const FIELDS: &str = "fields";
/// The largest body.
const MAX_BODY_BYTES: usize = 16 * 1024;
/// How much of a bad parameter is quoted back.
const MAX_QUOTED_CHARS: usize = 64;

/// A path argument as it came, or why it could not be taken out of the path.
pub(super) type PathId = Result<Path<String>, PathRejection>;

/// Who calls: the `SEC` header with a service's token or a session's, which wins, or HTTP Basic.
pub(super) fn credentials<B>(request: &http::Request<B>) -> Result<Credentials, Problem> {
    let headers = request.headers();
    let mut tokens = headers.get_all(SEC).iter();
    match (tokens.next(), tokens.next()) {
        (Some(only), None) => {
            let from = session::origin(PeerAddr::ip_of(request));
            let shown = only.to_str().ok().and_then(|token| Credentials::shown(token.trim(), from));
            shown.ok_or_else(bad_credentials)
        }
        (Some(_), Some(_)) => Err(bad_credentials()),
        (None, _) => parameters::authorization(headers, Scheme::Basic { from: PeerAddr::ip_of(request) })?
            .ok_or_else(|| Problem::new(ProblemKind::NoCredentials, "There are no credentials.")),
    }
}

/// The values that a parameter is given in the query.
pub(super) fn given<B>(request: &http::Request<B>, wanted: &str) -> Result<Vec<String>, Problem> {
    let query = parameters::query(request.uri().query())?;
    Ok(query.into_iter().filter_map(|(name, value)| (name == wanted).then_some(value)).collect())
}

/// The only value of a parameter in the query; none where it is not given.
pub(super) fn only<B>(request: &http::Request<B>, name: &'static str) -> Result<Option<String>, Problem> {
    let mut given = given(request, name)?;
    match given.len() {
        0 | 1 => Ok(given.pop()),
        _ => Err(Problem::bad_parameter(name, "It is given more than once.")),
    }
}

/// A parameter in the query that is true or false; false where it is not given.
pub(super) fn flag<B>(request: &http::Request<B>, name: &'static str) -> Result<bool, Problem> {
    let Some(text) = only(request, name)? else { return Ok(false) };
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => {
            let quoted = presentable(&text, MAX_QUOTED_CHARS);
            Err(Problem::bad_parameter(name, format!("\"{quoted}\" is neither true nor false.")))
        }
    }
}

/// The fields that are wanted; none when all are.
pub(super) fn fields<B>(request: &http::Request<B>, known: Shape) -> Result<Option<Selection>, Problem> {
    let mut given = given(request, FIELDS)?;
    if request.method() == Method::POST {
        for value in request.headers().get_all(FIELDS) {
            let text = value.to_str().map_err(|_| bad_fields("is not ASCII."))?;
            given.push(text.to_owned());
        }
    }
    match given.as_slice() {
        [] => Ok(None),
        [only] => Selection::parse(only, known),
        [_, _, ..] => Err(bad_fields("is given more than once.")),
    }
}

fn bad_fields(why: &str) -> Problem {
    Problem::bad_parameter(FIELDS, format!("The parameter fields {why}"))
}

/// An id out of the path.
pub(super) fn id<T: FromStr>(name: &'static str, given: PathId) -> Result<T, Problem> {
    let text = given.map(|Path(text)| text).unwrap_or_default();
    text.parse().map_err(|_| not_digits(name, &text))
}

/// A number of something that has no ids of its own.
pub(super) fn number(name: &'static str, text: &str) -> Result<u64, Problem> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = if plain { text.parse().ok() } else { None };
    number.ok_or_else(|| not_digits(name, text))
}

fn not_digits(name: &'static str, text: &str) -> Problem {
    let quoted = presentable(text, MAX_QUOTED_CHARS);
    Problem::bad_parameter(name, format!("\"{quoted}\" is not a number of plain decimal digits."))
}

/// Reads a JSON body, which is called that in the documentation.
pub(super) async fn body(request: Request, name: &'static str, timeout: Duration) -> Result<Bytes, Problem> {
    let (parts, body) = read(request, MAX_BODY_BYTES, timeout).await?;
    require_json(&parts.headers, &body)?;
    if body.is_empty() {
        let said = format!("The body parameter \"{name}\" is required.");
        return Err(Problem::new(ProblemKind::MissingBody { name }, said));
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api::staged_config::response::tasks::TASK_FIELDS, domain::task::UserId};
    use axum::body::Body;

    const PATIENT: Duration = Duration::from_secs(5);

    fn request(method: Method, uri: &str, headers: &[(&str, &str)], body: &str) -> Request {
        let mut builder = Request::builder().method(method).uri(uri);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        builder.body(Body::from(body.to_owned())).unwrap()
    }

    #[tokio::test]
    async fn a_body_that_is_missing_is_named() {
        let asked = request(Method::POST, "/", &[("content-type", "application/json")], "");
        let refused = body(asked, "task", PATIENT).await.unwrap_err();
        assert_eq!(refused.kind, ProblemKind::MissingBody { name: "task" });
        assert!(refused.public.contains("\"task\""));
    }

    #[tokio::test]
    async fn where_no_body_belongs_an_empty_object_will_do() {
        let json = [("content-type", "application/json")];
        let read = async |headers: &[(&str, &str)], body: &str| {
            parameters::no_body(request(Method::DELETE, "/", headers, body), PATIENT)
                .await
                .map_err(|problem| problem.kind)
        };
        assert_eq!(read(&[], "").await, Ok(()));
        assert_eq!(read(&json, "").await, Ok(()));
        assert_eq!(read(&json, "{}").await, Ok(()));
        assert_eq!(read(&[], "{}").await, Err(ProblemKind::UnsupportedBody));
        assert_eq!(read(&json, r#"{"a":1}"#).await, Err(ProblemKind::BadBody));
        assert_eq!(read(&json, "[]").await, Err(ProblemKind::BadBody));
        assert_eq!(read(&json, &"x".repeat(20_000)).await, Err(ProblemKind::BodyTooLarge));
    }

    #[test]
    fn fields_are_read_where_they_belong_and_once() {
        let read = |method, uri, headers: &[(&str, &str)]| {
            fields(&request(method, uri, headers, ""), Shape::new(&TASK_FIELDS, 26))
                .map(|chosen| chosen.is_some())
                .map_err(|p| p.kind)
        };
        let header = [("fields", "id, status")];
        let twice = ProblemKind::BadParameter { name: "fields" };
        assert_eq!(read(Method::GET, "/?id=7", &[]), Ok(false));
        assert_eq!(read(Method::GET, "/?fields=id,+status&id=7", &[]), Ok(true));
        assert_eq!(read(Method::GET, "/", &header), Ok(false), "unknown headers are tolerated");
        assert_eq!(read(Method::POST, "/", &header), Ok(true));
        assert_eq!(read(Method::POST, "/?fields=id", &[]), Ok(true));
        assert_eq!(read(Method::POST, "/?fields=id", &header), Err(twice));
        assert_eq!(read(Method::DELETE, "/?fields=id&fields=id", &[]), Err(twice));
    }

    #[test]
    fn a_token_wins_over_a_password_and_two_tokens_are_none() {
        let read = |headers: &[(&str, &str)]| {
            credentials(&request(Method::GET, "/", headers, ""))
                .map(|given| matches!(given, Credentials::Token(_)))
                .map_err(|problem| problem.kind)
        };
        assert_eq!(read(&[("sec", "t"), ("authorization", "Basic !")]), Ok(true));
        assert_eq!(read(&[("authorization", "Basic YTpi")]), Ok(false));
        assert_eq!(read(&[]), Err(ProblemKind::NoCredentials));
        assert_eq!(read(&[("sec", "t"), ("sec", "t")]), Err(ProblemKind::BadCredentials));
        assert_eq!(read(&[("sec", "")]), Err(ProblemKind::BadCredentials));
    }

    #[test]
    fn a_password_comes_with_the_peer_who_sent_it() {
        let mut request = request(Method::GET, "/", &[("authorization", "Basic YTpi")], "");
        request.extensions_mut().insert(PeerAddr("[::ffff:10.0.0.1]:7".parse().unwrap()));
        let Ok(Credentials::Basic { from, .. }) = credentials(&request) else { panic!("a password") };
        assert_eq!(from, "10.0.0.1".parse().ok());
    }

    #[test]
    fn an_id_is_plain_digits() {
        assert_eq!(id::<UserId>("id", Ok(Path("5".into()))).ok(), Some(UserId(5)));
        let refused = id::<UserId>("id", Ok(Path("+7".into()))).unwrap_err();
        assert_eq!(refused.kind, ProblemKind::BadParameter { name: "id" });
    }
}
