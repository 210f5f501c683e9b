//! Sessions: a user logs in once and shows a token from then on.
//!
//! Owns the token's form and what it may be bound to. How a dialect wraps it, and how long it works, is the dialect's
//! business; it works in that dialect alone.
//!
//! Easy to get wrong: a session is never remembered in this process. It ends in the step in which its user goes, whoever
//! asks and wherever.

mod binding;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use std::{net::IpAddr, time::Duration};

use super::{
    Credentials, LoginMethod, Principal, Problem, Service, authentication::Admitted, logins::Attempt, within,
};
use crate::{
    api::problem::ProblemKind,
    domain::task::UserId,
    store::{
        principals::TokenHash,
        sessions::{NewSession, Opened},
    },
};

pub use binding::{Binding, Origin};

/// The longest text that a session is bound to, in bytes.
const MOST_BINDING_BYTES: usize = 1_024;
/// What nobody can guess of a token; in it, 43 characters.
const SECRET_BYTES: usize = 32;

/// How long a session works, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionTerms {
    /// How long it works without use.
    pub idle: Option<Duration>,
    /// How long it works at all.
    pub lifetime: Option<Duration>,
    /// What it is bound to.
    pub binding: Binding,
}

/// A session that was opened.
#[derive(Clone)]
pub struct Session {
    /// Whose it is.
    pub principal: Principal,
    /// Its token: the user's number, a dot, and 43 characters.
    pub token: SecretString,
    /// When it was opened.
    pub opened: DateTime<Utc>,
    /// When it ends whatever happens.
    pub expires: Option<DateTime<Utc>>,
}

/// What a session is opened for, where it must still hold in the step that opens it. Has no `Debug` on purpose.
#[derive(Default)]
struct Proof {
    /// A session that is shown.
    shown: Option<TokenHash>,
    /// The hash of a password that was right.
    password_hash: Option<String>,
}

/// A token of a session, taken apart.
pub(super) struct SessionToken {
    pub(super) user: UserId,
    pub(super) hash: TokenHash,
}

impl SessionToken {
    pub(super) fn parse(token: &SecretString) -> Option<Self> {
        let text = token.expose_secret();
        let (user, secret) = text.split_once('.')?;
        // A service's token may begin with a number and a dot as well.
        URL_SAFE_NO_PAD.decode(secret).ok().filter(|secret| secret.len() == SECRET_BYTES)?;
        Some(Self { user: user.parse().ok()?, hash: TokenHash::of(text.as_bytes()) })
    }
}

