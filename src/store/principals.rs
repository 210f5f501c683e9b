//! Who calls: service tokens by their SHA-256, users by name and password.

use super::{Store, StoreError, scripts};
use crate::domain::{
    capability::{Capability, Principal},
    task::UserId,
};

/// The SHA-256 of a service token, in hex. The token itself is kept nowhere.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TokenHash(String);

impl TokenHash {
    /// The hash of a token.
    #[must_use]
    pub fn of(token: &[u8]) -> Self {
        Self(sha256_hex(&[token]))
    }
}

impl std::fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

/// SHA-256 over parts, each led by its length so that no two lists of parts read alike; in hex.
#[must_use]
pub fn sha256_hex(parts: &[&[u8]]) -> String {
    use sha2::{Digest, Sha256};
    use std::fmt::Write;
    let mut hasher = Sha256::new();
    for part in parts {
        if parts.len() > 1 {
            hasher.update((part.len() as u64).to_be_bytes());
        }
        hasher.update(part);
    }
    hasher.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap_or_else(|error| unreachable!("a string takes text: {error}"));
        hex
    })
}

/// What became of a token that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKept {
    /// The name had none.
    Created,
    /// It takes the place of the name's former one.
    Replaced,
    /// The name keeps the one it had.
    Kept,
    /// The same token already is another name's.
    Taken,
}

/// A deployed user who may log in if his password is right.
#[derive(Clone)]
pub struct Login {
    /// The user.
    pub user: UserId,
    /// His password's hash in PHC form; without one he cannot log in.
    pub password_hash: Option<String>,
    /// What his role lets him do.
    pub capabilities: Vec<Capability>,
}

impl Store {
    /// Keeps a service token under a name.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn keep_token(
        &self,
        name: &str,
        token: &TokenHash,
        capabilities: &[Capability],
        replace: bool,
    ) -> Result<TokenKept, StoreError> {
        let words: Vec<_> = capabilities.iter().map(|capability| capability.name()).collect();
        let args = vec![name.to_owned(), token.0.clone(), words.join(" "), u8::from(replace).to_string()];
        let reply = self.run(&scripts::PUT_TOKEN, args).await?;
        match reply.tag() {
            "CREATED" => Ok(TokenKept::Created),
            "REPLACED" => Ok(TokenKept::Replaced),
            "KEPT" => Ok(TokenKept::Kept),
            "TAKEN" => Ok(TokenKept::Taken),
            _ => Err(reply.unexpected()),
        }
    }

    /// Whose token it is; marks it as used.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn use_token(&self, token: &TokenHash) -> Result<Option<Principal>, StoreError> {
        let reply = self.run(&scripts::USE_TOKEN, vec![token.0.clone()]).await?;
        if reply.tag() == "NOT_FOUND" {
            return Ok(None);
        }
        let (name, rest) = reply.ok(scripts::USE_TOKEN.name)?.split_first()?;
        let capabilities = rest.text(0)?.split_whitespace().filter_map(Capability::from_name).collect();
        Ok(Some(Principal { name, user: None, capabilities }))
    }

    /// The deployed user of that name.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn login(&self, username: &str) -> Result<Option<Login>, StoreError> {
        let name = scripts::FIND_LOGIN.name;
        let reply = self.run(&scripts::FIND_LOGIN, vec![username.to_owned()]).await?;
        if reply.tag() == "NOT_FOUND" {
            return Ok(None);
        }
        let values = reply.ok(name)?.texts()?;
        let [id, password, role] = values.as_slice() else {
            return Err(StoreError::UnknownReply { script: name, what: "another number of values".into() });
        };
        let user = id
            .parse()
            .map_err(|_| StoreError::Corrupt { key: self.inner.keys.named("deployed:names"), field: "id" })?;
        Ok(Some(Login {
            user,
            password_hash: (!password.is_empty()).then(|| password.clone()),
            capabilities: super::directory::role_capabilities(role),
        }))
    }
}
