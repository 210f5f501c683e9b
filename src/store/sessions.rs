//! Sessions of users who logged in: each stands with its user, and goes in the step in which he goes.
//!
//! Easy to get wrong: a session belongs to one dialect, whose rules say how long it works and what it is bound to. A token of
//! one dialect is nobody's in another.

use chrono::{DateTime, Utc};
use std::time::Duration;

use super::{Store, StoreError, principals::TokenHash, records, reply::number, scripts};
use crate::domain::{
    capability::{Capability, Principal},
    task::UserId,
};

/// Most sessions of one user in one dialect; one more ends the one that was used longest ago.
const MOST_OF_A_USER: u64 = 100;

/// A session that is to be opened.
#[derive(Debug, Clone)]
pub struct NewSession<'a> {
    /// Whose it is.
    pub user: UserId,
    /// His name.
    pub username: &'a str,
    /// Its token's hash.
    pub token: &'a TokenHash,
    /// The dialect it works in: letters, digits and `_`.
    pub dialect: &'a str,
    /// How long it works without use.
    pub idle: Option<Duration>,
    /// How long it works.
    pub lifetime: Option<Duration>,
    /// What it is bound to, as the dialect says it; empty for what the shown one is bound to, or nothing.
    pub binding: &'a str,
    /// The token that is shown for it, which it does not outlive.
    pub shown: Option<&'a TokenHash>,
    /// The hash of the password that let the user in, which must still be his; none if something else did.
    pub password_hash: Option<&'a str>,
}

/// What became of a session that was to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// It is open.
    Until {
        /// When it was opened.
        at: DateTime<Utc>,
        /// When it ends whatever happens; none if it does not.
        expires: Option<DateTime<Utc>>,
    },
    /// The user is not there, or not by that name; or the token that is shown is not; or his password is another by now.
    NoUser,
    /// The token that is shown is bound to something else.
    BoundElsewhere,
}

/// A session that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSession {
    /// Whose it is.
    pub principal: Principal,
    /// What it is bound to; empty for nothing.
    pub binding: String,
}

impl Store {
    /// Opens a session.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn open_session(&self, session: &NewSession<'_>) -> Result<Opened, StoreError> {
        let millis =
            |time: Option<Duration>| time.map_or_else(String::new, |time| time.as_millis().to_string());
        let args = vec![
            session.user.to_string(),
            session.username.to_owned(),
            session.token.hex().to_owned(),
            session.dialect.to_owned(),
            millis(session.idle),
            millis(session.lifetime),
            session.binding.to_owned(),
            MOST_OF_A_USER.to_string(),
            session.shown.map_or_else(String::new, |shown| shown.hex().to_owned()),
            session.password_hash.unwrap_or_default().to_owned(),
        ];
        let name = scripts::OPEN_SESSION.name;
        let reply = self.run(&scripts::OPEN_SESSION, args).await?;
        match reply.tag() {
            "NOT_FOUND" => return Ok(Opened::NoUser),
            "BOUND" => return Ok(Opened::BoundElsewhere),
            _ => {}
        }
        let (expires, rest) = reply.ok(name)?.split_first()?;
        let expires = if expires.is_empty() { None } else { Some(records::time(number(name, &expires)?)) };
        Ok(Opened::Until { at: records::time(rest.number(0)?), expires })
    }

    /// The session of that token, if it works; it has been used then.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn use_session(
        &self,
        user: UserId,
        token: &TokenHash,
        dialect: &str,
    ) -> Result<Option<FoundSession>, StoreError> {
        let args = vec![user.to_string(), token.hex().to_owned(), dialect.to_owned()];
        let reply = self.run(&scripts::USE_SESSION, args).await?;
        if reply.tag() == "NOT_FOUND" {
            return Ok(None);
        }
        let values = reply.ok(scripts::USE_SESSION.name)?.texts()?;
        let [name, binding, roles @ ..] = values.as_slice() else {
            return Err(StoreError::UnknownReply {
                script: scripts::USE_SESSION.name,
                what: "too few values".into(),
            });
        };
        let capabilities: Vec<Capability> = super::directory::role_capabilities(roles);
        let principal = Principal { name: name.clone(), user: Some(user), capabilities };
        Ok(Some(FoundSession { principal, binding: binding.clone() }))
    }

    /// Ends a session. False if there is none of that token.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn close_session(
        &self,
        user: UserId,
        token: &TokenHash,
        dialect: &str,
    ) -> Result<bool, StoreError> {
        let args = vec![user.to_string(), token.hex().to_owned(), dialect.to_owned()];
        let reply = self.run(&scripts::CLOSE_SESSION, args).await?;
        match reply.tag() {
            "DONE" => Ok(true),
            "NOT_FOUND" => Ok(false),
            _ => Err(reply.unexpected()),
        }
    }
}
