//! Reading a request's body: bounded in size and in time, and labelled as what it is.
//!
//! This owns the only way a handler gets at a body. It must never parse one; that is `json`.
//!
//! Easy to get wrong: the time limit is for the whole body. A limit per chunk would let a peer that sends a
//! byte now and then hold on for as long as it likes. And a length that is announced too large is refused
//! before a byte is read, which also keeps hyper from asking for it with `100 Continue`.

use std::time::Duration;

use axum::{body::Bytes, extract::Request};
use http::{HeaderMap, header, request::Parts};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Body as _;
use tokio::time::timeout;

use super::fault::Fault;

/// Takes a request apart, its body read whole.
///
/// # Errors
///
/// [`Fault::BodyTooLarge`] past `max_bytes`, [`Fault::BodyTimedOut`] when not all of it came within `limit`,
/// [`Fault::BodyIncomplete`] when it ended early or its framing is broken.
pub async fn read(request: Request, max_bytes: usize, limit: Duration) -> Result<(Parts, Bytes), Fault> {
    let (parts, body) = request.into_parts();
    let too_large = Fault::BodyTooLarge { limit_bytes: max_bytes };
    if usize::try_from(body.size_hint().lower()).map_or(true, |announced| announced > max_bytes) {
        return Err(too_large);
    }
    match timeout(limit, Limited::new(body, max_bytes).collect()).await {
        Err(_) => Err(Fault::BodyTimedOut),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large),
        Ok(Err(_)) => Err(Fault::BodyIncomplete),
        Ok(Ok(collected)) => Ok((parts, collected.to_bytes())),
    }
}

/// Checks that a body, unless it is empty, is labelled as plain JSON in UTF-8.
///
/// # Errors
///
/// [`Fault::EncodedBody`] for a Content-Encoding other than `identity`; [`Fault::NotJson`] unless there is
/// exactly one Content-Type, `application/json`, with no parameter but `charset=utf-8`.
pub fn require_json(headers: &HeaderMap, body: &[u8]) -> Result<(), Fault> {
    require(headers, body, "application/json", &Fault::NotJson)
}

/// Checks that a body, unless it is empty, is labelled as a plain form in UTF-8.
///
/// # Errors
///
/// As [`require_json`], with `application/x-www-form-urlencoded` and [`Fault::NotForm`].
pub fn require_form(headers: &HeaderMap, body: &[u8]) -> Result<(), Fault> {
    require(headers, body, "application/x-www-form-urlencoded", &Fault::NotForm)
}

fn require(headers: &HeaderMap, body: &[u8], essence: &str, otherwise: &Fault) -> Result<(), Fault> {
    if body.is_empty() { Ok(()) } else { must_be(headers, essence, otherwise) }
}

/// Checks that a body which is still to come is labelled as plain JSON in UTF-8.
///
/// # Errors
///
/// As [`require_json`].
pub fn must_be_json(headers: &HeaderMap) -> Result<(), Fault> {
    must_be(headers, "application/json", &Fault::NotJson)
}

fn must_be(headers: &HeaderMap, essence: &str, otherwise: &Fault) -> Result<(), Fault> {
    let is_plain = |coding: &http::HeaderValue| coding.as_bytes().eq_ignore_ascii_case(b"identity");
    if !headers.get_all(header::CONTENT_ENCODING).iter().all(is_plain) {
        return Err(Fault::EncodedBody);
    }
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(only), None) = (types.next(), types.next()) else {
        return Err(otherwise.clone());
    };
    if only.to_str().is_ok_and(|label| is_plain_label(label, essence)) {
        Ok(())
    } else {
        Err(otherwise.clone())
    }
}

fn is_plain_label(content_type: &str, essence: &str) -> bool {
    let mut pieces = content_type.split(';').map(str::trim);
    let names_it = pieces.next().is_some_and(|named| named.eq_ignore_ascii_case(essence));
    // RFC 9110 section 5.6.6 allows empty parameters, as in a trailing semicolon.
    names_it && pieces.all(|parameter| parameter.is_empty() || is_utf8_charset(parameter))
}

