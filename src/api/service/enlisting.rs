//! Users who come from elsewhere: somebody else knows them, and vouches for them.
//!
//! Owns what they get: the normal role, and no password. It must never let a password of elsewhere stand in for one that a
//! user has here.
//!
//! Easy to get wrong: who is there already stays as he is, whatever brings him; and one who has just been deleted is a
//! stranger again, whom only the caller may let back in.

use std::net::IpAddr;

use super::{Principal, Problem, Service, Session, SessionTerms, within};
use crate::{
    api::problem::ProblemKind,
    domain::username::Username,
    store::accounts::{Added, MOST_AT_ONCE, NewAccount},
};

impl Service {
    /// Adds the users of these names that are not there, without a password here. Tells how many are new.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn enlist(&self, names: &[Username]) -> Result<usize, Problem> {
        let users: Vec<_> =
            names.iter().map(|name| NewAccount { username: name.as_str().to_owned(), email: None }).collect();
        let grant = within(self.normal_grant()).await?;
        let mut new = 0;
        for some in users.chunks(MOST_AT_ONCE) {
            let added = within(self.inner.store.add_users(some, &grant)).await?;
            new += added.iter().filter(|one| matches!(one, Added::Added(_))).count();
        }
        Ok(new)
    }

    /// Opens a session for somebody whose password was found right elsewhere: a user without a password here, or, where
    /// strangers may come in, one who is made by it. He comes from that peer.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn log_in_vouched(
        &self,
        username: &Username,
        from: Option<IpAddr>,
        strangers_may: bool,
        terms: &SessionTerms,
    ) -> Result<Session, Problem> {
        let refused = || Problem::new(ProblemKind::BadCredentials, "The credentials are not valid.");
        let name = username.as_str();
        let known = match within(self.inner.store.login(name)).await? {
            None if strangers_may => {
                self.enlist(std::slice::from_ref(username)).await?;
                within(self.inner.store.login(name)).await?
            }
            known => known,
        };
        let login = known.filter(|login| login.password_hash.is_none()).ok_or_else(refused)?;
        let principal =
            Principal { name: name.to_owned(), user: Some(login.user), capabilities: login.capabilities };
        self.note_login(principal.name.clone(), from, true);
        self.open_session(principal, terms).await
    }
}
