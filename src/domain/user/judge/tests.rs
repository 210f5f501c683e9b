use super::*;
use crate::domain::user::surroundings::{Domain, SecurityProfile};

/// Roles, security profiles, tenants and domains, by what they are.
const ADMIN: u64 = 1;
const PLAIN: u64 = 2;
const MANAGER: u64 = 3;
const HOSTED: u64 = 4;
const OPERATOR: u64 = 5;
const LOCAL: u64 = 6;
const ADMINS_PROFILE: u64 = 1;
const NO_DOMAIN: u64 = 2;
const NORTH: u64 = 3;
const SOUTH: u64 = 4;
const NORTHS_AND_A_DELETED_SOUTHS: u64 = 5;

/// The caller himself, where it matters.
const HIMSELF: UserId = UserId(9);

fn directory() -> Directory {
    let roles = [
        (ADMIN, vec![Capability::Admin]),
        (PLAIN, vec![]),
        (MANAGER, vec![Capability::AdminManager]),
        (HOSTED, vec![Capability::SaasAdmin]),
        (OPERATOR, vec![Capability::OpsWrite]),
        (LOCAL, vec![Capability::ManageLocalOnly]),
    ];
    let profile =
        |name: &str, domains: &[u64]| SecurityProfile { name: name.into(), domains: domains.to_vec() };
    let profiles = [
        (ADMINS_PROFILE, profile("Admin", &[])),
        (NO_DOMAIN, profile("None", &[])),
        (NORTH, profile("North", &[1])),
        (SOUTH, profile("South", &[2])),
        (NORTHS_AND_A_DELETED_SOUTHS, profile("Both", &[1, 3])),
    ];
    let domain = |tenant, deleted| Domain { tenant: Some(tenant), deleted };
    Directory {
        roles: roles.into(),
        profiles: profiles.into(),
        tenants: [1, 2].into(),
        domains: [(1, domain(1, false)), (2, domain(2, false)), (3, domain(2, true))].into(),
    }
}

const POLICY: Policy = Policy {
    system_authentication: true,
    fallback_enabled: true,
    password_min_chars: 8,
    needs_domain: false,
};

fn caller(capabilities: &[Capability], user: Option<UserId>) -> Principal {
    Principal { name: "caller".into(), user, capabilities: capabilities.to_vec() }
}

fn everything(user: Option<UserId>) -> Principal {
    caller(&Capability::ALL, user)
}

fn created(caller: &Principal, policy: Policy, wanted: &UserPatch) -> Result<NewUser, UserRule> {
    Judge { caller, directory: &directory(), policy }.new_user(wanted)
}

/// Whom everybody may create.
fn wanted() -> UserPatch {
    UserPatch {
        username: Patch::Value("alice".into()),
        email: Patch::Value("a@b".into()),
        user_role_id: Patch::Value(PLAIN),
        security_profile_id: Patch::Value(NO_DOMAIN),
        password: Some("long enough".into()),
        ..UserPatch::default()
    }
}

fn text(length: usize) -> Patch<String> {
    Patch::Value("u".repeat(length))
}

/// Mends what the step before was refused for.
type Mend = fn(&mut UserPatch);

#[test]
fn a_user_with_several_faults_is_refused_for_the_first_of_the_documents_order() {
    let administrator = caller(&[Capability::Admin], None);
    let policy = Policy { fallback_enabled: false, needs_domain: true, ..POLICY };
    let mut sent = UserPatch {
        user_role_id: Patch::Value(ADMIN),
        tenant_id: Patch::Value(7),
        description: text(2_049),
        email: Patch::Null,
        locale_id: text(3),
        local_only_account: Patch::Value(true),
        allow_system_authentication_fallback: Patch::Value(true),
        ..UserPatch::default()
    };
    let mends: [(UserRule, Mend); 22] = [
        (UserRule::RoleNeedsManager, |sent| sent.user_role_id = Patch::Null),
        (UserRule::LocalOnlyNeedsCapability, |sent| sent.local_only_account = Patch::Value(false)),
        (UserRule::RoleNull, |sent| sent.user_role_id = Patch::Value(77)),
        (UserRule::ProfileNull, |sent| sent.security_profile_id = Patch::Value(77)),
        (UserRule::UsernameNull, |sent| sent.username = text(0)),
        (UserRule::UsernameLength, |sent| sent.username = Patch::Value("a/b".into())),
        (UserRule::UsernameCharacters, |sent| sent.username = Patch::Value("alice".into())),
        (UserRule::NoRole, |sent| sent.user_role_id = Patch::Value(HOSTED)),
        (UserRule::NoTenant, |sent| sent.tenant_id = Patch::Value(1)),
        (UserRule::NoProfile, |sent| sent.security_profile_id = Patch::Value(SOUTH)),
        (UserRule::AdministratorsProfile, |sent| {
            sent.user_role_id = Patch::Value(PLAIN);
            sent.security_profile_id = Patch::Value(NO_DOMAIN);
        }),
        (UserRule::ProfileWithoutDomain, |sent| sent.security_profile_id = Patch::Value(SOUTH)),
        (UserRule::ProfileOfAnotherTenant, |sent| {
            sent.security_profile_id = Patch::Value(NORTHS_AND_A_DELETED_SOUTHS);
        }),
        (UserRule::DescriptionLength, |sent| sent.description = Patch::Null),
        (UserRule::EmailNull, |sent| sent.email = text(256)),
        (UserRule::EmailLength, |sent| sent.email = text(255)),
        (UserRule::EmailSyntax, |sent| sent.email = Patch::Value("a@b".into())),
        (UserRule::Locale, |sent| sent.locale_id = Patch::Null),
        (UserRule::PasswordNeeded, |sent| sent.password = Some("short".into())),
        (UserRule::PasswordPolicy, |sent| sent.password = Some("long enough".into())),
        (UserRule::FallbackDisabled, |sent| sent.allow_system_authentication_fallback = Patch::Null),
        (UserRule::RoleNeedsManager, |sent| sent.user_role_id = Patch::Value(PLAIN)),
    ];
    let last = mends.len() - 1;
    for (index, (rule, mend)) in mends.into_iter().enumerate() {
        if index == last {
            assert!(created(&administrator, policy, &sent).is_ok());
            sent.user_role_id = Patch::Value(MANAGER);
        }
        assert_eq!(created(&administrator, policy, &sent), Err(rule), "{index}");
        mend(&mut sent);
    }
    let new = NewUser { username: "alice".into(), is_administrator: false };
    assert_eq!(created(&administrator, policy, &sent), Ok(new));
}

