//! What a caller is told whose request breaks a rule. Says nothing of the value.

use super::UserRule;

impl UserRule {
    /// The rule, in a sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::RoleNeedsManager => {
                "It takes the capability ADMINMANAGER to assign a user role that is an administrator's, or that \
                 lets its users do more than you may."
            }
            Self::UserNeedsManager => {
                "It takes the capability ADMINMANAGER to change an administrator, or a user who may do more than \
                 you may."
            }
            Self::OwnField => {
                "Nobody changes these fields of himself: role, security profile, tenant, inactivity timeout, \
                 fallback, local account."
            }
            Self::FallbackNeedsAdministrator => {
                "It takes the capability ADMIN to change allow_system_authentication_fallback."
            }
            Self::TimeoutNeedsAdministrator => "It takes the capability ADMIN to change inactivity_timeout.",
            Self::LocalOnlyNeedsCapability => {
                "It takes the capability MNGELOCALONLY to change local_only_account."
            }
            Self::LocalOnlyByService => "A service token sets local_only_account to false only.",
            Self::BuiltInAdministrator => {
                "The built-in administrator keeps his user role, security profile and tenant."
            }
            Self::LastAdministrator => "The last administrator must keep a role that makes him one.",
            Self::UsernameTaken => "Another user, or a service token, has that username.",
            Self::FallbackDisabled => {
                "The fallback to system authentication is disabled here, so no user can be allowed it."
            }
            Self::NoNumbersLeft => "There are no numbers left for another user.",
            Self::RoleNull => "The user needs a user_role_id.",
            Self::ProfileNull => "The user needs a security_profile_id.",
            Self::UsernameNull => "The user needs a username.",
            Self::UsernameLength => "A username has 1 to 60 characters.",
            Self::UsernameCharacters => {
                "A username neither begins nor ends with a space, has no other white space and no control \
                 characters, none of the characters ' \" / \\ # ? % < > ` and is more than one or two dots."
            }
            Self::NoRole => "There is no user role of that user_role_id.",
            Self::NoTenant => "There is no tenant of that tenant_id.",
            Self::TenantOfAdministrator => {
                "A user whose role has the capability ADMIN has no tenant: tenant_id must be null."
            }
            Self::NoProfile => "There is no security profile of that security_profile_id.",
            Self::AdministratorsProfile => {
                "A user whose role has the capability ADMIN or SAASADMIN has the security profile called Admin."
            }
            Self::ProfileWithoutDomain => {
                "The security profile of a tenant's user has at least one domain that is not deleted."
            }
            Self::ProfileOfAnotherTenant => {
                "The security profile of a tenant's user has domains of that tenant only."
            }
            Self::DescriptionLength => "A description has at most 2048 characters.",
            Self::EmailNull => "The user needs an email.",
            Self::EmailLength => "An email has at most 255 characters.",
            Self::EmailSyntax => {
                "An email has exactly one @, at least one character before and after it, and no white space."
            }
            Self::Locale => {
                "A locale_id is a language of two small letters, alone or with a country: en, pt_BR."
            }
            Self::PasswordNeeded => "The user needs a password: users log in with the one they have here.",
            Self::PasswordNeededToFallBack => {
                "The user needs a password where allow_system_authentication_fallback is true."
            }
            Self::PasswordNeededLocally => "The user needs a password where local_only_account is true.",
            Self::PasswordOfNoUse => {
                "The user can have no password here: users log in elsewhere, and neither \
                 allow_system_authentication_fallback nor local_only_account is true."
            }
            Self::PasswordPolicy => "The password is shorter or longer than the password policy allows.",
            Self::OldPasswordNeeded => {
                "Whoever changes his own password must send the old one as old_password."
            }
            Self::OldPasswordOfAnother => "No old_password must be sent with the password of somebody else.",
            Self::OldPasswordWrong => "The old_password is not the user's password.",
        }
    }
}
