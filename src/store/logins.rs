//! Who tried to log in with a name and a password, newest first.
//!
//! Easy to get wrong: what was given as a name is not kept, for people type their passwords there. A name that is a deployed
//! user's becomes his number; any other becomes nobody's.

use chrono::{DateTime, Utc};
use std::{net::IpAddr, time::Duration};

use super::{Store, StoreError, must_be_the_same, records, scripts};
use crate::domain::task::UserId;

/// Most attempts that are kept, some 60 bytes each.
pub const MOST_KEPT: u64 = 10_000;
/// Most attempts that are written at once.
pub const MOST_AT_ONCE: usize = 100;

/// How somebody tried to log in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginMethod {
    /// At one of the logons that give a token.
    LoginPage,
    /// By HTTP Basic.
    HttpBasic,
}

impl LoginMethod {
    /// Both.
    pub const ALL: [Self; 2] = [Self::LoginPage, Self::HttpBasic];

    /// The word under which it is kept.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LoginPage => "LOGIN_PAGE",
            Self::HttpBasic => "HTTP_BASIC",
        }
    }
}

/// An attempt that is to be written down. Has no `Debug` on purpose.
#[derive(Clone)]
pub struct NewLogin {
    /// The name that was given.
    pub username: String,
    /// The address of the socket's other end.
    pub from: Option<IpAddr>,
    /// The password was right.
    pub succeeded: bool,
    /// How.
    pub method: LoginMethod,
    /// How long ago.
    pub ago: Duration,
}

/// An attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginAttempt {
    /// When.
    pub at: DateTime<Utc>,
    /// Whose name was given, where it was a deployed user's.
    pub user: Option<UserId>,
    /// The address of the socket's other end.
    pub from: Option<IpAddr>,
    /// The password was right.
    pub succeeded: bool,
    /// How.
    pub method: LoginMethod,
}

impl Store {
    /// Writes attempts down, oldest first, at most [`MOST_AT_ONCE`].
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn note_logins(&self, attempts: &[NewLogin]) -> Result<(), StoreError> {
        let mut args = vec![MOST_KEPT.to_string()];
        for attempt in attempts {
            args.extend([
                attempt.username.clone(),
                attempt.from.map_or_else(String::new, |address| address.to_canonical().to_string()),
                result(attempt.succeeded).to_owned(),
                attempt.method.name().to_owned(),
                attempt.ago.as_millis().to_string(),
            ]);
        }
        let reply = self.run(&scripts::NOTE_LOGINS, args).await?;
        if reply.tag() == "DONE" { Ok(()) } else { Err(reply.unexpected()) }
    }

    /// The attempts that are kept, newest first.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn logins(&self) -> Result<Vec<LoginAttempt>, StoreError> {
        let epoch = self.epoch().await?;
        let key = self.inner.keys.named("logins");
        let mut commands = redis::pipe();
        commands.get(self.inner.keys.epoch()).lrange(&key, 0, -1);
        let (now, lines): (Option<String>, Vec<String>) =
            self.inner.link.pipeline("logins", &commands).await?;
        must_be_the_same(epoch, now.as_deref())?;
        let corrupt = || StoreError::Corrupt { key: key.clone(), field: "attempt" };
        lines.iter().map(|line| read(line).ok_or_else(corrupt)).collect()
    }
}

const fn result(succeeded: bool) -> &'static str {
    if succeeded { "SUCCESS" } else { "FAILURE" }
}

fn read(line: &str) -> Option<LoginAttempt> {
    let mut parts = line.split('\t');
    let at = records::time(parts.next()?.parse().ok()?);
    let user = Some(parts.next()?).filter(|user| !user.is_empty());
    let from = Some(parts.next()?).filter(|from| !from.is_empty());
    let (outcome, method) = (parts.next()?, parts.next()?);
    Some(LoginAttempt {
        at,
        user: user.map(str::parse).transpose().ok()?,
        from: from.map(str::parse).transpose().ok()?,
        succeeded: [true, false].into_iter().find(|succeeded| result(*succeeded) == outcome)?,
        method: LoginMethod::ALL.into_iter().find(|known| known.name() == method)?,
    })
}
