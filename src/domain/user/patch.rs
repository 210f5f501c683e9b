//! What a caller wants to become of a user.
//!
//! Owns the difference between what was not sent, what was sent as null, and what has a value: an update changes what was
//! sent and nothing else.
//!
//! Easy to get wrong: whoever reads a user and sends him back whole has changed nothing. Who may set a field is asked of
//! fields that differ from what is there, not of those that were sent.

use secrecy::SecretString;

use super::{User, rules::whole_minutes};

/// One field as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// It was not sent: it stays as it is.
    #[default]
    Unsent,
    /// It is to have no value.
    Null,
    /// It is to have this one.
    Value(T),
}

impl<T> Patch<T> {
    /// The value, if it was sent with one.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Unsent | Self::Null => None,
        }
    }

    /// It was sent, with a value or without.
    pub const fn is_sent(&self) -> bool {
        match self {
            Self::Value(_) | Self::Null => true,
            Self::Unsent => false,
        }
    }
}

impl<T: Clone + PartialEq> Patch<T> {
    /// What the field is afterwards, where this is what it was.
    pub fn over(&self, before: Option<&T>) -> Option<T> {
        match self {
            Self::Unsent => before.cloned(),
            Self::Null => None,
            Self::Value(value) => Some(value.clone()),
        }
    }

    /// The field is another one afterwards.
    pub fn changes(&self, before: Option<&T>) -> bool {
        self.over(before).as_ref() != before
    }
}

impl Patch<bool> {
    /// What the field means afterwards: what has no value is not so.
    #[must_use]
    pub fn holds(&self, before: Option<bool>) -> bool {
        self.over(before.as_ref()).unwrap_or(false)
    }

    /// The field means something else afterwards.
    #[must_use]
    pub fn turns(&self, before: Option<bool>) -> bool {
        self.holds(before) != before.unwrap_or(false)
    }
}

/// What was sent of a user. Has no `PartialEq`, because of the passwords.
#[derive(Debug, Clone, Default)]
pub struct UserPatch {
    /// His name; only a new user gets one.
    pub username: Patch<String>,
    /// His address.
    pub email: Patch<String>,
    /// What is said of him.
    pub description: Patch<String>,
    /// His role.
    pub user_role_id: Patch<u64>,
    /// His security profile.
    pub security_profile_id: Patch<u64>,
    /// His tenant.
    pub tenant_id: Patch<u64>,
    /// His language.
    pub locale_id: Patch<String>,
    /// He wants to see notices.
    pub enable_popup_notifications: Patch<bool>,
    /// See [`User`].
    pub allow_system_authentication_fallback: Patch<bool>,
    /// See [`User`].
    pub local_only_account: Patch<bool>,
    /// In milliseconds; it is truncated to minutes.
    pub inactivity_timeout: Patch<u64>,
    /// A new password. Null is what every answer has in its place, and asks for nothing.
    pub password: Option<SecretString>,
    /// The password so far.
    pub old_password: Option<SecretString>,
}

impl UserPatch {
    /// This changes what waits for a deploy.
    #[must_use]
    pub fn changes_staged_fields(&self, before: &User) -> bool {
        self.changes_access(before) || self.description.changes(before.description.as_ref())
    }

    /// This changes the role, the security profile or the tenant.
    #[must_use]
    pub fn changes_access(&self, before: &User) -> bool {
        self.user_role_id.changes(before.user_role_id.as_ref())
            || self.security_profile_id.changes(before.security_profile_id.as_ref())
            || self.tenant_id.changes(before.tenant_id.as_ref())
    }

    /// This changes after how long the user is logged out.
    #[must_use]
    pub fn changes_timeout(&self, before: &User) -> bool {
        let truncated = match &self.inactivity_timeout {
            Patch::Value(timeout) => Patch::Value(whole_minutes(*timeout)),
            Patch::Null => Patch::Null,
            Patch::Unsent => Patch::Unsent,
        };
        truncated.changes(before.inactivity_timeout.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::task::UserId;

    #[test]
    fn what_is_sent_back_as_it_was_read_changes_nothing() {
        let before = User {
            user_role_id: Some(2),
            tenant_id: None,
            description: Some("d".into()),
            inactivity_timeout: Some(60_000),
            ..User::named(UserId(5), "u")
        };
        let mut sent = UserPatch {
            user_role_id: Patch::Value(2),
            tenant_id: Patch::Null,
            description: Patch::Value("d".into()),
            inactivity_timeout: Patch::Value(60_001),
            ..UserPatch::default()
        };
        assert!(!sent.changes_staged_fields(&before) && !sent.changes_timeout(&before));
        sent.inactivity_timeout = Patch::Null;
        assert!(sent.changes_timeout(&before));
        sent.description = Patch::Null;
        assert!(sent.changes_staged_fields(&before) && !sent.changes_access(&before));
        for change in [
            UserPatch { user_role_id: Patch::Value(3), ..UserPatch::default() },
            UserPatch { security_profile_id: Patch::Value(3), ..UserPatch::default() },
            UserPatch { tenant_id: Patch::Value(3), ..UserPatch::default() },
        ] {
            assert!(change.changes_access(&before), "{change:?}");
        }
    }

    #[test]
    fn a_truth_without_a_value_is_not_so() {
        let turns = |sent: Patch<bool>, before| sent.turns(before);
        assert!(!turns(Patch::Value(false), None) && !turns(Patch::Null, Some(false)));
        assert!(turns(Patch::Value(true), None) && turns(Patch::Null, Some(true)));
        assert!(!turns(Patch::Unsent, Some(true)));
    }
}
