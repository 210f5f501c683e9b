//! Who calls: service tokens by their SHA-256, users by name and password.

use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};

use super::{Store, StoreError, must_be_the_same, records::Fields, scripts};
use crate::domain::{
    capability::{Capability, Principal},
    task::UserId,
};

/// Most service tokens.
const MOST_TOKENS: u64 = 1_000;

/// The SHA-256 of a service token, in hex. The token itself is kept nowhere.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TokenHash(String);

impl TokenHash {
    /// The hash of a token.
    #[must_use]
    pub fn of(token: &[u8]) -> Self {
        Self(sha256_hex(&[token]))
    }

    pub(super) fn hex(&self) -> &str {
        &self.0
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
    let mut hasher = Sha256::new();
    for part in parts {
        if parts.len() > 1 {
            hasher.update((part.len() as u64).to_be_bytes());
        }
        hasher.update(part);
    }
    hex(&hasher.finalize())
}

/// Two digits for every byte.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap_or_else(|error| unreachable!("a string takes text: {error}"));
        hex
    })
}

/// The first half of such a hash: more than enough to tell requests apart, in half the memory.
#[must_use]
pub fn sha256_half_hex(parts: &[&[u8]]) -> String {
    let mut hex = sha256_hex(parts);
    hex.truncate(32);
    hex
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
    /// A user has the name.
    UsersName,
    /// There are as many tokens as there may be.
    Full,
    /// It would have expired before it is used.
    Expired,
}

/// A service token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenEntry {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub capabilities: Vec<Capability>,
    /// When it was made; not known of those that came by an import of an earlier version.
    pub created: Option<DateTime<Utc>>,
    /// When it stops working.
    pub expires: Option<DateTime<Utc>>,
    /// When it was last used, to within a few seconds.
    pub last_used: Option<DateTime<Utc>>,
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
    /// Keeps a service token under a name, for ever.
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
        self.put_token(name, token, capabilities, replace, None).await
    }

    /// Keeps a service token under a name that has none, until it expires.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn create_token(
        &self,
        name: &str,
        token: &TokenHash,
        capabilities: &[Capability],
        expires: Option<DateTime<Utc>>,
    ) -> Result<TokenKept, StoreError> {
        self.put_token(name, token, capabilities, false, expires).await
    }

    async fn put_token(
        &self,
        name: &str,
        token: &TokenHash,
        capabilities: &[Capability],
        replace: bool,
        expires: Option<DateTime<Utc>>,
    ) -> Result<TokenKept, StoreError> {
        let words: Vec<_> = capabilities.iter().map(|capability| capability.name()).collect();
        let args = vec![
            name.to_owned(),
            token.0.clone(),
            words.join(" "),
            u8::from(replace).to_string(),
            expires.map_or_else(String::new, |at| at.timestamp_millis().to_string()),
            MOST_TOKENS.to_string(),
        ];
        let reply = self.run(&scripts::PUT_TOKEN, args).await?;
        match reply.tag() {
            "CREATED" => Ok(TokenKept::Created),
            "REPLACED" => Ok(TokenKept::Replaced),
            "KEPT" => Ok(TokenKept::Kept),
            "TAKEN" => Ok(TokenKept::Taken),
            "USERS" => Ok(TokenKept::UsersName),
            "FULL" => Ok(TokenKept::Full),
            "EXPIRED" => Ok(TokenKept::Expired),
            _ => Err(reply.unexpected()),
        }
    }

    /// Every service token, by name.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn tokens(&self) -> Result<Vec<TokenEntry>, StoreError> {
        let (epoch, keys) = (self.epoch().await?, &self.inner.keys);
        let mut commands = redis::pipe();
        commands.get(keys.epoch()).hgetall(keys.named("tokens"));
        let (now, hashes): (Option<String>, BTreeMap<String, String>) =
            self.inner.link.pipeline("tokens", &commands).await?;
        must_be_the_same(epoch, now.as_deref())?;
        if hashes.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<_> = hashes.values().map(|hash| keys.named(&format!("token:{hash}"))).collect();
        let mut commands = redis::pipe();
        for key in &keys {
            commands.hgetall(key);
        }
        let records: Vec<HashMap<String, String>> = self.inner.link.pipeline("tokens", &commands).await?;
        let fields = keys.into_iter().zip(records).map(|(key, values)| Fields::new(key, values));
        hashes.into_keys().zip(fields).map(|(name, fields)| read_token(name, &fields)).collect()
    }

    /// Forgets the token of that name. False if there is none.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn revoke_token(&self, name: &str) -> Result<bool, StoreError> {
        let reply = self.run(&scripts::REVOKE_TOKEN, vec![name.to_owned()]).await?;
        match reply.tag() {
            "DONE" => Ok(true),
            "NOT_FOUND" => Ok(false),
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
        let [id, password, roles @ ..] = values.as_slice() else {
            return Err(StoreError::UnknownReply { script: name, what: "another number of values".into() });
        };
        let user = id
            .parse()
            .map_err(|_| StoreError::Corrupt { key: self.inner.keys.named("deployed:names"), field: "id" })?;
        Ok(Some(Login {
            user,
            password_hash: (!password.is_empty()).then(|| password.clone()),
            capabilities: super::directory::role_capabilities(roles),
        }))
    }
}

fn read_token(name: String, fields: &Fields) -> Result<TokenEntry, StoreError> {
    let words = fields.text("capabilities").unwrap_or_default().split_whitespace();
    Ok(TokenEntry {
        name,
        capabilities: words.filter_map(Capability::from_name).collect(),
        created: fields.instant("created")?,
        expires: fields.instant("expires")?,
        last_used: fields.instant("last_used")?,
    })
}
