//! Reading registrations of notebook containers.
//!
//! Easy to get wrong: `username` is the name of a directory, too. [`WorkspaceName`] is the only way to one.

use axum::extract::Request;
use std::time::Duration;
use utoipa::ToSchema;

use super::{Piece, bad_body, piece};
use crate::{
    api::{
        ops::words::ContainerTypeWord,
        problem::Problem,
        service::{ContainerType, LONGEST_LIFE_S, NewContainer},
    },
    domain::workspace::WorkspaceName,
    http::{members, read, require_json},
};

const MAX_BODY_BYTES: usize = 16 * 1024;
const MAX_ID_CHARS: usize = 128;

/// A container that runs.
#[derive(ToSchema)]
#[schema(as = ContainerToRegister)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "bodies are read member by member; this only describes them")]
pub(crate) struct ContainerBody {
    /// Whose workspace it mounts: 1 to 255 bytes without `/` and control characters; not `.`, `..` or `trash`.
    #[schema(min_length = 1, max_length = 255, pattern = "^[^/\\u0000-\\u001F\\u007F-\\u009F]+$")]
    username: String,
    /// What it is for.
    #[schema(value_type = ContainerTypeWord)]
    r#type: String,
    /// For how long it is to be believed, in seconds. Say it again before that.
    #[schema(minimum = 1, maximum = 86400)]
    expires_s: u64,
}

/// The container's id in the path.
pub(crate) fn id(path: Piece) -> Result<String, Problem> {
    let id = piece(path);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if (1..=MAX_ID_CHARS).contains(&id.len()) && id.bytes().all(allowed) {
        return Ok(id);
    }
    let said = format!("The container's id must be 1 to {MAX_ID_CHARS} letters, digits, '_', '-' or '.'.");
    Err(Problem::bad_parameter("id", said))
}

/// Reads what is said about the container.
pub(crate) async fn body(request: Request, timeout: Duration, id: String) -> Result<NewContainer, Problem> {
    let (parts, body) = read(request, MAX_BODY_BYTES, timeout).await?;
    require_json(&parts.headers, &body)?;
    let mut given = members(&body)?;
    let (username, kind) = (given.take_string("username")?, given.take_string("type")?);
    let expires_s = given.take_u64("expires_s")?;
    given.finish()?;
    let username = WorkspaceName::new(&username)
        .ok_or_else(|| bad_body("The member \"username\" is no workspace's name."))?;
    let kind = ContainerType::from_name(&kind).ok_or_else(|| {
        let known = ContainerType::ALL.map(ContainerType::name).join(" or ");
        bad_body(format!("The member \"type\" must be {known}."))
    })?;
    if !(1..=LONGEST_LIFE_S).contains(&expires_s) {
        let said = format!("The member \"expires_s\" must be a number from 1 to {LONGEST_LIFE_S}.");
        return Err(bad_body(said));
    }
    Ok(NewContainer { id, username, kind, expires_s })
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::extract::Path;

    async fn read_body(text: &str) -> Result<NewContainer, String> {
        let request = Request::builder().header("content-type", "application/json");
        let request = request.body(text.to_owned().into()).unwrap();
        body(request, Duration::from_secs(5), "c1".into()).await.map_err(|problem| problem.public)
    }

    #[tokio::test]
    async fn a_container_is_registered_by_user_type_and_life() {
        let read = read_body(r#"{"username":"DOM\\joe","type":"executeNotebook","expires_s":86400}"#).await;
        let container = read.unwrap();
        assert_eq!((container.id.as_str(), container.username.as_str()), ("c1", "DOM\\joe"));
        assert_eq!((container.kind, container.expires_s), (ContainerType::ExecuteNotebook, 86_400));
    }

    #[tokio::test]
    async fn a_malformed_registration_is_refused_by_the_members_name() {
        for (text, word) in [
            ("{}", "username"),
            (r#"{"username":"..","type":"openNotebook","expires_s":60}"#, "username"),
            (r#"{"username":"a/b","type":"openNotebook","expires_s":60}"#, "username"),
            (r#"{"username":7,"type":"openNotebook","expires_s":60}"#, "username"),
            (r#"{"username":"a","expires_s":60}"#, "type"),
            (r#"{"username":"a","type":"notebook","expires_s":60}"#, "type"),
            (r#"{"username":"a","type":"openNotebook"}"#, "expires_s"),
            (r#"{"username":"a","type":"openNotebook","expires_s":0}"#, "expires_s"),
            (r#"{"username":"a","type":"openNotebook","expires_s":86401}"#, "expires_s"),
            (r#"{"username":"a","type":"openNotebook","expires_s":"60"}"#, "expires_s"),
            (r#"{"username":"a","type":"openNotebook","expires_s":60,"id":"c1"}"#, "id"),
        ] {
            let said = read_body(text).await.err().unwrap_or_default();
            assert!(said.contains(&format!("\"{word}\"")), "{text}: {said}");
        }
    }

    #[test]
    fn an_id_is_one_plain_word() {
        for good in ["c1", "j-1_2.3", &"x".repeat(MAX_ID_CHARS)] {
            assert!(id(Ok(Path(good.to_owned()))).is_ok(), "{good}");
        }
        for bad in ["", "a b", "a/b", "ä", &"x".repeat(MAX_ID_CHARS + 1)] {
            assert!(id(Ok(Path(bad.to_owned()))).is_err(), "{bad}");
        }
    }
}
