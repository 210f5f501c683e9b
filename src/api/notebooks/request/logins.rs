//! Reading who wants a token, and what it is to be bound to.
//!
//! Owns the two ways to one: name and password, or a token that is shown for another one (how servers that belong to a
//! portal are entered). Both come in bodies only: what stands in a query stands in logs.
//!
//! Easy to get wrong: `ip` and `requestip` mean the socket's other end. And a token is only given for a server that we
//! are: whoever is shown a token for another one's sake would keep it.

use secrecy::SecretString;
use std::{net::IpAddr, time::Duration};
use url::Url;

use super::{Asked, carriers::MAX_REFERER_BYTES, given::Given};
use crate::api::{
    problem::Problem,
    service::{Binding, SessionTerms},
};

/// How long a token is valid when nobody says, in minutes.
const DEFAULT_MINUTES: u64 = 60;
/// How long one is valid at most, in minutes: two weeks. Who asks for more gets this.
const MOST_MINUTES: u64 = 14 * 24 * 60;
const SECONDS_PER_MINUTE: u64 = 60;
/// The spellings of the server that a token is for.
const SERVER: [&str; 1] = ["serverUrl"];

/// A request for a token.
pub(in crate::api::notebooks) enum Wanted {
    /// By name and password.
    Login { username: String, password: SecretString },
    /// For another token.
    Exchange,
}

/// Reads which token is wanted, and on what terms.
pub(in crate::api::notebooks) fn wanted(asked: &Asked) -> Result<(Wanted, SessionTerms), Problem> {
    let given = asked.given()?;
    let terms = SessionTerms {
        idle: None,
        lifetime: Some(lifetime(given.one("expiration")?)?),
        binding: binding(given, asked.from().address)?,
    };
    let username = given.one_in_body("username")?.filter(|name| !name.is_empty());
    let password = given.one_in_body("password")?.filter(|password| !password.is_empty());
    let server = given.any(&SERVER)?.filter(|server| !server.is_empty());
    let wanted = match (username, password, server) {
        (Some(username), Some(password), _) => {
            Wanted::Login { username: username.to_owned(), password: password.into() }
        }
        (None, None, Some(server)) if asked.has_token() => {
            must_be_ours(server, asked.host())?;
            Wanted::Exchange
        }
        (Some(_), None, _) => return Err(unspecified("password")),
        (None, ..) => return Err(unspecified("username")),
    };
    Ok((wanted, terms))
}

fn binding(given: &Given, peer: Option<IpAddr>) -> Result<Binding, Problem> {
    let client = given.one("client")?.unwrap_or_default();
    let is = |word: &str| client.eq_ignore_ascii_case(word);
    if client.is_empty() {
        Ok(Binding::None)
    } else if is("referer") {
        let referer = given.one("referer")?.filter(|referer| !referer.is_empty());
        let referer = referer.ok_or_else(|| unspecified("referer"))?;
        if referer.len() > MAX_REFERER_BYTES {
            return Err(Problem::bad_parameter("referer", "'referer' is too long."));
        }
        Ok(Binding::Referer(referer.to_owned()))
    } else if is("ip") {
        let address = given.one("ip")?.ok_or_else(|| unspecified("ip"))?;
        let address = address.parse::<IpAddr>();
        let address = address.map_err(|_| Problem::bad_parameter("ip", "'ip' must be an IP address."))?;
        Ok(Binding::Address(address.to_canonical()))
    } else if is("requestip") {
        peer.map(Binding::Address).ok_or_else(|| Problem::internal().caused_by("a request without a peer"))
    } else {
        Err(Problem::bad_parameter("client", "'client' must be referer, ip or requestip."))
    }
}

fn lifetime(minutes: Option<&str>) -> Result<Duration, Problem> {
    let minutes = match minutes.filter(|text| !text.is_empty()) {
        None => DEFAULT_MINUTES,
        Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            text.parse().unwrap_or(MOST_MINUTES).clamp(1, MOST_MINUTES)
        }
        Some(_) => {
            let said = "'expiration' must be a number of minutes.";
            return Err(Problem::bad_parameter("expiration", said));
        }
    };
    Ok(Duration::from_secs(minutes * SECONDS_PER_MINUTE))
}

