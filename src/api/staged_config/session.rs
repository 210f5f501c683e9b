//! The cookie `SEC`: a session that stands beside the answers to a user who came with his password, or with such a session.
//!
//! Owns its form, and that it is no credential here: whoever wants to use it shows its value as the header `SEC`, as real clients
//! do. A browser sends cookies by itself, whoever's page made it ask, so one that let callers in would let in strangers' pages
//! with them. What came as a cookie is looked at only beside a password, so that its owner keeps it, and when he logs out.
//!
//! Easy to get wrong: one client (Ansible's) breaks on any answer without the cookie, be it a refusal. So every answer to such a
//! caller has it, the last one too, whose cookie is empty.

use http::{HeaderMap, HeaderValue, header};
use secrecy::{ExposeSecret as _, SecretString};
use std::{net::IpAddr, time::Duration};

use crate::{
    api::{
        Entrance,
        problem::ProblemKind,
        service::{Binding, Credentials, Origin, SessionTerms},
    },
    http::{PeerAddr, Scheme},
};

const NAME: &str = "SEC";

/// What a request says of the cookie.
pub(super) struct Visit {
    beside: Option<SecretString>,
    from: Origin,
    is_secure: bool,
}

impl Visit {
    /// What that one says.
    pub(super) fn of<B>(request: &http::Request<B>) -> Self {
        Self {
            beside: cookie(request.headers()),
            from: origin(PeerAddr::ip_of(request)),
            is_secure: request.extensions().get() == Some(&Scheme::Https),
        }
    }

    /// The `Set-Cookie` of an answer to that caller; none for services.
    pub(super) async fn set_cookie(
        self,
        entrance: &Entrance,
        credentials: &Credentials,
    ) -> Option<HeaderValue> {
        let Self { beside, from, is_secure } = self;
        let token = match credentials {
            Credentials::Token(_) => None,
            Credentials::Session { token, .. } => Some(token.clone()),
            Credentials::Basic { .. } => {
                let (service, terms) = (&entrance.service, terms(entrance));
                match service.session_beside(credentials.clone(), beside, &from, &terms).await {
                    Ok(token) => Some(token),
                    // He has just changed his password, say.
                    Err(problem) if problem.kind == ProblemKind::BadCredentials => return forget_cookie(),
                    Err(problem) => {
                        problem.log();
                        None
                    }
                }
            }
        }?;
        let secure = if is_secure { "; Secure" } else { "" };
        sensitive(&format!("{NAME}={}; Path=/; HttpOnly; SameSite=Strict{secure}", token.expose_secret()))
    }
}

/// Where a session's token comes from; none is bound to it.
pub(super) fn origin(address: Option<IpAddr>) -> Origin {
    Origin { referer: None, address }
}

/// The `Set-Cookie` that takes the cookie away.
pub(super) fn forget_cookie() -> Option<HeaderValue> {
    sensitive(&format!("{NAME}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"))
}

/// The cookie's value; of several, the first, as browsers put the closest one there.
pub(super) fn cookie(headers: &HeaderMap) -> Option<SecretString> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let found = pairs.find(|(name, value)| *name == NAME && !value.is_empty());
    found.map(|(_, value)| SecretString::from(value))
}

fn terms(entrance: &Entrance) -> SessionTerms {
    let idle = Duration::from_secs(entrance.settings.staged_config.session_idle_s);
    SessionTerms { idle: Some(idle), lifetime: None, binding: Binding::None }
}

fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(lines: &[&'static str]) -> Option<String> {
        let headers = lines.iter().map(|line| (header::COOKIE, HeaderValue::from_static(line))).collect();
        cookie(&headers).map(|token| token.expose_secret().to_owned())
    }

    #[test]
    fn the_cookie_is_found_among_others() {
        for lines in [&["SEC=5.x"][..], &["a=b; SEC=5.x;c=d"], &["a=b", "SEC=5.x"], &["SEC=; SEC=5.x; SEC=y"]]
        {
            assert_eq!(seen(lines).as_deref(), Some("5.x"), "{lines:?}");
        }
        for lines in [&[][..], &["SEC="], &["sec=5.x"], &["SECOND=5.x"], &["SEC"]] {
            assert_eq!(seen(lines), None, "{lines:?}");
        }
    }
}