fn is_utf8_charset(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        let value = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
        name.eq_ignore_ascii_case("charset") && value.eq_ignore_ascii_case("utf-8")
    })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::HeaderValue;

    use super::*;

    fn check(lines: &[(header::HeaderName, &'static str)]) -> Result<(), Fault> {
        let headers =
            lines.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value))).collect();
        require_json(&headers, b"{}")
    }

    async fn read_text(body: Body, max_bytes: usize) -> Result<Bytes, Fault> {
        read(Request::new(body), max_bytes, Duration::from_secs(5)).await.map(|(_, bytes)| bytes)
    }

    #[test]
    fn json_may_be_labelled_in_the_usual_ways() {
        for label in [
            "application/json",
            "Application/JSON",
            "application/json; charset=utf-8",
            "application/json;charset=\"UTF-8\"",
            "application/json ;",
        ] {
            assert_eq!(check(&[(header::CONTENT_TYPE, label)]), Ok(()), "{label}");
        }
    }

    #[test]
    fn anything_else_is_not_json() {
        for label in [
            "",
            "text/json",
            "application/jsonp",
            "application/problem+json",
            "application/json; charset=latin1",
            "application/json; charset=\"utf-8",
            "application/json; version=1",
        ] {
            assert_eq!(check(&[(header::CONTENT_TYPE, label)]), Err(Fault::NotJson), "{label}");
        }
        assert_eq!(check(&[]), Err(Fault::NotJson));
        let json = (header::CONTENT_TYPE, "application/json");
        assert_eq!(check(&[json.clone(), json]), Err(Fault::NotJson));
    }

    #[test]
    fn an_encoded_body_is_refused_and_identity_is_no_encoding() {
        let json = (header::CONTENT_TYPE, "application/json");
        assert_eq!(check(&[json.clone(), (header::CONTENT_ENCODING, "gzip")]), Err(Fault::EncodedBody));
        assert_eq!(check(&[json, (header::CONTENT_ENCODING, "Identity")]), Ok(()));
    }

    #[test]
    fn an_empty_body_needs_no_label() {
        assert_eq!(require_json(&HeaderMap::new(), b""), Ok(()));
        assert_eq!(require_form(&HeaderMap::new(), b""), Ok(()));
    }

    #[test]
    fn a_form_is_labelled_as_one() {
        let form = |label| {
            let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(label))].into_iter().collect();
            require_form(&headers, b"a=b")
        };
        for label in ["application/x-www-form-urlencoded", "Application/X-WWW-Form-URLEncoded; charset=utf-8"]
        {
            assert_eq!(form(label), Ok(()), "{label}");
        }
        for label in ["", "application/json", "multipart/form-data; boundary=x", "text/plain"] {
            assert_eq!(form(label), Err(Fault::NotForm), "{label}");
        }
        assert_eq!(require_form(&HeaderMap::new(), b"a=b"), Err(Fault::NotForm));
    }

    #[tokio::test]
    async fn a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_not() {
        assert_eq!(read_text(Body::from("12345"), 5).await, Ok(Bytes::from_static(b"12345")));
        assert_eq!(read_text(Body::from("123456"), 5).await, Err(Fault::BodyTooLarge { limit_bytes: 5 }));
    }

    #[tokio::test]
    async fn a_body_of_unannounced_length_is_bounded_too() {
        let chunks = futures::stream::iter(["1234", "56"].map(Ok::<_, std::io::Error>));
        let body = Body::from_stream(chunks);
        assert_eq!(read_text(body, 5).await, Err(Fault::BodyTooLarge { limit_bytes: 5 }));
    }

    #[tokio::test]
    async fn a_body_that_never_ends_times_out() {
        let body = Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
        let ended = read(Request::new(body), 5, Duration::from_millis(20)).await;
        assert_eq!(ended.err(), Some(Fault::BodyTimedOut));
    }
}
