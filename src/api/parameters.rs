//! What every dialect reads alike: query strings, single headers, idempotency keys, HTTP credentials, a body that nobody
//! needs.
//!
//! Owns the decoding, once each. It must never know a dialect's names for anything.
//!
//! Easy to get wrong: a header or a parameter that comes twice. Whoever takes the first of two lets the caller and a
//! proxy before us disagree about what was asked, so two are refused.

use axum::extract::Request;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderName, header};
use percent_encoding::percent_decode_str;
use std::{net::IpAddr, time::Duration};

use super::{
    problem::{Problem, ProblemKind},
    service::{ClientKey, Credentials},
};
use crate::http::{members, read, require_json};

/// A header by which a caller makes repeating safe.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The largest body where none is needed.
const MAX_UNNEEDED_BYTES: usize = 16 * 1024;

/// Reads the body of a request that needs none: nothing, or an empty object, which some clients send with everything.
pub(super) async fn no_body(request: Request, timeout: Duration) -> Result<(), Problem> {
    let (parts, body) = read(request, MAX_UNNEEDED_BYTES, timeout).await?;
    if body.is_empty() {
        return Ok(());
    }
    require_json(&parts.headers, &body)?;
    Ok(members(&body)?.finish()?)
}

/// The names and values of a query, decoded once, in their order.
pub(super) fn query(text: Option<&str>) -> Result<Vec<(String, String)>, Problem> {
    text.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()).map(decode_pair).collect()
}

fn decode_pair(pair: &str) -> Result<(String, String), Problem> {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    Ok((decode(name)?, decode(value)?))
}

fn decode(text: &str) -> Result<String, Problem> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    decoded.map(std::borrow::Cow::into_owned).map_err(|_| {
        Problem::bad_parameter("query", "The query is not UTF-8 once its percent-encoding is undone.")
    })
}

/// The key of a submit that may be repeated.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<ClientKey>, Problem> {
    let mut given = headers.get_all(IDEMPOTENCY_KEY).iter();
    match (given.next(), given.next()) {
        (None, _) => Ok(None),
        (Some(only), None) => {
            let key = only.to_str().ok().and_then(ClientKey::new);
            key.map(Some).ok_or_else(|| bad_key("must be 1 to 255 visible ASCII characters."))
        }
        (Some(_), Some(_)) => Err(bad_key("is given more than once.")),
    }
}

fn bad_key(why: &str) -> Problem {
    Problem::bad_parameter("Idempotency-Key", format!("The header Idempotency-Key {why}"))
}

/// The credentials of an `Authorization` header of that scheme; none without the header.
pub(super) fn authorization(headers: &HeaderMap, scheme: Scheme) -> Result<Option<Credentials>, Problem> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let only = match (given.next(), given.next()) {
        (None, _) => return Ok(None),
        (Some(only), None) => only,
        (Some(_), Some(_)) => return Err(bad_credentials()),
    };
    let (word, rest) =
        only.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(bad_credentials)?;
    let credentials = match scheme {
        Scheme::Basic { from } if word.eq_ignore_ascii_case("basic") => basic(rest.trim(), from),
        Scheme::Bearer if word.eq_ignore_ascii_case("bearer") => Credentials::token(rest.trim()),
        Scheme::Basic { .. } | Scheme::Bearer => None,
    };
    credentials.map(Some).ok_or_else(bad_credentials)
}

/// The schemes of HTTP authentication that are spoken here.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scheme {
    /// RFC 7617, in UTF-8.
    Basic {
        /// The address of the socket's other end.
        from: Option<IpAddr>,
    },
    /// RFC 6750.
    Bearer,
}

fn basic(encoded: &str, from: Option<IpAddr>) -> Option<Credentials> {
    let text = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
    let (username, password) = text.split_once(':')?;
    Some(Credentials::Basic { username: username.to_owned(), password: password.into(), from })
}

/// The caller says who he is in no usable way.
pub(super) fn bad_credentials() -> Problem {
    Problem::new(ProblemKind::BadCredentials, "The credentials are not valid.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const BASIC: Scheme = Scheme::Basic { from: None };

    fn headers(name: &HeaderName, values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_query_is_decoded_once() {
        let pairs = query(Some("fields=id%2C+status&a=%2525&b&=x&&c=%zz")).unwrap();
        let expected = [("fields", "id, status"), ("a", "%25"), ("b", ""), ("", "x"), ("c", "%zz")]
            .map(|(n, v)| (n.into(), v.into()));
        assert_eq!(pairs, expected);
        assert!(query(Some("a=%ff")).is_err());
        assert_eq!(query(None).unwrap(), vec![]);
    }

    #[test]
    fn an_idempotency_key_is_one_visible_word() {
        let key = |values: &[&'static str]| idempotency_key(&headers(&IDEMPOTENCY_KEY, values));
        assert!(key(&[]).unwrap().is_none());
        assert!(key(&["a-1"]).unwrap().is_some());
        for bad in [&[""][..], &["a b"], &["a", "a"]] {
            assert!(key(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn credentials_come_in_the_scheme_that_is_asked_for() {
        let read = |value, scheme| authorization(&headers(&header::AUTHORIZATION, &[value]), scheme);
        assert!(read("basic YTpi", BASIC).unwrap().is_some());
        assert!(read("Bearer t", Scheme::Bearer).unwrap().is_some());
        assert!(authorization(&HeaderMap::new(), BASIC).unwrap().is_none());
        for bad in ["Basic", "Basic !", "Basic YWI=", "Basic /w==", "Bearer t", "Digest x"] {
            assert!(read(bad, BASIC).is_err(), "{bad}");
        }
        let two = headers(&header::AUTHORIZATION, &["Bearer t", "Bearer t"]);
        assert!(authorization(&two, Scheme::Bearer).is_err());
    }
}
