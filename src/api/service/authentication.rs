//! Who calls: tokens by their hash, users by name and password.
//!
//! Owns the look-up, the password check and a short memory of tokens that were let in, and of passwords that were right, so
//! that most requests cost little. Credentials are never logged and never kept: the memory's key is their SHA-256 with a
//! secret of this process.
//!
//! Whoever shows that he is a user is looked up each time: his sessions and his password are worth nothing from the moment
//! in which he is deleted. Service tokens are nobody's, and are remembered.
//!
//! Easy to get wrong: an unknown user must cost the same work as a wrong password, or names could be guessed by the
//! clock. And argon2 takes 19 MiB and tens of milliseconds each time, so that only a few run at once, each peer's in turn;
//! callers who wait longer than the time limit are told to try again.

use moka::future::Cache;
use secrecy::{ExposeSecret as _, SecretString};
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio::task::JoinError;

use super::{
    Principal, Problem, TIME_LIMIT,
    sessions::{Binding, Origin, SessionToken},
    turns::Turns,
};
use crate::{
    api::problem::ProblemKind,
    passwords::{self, is_password},
    store::{
        Store, StoreError,
        principals::{Login, TokenHash, sha256_hex},
    },
};

/// How long a caller who was let in is remembered: a token that is revoked elsewhere works this much longer.
const REMEMBERED: Duration = Duration::from_secs(2);
/// Most callers remembered.
const MOST_REMEMBERED: u64 = 10_000;
/// A hash with the parameters of the real ones, which no password has: the work that an unknown user costs.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$b2Zmc3RhZ2Ugbm9ib2R5$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

/// What a caller shows. Has no `Debug` on purpose.
#[derive(Clone)]
pub enum Credentials {
    /// A service token.
    Token(SecretString),
    /// A user's name and password.
    Basic {
        /// The name.
        username: String,
        /// The password.
        password: SecretString,
        /// The address of the socket's other end.
        from: Option<IpAddr>,
    },
    /// The token of a session.
    Session {
        /// It.
        token: SecretString,
        /// Where it came from.
        from: Origin,
    },
}

impl Credentials {
    /// A token that may be a session's or a service's: a session's where it looks like one.
    #[must_use]
    pub fn shown(token: &str, from: Origin) -> Option<Self> {
        let secret = SecretString::from(token);
        match SessionToken::parse(&secret) {
            Some(_) => Some(Self::Session { token: secret, from }),
            None => Self::token(token),
        }
    }

    /// A service token; an empty one is none.
    #[must_use]
    pub fn token(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self::Token(text.into()))
    }
}

/// A caller who was let in.
pub(super) struct Admitted {
    pub(super) principal: Principal,
    /// A password was looked at for it, and not merely remembered.
    pub(super) password_checked: bool,
    /// The hash of the password that let him in. It may be another one's by the time that something is made of it.
    pub(super) password_hash: Option<String>,
}

impl From<Principal> for Admitted {
    fn from(principal: Principal) -> Self {
        Self { principal, password_checked: false, password_hash: None }
    }
}

/// Lets callers in.
pub(super) struct Doorman {
    store: Store,
    secret: [u8; 32],
    remembered: Cache<String, Principal>,
    right_passwords: Cache<String, ()>,
    turns: Turns,
}

/// Why a caller was not let in. Shared by all who came with the same credentials at the same time.
#[derive(Debug, thiserror::Error)]
enum Denied {
    #[error("bad credentials")]
    BadCredentials,
    #[error(transparent)]
    Store(StoreError),
    #[error("the password check failed")]
    Verification(#[source] JoinError),
}

impl Doorman {
    pub(super) fn new(store: Store) -> Self {
        fn memory<T: Clone + Send + Sync + 'static>() -> Cache<String, T> {
            Cache::builder().max_capacity(MOST_REMEMBERED).time_to_live(REMEMBERED).build()
        }
        Self {
            store,
            secret: rand::random(),
            remembered: memory(),
            right_passwords: memory(),
            turns: Turns::new(),
        }
    }

    /// Lets in whoever shows these credentials, in that dialect.
    pub(super) async fn authenticate(
        &self,
        credentials: Credentials,
        dialect: &str,
    ) -> Result<Admitted, Problem> {
        match tokio::time::timeout(TIME_LIMIT, self.look_up(credentials, dialect)).await {
            Ok(Ok(admitted)) => Ok(admitted),
            Ok(Err(denied)) => Err(refusal(denied)),
            Err(elapsed) => Err(Problem::unavailable().caused_by(elapsed)),
        }
    }

    /// Forgets who was let in: somebody among them may be no longer.
    pub(super) fn forget_everybody(&self) {
        self.remembered.invalidate_all();
        self.right_passwords.invalidate_all();
    }

