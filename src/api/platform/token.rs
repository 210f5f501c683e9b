//! How a session's token travels: as the original writes it, through whatever real clients carry it in.
//!
//! Owns the form `name"expiry"base64"base64`, which clients take for opaque, and the carriers: the cookie `platform_token`
//! with its quotation marks raw or as `#quote#` and perhaps `,JSESSIONID=` behind it, the header of that name, and a Bearer
//! token beside `Auth-User`. `REMOTE_USER` says nothing that anybody believes.
//!
//! Easy to get wrong: the first logon of the real client sends an empty cookie, which is no token and no fault. And what
//! stands before the last two quotation marks is for people: it may have lost its encoding in a header, and is not read.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};

use crate::api::{
    parameters::bad_credentials,
    problem::{Problem, ProblemKind},
};

const NAME: &str = "platform_token";
const HEADER: HeaderName = HeaderName::from_static(NAME);
const AUTH_USER: HeaderName = HeaderName::from_static("auth-user");
const QUOTE: &str = "#quote#";
const SESSION_ID: &str = ",JSESSIONID=";
/// The longest token, in bytes.
const MAX_BYTES: usize = 1_024;
/// What of a name is written as it is; everything else would mean something to a cookie or a header.
const PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'.').remove(b'_').remove(b'-').remove(b'@').remove(b'\\');

/// What a caller shows.
pub(super) struct Shown {
    /// The session's token.
    pub(super) token: SecretString,
    /// Who he says he is, which the session must confirm.
    pub(super) user: Option<String>,
}

/// A session's token as the original would write it.
pub(super) fn write(name: &str, expires: DateTime<Utc>, session: &str) -> String {
    let name = utf8_percent_encode(name, &PLAIN);
    let expires = expires.to_rfc3339_opts(SecondsFormat::Secs, true);
    let (user, secret) = session.split_once('.').unwrap_or((session, ""));
    format!("{name}\"{expires}\"{}\"{}", BASE64_STANDARD.encode(user), BASE64_STANDARD.encode(secret))
}

/// A number that belongs to a token, in the form of a UUID. It is not asked for again.
pub(super) fn csrf(token: &str) -> String {
    let hash = Sha256::digest(format!("csrf {token}").as_bytes());
    let number = hash[..16].iter().fold(0, |number: u128, byte| (number << 8) | u128::from(*byte));
    let hex = format!("{number:032x}");
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}

/// What the caller shows, in whatever carriers; all of them must say the same.
pub(super) fn shown(headers: &HeaderMap) -> Result<Shown, Problem> {
    let user = one(headers, &AUTH_USER)?.map(text);
    let mut tokens = cookies(headers);
    tokens.extend(one(headers, &HEADER)?.map(text));
    if let Some(bearer) = one(headers, &header::AUTHORIZATION)?.map(text) {
        let (scheme, token) = bearer.split_once(' ').ok_or_else(bad_credentials)?;
        // Whose it is must be said: that is how the real client sends one.
        if !scheme.eq_ignore_ascii_case("bearer") || user.is_none() {
            return Err(bad_credentials());
        }
        tokens.push(token.to_owned());
    }
    let mut tokens = tokens.iter().filter_map(|value| plain(value));
    let first = tokens
        .next()
        .ok_or_else(|| Problem::new(ProblemKind::NoCredentials, "There is no token; log on first."))?;
    if tokens.any(|other| other != first) {
        return Err(bad_credentials());
    }
    let token = read(&first).ok_or_else(bad_credentials)?.into();
    Ok(Shown { token, user })
}

/// The values of all cookies of that name.
fn cookies(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(header::COOKIE).iter().map(text);
    let values = lines.flat_map(|line| {
        let cookies = line.split(';').filter_map(|cookie| cookie.trim().split_once('='));
        cookies.filter(|(name, _)| *name == NAME).map(|(_, value)| value.to_owned()).collect::<Vec<_>>()
    });
    values.collect()
}

fn one<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h HeaderValue>, Problem> {
    let mut given = headers.get_all(name).iter();
    match (given.next(), given.next()) {
        (only, None) => Ok(only),
        (_, Some(_)) => Err(bad_credentials()),
    }
}

/// A header's text: UTF-8, or else the Latin-1 in which Python writes headers.
fn text(value: &HeaderValue) -> String {
    let bytes = value.as_bytes();
    let latin = || bytes.iter().map(|byte| char::from(*byte)).collect();
    std::str::from_utf8(bytes).map_or_else(|_| latin(), str::to_owned)
}

/// A carrier's value with raw quotation marks; none where it is empty.
fn plain(value: &str) -> Option<String> {
    let value = value.split(SESSION_ID).next().unwrap_or_default().trim();
    let value = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value);
    (!value.is_empty()).then(|| value.replace(QUOTE, "\""))
}

