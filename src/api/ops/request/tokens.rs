//! Reading requests about service tokens.
//!
//! Owns the form of a token's name. It must never see a token: those are made by the service, and come in as credentials
//! only.
//!
//! Easy to get wrong: a capability that is named twice, or none at all. Both are mistakes of a script, so they are told and
//! not mended.

use axum::extract::Request;
use std::time::Duration;
use utoipa::ToSchema;

use super::{Piece, bad_body, instant, piece};
use crate::{
    api::{
        ops::words::CapabilityWord,
        problem::Problem,
        service::{NewToken, TokenName},
    },
    domain::capability::Capability,
    http::{members, read, require_json},
};

const MAX_BODY_BYTES: usize = 16 * 1024;
const NAME_RULE: &str = "must be 1 to 64 letters, digits, '_', '-', '.' or '@'.";

/// A token to be made.
#[derive(ToSchema)]
#[schema(as = TokenToMake)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "bodies are read member by member; this only describes them")]
pub(crate) struct TokenBody {
    /// Whose it is: the name under which he acts.
    #[schema(pattern = "^[A-Za-z0-9_.@-]{1,64}$")]
    name: String,
    /// What he may do, each once.
    #[schema(value_type = HashSet<CapabilityWord>, min_items = 1, max_items = 4, example = json!(["ops.read"]))]
    capabilities: Vec<String>,
    /// When it ends to be valid, in milliseconds since the epoch; never, if null.
    #[schema(maximum = 253_402_300_799_999_u64)]
    expires: Option<u64>,
}

/// The token's name in the path.
pub(crate) fn name(path: Piece) -> Result<TokenName, Problem> {
    let refusal = || Problem::bad_parameter("name", format!("The token's name {NAME_RULE}"));
    TokenName::new(&piece(path)).ok_or_else(refusal)
}

/// Reads which token is to be made.
pub(crate) async fn body(request: Request, timeout: Duration) -> Result<NewToken, Problem> {
    let (parts, body) = read(request, MAX_BODY_BYTES, timeout).await?;
    require_json(&parts.headers, &body)?;
    let mut given = members(&body)?;
    let name = given.take_string("name")?;
    let words = given.take_string_array("capabilities")?;
    let expires = given.take_optional_u64("expires")?.map(|millis| instant("expires", millis)).transpose()?;
    given.finish()?;
    let name = TokenName::new(&name).ok_or_else(|| bad_body(format!("The member \"name\" {NAME_RULE}")))?;
    Ok(NewToken { name, capabilities: capabilities(&words)?, expires })
}

fn capabilities(words: &[String]) -> Result<Vec<Capability>, Problem> {
    let known: Vec<_> = Capability::ALL.into_iter().map(Capability::name).collect();
    let refusal = || {
        let known = known.join(", ");
        bad_body(format!("The member \"capabilities\" must be a list of one or more of {known}, each once."))
    };
    let mut found = Vec::with_capacity(words.len());
    for word in words {
        let capability = Capability::from_name(word).ok_or_else(refusal)?;
        if found.contains(&capability) {
            return Err(refusal());
        }
        found.push(capability);
    }
    if found.is_empty() { Err(refusal()) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read_body(text: &str) -> Result<NewToken, String> {
        let request = Request::builder().header("content-type", "application/json");
        let request = request.body(text.to_owned().into()).unwrap();
        body(request, Duration::from_secs(5)).await.map_err(|problem| problem.public)
    }

    #[tokio::test]
    async fn a_token_is_asked_for_by_name_capabilities_and_expiry() {
        let token = read_body(r#"{"name":"ci@x-1_2.3","capabilities":["ops.read","ADMIN"],"expires":null}"#);
        let token = token.await.unwrap();
        assert_eq!(token.name.as_str(), "ci@x-1_2.3");
        assert_eq!(token.capabilities, [Capability::OpsRead, Capability::Admin]);
        assert_eq!(token.expires, None);
    }

    #[tokio::test]
    async fn a_malformed_token_is_refused_by_the_members_name() {
        let long = format!(r#"{{"name":"{}","capabilities":["ops.read"]}}"#, "x".repeat(65));
        for (text, word) in [
            ("{}", "name"),
            (r#"{"name":"","capabilities":["ops.read"]}"#, "name"),
            (r#"{"name":"a b","capabilities":["ops.read"]}"#, "name"),
            (r#"{"name":"ä","capabilities":["ops.read"]}"#, "name"),
            (r#"{"name":7,"capabilities":["ops.read"]}"#, "name"),
            (&*long, "name"),
            (r#"{"name":"ci"}"#, "capabilities"),
            (r#"{"name":"ci","capabilities":[]}"#, "capabilities"),
            (r#"{"name":"ci","capabilities":"ops.read"}"#, "capabilities"),
            (r#"{"name":"ci","capabilities":["ops"]}"#, "capabilities"),
            (r#"{"name":"ci","capabilities":["ops.read","ops.read"]}"#, "capabilities"),
            (r#"{"name":"ci","capabilities":["ops.read"],"expires":"never"}"#, "expires"),
            (r#"{"name":"ci","capabilities":["ops.read"],"expires":253402300800000}"#, "9999"),
            (r#"{"name":"ci","capabilities":["ops.read"],"token":"mine"}"#, "token"),
        ] {
            let said = read_body(text).await.unwrap_err();
            assert!(said.contains(word), "{text}: {said}");
        }
    }
}
