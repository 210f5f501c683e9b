//! What creating and changing users is refused for, code by code, in the order of the original's tables.
//!
//! Owns which code a rule has at which endpoint, and since when. It must never hold a rule; that is the domain's.
//!
//! Easy to get wrong: the same rule has another code at each of the three, and 383030223 has nine digits in the original.

use crate::{
    api::{
        problem::{Missing, ProblemKind},
        staged_config::endpoint::Refused,
    },
    domain::user::UserRule,
};

/// The release that brought local accounts.
const LOCAL_ACCOUNTS: u16 = 19;
/// The release that told the built-in administrator from others.
const BUILT_IN: u16 = 24;
/// The last release in which a tenant's user needs a security profile with a domain, and in which hosted administrators
/// may have any security profile.
const OLD: u16 = 14;

const FORBIDDEN: u16 = 403;
const CONFLICT: u16 = 409;
const INVALID: u16 = 422;

/// What is said wherever the built-in administrator stays as he is.
pub(super) const NOT_BUILT_IN: &str = "The requested action is not allowed for the default admin user";
const NO_LOCAL_ONLY: &str =
    "The account lacks the permission to change what concerns local only authentication";
const BY_SERVICE: &str = "An authorized service can set local_only_account to false only";
const NO_FALLBACK: &str = "allow_system_authentication_fallback cannot be set to true while the fallback to system \
                           authentication is disabled globally";
const EMAIL_LENGTH: &str = "The email must not be longer than 255 characters";
const EMAIL_SYNTAX: &str =
    "The email must have exactly one @ symbol, at least one character before and after it, and no whitespace";
const LOCALE: &str = "The locale_id is not a valid locale";
const OF_NO_USE_BEFORE: &str = "The password cannot be set while allow_system_authentication_fallback is false and system \
                                authentication is not configured";
const OF_NO_USE: &str = "The password cannot be set while allow_system_authentication_fallback and local_only_account are \
                         false and system authentication is not configured";
const POLICY: &str = "The password does not adhere to the password policy";
const NO_ROLE: &str = "There is no user role with the given user_role_id";
const NO_TENANT: &str = "There is no tenant with the given tenant_id";
const TENANT: &str =
    "The tenant_id must be null for a staged user with a user role that has the ADMIN capability";
const NO_PROFILE: &str = "There is no security profile with the given security_profile_id";
const ADMIN_PROFILE_BEFORE: &str = "The security_profile_id must be that of the \"Admin\" security profile for a staged \
                                    user with the ADMIN capability";
const ADMIN_PROFILE: &str = "The security_profile_id must be that of the \"Admin\" security profile for a staged user with \
                             the ADMIN or SAASADMIN capability";
const NO_DOMAIN: &str = "The security profile must have at least one domain that is not deleted if the staged user has a tenant_id";
const OTHER_DOMAINS: &str =
    "The security profile must only have domains of the staged user's tenant_id if the staged user has one";
const DESCRIPTION: &str = "The description must not be longer than 2048 characters";
const OLD_NEEDED: &str = "The old_password must be set when callers change their own password";
const OLD_OF_ANOTHER: &str =
    "The old_password must not be set when the password of a user who is not the caller is changed";
const OLD_WRONG: &str = "The old_password does not match the user's password";

const fn rule(rule: UserRule, status: u16, code: u32, description: &'static str) -> Refused {
    Refused::always(ProblemKind::UserRule(rule), status, code, description)
}