/// The session's token in one of ours.
fn read(token: &str) -> Option<String> {
    if token.len() > MAX_BYTES {
        return None;
    }
    let mut pieces = token.rsplitn(4, '"');
    let (secret, user) = (pieces.next()?, pieces.next()?);
    // An expiry and a name stand before them.
    pieces.next()?;
    pieces.next()?;
    let decode = |piece: &str| String::from_utf8(BASE64_STANDARD.decode(piece).ok()?).ok();
    Some(format!("{}.{}", decode(user)?, decode(secret)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    const SESSION: &str = "5.q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k";

    fn token(name: &str) -> String {
        write(name, DateTime::from_timestamp(1_653_513_192, 0).unwrap(), SESSION)
    }

    fn seen(lines: &[(&'static str, String)]) -> Result<(String, Option<String>), ProblemKind> {
        let headers = lines
            .iter()
            .map(|(name, value)| {
                (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap())
            })
            .collect();
        let shown = shown(&headers).map_err(|problem| problem.kind)?;
        Ok((shown.token.expose_secret().to_owned(), shown.user))
    }

    #[test]
    fn a_token_is_written_as_the_original_writes_one() {
        let written = token(r"DOMAIN\user1");
        assert!(written.starts_with("DOMAIN\\user1\"2022-05-25T21:13:12Z\"NQ==\""), "{written}");
        assert_eq!(written.matches('"').count(), 3);
        assert!(token("ü;\"#,").starts_with("%C3%BC%3B%22%23%2C\""), "fit for a cookie and for Latin-1");
        assert_eq!(csrf(&written).len(), 36);
        assert_ne!(csrf(&written), csrf(&token("x")));
    }

    #[test]
    fn a_token_is_found_in_whatever_carries_it() {
        let raw = token("lsfadmin");
        let quoted = raw.replace('"', QUOTE);
        for lines in [
            vec![("cookie", format!("platform_token={quoted}"))],
            vec![("cookie", format!("platform_token={raw}"))],
            vec![("cookie", format!("platform_token={quoted},JSESSIONID=0A1B"))],
            vec![("cookie", format!("a=b; platform_token={quoted} ;c=d"))],
            vec![("cookie", "a=b".to_owned()), ("cookie", format!("platform_token={quoted}"))],
            vec![("cookie", format!("platform_token=\"{quoted}\""))],
            vec![("platform_token", quoted.clone()), ("remote_user", "root".to_owned())],
            vec![("cookie", format!("platform_token={quoted}")), ("platform_token", raw.clone())],
            vec![("cookie", "platform_token=".to_owned()), ("platform_token", raw.clone())],
        ] {
            assert_eq!(seen(&lines), Ok((SESSION.to_owned(), None)), "{lines:?}");
        }
        let bearer = ("authorization", format!("Bearer {quoted}"));
        let user = ("auth-user", "lsfadmin".to_owned());
        assert_eq!(
            seen(&[user.clone(), bearer.clone()]),
            Ok((SESSION.to_owned(), Some("lsfadmin".to_owned())))
        );
        assert_eq!(seen(&[bearer]), Err(ProblemKind::BadCredentials), "nobody says whose it is");
    }

    #[test]
    fn a_name_that_lost_its_encoding_on_the_way_does_no_harm() {
        let mut bytes = b"platform_token=\xfcser\xe9".to_vec();
        bytes.extend(token("").into_bytes());
        let headers = [(header::COOKIE, HeaderValue::from_bytes(&bytes).unwrap())].into_iter().collect();
        assert_eq!(shown(&headers).unwrap().token.expose_secret(), SESSION);
    }

    #[test]
    fn no_token_is_told_from_one_that_is_none() {
        let cookie = |value: &str| vec![("cookie", format!("platform_token={value}"))];
        let user = ("remote_user", "root".to_owned());
        for lines in [
            vec![],
            cookie(""),
            cookie(",JSESSIONID=1"),
            vec![user],
            vec![("cookie", "platform_token".into())],
        ] {
            assert_eq!(seen(&lines), Err(ProblemKind::NoCredentials), "{lines:?}");
        }
        let good = token("x");
        for lines in [
            cookie("x"),
            cookie(SESSION),
            cookie("a#quote#b#quote#!#quote#!"),
            cookie("NQ==#quote#NQ=="),
            cookie(&"x".repeat(2_000)),
            [cookie(&good), cookie("x\"y\"NQ==\"NQ==")].concat(),
            vec![("platform_token", good.clone()), ("platform_token", good.clone())],
            vec![("auth-user", "a".into()), ("auth-user", "a".into()), ("platform_token", good.clone())],
            vec![("auth-user", "a".into()), ("authorization", "Basic YTpi".into())],
        ] {
            assert_eq!(seen(&lines), Err(ProblemKind::BadCredentials), "{lines:?}");
        }
    }
}
