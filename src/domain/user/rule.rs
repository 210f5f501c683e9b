//! The closed list of rules that a user's fields, and whoever sets them, must keep.
//!
//! Owns the list and what kind of a refusal each is. What a rule is called by its number belongs to the dialects.
//!
//! Easy to get wrong: a new rule wants a sentence (`words.rs`), a place in the order of `judge.rs`, and a code wherever it can
//! be met.

/// What a user's fields must keep to, and who may change which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserRule {
    /// Only a manager of administrators gives an administrator's role.
    RoleNeedsManager,
    /// Only a manager of administrators changes one.
    UserNeedsManager,
    /// These fields of himself nobody changes.
    OwnField,
    /// Only an administrator changes who may fall back on his password here.
    FallbackNeedsAdministrator,
    /// Only an administrator changes when somebody is logged out.
    TimeoutNeedsAdministrator,
    /// It takes a capability of its own to change whose password here is the only one.
    LocalOnlyNeedsCapability,
    /// A service only says that a user's password here is not the only one.
    LocalOnlyByService,
    /// The built-in administrator keeps his role, security profile and tenant.
    BuiltInAdministrator,
    /// The last administrator stays one.
    LastAdministrator,
    /// Another user or a service has the name.
    UsernameTaken,
    /// Falling back on a password here is switched off for all.
    FallbackDisabled,
    /// There are no numbers left.
    NoNumbersLeft,
    /// There must be a role.
    RoleNull,
    /// There must be a security profile.
    ProfileNull,
    /// There must be a name.
    UsernameNull,
    /// A name has 1 to 60 characters.
    UsernameLength,
    /// A name has none of some characters.
    UsernameCharacters,
    /// There is no such role.
    NoRole,
    /// There is no such tenant.
    NoTenant,
    /// An administrator has no tenant.
    TenantOfAdministrator,
    /// There is no such security profile.
    NoProfile,
    /// An administrator's security profile is the one called `Admin`.
    AdministratorsProfile,
    /// The security profile of a tenant's user has a domain that is not deleted.
    ProfileWithoutDomain,
    /// The security profile of a tenant's user has that tenant's domains only.
    ProfileOfAnotherTenant,
    /// A description has at most 2048 characters.
    DescriptionLength,
    /// There must be an address.
    EmailNull,
    /// An address has at most 255 characters.
    EmailLength,
    /// An address has one `@` with something on both sides, and no white space.
    EmailSyntax,
    /// That is no locale.
    Locale,
    /// Where passwords here are what people log in with, there must be one.
    PasswordNeeded,
    /// Whoever may fall back on a password here must have one.
    PasswordNeededToFallBack,
    /// Whose password here is the only one must have it.
    PasswordNeededLocally,
    /// A password here would be of no use.
    PasswordOfNoUse,
    /// The password is too short, or too long.
    PasswordPolicy,
    /// Whoever changes his own password says the old one.
    OldPasswordNeeded,
    /// Whoever changes another's password does not say an old one.
    OldPasswordOfAnother,
    /// That is not the old password.
    OldPasswordWrong,
}

/// What kind of a refusal a rule's is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleClass {
    /// Not for this caller.
    Forbidden,
    /// Not as things stand.
    Conflict,
    /// Not with this value.
    Invalid,
}

impl UserRule {
    /// What kind of a refusal it is.
    #[must_use]
    pub const fn class(self) -> RuleClass {
        match self {
            Self::RoleNeedsManager
            | Self::UserNeedsManager
            | Self::OwnField
            | Self::FallbackNeedsAdministrator
            | Self::TimeoutNeedsAdministrator
            | Self::LocalOnlyNeedsCapability
            | Self::LocalOnlyByService
            | Self::BuiltInAdministrator
            | Self::LastAdministrator => RuleClass::Forbidden,
            Self::UsernameTaken | Self::FallbackDisabled | Self::NoNumbersLeft => RuleClass::Conflict,
            Self::RoleNull
            | Self::ProfileNull
            | Self::UsernameNull
            | Self::UsernameLength
            | Self::UsernameCharacters
            | Self::NoRole
            | Self::NoTenant
            | Self::TenantOfAdministrator
            | Self::NoProfile
            | Self::AdministratorsProfile
            | Self::ProfileWithoutDomain
            | Self::ProfileOfAnotherTenant
            | Self::DescriptionLength
            | Self::EmailNull
            | Self::EmailLength
            | Self::EmailSyntax
            | Self::Locale
            | Self::PasswordNeeded
            | Self::PasswordNeededToFallBack
            | Self::PasswordNeededLocally
            | Self::PasswordOfNoUse
            | Self::PasswordPolicy
            | Self::OldPasswordNeeded
            | Self::OldPasswordOfAnother
            | Self::OldPasswordWrong => RuleClass::Invalid,
        }
    }
}