    async fn look_up(&self, credentials: Credentials, dialect: &str) -> Result<Admitted, Arc<Denied>> {
        match credentials {
            Credentials::Token(token) => {
                let key = sha256_hex(&[&self.secret, b"token", token.expose_secret().as_bytes()]);
                self.remembered.try_get_with(key, self.use_token(&token)).await.map(Admitted::from)
            }
            Credentials::Basic { username, password, from } => self.log_in(username, password, from).await,
            Credentials::Session { token, from } => {
                let session = SessionToken::parse(&token).ok_or(Denied::BadCredentials)?;
                let found = self.store.use_session(session.user, &session.hash, dialect).await;
                let found = found.map_err(Denied::Store)?.ok_or(Denied::BadCredentials)?;
                if Binding::holds(&found.binding, &from) {
                    Ok(found.principal.into())
                } else {
                    Err(Denied::BadCredentials.into())
                }
            }
        }
    }

    async fn use_token(&self, token: &SecretString) -> Result<Principal, Denied> {
        let hash = TokenHash::of(token.expose_secret().as_bytes());
        self.store.use_token(&hash).await.map_err(Denied::Store)?.ok_or(Denied::BadCredentials)
    }

    async fn log_in(
        &self,
        username: String,
        password: SecretString,
        from: Option<IpAddr>,
    ) -> Result<Admitted, Arc<Denied>> {
        let login = self.store.login(&username).await.map_err(Denied::Store)?;
        let (hash, known) = match login {
            Some(Login { user, password_hash: Some(hash), capabilities }) => {
                (hash, Some((user, capabilities)))
            }
            Some(Login { password_hash: None, .. }) | None => (NOBODYS_HASH.to_owned(), None),
        };
        let shown = password.expose_secret().as_bytes();
        let key = sha256_hex(&[&self.secret, b"password", hash.as_bytes(), shown]);
        let mut password_checked = false;
        let check = async {
            password_checked = true;
            self.verify(hash.clone(), password, from).await
        };
        self.right_passwords.try_get_with(key, check).await?;
        let (user, capabilities) = known.ok_or(Denied::BadCredentials)?;
        let principal = Principal { name: username, user: Some(user), capabilities };
        Ok(Admitted { principal, password_checked, password_hash: Some(hash) })
    }

    async fn verify(&self, hash: String, password: SecretString, from: Option<IpAddr>) -> Result<(), Denied> {
        let is_right =
            self.in_turn(from, move || is_password(&hash, &password)).await.map_err(Denied::Verification)?;
        if is_right { Ok(()) } else { Err(Denied::BadCredentials) }
    }

    /// Whether that hash is this password's, which a caller from there shows.
    pub(super) async fn is_password(
        &self,
        hash: String,
        password: SecretString,
        from: Option<IpAddr>,
    ) -> Result<bool, Problem> {
        let compared = self.in_turn(from, move || is_password(&hash, &password)).await;
        compared.map_err(|error| Problem::internal().caused_by(error))
    }

    /// The hash of a password that a caller from there sets.
    pub(super) async fn hash(&self, password: SecretString, from: Option<IpAddr>) -> Result<String, Problem> {
        let hashed = self.in_turn(from, move || passwords::hash(&password)).await;
        let hashed = hashed.map_err(|error| Problem::internal().caused_by(error))?;
        hashed.map_err(|error| Problem::internal().caused_by(error))
    }

    /// Does the work of a password for a peer, in his turn.
    async fn in_turn<T: Send + 'static>(
        &self,
        from: Option<IpAddr>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        // The turn goes with the work, which a caller who goes away does not end.
        let turn = self.turns.take(from).await;
        let work = move || {
            let _held = turn;
            work()
        };
        tokio::task::spawn_blocking(work).await
    }
}

/// Whether a password was looked at, and found right or wrong.
pub(super) fn was_judged(outcome: &Result<Admitted, Problem>) -> Option<bool> {
    match outcome {
        Ok(Admitted { password_checked, .. }) => password_checked.then_some(true),
        Err(problem) => (problem.kind == ProblemKind::BadCredentials).then_some(false),
    }
}

fn refusal(denied: Arc<Denied>) -> Problem {
    match &*denied {
        Denied::BadCredentials => Problem::new(ProblemKind::BadCredentials, "The credentials are not valid."),
        Denied::Store(error) if error.is_transient() => Problem::unavailable().caused_by(denied),
        Denied::Store(_) | Denied::Verification(_) => Problem::internal().caused_by(denied),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::{Argon2, PasswordHash, PasswordHasher as _};

    #[test]
    fn an_unknown_user_costs_the_work_of_a_known_one() {
        let parsed = PasswordHash::new(NOBODYS_HASH).unwrap();
        let real = Argon2::default().hash_password(b"secret").unwrap();
        assert_eq!(parsed.params.to_string(), real.params.to_string());
        assert_eq!(parsed.hash.map(|hash| hash.len()), real.hash.map(|hash| hash.len()));
        assert!(!is_password(NOBODYS_HASH, &"".into()));
    }
}