#[test]
fn an_administrator_has_no_tenant_and_the_profile_of_administrators() {
    let manager = everything(None);
    let mut sent = UserPatch {
        user_role_id: Patch::Value(ADMIN),
        security_profile_id: Patch::Value(NORTH),
        tenant_id: Patch::Value(1),
        ..wanted()
    };
    assert_eq!(created(&manager, POLICY, &sent), Err(UserRule::TenantOfAdministrator));
    sent.tenant_id = Patch::Null;
    assert_eq!(created(&manager, POLICY, &sent), Err(UserRule::AdministratorsProfile));
    sent.security_profile_id = Patch::Value(ADMINS_PROFILE);
    assert_eq!(created(&manager, POLICY, &sent).map(|new| new.is_administrator), Ok(true));
    sent.user_role_id = Patch::Value(PLAIN);
    assert_eq!(created(&manager, POLICY, &sent).map(|new| new.is_administrator), Ok(false));
}

#[test]
fn who_logs_in_elsewhere_has_a_password_here_only_where_it_is_of_use() {
    let policy = Policy { system_authentication: false, ..POLICY };
    let with = |fallback: Patch<bool>, local_only: Patch<bool>, password: bool| {
        let sent = UserPatch {
            allow_system_authentication_fallback: fallback,
            local_only_account: local_only,
            password: password.then(|| "long enough".into()),
            ..wanted()
        };
        created(&everything(Some(HIMSELF)), policy, &sent).map(drop)
    };
    let (yes, no) = (|| Patch::Value(true), || Patch::Value(false));
    assert_eq!(with(no(), no(), false), Ok(()));
    assert_eq!(with(no(), Patch::Null, true), Err(UserRule::PasswordOfNoUse));
    assert_eq!(with(yes(), yes(), false), Err(UserRule::PasswordNeededToFallBack));
    assert_eq!(with(no(), yes(), false), Err(UserRule::PasswordNeededLocally));
    assert_eq!(with(yes(), no(), true), Ok(()));
    assert_eq!(with(no(), yes(), true), Ok(()));
}

#[test]
fn a_service_says_only_that_an_account_is_not_local() {
    let sent = |truth| UserPatch { local_only_account: Patch::Value(truth), ..wanted() };
    assert_eq!(created(&everything(None), POLICY, &sent(true)), Err(UserRule::LocalOnlyByService));
    assert!(created(&everything(None), POLICY, &sent(false)).is_ok());
    assert!(created(&everything(Some(HIMSELF)), POLICY, &sent(true)).is_ok());
    let administrator = caller(&[Capability::Admin], None);
    assert!(created(&administrator, POLICY, &sent(false)).is_ok(), "that is what he is anyway");
}

#[test]
fn nobody_hands_out_a_role_that_can_do_more_than_he_could_hand_on() {
    let may = |capabilities: &[Capability]| {
        [PLAIN, HOSTED, OPERATOR, LOCAL, MANAGER, ADMIN].map(|role| {
            let sent = UserPatch {
                user_role_id: Patch::Value(role),
                security_profile_id: Patch::Value(ADMINS_PROFILE),
                ..wanted()
            };
            u8::from(created(&caller(capabilities, None), POLICY, &sent) != Err(UserRule::RoleNeedsManager))
        })
    };
    assert_eq!(may(&[Capability::Admin]), [1, 1, 1, 0, 0, 0]);
    assert_eq!(may(&[Capability::Admin, Capability::ManageLocalOnly]), [1, 1, 1, 1, 0, 0]);
    assert_eq!(may(&[Capability::AdminManager]), [1, 1, 1, 1, 1, 1]);
}

mod changes;
