//! Whether a caller may create such a user, or change one so: every rule, in the order in which a caller hears of them.
//!
//! Owns that order: first whether he may (403), then what is wrong with what he sent (422), then what stands against it
//! (409); within each in the order of the documents' tables. What breaks several rules is refused for the first. Two rules
//! stand elsewhere, because they cost more than a look: the old password is compared last of all that is looked at here, and
//! the script that writes finds out whether a name is taken and whether an administrator is left.
//!
//! It must never do I/O; what it decided on is handed to the script, which writes if it is still so.
//!
//! Easy to get wrong: a rule about who may set a field is asked if the field *changes*; who sends a user back as he read him
//! has changed nothing. And both sides count: who is an administrator on one of them is an administrator.

use secrecy::ExposeSecret as _;

use super::{
    User, UserRule,
    patch::{Patch, UserPatch},
    rules,
    surroundings::{Directory, Policy},
};
use crate::domain::{
    capability::{Capability, Principal},
    task::{BUILT_IN_ADMINISTRATOR, UserId},
};

/// Who asks, of what directory, under what policy.
#[derive(Debug, Clone, Copy)]
pub struct Judge<'a> {
    /// Who asks.
    pub caller: &'a Principal,
    /// What users can be given.
    pub directory: &'a Directory,
    /// What the installation says.
    pub policy: Policy,
}

/// A user as he stands, on the sides that have him.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BothSides {
    /// The staged one.
    pub staged: Option<User>,
    /// The deployed one.
    pub deployed: Option<User>,
    /// He has a password here.
    pub has_password: bool,
}

/// A new user who may be created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// His name.
    pub username: String,
    /// His role is an administrator's.
    pub is_administrator: bool,
}

/// A change that may be made, if the old password is right where one was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Whether the staged user is an administrator afterwards; none if his role stays.
    pub makes_administrator: Option<bool>,
    /// There is something new to deploy.
    pub awaits_deploy: bool,
}

impl BothSides {
    fn users(&self) -> impl Iterator<Item = &User> {
        self.staged.iter().chain(&self.deployed)
    }
}

fn unless(broken: bool, rule: UserRule) -> Result<(), UserRule> {
    if broken { Err(rule) } else { Ok(()) }
}