/// Of creating a staged user.
pub(super) static CREATION: [Refused; 29] = [
    rule(
        UserRule::RoleNeedsManager,
        FORBIDDEN,
        38_302_004,
        "The ADMINMANAGER capability is required to create a staged user with a user role that has the ADMIN capability, or \
         more than the caller has",
    ),
    rule(UserRule::LocalOnlyNeedsCapability, FORBIDDEN, 38_302_027, NO_LOCAL_ONLY).from(LOCAL_ACCOUNTS),
    rule(UserRule::LocalOnlyByService, FORBIDDEN, 38_302_028, BY_SERVICE).from(LOCAL_ACCOUNTS),
    rule(
        UserRule::UsernameTaken,
        CONFLICT,
        38_302_002,
        "The username is already in use by another user, or as the name of an authorized service",
    ),
    rule(UserRule::FallbackDisabled, CONFLICT, 38_302_025, NO_FALLBACK),
    rule(UserRule::RoleNull, INVALID, 38_302_021, "The user_role_id cannot be null"),
    rule(UserRule::ProfileNull, INVALID, 38_302_022, "The security_profile_id cannot be null"),
    rule(UserRule::UsernameNull, INVALID, 38_302_020, "The username must not be null"),
    rule(UserRule::UsernameLength, INVALID, 38_302_001, "The username must have 1 to 60 characters"),
    rule(
        UserRule::UsernameCharacters,
        INVALID,
        38_302_023,
        "The username must not begin or end with spaces, and must contain neither other whitespace nor any of the \
         characters ' \" / \\",
    ),
    rule(UserRule::NoRole, INVALID, 38_302_003, NO_ROLE),
    rule(UserRule::NoTenant, INVALID, 38_302_005, NO_TENANT),
    rule(UserRule::TenantOfAdministrator, INVALID, 38_302_006, TENANT),
    rule(UserRule::NoProfile, INVALID, 38_302_007, NO_PROFILE),
    rule(UserRule::AdministratorsProfile, INVALID, 38_302_024, ADMIN_PROFILE_BEFORE).until(OLD),
    rule(UserRule::AdministratorsProfile, INVALID, 38_302_024, ADMIN_PROFILE).from(OLD + 1),
    rule(UserRule::ProfileWithoutDomain, INVALID, 38_302_008, NO_DOMAIN).until(OLD),
    rule(UserRule::ProfileOfAnotherTenant, INVALID, 38_302_009, OTHER_DOMAINS),
    rule(UserRule::DescriptionLength, INVALID, 38_302_011, DESCRIPTION),
    rule(UserRule::EmailNull, INVALID, 38_302_012, "The email cannot be null"),
    rule(UserRule::EmailLength, INVALID, 38_302_013, EMAIL_LENGTH),
    rule(UserRule::EmailSyntax, INVALID, 38_302_014, EMAIL_SYNTAX),
    rule(UserRule::Locale, INVALID, 38_302_015, LOCALE),
    rule(
        UserRule::PasswordNeeded,
        INVALID,
        38_302_016,
        "A password is required when system authentication is configured",
    ),
    rule(
        UserRule::PasswordNeededToFallBack,
        INVALID,
        38_302_017,
        "A password is required when allow_system_authentication_fallback is true",
    ),
    rule(
        UserRule::PasswordNeededLocally,
        INVALID,
        38_302_026,
        "A password is required when local_only_account is true",
    )
    .from(LOCAL_ACCOUNTS),
    rule(UserRule::PasswordOfNoUse, INVALID, 38_302_018, OF_NO_USE_BEFORE).until(LOCAL_ACCOUNTS - 1),
    rule(UserRule::PasswordOfNoUse, INVALID, 38_302_018, OF_NO_USE).from(LOCAL_ACCOUNTS),
    rule(UserRule::PasswordPolicy, INVALID, 38_302_019, POLICY),
];

