//! Passwords and their argon2id hashes.
//!
//! Owns how a password is hashed and compared, for whoever has one: the import, a login, a user's own change. It must never
//! log one, and keeps none.
//!
//! Easy to get wrong: both take about 19 MiB and tens of milliseconds on purpose. Call them on a blocking thread, and bound
//! how many run at once: [`Hasher`] does both for a whole file, the service's turns do for callers.

use anyhow::Context as _;
use argon2::{Argon2, PasswordHash, PasswordHasher as _, PasswordVerifier as _};
use secrecy::{ExposeSecret as _, SecretString};
use std::{num::NonZero, thread};
use tokio::sync::Semaphore;
use tracing::error;

/// The hash in PHC form, with a fresh random salt. Blocks.
///
/// # Errors
/// The system has no randomness or no memory left.
pub(crate) fn hash(password: &SecretString) -> anyhow::Result<String> {
    let hash = Argon2::default().hash_password(password.expose_secret().as_bytes());
    Ok(hash.context("cannot hash a password")?.to_string())
}

/// Whether that hash is this password's. Blocks.
pub(crate) fn is_password(hash: &str, password: &SecretString) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else {
        error!("a user's password hash in the directory is not in PHC form");
        return false;
    };
    Argon2::default().verify_password(password.expose_secret().as_bytes(), &parsed).is_ok()
}

/// Hashes passwords, as many at a time as there are cores.
pub(crate) struct Hasher {
    cores: Semaphore,
}

impl Hasher {
    pub(crate) fn new() -> Self {
        Self { cores: Semaphore::new(thread::available_parallelism().map_or(1, NonZero::get)) }
    }

    /// The hash in PHC form, made on a blocking thread.
    ///
    /// # Errors
    /// See [`hash`].
    pub(crate) async fn hash(&self, password: SecretString) -> anyhow::Result<String> {
        let _core = self.cores.acquire().await?;
        let hashed = tokio::task::spawn_blocking(move || hash(&password)).await;
        hashed.context("hashing a password broke off")?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_verifies_its_password_and_no_other() {
        let hash = Hasher::new().hash("correct horse".to_owned().into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$"), "{hash}");
        assert!(is_password(&hash, &"correct horse".into()));
        assert!(!is_password(&hash, &"wrong horse".into()));
        assert!(!is_password("not a hash", &"correct horse".into()));
    }
}
