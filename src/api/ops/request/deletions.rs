//! Reading a request for many deletions.
//!
//! Owns the form of the body. One malformed member refuses the whole of it, and the refusal says which one it is,
//! counted from zero as programs do.
//!
//! Easy to get wrong: a user is meant by his number or by his name. Whoever gives both may mean two users, so he is
//! refused, even where one of the two is null.

use axum::extract::Request;
use std::time::Duration;
use utoipa::ToSchema;

use super::{bad_body, instant};
use crate::{
    api::{
        problem::Problem,
        service::{Deletions, MOST_USERS, Reference},
    },
    domain::{
        dependents::{MAX_NAME_BYTES, is_plain_text},
        task::{LARGEST_ID, UserId},
    },
    http::{Members, members, read, require_json},
};

/// The largest body: a thousand of the longest names, every character of them escaped.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;

/// What is asked for.
#[derive(ToSchema)]
#[schema(as = DeletionsToSubmit)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "bodies are read member by member; this only describes them")]
pub(crate) struct DeletionsBody {
    /// Whose deletion: 1 to 1,000, each by `id` or by `username`.
    #[schema(min_items = 1, max_items = 1000)]
    users: Vec<UserBody>,
    /// The earliest start, in milliseconds since the epoch. A time that is past means now.
    #[schema(maximum = 253_402_300_799_999_u64)]
    not_before: Option<u64>,
    /// Only the checks, without the effect.
    #[schema(required = false, default = false)]
    dry_run: bool,
}

/// A user, by his number or by his name, never by both.
#[derive(ToSchema)]
#[schema(as = UserToDelete)]
#[expect(dead_code, reason = "bodies are read member by member; this only describes them")]
#[serde(untagged)]
pub(crate) enum UserBody {
    Id(UserById),
    Username(UserByName),
}

/// A user by his number.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "bodies are read member by member; this only describes them")]
pub(crate) struct UserById {
    /// His number.
    #[schema(maximum = 9_007_199_254_740_991_u64)]
    id: u64,
}

/// A user by his name.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "bodies are read member by member; this only describes them")]
pub(crate) struct UserByName {
    /// His name: 1 to 1,024 bytes without control characters.
    #[schema(min_length = 1, max_length = 1024, pattern = "^[^\\u0000-\\u001F\\u007F-\\u009F]*$")]
    username: String,
}

/// Reads which deletions are asked for.
pub(crate) async fn body(request: Request, timeout: Duration) -> Result<Deletions, Problem> {
    let (parts, body) = read(request, MAX_BODY_BYTES, timeout).await?;
    require_json(&parts.headers, &body)?;
    let mut given = members(&body)?;
    let users = given.take_objects("users")?;
    let not_before =
        given.take_optional_u64("not_before")?.map(|millis| instant("not_before", millis)).transpose()?;
    let dry_run = given.take_bool_or("dry_run", false)?;
    given.finish()?;
    if !(1..=MOST_USERS).contains(&users.len()) {
        return Err(bad_body(format!("The member \"users\" must have 1 to {MOST_USERS} entries.")));
    }
    let users = users.into_iter().enumerate().map(|(index, user)| {
        reference(user).map_err(|problem| bad_body(format!("users[{index}]: {}", problem.public)))
    });
    Ok(Deletions { users: users.collect::<Result<_, _>>()?, not_before, dry_run })
}

fn reference(mut given: Members) -> Result<Reference, Problem> {
    let reference = match (given.has("id"), given.has("username")) {
        (true, false) => Reference::Id(user_id(given.take_u64("id")?)?),
        (false, true) => Reference::Name(username(given.take_string("username")?)?),
        (true, true) | (false, false) => {
            return Err(bad_body("A user is given by \"id\" or by \"username\", one of the two."));
        }
    };
    given.finish()?;
    Ok(reference)
}

fn user_id(id: u64) -> Result<UserId, Problem> {
    let said = || bad_body(format!("The member \"id\" must be {LARGEST_ID} at most."));
    (id <= LARGEST_ID).then_some(UserId(id)).ok_or_else(said)
}

