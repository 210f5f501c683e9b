//! Who calls: a token, in one of the four places where this interface's clients put it.
//!
//! Owns the order of the places: body, query, `X-Esri-Authorization`, `Authorization`. The same token may stand in
//! several of them, since clients and the proxies before us add their own; two different ones are no answer to the
//! question who calls, so they are refused as an invalid token is.
//!
//! It must never look at cookies, or at anything that came before on the connection.
//!
//! Easy to get wrong: `Authorization` with another scheme than Bearer is the web tier's, and says nothing to us.

use axum::extract::Request;
use http::{HeaderMap, HeaderName, header};

use super::given::Given;
use crate::{
    api::{
        parameters::bad_credentials,
        problem::{Problem, ProblemKind},
        service::{Credentials, Origin},
    },
    http::PeerAddr,
};

const X_ESRI_AUTHORIZATION: HeaderName = HeaderName::from_static("x-esri-authorization");
const TOKEN: &str = "token";
/// The longest referer that is looked at; no token is bound to a longer one.
pub(super) const MAX_REFERER_BYTES: usize = 1_024;

/// The token that the caller shows; none where he shows none.
pub(super) fn token(given: &Given, headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut shown: Vec<String> = given.every(TOKEN).map(str::to_owned).collect();
    for value in headers.get_all(X_ESRI_AUTHORIZATION) {
        let text = value.to_str().map_err(|_| bad_credentials())?;
        shown.push(bearer(text).ok_or_else(bad_credentials)?.to_owned());
    }
    let schemes = headers.get_all(header::AUTHORIZATION).iter().filter_map(|value| value.to_str().ok());
    shown.extend(schemes.filter_map(bearer).map(str::to_owned));
    shown.retain(|token| !token.is_empty());
    shown.dedup();
    match shown.len() {
        0 => Ok(None),
        1 => Ok(shown.pop()),
        _ => Err(bad_credentials()),
    }
}

/// Where a request comes from, as far as a token can be bound to it. Only the socket says the address: a header says
/// what anybody likes.
pub(super) fn origin(request: &Request) -> Origin {
    let referer = request.headers().get(header::REFERER).and_then(|value| value.to_str().ok());
    Origin {
        referer: referer.filter(|text| text.len() <= MAX_REFERER_BYTES).map(str::to_owned),
        address: PeerAddr::ip_of(request),
    }
}

/// The credentials that a token is: a session's where it looks like one, else a service's.
pub(super) fn credentials(token: Option<String>, from: Origin) -> Result<Credentials, Problem> {
    let token = token
        .ok_or_else(|| Problem::new(ProblemKind::NoCredentials, "The request has no token in any place."))?;
    Credentials::shown(&token, from).ok_or_else(bad_credentials)
}

fn bearer(text: &str) -> Option<&str> {
    let (word, rest) = text.split_once(' ')?;
    word.eq_ignore_ascii_case("bearer").then(|| rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    /// Body, query, and the values of the two headers.
    fn shown(body: &str, query: &str, esri: &[&str], authorization: &[&str]) -> Result<Option<String>, ()> {
        let mut headers = HeaderMap::new();
        for value in esri {
            headers.append(X_ESRI_AUTHORIZATION, value.parse().unwrap());
        }
        for value in authorization {
            headers.append(header::AUTHORIZATION, value.parse().unwrap());
        }
        token(&Given::read(body.as_bytes(), Some(query)).unwrap(), &headers).map_err(|_| ())
    }

    #[test]
    fn a_token_is_found_wherever_clients_put_it() {
        let t = Ok(Some("t".to_owned()));
        assert_eq!(shown("token=t", "", &[], &[]), t);
        assert_eq!(shown("", "token=t", &[], &[]), t);
        assert_eq!(shown("", "", &["Bearer t"], &[]), t);
        assert_eq!(shown("", "", &["bearer  t "], &[]), t);
        assert_eq!(shown("", "", &[], &["Bearer t"]), t);
        assert_eq!(shown("token=t", "token=t", &["Bearer t"], &["Bearer t"]), t, "all of them agree");
        assert_eq!(shown("token=", "", &["Bearer t"], &[]), t, "an empty one is none");
        assert_eq!(shown("", "", &["Bearer t"], &["Basic YTpi"]), t, "the web tier's");
    }

    #[test]
    fn two_different_tokens_are_none_and_so_is_what_is_no_token() {
        for (body, query, esri, authorization) in [
            ("token=t", "token=u", &[][..], &[][..]),
            ("token=t&token=u", "", &[], &[]),
            ("token=t", "", &["Bearer u"], &[]),
            ("", "token=t", &[], &["Bearer u"]),
            ("", "", &["Bearer t", "Bearer u"], &[]),
            ("", "", &["Bearer t"], &["Bearer u"]),
            ("token=t", "", &["Bearer u"], &["Bearer t"]),
            ("", "", &["t"], &[]),
            ("", "", &["Basic t"], &[]),
        ] {
            let got = shown(body, query, esri, authorization);
            assert_eq!(got, Err(()), "{body} {query} {esri:?} {authorization:?}");
        }
    }

    #[test]
    fn who_shows_nothing_shows_nothing() {
        for (body, esri, authorization) in [
            ("", &[][..], &[][..]),
            ("token=", &[], &[]),
            ("Token=t", &[], &[]),
            ("", &[], &["Basic YTpi"]),
            ("", &["Bearer "], &[]),
        ] {
            assert_eq!(shown(body, "", esri, authorization), Ok(None), "{body} {esri:?} {authorization:?}");
        }
    }

    #[test]
    fn headers_do_not_say_where_a_request_comes_from() {
        let mut request = Request::new(Body::empty());
        request.headers_mut().insert("x-forwarded-for", "10.0.0.9".parse().unwrap());
        request.headers_mut().insert("referer", "http".parse().unwrap());
        assert_eq!(origin(&request).address, None);
        request.extensions_mut().insert(PeerAddr("[::ffff:10.0.0.1]:7".parse().unwrap()));
        let from = origin(&request);
        assert_eq!(
            (from.address, from.referer.as_deref()),
            (Some("10.0.0.1".parse().unwrap()), Some("http"))
        );
    }
}