/// Of changing a staged user.
pub(super) static CHANGE: [Refused; 26] = [
    rule(
        UserRule::OwnField,
        FORBIDDEN,
        38_303_002,
        "Users must not change their own user_role_id, security_profile_id, tenant_id, inactivity_timeout or \
         allow_system_authentication_fallback",
    ),
    rule(
        UserRule::UserNeedsManager,
        FORBIDDEN,
        38_303_004,
        "The ADMINMANAGER capability is required to change a staged user with a user role that has the ADMIN capability, or \
         more than the caller has",
    ),
    rule(
        UserRule::RoleNeedsManager,
        FORBIDDEN,
        38_303_005,
        "The ADMINMANAGER capability is required to assign a user role that has the ADMIN capability, or more than the \
         caller has, to a staged user",
    ),
    rule(UserRule::LocalOnlyNeedsCapability, FORBIDDEN, 38_303_022, NO_LOCAL_ONLY).from(LOCAL_ACCOUNTS),
    rule(UserRule::LocalOnlyByService, FORBIDDEN, 383_030_223, BY_SERVICE).from(LOCAL_ACCOUNTS),
    rule(UserRule::BuiltInAdministrator, FORBIDDEN, 38_316_002, NOT_BUILT_IN).from(BUILT_IN),
    Refused::always(ProblemKind::NotFound(Missing::User), 404, 38_303_001, "The staged user does not exist"),
    rule(UserRule::FallbackDisabled, CONFLICT, 38_303_021, NO_FALLBACK),
    rule(UserRule::OldPasswordNeeded, INVALID, 38_303_013, OLD_NEEDED),
    rule(UserRule::OldPasswordOfAnother, INVALID, 38_303_014, OLD_OF_ANOTHER),
    rule(UserRule::OldPasswordWrong, INVALID, 38_303_015, OLD_WRONG),
    rule(UserRule::EmailLength, INVALID, 38_303_016, EMAIL_LENGTH),
    rule(UserRule::EmailSyntax, INVALID, 38_303_017, EMAIL_SYNTAX),
    rule(UserRule::Locale, INVALID, 38_303_018, LOCALE),
    rule(UserRule::NoRole, INVALID, 38_303_003, NO_ROLE),
    rule(UserRule::NoTenant, INVALID, 38_303_006, NO_TENANT),
    rule(UserRule::TenantOfAdministrator, INVALID, 38_303_007, TENANT),
    rule(UserRule::NoProfile, INVALID, 38_303_008, NO_PROFILE),
    rule(UserRule::AdministratorsProfile, INVALID, 38_303_012, ADMIN_PROFILE_BEFORE).until(OLD),
    rule(UserRule::AdministratorsProfile, INVALID, 38_303_012, ADMIN_PROFILE).from(OLD + 1),
    rule(UserRule::ProfileWithoutDomain, INVALID, 38_303_009, NO_DOMAIN).until(OLD),
    rule(UserRule::ProfileOfAnotherTenant, INVALID, 38_303_010, OTHER_DOMAINS),
    rule(UserRule::DescriptionLength, INVALID, 38_303_011, DESCRIPTION),
    rule(UserRule::PasswordOfNoUse, INVALID, 38_303_019, OF_NO_USE_BEFORE).until(LOCAL_ACCOUNTS - 1),
    rule(UserRule::PasswordOfNoUse, INVALID, 38_303_019, OF_NO_USE).from(LOCAL_ACCOUNTS),
    rule(UserRule::PasswordPolicy, INVALID, 38_303_020, POLICY),
];

/// Of changing a deployed user's preferences.
pub(super) static PREFERENCES: [Refused; 17] = [
    rule(
        UserRule::UserNeedsManager,
        FORBIDDEN,
        38_311_002,
        "The ADMINMANAGER capability is required to change a deployed user with a user role that has the ADMIN capability, or \
         more than the caller has",
    ),
    rule(
        UserRule::OwnField,
        FORBIDDEN,
        38_311_012,
        "Users must not change their own inactivity_timeout or allow_system_authentication_fallback",
    ),
    rule(
        UserRule::FallbackNeedsAdministrator,
        FORBIDDEN,
        38_311_011,
        "The ADMIN capability is required to change allow_system_authentication_fallback",
    ),
    rule(
        UserRule::LocalOnlyNeedsCapability,
        FORBIDDEN,
        38_311_015,
        "The MNGELOCALONLY capability is required to change local_only_account",
    )
    .from(LOCAL_ACCOUNTS),
    rule(UserRule::LocalOnlyByService, FORBIDDEN, 38_311_016, BY_SERVICE).from(LOCAL_ACCOUNTS),
    rule(
        UserRule::TimeoutNeedsAdministrator,
        FORBIDDEN,
        38_311_014,
        "The ADMIN capability is required to change inactivity_timeout",
    ),
    Refused::always(
        ProblemKind::NotFound(Missing::User),
        404,
        38_311_001,
        "The deployed user does not exist",
    ),
    rule(UserRule::FallbackDisabled, CONFLICT, 38_311_013, NO_FALLBACK),
    rule(UserRule::EmailLength, INVALID, 38_311_003, EMAIL_LENGTH),
    rule(UserRule::EmailSyntax, INVALID, 38_311_004, EMAIL_SYNTAX),
    rule(UserRule::Locale, INVALID, 38_311_005, "The locale_id must be a valid locale"),
    rule(UserRule::OldPasswordNeeded, INVALID, 38_311_006, OLD_NEEDED),
    rule(UserRule::OldPasswordOfAnother, INVALID, 38_311_007, OLD_OF_ANOTHER),
    rule(UserRule::OldPasswordWrong, INVALID, 38_311_008, OLD_WRONG),
    rule(UserRule::PasswordOfNoUse, INVALID, 38_311_009, OF_NO_USE_BEFORE).until(LOCAL_ACCOUNTS - 1),
    rule(UserRule::PasswordOfNoUse, INVALID, 38_311_009, OF_NO_USE).from(LOCAL_ACCOUNTS),
    rule(UserRule::PasswordPolicy, INVALID, 38_311_010, "The password does not match the password policy"),
];