fn username(name: String) -> Result<String, Problem> {
    if is_plain_text(&name, MAX_NAME_BYTES) {
        return Ok(name);
    }
    let limit = format!("1 to {MAX_NAME_BYTES} bytes without control characters");
    Err(bad_body(format!("The member \"username\" must be {limit}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read_body(text: String) -> Result<Deletions, String> {
        let request =
            Request::builder().header("content-type", "application/json").body(text.into()).unwrap();
        body(request, Duration::from_secs(5)).await.map_err(|problem| problem.public)
    }

    #[tokio::test]
    async fn users_come_by_number_or_by_name() {
        let plain = read_body(r#"{"users":[{"id":5},{"username":"x"}]}"#.into()).await.unwrap();
        let users = vec![Reference::Id(UserId(5)), Reference::Name("x".into())];
        assert_eq!(plain, Deletions { users, not_before: None, dry_run: false });
        let late = read_body(r#"{"users":[{"id":0}],"not_before":253402300799999,"dry_run":true}"#.into());
        let late = late.await.unwrap();
        assert_eq!((late.not_before.unwrap().timestamp_millis(), late.dry_run), (253_402_300_799_999, true));
        let many = format!(r#"{{"users":[{}{{"id":1}}],"not_before":null}}"#, "{\"id\":5},".repeat(999));
        assert_eq!(read_body(many).await.unwrap().users.len(), 1_000);
    }

    #[tokio::test]
    async fn the_longest_body_that_is_well_formed_is_read() {
        let name = "\\u00e4".repeat(512);
        let users = format!("{{\"username\":\"{name}\"}},").repeat(999);
        let body = format!(r#"{{"users":[{users}{{"username":"{name}"}}]}}"#);
        assert_eq!(read_body(body).await.unwrap().users.len(), 1_000);
    }

    #[tokio::test]
    async fn one_malformed_member_refuses_all_and_is_named() {
        let long = format!(r#"{{"users":[{{"username":"{}"}}]}}"#, "x".repeat(1_025));
        let many = format!(r#"{{"users":[{}{{"id":1}}]}}"#, "{\"id\":5},".repeat(1_000));
        for (text, word) in [
            ("{}", "users"),
            (r#"{"users":[]}"#, "1 to 1000"),
            (r#"{"users":null}"#, "users"),
            (r#"{"users":{"id":5}}"#, "users"),
            (r#"{"users":[5]}"#, "users"),
            (r#"{"users":[{"id":5},{}]}"#, "users[1]"),
            (r#"{"users":[{"id":5,"username":"x"}]}"#, "users[0]"),
            (r#"{"users":[{"id":5,"username":null}]}"#, "users[0]"),
            (r#"{"users":[{"id":null}]}"#, "users[0]"),
            (r#"{"users":[{"id":"5"}]}"#, "users[0]"),
            (r#"{"users":[{"id":5.0}]}"#, "users[0]"),
            (r#"{"users":[{"id":-1}]}"#, "users[0]"),
            (r#"{"users":[{"id":9007199254740992}]}"#, "9007199254740991"),
            (r#"{"users":[{"username":""}]}"#, "users[0]"),
            (r#"{"users":[{"username":"a\u0000"}]}"#, "users[0]"),
            (r#"{"users":[{"username":7}]}"#, "users[0]"),
            (r#"{"users":[{"id":5},{"id":6,"x":1}]}"#, "users[1]: The member \"x\""),
            (r#"{"users":[{"id":5,"id":5}]}"#, "more than once"),
            (r#"{"users":[{"id":5}],"not_before":-1}"#, "not_before"),
            (r#"{"users":[{"id":5}],"not_before":1.5}"#, "not_before"),
            (r#"{"users":[{"id":5}],"not_before":"1"}"#, "not_before"),
            (r#"{"users":[{"id":5}],"not_before":253402300800000}"#, "9999"),
            (r#"{"users":[{"id":5}],"dry_run":null}"#, "dry_run"),
            (r#"{"users":[{"id":5}],"force":true}"#, "force"),
            (&*long, "users[0]"),
            (&*many, "1 to 1000"),
        ] {
            let said = read_body(text.to_owned()).await.unwrap_err();
            assert!(said.contains(word), "{text}: {said}");
        }
    }
}
