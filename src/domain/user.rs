//! A user, as the staged configuration has him and as the deployed one does.
//!
//! Owns the record's shape, who may see whom, and the closed list of rules that a user's fields must keep. Whether they do
//! is asked in `user/rules.rs` (one field) and `user/judge.rs` (a user as a whole).
//!
//! It must never hold a password or a hash of one: what is shown of a user is this, and nothing else of his record.
//!
//! Easy to get wrong: staged and deployed are two records of one number. Role, security profile, tenant and description are
//! the staged side's until a deploy; everything else is written to both.

pub mod judge;
pub mod patch;
mod rule;
pub mod rules;
pub mod surroundings;
mod words;

pub use self::rule::{RuleClass, UserRule};
use super::{
    capability::{Capability, Principal},
    task::UserId,
};

/// One of the two configurations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// What is prepared, and takes effect with the next deploy.
    Staged,
    /// What is in effect: who is here can log in.
    Deployed,
}

impl Side {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Staged, Self::Deployed];

    /// The word for it, in keys too.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::Deployed => "deployed",
        }
    }
}

/// A user of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// His number, on both sides.
    pub id: UserId,
    /// His name.
    pub username: String,
    /// His address.
    pub email: Option<String>,
    /// What is said of him.
    pub description: Option<String>,
    /// His role, the first one if he has several.
    pub user_role_id: Option<u64>,
    /// His security profile.
    pub security_profile_id: Option<u64>,
    /// His tenant.
    pub tenant_id: Option<u64>,
    /// The language he is spoken to in.
    pub locale_id: Option<String>,
    /// He wants to see notices.
    pub enable_popup_notifications: Option<bool>,
    /// When his password was made, in milliseconds since the epoch.
    pub password_creation_time: Option<i64>,
    /// His password here will do where an outside system does not let him in.
    pub allow_system_authentication_fallback: Option<bool>,
    /// His password here is the only one.
    pub local_only_account: Option<bool>,
    /// After how long without a request he is logged out, in milliseconds; 0 for never.
    pub inactivity_timeout: Option<u64>,
    /// Why an administrator should look at him.
    pub notification_flag: Option<NotificationFlag>,
    /// How his pages look.
    pub display_theme: Option<String>,
    /// Roles that another interface gave him beside the first; they are not shown here.
    pub further_roles: Vec<u64>,
    /// One of his roles is an administrator's.
    pub is_administrator: bool,
}

impl User {
    /// A user of whom nothing else is known.
    #[must_use]
    pub fn named(id: UserId, username: impl Into<String>) -> Self {
        Self {
            id,
            username: username.into(),
            email: None,
            description: None,
            user_role_id: None,
            security_profile_id: None,
            tenant_id: None,
            locale_id: None,
            enable_popup_notifications: None,
            password_creation_time: None,
            allow_system_authentication_fallback: None,
            local_only_account: None,
            inactivity_timeout: None,
            notification_flag: None,
            display_theme: None,
            further_roles: Vec::new(),
            is_administrator: false,
        }
    }

    /// All his roles.
    pub fn roles(&self) -> impl Iterator<Item = u64> {
        self.user_role_id.into_iter().chain(self.further_roles.iter().copied())
    }
}

/// Why an administrator should look at a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotificationFlag {
    /// The directory service that users come from has him no more.
    UserNotFound,
    /// The directory service itself is not known here any more.
    RepositoryNotFound,
    /// No role or security profile could be found for him.
    ProfileNotFound,
}

impl NotificationFlag {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::UserNotFound, Self::RepositoryNotFound, Self::ProfileNotFound];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UserNotFound => "LDAP_SYNC_USER_NOT_FOUND",
            Self::RepositoryNotFound => "LDAP_SYNC_REPO_NOT_FOUND",
            Self::ProfileNotFound => "LDAP_SYNC_SP_NOT_FOUND",
        }
    }

    /// The flag of that word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flag| flag.name() == name)
    }
}

/// Which users of a side somebody sees. Who is not seen is not there for him.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// All of them.
    Everybody,
    /// Those who are no administrators.
    NoAdministrators,
    /// Himself; nobody for a service token.
    Himself(Option<UserId>),
}

impl Sight {
    /// What that caller sees of a side, which he may ask for at all.
    #[must_use]
    pub fn of(principal: &Principal) -> Self {
        if principal.has(Capability::Admin) {
            Self::Everybody
        } else if principal.has(Capability::SaasAdmin) {
            Self::NoAdministrators
        } else {
            Self::Himself(principal.user)
        }
    }

    /// That user is seen.
    #[must_use]
    pub fn covers(self, user: &User) -> bool {
        match self {
            Self::Everybody => true,
            Self::NoAdministrators => !user.is_administrator,
            Self::Himself(himself) => himself == Some(user.id),
        }
    }
}

#[cfg(test)]
mod tests;