/// Scheme and port may differ where a proxy stands before us; the host is what the caller calls us.
fn must_be_ours(server: &str, host: &str) -> Result<(), Problem> {
    let of = |text: &str| Url::parse(text).ok().and_then(|url| url.host_str().map(str::to_owned));
    let ours = of(&format!("http://{host}"));
    if ours.is_some() && of(server) == ours {
        return Ok(());
    }
    Err(Problem::bad_parameter("serverUrl", "The server does not belong to this portal."))
}

fn unspecified(name: &'static str) -> Problem {
    Problem::bad_parameter(name, format!("'{name}' must be specified."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::Body, extract::Request};

    use crate::http::PeerAddr;

    async fn read(body: &str) -> Result<(Wanted, SessionTerms), String> {
        let mut request = Request::builder()
            .method("POST")
            .uri("/")
            .header("host", "gis.example.com:8080")
            .header("x-forwarded-for", "10.9.9.9")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.to_owned()))
            .unwrap();
        request.extensions_mut().insert(PeerAddr("10.0.0.7:1234".parse().unwrap()));
        wanted(&Asked::read(request, Duration::from_secs(5)).await).map_err(|problem| problem.public)
    }

    /// Name, password, minutes and binding of a login.
    async fn login(more: &str) -> Result<(u64, Binding), String> {
        let (wanted, terms) = read(&format!("username=admin&password=pw12345{more}")).await?;
        assert!(matches!(wanted, Wanted::Login { username, .. } if username == "admin"));
        Ok((terms.lifetime.unwrap().as_secs() / 60, terms.binding))
    }

    #[tokio::test]
    async fn a_login_says_what_its_token_is_bound_to_and_for_how_long() {
        let referer = |text: &str| Binding::Referer(text.to_owned());
        let address = |text: &str| Binding::Address(text.parse().unwrap());
        // The first one was captured from the Python client.
        for (more, minutes, binding) in [
            ("&referer=http&client=referer&expiration=60&f=json", 60, referer("http")),
            ("", 60, Binding::None),
            ("&referer=http", 60, Binding::None),
            ("&client=requestip", 60, address("10.0.0.7")),
            ("&client=ip&ip=10.1.2.3", 60, address("10.1.2.3")),
            ("&client=ip&ip=::ffff:10.1.2.3", 60, address("10.1.2.3")),
            ("&expiration=", 60, Binding::None),
            ("&expiration=0", 1, Binding::None),
            ("&expiration=20160", 20_160, Binding::None),
            ("&expiration=99999999999999999999999999", 20_160, Binding::None),
        ] {
            assert_eq!(login(more).await, Ok((minutes, binding)), "{more}");
        }
        for more in [
            "&client=referer",
            "&client=referer&referer=",
            "&client=ip",
            "&client=ip&ip=here",
            "&client=cookie",
            "&expiration=-1",
            "&expiration=1h",
            "&username=eve",
        ] {
            assert!(login(more).await.is_err(), "{more}");
        }
    }

    #[tokio::test]
    async fn a_token_is_exchanged_for_a_server_of_ours_alone() {
        let is_exchange = async |body: &str| matches!(read(body).await, Ok((Wanted::Exchange, _)));
        for body in [
            "token=t&serverUrl=http%3A%2F%2Fgis.example.com%3A8080%2Farcgis%2Fadmin&expiration=20160",
            "token=t&serverURL=https%3A%2F%2FGIS.example.com&request=getToken&referer=http&expiration=1440&f=json",
        ] {
            assert!(is_exchange(body).await, "{body}");
        }
        for body in [
            "token=t",
            "serverUrl=http%3A%2F%2Fgis.example.com",
            "token=t&serverUrl=http%3A%2F%2Fevil.example.com",
            "token=t&serverUrl=http%3A%2F%2Fgis.example.com%40evil.example.com",
            "token=t&serverUrl=gis.example.com",
            "username=admin",
            "password=x",
            "username=admin&password=",
            "",
        ] {
            assert!(!is_exchange(body).await, "{body}");
            assert!(read(body).await.is_err(), "{body}");
        }
    }
}