impl Judge<'_> {
    /// A new user.
    ///
    /// # Errors
    /// The first [`UserRule`] that is broken.
    pub fn new_user(&self, wanted: &UserPatch) -> Result<NewUser, UserRule> {
        let nobody = User::named(UserId(0), "");
        let (role, profile) = (wanted.user_role_id.value(), wanted.security_profile_id.value());
        unless(
            role.is_some_and(|role| self.directory.role_needs_manager(self.caller, *role)),
            UserRule::RoleNeedsManager,
        )?;
        self.local_only(wanted, &nobody)?;
        let role = *role.ok_or(UserRule::RoleNull)?;
        let profile = *profile.ok_or(UserRule::ProfileNull)?;
        let username = rules::username(wanted.username.value().ok_or(UserRule::UsernameNull)?)?;
        let tenant = wanted.tenant_id.value().copied();
        self.directory.suit(role, profile, tenant, self.policy)?;
        text(&wanted.description, rules::description)?;
        unless(wanted.email.value().is_none(), UserRule::EmailNull)?;
        text(&wanted.email, rules::email)?;
        text(&wanted.locale_id, rules::locale)?;
        self.new_password(wanted)?;
        self.fallback(wanted, &nobody)?;
        let is_administrator = self.directory.is_administrators(role).ok_or(UserRule::NoRole)?;
        Ok(NewUser { username: username.as_str().to_owned(), is_administrator })
    }

    /// A change of a staged user; none if there is none.
    ///
    /// # Errors
    /// The first [`UserRule`] that is broken.
    #[must_use]
    pub fn staged_change(&self, sides: &BothSides, wanted: &UserPatch) -> Option<Result<Change, UserRule>> {
        let before = sides.staged.as_ref()?;
        Some(self.staged_rules(sides, before, wanted))
    }

    fn staged_rules(&self, sides: &BothSides, before: &User, wanted: &UserPatch) -> Result<Change, UserRule> {
        let changes_access = wanted.changes_access(before);
        let gives_role = wanted.user_role_id.changes(before.user_role_id.as_ref());
        let own = self.caller.user == Some(before.id);
        let own_field = changes_access
            || wanted.changes_timeout(before)
            || wanted.allow_system_authentication_fallback.turns(before.allow_system_authentication_fallback)
            || wanted.local_only_account.turns(before.local_only_account);
        unless(own && own_field, UserRule::OwnField)?;
        let needs_manager = |user| self.directory.user_needs_manager(self.caller, user);
        unless(sides.users().any(needs_manager), UserRule::UserNeedsManager)?;
        let role = wanted.user_role_id.value().filter(|_| gives_role).copied();
        unless(
            role.is_some_and(|role| self.directory.role_needs_manager(self.caller, role)),
            UserRule::RoleNeedsManager,
        )?;
        self.local_only(wanted, before)?;
        unless(before.id == BUILT_IN_ADMINISTRATOR && changes_access, UserRule::BuiltInAdministrator)?;
        self.old_password(sides, before, wanted)?;
        text_of(&wanted.email, before.email.as_ref(), UserRule::EmailSyntax, rules::email)?;
        text(&wanted.locale_id, rules::locale)?;
        if changes_access {
            let role = wanted.user_role_id.over(before.user_role_id.as_ref()).ok_or(UserRule::NoRole)?;
            let profile = wanted.security_profile_id.over(before.security_profile_id.as_ref());
            let tenant = wanted.tenant_id.over(before.tenant_id.as_ref());
            // No number is 0: a profile that there is not is found wrong in its turn.
            self.directory.suit(role, profile.unwrap_or(0), tenant, self.policy)?;
        }
        text(&wanted.description, rules::description)?;
        self.changed_password(before, wanted)?;
        self.fallback(wanted, before)?;
        Ok(Change {
            makes_administrator: role.and_then(|role| self.directory.is_administrators(role)),
            awaits_deploy: wanted.changes_staged_fields(before),
        })
    }

    /// A change of a deployed user's preferences; none if this caller sees no such user.
    ///
    /// # Errors
    /// The first [`UserRule`] that is broken.
    #[must_use]
    pub fn preferences(&self, sides: &BothSides, wanted: &UserPatch) -> Option<Result<(), UserRule>> {
        let before = sides.deployed.as_ref()?;
        let own = self.caller.user == Some(before.id);
        let changes_others = [Capability::Admin, Capability::AdminManager, Capability::SaasAdmin];
        let reached = own || changes_others.iter().any(|capability| self.caller.has(*capability));
        reached.then(|| self.preference_rules(sides, before, own, wanted))
    }

    fn preference_rules(
        &self,
        sides: &BothSides,
        before: &User,
        own: bool,
        wanted: &UserPatch,
    ) -> Result<(), UserRule> {
        let needs_manager = |user| self.directory.user_needs_manager(self.caller, user);
        unless(!own && sides.users().any(needs_manager), UserRule::UserNeedsManager)?;
        let fallback =
            wanted.allow_system_authentication_fallback.turns(before.allow_system_authentication_fallback);
        let timeout = wanted.changes_timeout(before);
        let administers = self.caller.has(Capability::Admin);
        unless(own && (fallback || timeout), UserRule::OwnField)?;
        unless(fallback && !administers, UserRule::FallbackNeedsAdministrator)?;
        self.local_only(wanted, before)?;
        unless(timeout && !administers, UserRule::TimeoutNeedsAdministrator)?;
        text_of(&wanted.email, before.email.as_ref(), UserRule::EmailSyntax, rules::email)?;
        text(&wanted.locale_id, rules::locale)?;
        self.old_password(sides, before, wanted)?;
        self.changed_password(before, wanted)?;
        self.fallback(wanted, before)
    }

    fn local_only(&self, wanted: &UserPatch, before: &User) -> Result<(), UserRule> {
        let turns = wanted.local_only_account.turns(before.local_only_account);
        let may = self.caller.has(Capability::ManageLocalOnly);
        unless(turns && !may, UserRule::LocalOnlyNeedsCapability)?;
        let by_service = self.caller.user.is_none() && wanted.local_only_account.holds(None);
        unless(turns && by_service, UserRule::LocalOnlyByService)
    }

    fn fallback(&self, wanted: &UserPatch, before: &User) -> Result<(), UserRule> {
        let wanted = &wanted.allow_system_authentication_fallback;
        let is_allowed = before.allow_system_authentication_fallback;
        let to_be_allowed = wanted.turns(is_allowed) && wanted.holds(is_allowed);
        unless(to_be_allowed && !self.policy.fallback_enabled, UserRule::FallbackDisabled)
    }

    fn new_password(&self, wanted: &UserPatch) -> Result<(), UserRule> {
        let falls_back = wanted.allow_system_authentication_fallback.holds(None);
        let local_only = wanted.local_only_account.holds(None);
        let here = self.policy.system_authentication;
        let Some(password) = &wanted.password else {
            unless(here, UserRule::PasswordNeeded)?;
            unless(falls_back, UserRule::PasswordNeededToFallBack)?;
            return unless(local_only, UserRule::PasswordNeededLocally);
        };
        unless(!here && !falls_back && !local_only, UserRule::PasswordOfNoUse)?;
        rules::password(password.expose_secret(), self.policy.password_min_chars)
    }

    fn changed_password(&self, before: &User, wanted: &UserPatch) -> Result<(), UserRule> {
        let Some(password) = &wanted.password else { return Ok(()) };
        let of_use = self.policy.system_authentication
            || before.is_administrator
            || wanted.allow_system_authentication_fallback.holds(before.allow_system_authentication_fallback)
            || wanted.local_only_account.holds(before.local_only_account);
        unless(!of_use, UserRule::PasswordOfNoUse)?;
        rules::password(password.expose_secret(), self.policy.password_min_chars)
    }

    /// Whether an old password was sent where there must be one, and nowhere else.
    fn old_password(&self, sides: &BothSides, before: &User, wanted: &UserPatch) -> Result<(), UserRule> {
        let own = self.caller.user == Some(before.id);
        let (new, old) = (wanted.password.is_some(), wanted.old_password.is_some());
        unless(new && own && sides.has_password && !old, UserRule::OldPasswordNeeded)?;
        unless(new && !own && old, UserRule::OldPasswordOfAnother)
    }
}

/// A text keeps its rule, if it is sent with a value.
fn text<T>(sent: &Patch<String>, rule: fn(&str) -> Result<T, UserRule>) -> Result<(), UserRule> {
    sent.value().map_or(Ok(()), |text| rule(text).map(drop))
}

/// A text keeps its rule and is not taken away.
fn text_of(
    sent: &Patch<String>,
    before: Option<&String>,
    null: UserRule,
    rule: fn(&str) -> Result<(), UserRule>,
) -> Result<(), UserRule> {
    unless(*sent == Patch::Null && before.is_some(), null)?;
    text(sent, rule)
}

#[cfg(test)]
mod tests;
