//! The session of a user who comes with his password and never asked for one: it stands beside his answers, and he may show it
//! instead of the password from then on.
//!
//! Owns which session that is. Whoever shows one beside his password keeps it. Whoever does not is given the one that his peer
//! was given a short while ago, as long as nobody has shown it: a client who polls with a password and forgets what he was given
//! must not fill the list of his sessions, and push out those that others work with.
//!
//! Easy to get wrong: a session that somebody shows is his from then on, and is handed to nobody else; for the one who logs out
//! would throw the other out. And it may end where this process does not see it: by a new password, by a logout at another
//! process, by itself. So it is looked at each time before it is handed out.

use moka::future::Cache;
use secrecy::{ExposeSecret as _, SecretString};
use std::{net::IpAddr, sync::Arc, time::Duration};

use super::{
    Credentials, Problem, Service, SessionTerms,
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
pub(super) struct Beside(Cache<Holder, SecretString>);

impl Beside {
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
    /// comes from there. It works when it is handed out, whatever the request that is answered did to his password.
    ///
    /// # Errors
    /// [`Problem`]; [`ProblemKind::BadCredentials`](crate::api::problem::ProblemKind::BadCredentials) for one who would not
    /// be let in any more.
    pub async fn session_beside(
        &self,
        credentials: Credentials,
        beside: Option<SecretString>,
        from: &Origin,
        terms: &SessionTerms,
    ) -> Result<SecretString, Problem> {
        // Mostly remembered. It is no attempt to log in: nothing is written down.
        let admitted = self.inner.doorman.authenticate(credentials, self.dialect).await?;
        let user = admitted.principal.user.ok_or_else(Problem::internal)?;
        if let Some(token) = beside
            && self.still_works(user, &token, from).await
        {
            self.inner.beside.was_shown(self.dialect, &token, from).await;
            return Ok(token);
        }
        let (handed, holder) = (&self.inner.beside.0, (self.dialect, user, from.address));
        if let Some(token) = handed.get(&holder).await {
            if self.still_works(user, &token, from).await {
                return Ok(token);
            }
            handed.invalidate(&holder).await;
        }
        let open = async {
            let opened = self.open_admitted(admitted, terms).await;
            // Said here, for its cause is known to nobody else: all who wait for the session meet the same problem.
            Ok(opened.inspect_err(Problem::log)?.token)
        };
        let opened = handed.try_get_with(holder, Box::pin(open)).await;
        opened.map_err(|problem: Arc<Problem>| Problem::new(problem.kind, problem.public.clone()))
    }

    /// The session is that user's. Nobody has shown it by this.
    async fn still_works(&self, user: UserId, token: &SecretString, from: &Origin) -> bool {
        let credentials = Credentials::Session { token: token.clone(), from: from.clone() };
        let found = self.inner.doorman.authenticate(credentials, self.dialect).await;
        found.is_ok_and(|found| found.principal.user == Some(user))
    }
}
