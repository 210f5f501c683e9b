//! What a caller may do. The capabilities are ours; each dialect maps its own words onto them.

use super::task::{BUILT_IN_ADMINISTRATOR, UserId};

/// One right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Capability {
    /// Administer everything but administrators: `ADMIN`.
    Admin,
    /// Administer administrators too: `ADMINMANAGER`.
    AdminManager,
    /// See users and roles but administrators', and change such users' preferences: `SAASADMIN`.
    SaasAdmin,
    /// Say whose password here is the only one: `MNGELOCALONLY`.
    ManageLocalOnly,
    /// See what operators see: `ops.read`.
    OpsRead,
    /// Act as operators do: `ops.write`.
    OpsWrite,
}

impl Capability {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Admin,
        Self::AdminManager,
        Self::SaasAdmin,
        Self::ManageLocalOnly,
        Self::OpsRead,
        Self::OpsWrite,
    ];

    /// The word under which roles and tokens carry it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Admin => "ADMIN",
            Self::AdminManager => "ADMINMANAGER",
            Self::SaasAdmin => "SAASADMIN",
            Self::ManageLocalOnly => "MNGELOCALONLY",
            Self::OpsRead => "ops.read",
            Self::OpsWrite => "ops.write",
        }
    }

    /// The capability of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|capability| capability.name() == name)
    }
}

/// Who calls, and what he may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// A user's name, or a service token's.
    pub name: String,
    /// The user's number; a service token has none.
    pub user: Option<UserId>,
    /// What he may do.
    pub capabilities: Vec<Capability>,
}

/// Why a caller may not delete a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// He has none of the capabilities it needs.
    NotAllowed,
    /// The built-in administrator stays.
    BuiltInAdministrator,
    /// Nobody deletes himself, and only a manager of administrators deletes one.
    NotThisUser,
}

impl Principal {
    /// He has that capability.
    #[must_use]
    pub fn has(&self, capability: Capability) -> bool {
        self.capabilities.contains(&capability)
    }

    /// He may ask for deletions, and cancel them.
    #[must_use]
    pub fn may_delete_users(&self) -> bool {
        self.has(Capability::Admin) || self.has(Capability::AdminManager)
    }

    /// He may delete users whose role is an administrator's.
    #[must_use]
    pub fn may_delete_administrators(&self) -> bool {
        self.has(Capability::AdminManager)
    }

    /// He may create users, and change the staged ones.
    #[must_use]
    pub fn may_write_users(&self) -> bool {
        self.has(Capability::Admin) || self.has(Capability::AdminManager)
    }

    /// He may see users, roles and security profiles that are not his own.
    #[must_use]
    pub fn may_read_users(&self) -> bool {
        self.has(Capability::Admin) || self.has(Capability::SaasAdmin)
    }

    /// He may look at queue, tasks and dependents.
    #[must_use]
    pub fn may_read_operations(&self) -> bool {
        self.has(Capability::OpsRead) || self.has(Capability::Admin)
    }

    /// He may register dependents and act on the queue.
    #[must_use]
    pub fn may_write_operations(&self) -> bool {
        self.has(Capability::OpsWrite) || self.has(Capability::Admin)
    }

    /// He may make and revoke service tokens.
    #[must_use]
    pub fn may_manage_tokens(&self) -> bool {
        self.has(Capability::Admin)
    }

    /// He has that capability, or one that includes it, and so may hand it on.
    #[must_use]
    pub fn may_grant(&self, capability: Capability) -> bool {
        match capability {
            Capability::Admin | Capability::AdminManager | Capability::ManageLocalOnly => {
                self.has(capability)
            }
            Capability::SaasAdmin => self.may_read_users(),
            Capability::OpsRead => self.may_read_operations(),
            Capability::OpsWrite => self.may_write_operations(),
        }
    }

    /// What can be said about a deletion before looking at the user. Whether the user's role is an administrator's is
    /// decided in the submit script, by [`Principal::may_delete_administrators`].
    ///
    /// # Errors
    /// The [`Refusal`], which comes before any word about whether the user exists.
    pub fn authorize_deletion(&self, user: UserId) -> Result<(), Refusal> {
        if self.may_delete_users() { self.authorize_subject(user) } else { Err(Refusal::NotAllowed) }
    }

    /// What holds for everybody, whatever he may: nobody deletes the built-in administrator, or himself.
    ///
    /// # Errors
    /// The [`Refusal`]
    pub fn authorize_subject(&self, user: UserId) -> Result<(), Refusal> {
        if user == BUILT_IN_ADMINISTRATOR {
            return Err(Refusal::BuiltInAdministrator);
        }
        if self.user == Some(user) {
            return Err(Refusal::NotThisUser);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Capability, Principal, Refusal, UserId};

    fn principal(capabilities: &[Capability]) -> Principal {
        Principal { name: "p".into(), user: Some(UserId(9)), capabilities: capabilities.to_vec() }
    }

    #[test]
    fn refusals_come_in_order() {
        let nobody = principal(&[Capability::OpsRead, Capability::OpsWrite]);
        assert_eq!(nobody.authorize_deletion(UserId(1)), Err(Refusal::NotAllowed));
        let manager = principal(&[Capability::AdminManager]);
        assert_eq!(manager.authorize_deletion(UserId(1)), Err(Refusal::BuiltInAdministrator));
        assert_eq!(manager.authorize_deletion(UserId(9)), Err(Refusal::NotThisUser));
        assert_eq!(manager.authorize_deletion(UserId(5)), Ok(()));
        assert!(!principal(&[Capability::Admin]).may_delete_administrators());
    }

    #[test]
    fn nobody_hands_on_what_he_has_not() {
        let grants = |held: Capability| {
            let caller = principal(&[held]);
            Capability::ALL.map(|wanted| u8::from(caller.may_grant(wanted)))
        };
        assert_eq!(grants(Capability::Admin), [1, 0, 1, 0, 1, 1], "the operators' are in it");
        assert_eq!(grants(Capability::AdminManager), [0, 1, 0, 0, 0, 0]);
        assert_eq!(grants(Capability::SaasAdmin), [0, 0, 1, 0, 0, 0]);
        assert_eq!(grants(Capability::ManageLocalOnly), [0, 0, 0, 1, 0, 0]);
        assert_eq!(grants(Capability::OpsRead), [0, 0, 0, 0, 1, 0]);
        assert_eq!(grants(Capability::OpsWrite), [0, 0, 0, 0, 0, 1]);
        assert!(!principal(&[Capability::AdminManager, Capability::OpsWrite]).may_manage_tokens());
    }
}
