//! Clear-text passwords into argon2id hashes, on all cores.
//!
//! Every hash takes about 19 MiB and tens of milliseconds on purpose; a permit per core bounds both. It runs on the
//! blocking threads, so that the runtime goes on meanwhile.

use anyhow::Context as _;
use argon2::{Argon2, PasswordHasher as _};
use secrecy::{ExposeSecret as _, SecretString};
use std::{num::NonZero, thread};
use tokio::sync::Semaphore;

/// Hashes passwords, as many at a time as there are cores.
pub(super) struct Hasher {
    cores: Semaphore,
}

impl Hasher {
    pub(super) fn new() -> Self {
        Self { cores: Semaphore::new(thread::available_parallelism().map_or(1, NonZero::get)) }
    }

    /// The hash in PHC form, with a fresh random salt.
    ///
    /// # Errors
    /// The system has no randomness or no memory left.
    pub(super) async fn hash(&self, password: SecretString) -> anyhow::Result<String> {
        let _core = self.cores.acquire().await?;
        let hash = move || Argon2::default().hash_password(password.expose_secret().as_bytes());
        let hash = tokio::task::spawn_blocking(hash).await.context("hashing a password broke off")?;
        Ok(hash.context("cannot hash a password")?.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::PasswordVerifier as _;

    #[tokio::test]
    async fn a_hash_verifies_its_password_and_no_other() {
        let hash = Hasher::new().hash("correct horse".to_owned().into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$"), "{hash}");
        assert!(Argon2::default().verify_password(b"correct horse", hash.as_str()).is_ok());
        assert!(Argon2::default().verify_password(b"wrong horse", hash.as_str()).is_err());
    }
}