impl Service {
    /// Opens a session for the user of that name, if the password is his; it comes from that peer.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn log_in(
        &self,
        username: String,
        password: SecretString,
        from: Option<IpAddr>,
        terms: &SessionTerms,
    ) -> Result<Session, Problem> {
        match self.try_log_in(username.clone(), password, from, terms).await {
            Err(problem) if problem.kind == ProblemKind::BadCredentials => {
                Err(self.refuse_login(username, from))
            }
            other => other,
        }
    }

    /// The same where somebody may still vouch for a user who is refused: that he is refused is written down by
    /// [`Service::refuse_login`].
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn try_log_in(
        &self,
        username: String,
        password: SecretString,
        from: Option<IpAddr>,
        terms: &SessionTerms,
    ) -> Result<Session, Problem> {
        let credentials = Credentials::Basic { username: username.clone(), password, from };
        let admitted = self.inner.doorman.authenticate(credentials, self.dialect).await?;
        self.note_login(username, from, true);
        self.open_admitted(admitted, terms).await
    }

    /// Opens a session for a caller who was let in a moment ago, unless his password is another by now.
    pub(super) async fn open_admitted(
        &self,
        admitted: Admitted,
        terms: &SessionTerms,
    ) -> Result<Session, Problem> {
        let Admitted { principal, password_hash, .. } = admitted;
        self.open(principal, terms, &Proof { password_hash, ..Proof::default() }).await
    }

    /// Says no to a user for whom nobody vouches.
    #[must_use]
    pub fn refuse_login(&self, username: String, from: Option<IpAddr>) -> Problem {
        self.note_login(username, from, false);
        nobody()
    }

    pub(super) fn note_login(&self, username: String, from: Option<IpAddr>, succeeded: bool) {
        self.inner.bookkeeper.note(Attempt { username, from, method: LoginMethod::LoginPage, succeeded });
    }

    /// Opens a session for a user who has shown by other means that it is he.
    ///
    /// # Errors
    /// [`Problem`]; [`ProblemKind::BadCredentials`] for one who is no user, or none any more.
    pub async fn open_session(&self, principal: Principal, terms: &SessionTerms) -> Result<Session, Problem> {
        self.open(principal, terms, &Proof::default()).await
    }

    /// Opens another session for whoever shows the token of one. It ends no later than that one and is bound to the same, so
    /// that a token which somebody else got hold of is not worth more than it was.
    ///
    /// # Errors
    /// [`Problem`]; [`ProblemKind::BadCredentials`] for credentials that are no session's, [`ProblemKind::BadParameter`] for
    /// terms that bind it to something else.
    pub async fn exchange_session(
        &self,
        shown: Credentials,
        terms: &SessionTerms,
    ) -> Result<Session, Problem> {
        let token = match &shown {
            Credentials::Session { token, .. } => SessionToken::parse(token),
            Credentials::Token(_) | Credentials::Basic { .. } => None,
        };
        let token = token.ok_or_else(nobody)?;
        let principal = self.authenticate(shown).await?;
        self.open(principal, terms, &Proof { shown: Some(token.hash), ..Proof::default() }).await
    }

    async fn open(
        &self,
        principal: Principal,
        terms: &SessionTerms,
        proof: &Proof,
    ) -> Result<Session, Problem> {
        let user = principal.user.ok_or_else(nobody)?;
        let binding = terms.binding.text();
        if binding.len() > MOST_BINDING_BYTES {
            return Err(Problem::bad_parameter("referer", "What a token is bound to is too long."));
        }
        let secret: [u8; SECRET_BYTES] = rand::random();
        let token = format!("{user}.{}", URL_SAFE_NO_PAD.encode(secret));
        let session = NewSession {
            user,
            username: &principal.name,
            token: &TokenHash::of(token.as_bytes()),
            dialect: self.dialect,
            idle: terms.idle,
            lifetime: terms.lifetime,
            binding: &binding,
            shown: proof.shown.as_ref(),
            password_hash: proof.password_hash.as_deref(),
        };
        match within(self.inner.store.open_session(&session)).await? {
            Opened::Until { at, expires } => {
                Ok(Session { principal, token: token.into(), opened: at, expires })
            }
            Opened::NoUser => Err(nobody()),
            Opened::BoundElsewhere => {
                let said = "The token that is shown is bound to something else.";
                Err(Problem::bad_parameter("client", said))
            }
        }
    }

    /// Ends a session. One that is none is ended already.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn close_session(&self, token: &SecretString) -> Result<(), Problem> {
        let Some(session) = SessionToken::parse(token) else { return Ok(()) };
        within(self.inner.store.close_session(session.user, &session.hash, self.dialect)).await.map(|_| ())
    }
}

fn nobody() -> Problem {
    Problem::new(ProblemKind::BadCredentials, "The credentials are not valid.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_was_not_made_here_is_no_sessions() {
        let is_sessions = |secret: &str| SessionToken::parse(&format!("5.{secret}").into()).is_some();
        assert!(is_sessions(&URL_SAFE_NO_PAD.encode([7; SECRET_BYTES])));
        for other in [String::new(), "secret".to_owned(), "+".repeat(43), URL_SAFE_NO_PAD.encode([7; 33])] {
            assert!(!is_sessions(&other), "{other}");
        }
    }
}
