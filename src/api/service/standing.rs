//! The session of a user who comes with his password and never asked for one: it stands beside his answers, and he may show it
//! instead of the password from then on.
//!
//! Owns which session that is. Whoever shows one beside his password keeps it. Whoever does not is given the one that his peer
//! was given a short while ago, as long as nobody has shown it: a client who polls with a password and forgets what he was given
//! must not fill the list of his sessions, and push out those that others work with.
//!
//! Easy to get wrong: a session that somebody shows is his from then on, and is handed to nobody else; for the one who logs out
//! would throw the other out.

use moka::future::Cache;
use secrecy::{ExposeSecret as _, SecretString};
use std::{net::IpAddr, time::Duration};

use super::{
    Credentials, Principal, Problem, Service, SessionTerms,
    sessions::{Origin, SessionToken},
};
use crate::domain::task::UserId;

/// How long a session that nobody shows is handed out again.
const HANDED_AGAIN: Duration = Duration::from_mins(1);
/// Most of them remembered.
const MOST_REMEMBERED: u64 = 10_000;

/// Whom a session was handed to: in which dialect, to which user, at which peer.
type Holder = (&'static str, UserId, Option<IpAddr>);

/// The sessions that were handed out, and that nobody has shown.
pub(super) struct Standing(Cache<Holder, SecretString>);

impl Standing {
    pub(super) fn new() -> Self {
        Self(Cache::builder().max_capacity(MOST_REMEMBERED).time_to_live(HANDED_AGAIN).build())
    }

    /// Somebody shows a session: it is not handed out again.
    pub(super) async fn was_shown(&self, dialect: &'static str, token: &SecretString, from: &Origin) {
        let Some(session) = SessionToken::parse(token) else { return };
        let holder = (dialect, session.user, from.address);
        let handed = self.0.get(&holder).await;
        if handed.is_some_and(|handed| handed.expose_secret() == token.expose_secret()) {
            self.0.invalidate(&holder).await;
        }
    }
}

impl Service {
    /// The token of the session that stands beside an answer to a user who came with his password; he showed `beside`, and
    /// comes from there. None where none can be opened: the answer goes without, and the log says why.
    pub async fn standing_session(
        &self,
        principal: &Principal,
        beside: Option<SecretString>,
        from: &Origin,
        terms: &SessionTerms,
    ) -> Option<SecretString> {
        let user = principal.user?;
        if let Some(token) = beside {
            let credentials = Credentials::Session { token: token.clone(), from: from.clone() };
            if self.authenticate(credentials).await.is_ok_and(|shown| shown.user == Some(user)) {
                return Some(token);
            }
        }
        let open = async {
            let opened = self.open_session(principal.clone(), terms).await;
            opened.inspect_err(Problem::log).ok().map(|session| session.token)
        };
        self.inner.standing.0.optionally_get_with((self.dialect, user, from.address), Box::pin(open)).await
    }
}
