//! Changes of a staged user, and of a deployed one's preferences.

use super::*;

fn user(id: u64, role: u64) -> User {
    User {
        email: Some("a@b".into()),
        user_role_id: Some(role),
        security_profile_id: Some(if role == ADMIN { ADMINS_PROFILE } else { NO_DOMAIN }),
        inactivity_timeout: Some(60_000),
        is_administrator: role == ADMIN,
        ..User::named(UserId(id), "somebody")
    }
}

fn both(user: User) -> BothSides {
    BothSides { staged: Some(user.clone()), deployed: Some(user), has_password: true }
}

fn changed(caller: &Principal, sides: &BothSides, sent: &UserPatch) -> Result<Change, UserRule> {
    changed_under(POLICY, caller, sides, sent)
}

fn changed_under(
    policy: Policy,
    caller: &Principal,
    sides: &BothSides,
    sent: &UserPatch,
) -> Result<Change, UserRule> {
    Judge { caller, directory: &directory(), policy }.staged_change(sides, sent).unwrap()
}

fn preferred(caller: &Principal, sides: &BothSides, sent: &UserPatch) -> Option<Result<(), UserRule>> {
    Judge { caller, directory: &directory(), policy: POLICY }.preferences(sides, sent)
}

/// Everything that may be set, as it is.
fn as_it_is(user: &User) -> UserPatch {
    let value = |number: Option<u64>| number.map_or(Patch::Null, Patch::Value);
    UserPatch {
        email: Patch::Value("a@b".into()),
        description: Patch::Null,
        user_role_id: value(user.user_role_id),
        security_profile_id: value(user.security_profile_id),
        tenant_id: Patch::Null,
        inactivity_timeout: value(user.inactivity_timeout),
        allow_system_authentication_fallback: Patch::Null,
        local_only_account: Patch::Null,
        ..UserPatch::default()
    }
}

#[test]
fn who_sends_himself_back_as_he_was_read_has_changed_nothing() {
    let himself = user(HIMSELF.0, PLAIN);
    let sides = both(himself.clone());
    let nothing = Change { makes_administrator: None, awaits_deploy: false };
    let manager = caller(&[Capability::AdminManager], Some(HIMSELF));
    assert_eq!(changed(&manager, &sides, &as_it_is(&himself)), Ok(nothing));
    let plain = caller(&[], Some(HIMSELF));
    assert_eq!(preferred(&plain, &sides, &as_it_is(&himself)), Some(Ok(())));
}

/// Mends what the step before was refused for.
type Mend = fn(&mut BothSides, &mut UserPatch);

#[test]
fn a_change_with_several_faults_is_refused_for_the_first_of_the_documents_order() {
    let administrator = caller(&[Capability::Admin], Some(HIMSELF));
    let policy = Policy { fallback_enabled: false, needs_domain: true, ..POLICY };
    let mut sides = both(user(HIMSELF.0, ADMIN));
    let mut sent = UserPatch {
        user_role_id: Patch::Value(LOCAL),
        security_profile_id: Patch::Value(77),
        tenant_id: Patch::Value(77),
        local_only_account: Patch::Value(true),
        allow_system_authentication_fallback: Patch::Value(true),
        description: text(2_049),
        email: text(256),
        locale_id: text(3),
        password: Some("short".into()),
        old_password: Some("old".into()),
        ..UserPatch::default()
    };
    let mends: [(UserRule, Mend); 19] = [
        (UserRule::OwnField, |sides, _| *sides = both(user(5, ADMIN))),
        (UserRule::UserNeedsManager, |sides, _| *sides = both(user(1, PLAIN))),
        (UserRule::RoleNeedsManager, |_, sent| sent.user_role_id = Patch::Value(77)),
        (UserRule::LocalOnlyNeedsCapability, |_, sent| sent.local_only_account = Patch::Unsent),
        (UserRule::BuiltInAdministrator, |sides, _| *sides = both(user(5, PLAIN))),
        (UserRule::OldPasswordOfAnother, |_, sent| sent.old_password = None),
        (UserRule::EmailLength, |_, sent| sent.email = Patch::Null),
        (UserRule::EmailSyntax, |_, sent| sent.email = Patch::Unsent),
        (UserRule::Locale, |_, sent| sent.locale_id = Patch::Null),
        (UserRule::NoRole, |_, sent| sent.user_role_id = Patch::Value(HOSTED)),
        (UserRule::NoTenant, |_, sent| sent.tenant_id = Patch::Value(1)),
        (UserRule::NoProfile, |_, sent| sent.security_profile_id = Patch::Value(SOUTH)),
        (UserRule::AdministratorsProfile, |_, sent| {
            sent.user_role_id = Patch::Unsent;
            sent.security_profile_id = Patch::Unsent;
        }),
        (UserRule::ProfileWithoutDomain, |_, sent| sent.security_profile_id = Patch::Value(SOUTH)),
        (UserRule::ProfileOfAnotherTenant, |_, sent| sent.security_profile_id = Patch::Value(NORTH)),
        (UserRule::DescriptionLength, |_, sent| sent.description = Patch::Null),
        (UserRule::PasswordPolicy, |_, sent| sent.password = None),
        (UserRule::FallbackDisabled, |_, sent| {
            sent.allow_system_authentication_fallback = Patch::Null;
            sent.security_profile_id = Patch::Null;
        }),
        (UserRule::NoProfile, |_, sent| sent.security_profile_id = Patch::Unsent),
    ];
    for (index, (rule, mend)) in mends.into_iter().enumerate() {
        assert_eq!(changed_under(policy, &administrator, &sides, &sent), Err(rule), "{index}");
        mend(&mut sides, &mut sent);
    }
    sent.tenant_id = Patch::Unsent;
    assert!(changed_under(policy, &administrator, &sides, &sent).is_ok());
}

#[test]
fn the_fields_that_nobody_changes_of_himself() {
    let manager = everything(Some(HIMSELF));
    let sides = both(user(HIMSELF.0, PLAIN));
    let own = [
        UserPatch { user_role_id: Patch::Value(OPERATOR), ..UserPatch::default() },
        UserPatch { security_profile_id: Patch::Value(NORTH), ..UserPatch::default() },
        UserPatch { tenant_id: Patch::Value(1), ..UserPatch::default() },
        UserPatch { inactivity_timeout: Patch::Value(0), ..UserPatch::default() },
        UserPatch { allow_system_authentication_fallback: Patch::Value(true), ..UserPatch::default() },
        UserPatch { local_only_account: Patch::Value(true), ..UserPatch::default() },
    ];
    for (index, sent) in own.iter().enumerate() {
        assert_eq!(changed(&manager, &sides, sent), Err(UserRule::OwnField), "{sent:?}");
        let preference = preferred(&manager, &sides, sent).unwrap();
        let expected = if matches!(index, 3 | 4) { Err(UserRule::OwnField) } else { Ok(()) };
        assert_eq!(preference, expected, "{sent:?}");
        assert!(changed(&everything(None), &sides, sent).is_ok() || index == 5, "of another: {sent:?}");
    }
    let allowed =
        UserPatch { description: text(1), email: Patch::Value("c@d".into()), ..UserPatch::default() };
    assert!(changed(&manager, &sides, &allowed).is_ok());
}

#[test]
fn whoever_may_do_more_on_either_side_is_changed_by_a_manager_alone() {
    let sent = UserPatch { password: Some("long enough".into()), ..UserPatch::default() };
    let administrator = caller(&[Capability::Admin], None);
    let hosted = caller(&[Capability::SaasAdmin], None);
    let (plain, admin) = (user(5, PLAIN), user(5, ADMIN));
    let further = User { further_roles: vec![MANAGER], ..plain.clone() };
    let unknown = User { further_roles: vec![77], ..plain.clone() };
    for (sides, by_administrator, by_hosted) in [
        (both(plain.clone()), true, true),
        (both(user(5, HOSTED)), true, true),
        (both(user(5, OPERATOR)), true, false),
        (both(user(5, MANAGER)), false, false),
        (both(further), false, false),
        (both(unknown), false, false),
        (both(admin.clone()), false, false),
        (BothSides { staged: Some(plain.clone()), ..both(admin.clone()) }, false, false),
        (BothSides { deployed: Some(plain), ..both(admin) }, false, false),
    ] {
        let refused = UserRule::UserNeedsManager;
        let prefers = |caller| preferred(caller, &sides, &sent) == Some(Err(refused));
        assert_eq!(changed(&administrator, &sides, &sent).err() == Some(refused), !by_administrator);
        assert_eq!(prefers(&administrator), !by_administrator, "{sides:?}");
        assert_eq!(prefers(&hosted), !by_hosted, "{sides:?}");
        let manager = caller(&[Capability::AdminManager], None);
        assert!(changed(&manager, &sides, &sent).is_ok(), "{sides:?}");
        assert_eq!(preferred(&manager, &sides, &sent), Some(Ok(())), "{sides:?}");
    }
}

#[test]
fn everybody_changes_his_own_preferences_and_others_are_not_there_for_him() {
    let plain = caller(&[Capability::OpsRead], Some(HIMSELF));
    let sent = UserPatch { email: Patch::Value("c@d".into()), ..UserPatch::default() };
    assert_eq!(preferred(&plain, &both(user(HIMSELF.0, ADMIN)), &sent), Some(Ok(())));
    assert_eq!(preferred(&plain, &both(user(5, PLAIN)), &sent), None);
    assert_eq!(preferred(&caller(&[], None), &both(user(5, PLAIN)), &sent), None, "a service has none");
    let gone = BothSides { deployed: None, ..both(user(HIMSELF.0, PLAIN)) };
    assert_eq!(preferred(&plain, &gone, &sent), None);
    let never = BothSides { staged: None, ..both(user(HIMSELF.0, PLAIN)) };
    let directory = directory();
    let judge = Judge { caller: &everything(None), directory: &directory, policy: POLICY };
    assert!(judge.staged_change(&never, &sent).is_none());
}

#[test]
fn some_preferences_take_an_administrator() {
    let sides = both(user(5, PLAIN));
    let fallback = UserPatch {
        allow_system_authentication_fallback: Patch::Value(true),
        local_only_account: Patch::Value(true),
        inactivity_timeout: Patch::Value(0),
        ..UserPatch::default()
    };
    let local_only = UserPatch { allow_system_authentication_fallback: Patch::Unsent, ..fallback.clone() };
    let timeout = UserPatch { local_only_account: Patch::Unsent, ..local_only.clone() };
    let manager = caller(&[Capability::AdminManager], None);
    let refused = |sent: &UserPatch| preferred(&manager, &sides, sent).unwrap().unwrap_err();
    assert_eq!(refused(&fallback), UserRule::FallbackNeedsAdministrator);
    assert_eq!(refused(&local_only), UserRule::LocalOnlyNeedsCapability);
    assert_eq!(refused(&timeout), UserRule::TimeoutNeedsAdministrator);
    let administrator = caller(&[Capability::Admin], None);
    assert_eq!(preferred(&administrator, &sides, &timeout), Some(Ok(())));
}

#[test]
fn whoever_changes_his_own_password_says_the_old_one() {
    let himself = caller(&[Capability::AdminManager], Some(HIMSELF));
    let other = caller(&[Capability::AdminManager], Some(UserId(8)));
    let sent = |new: bool, old: bool| UserPatch {
        password: new.then(|| "long enough".into()),
        old_password: old.then(|| "old".into()),
        ..UserPatch::default()
    };
    let sides = both(user(HIMSELF.0, PLAIN));
    let without = BothSides { has_password: false, ..sides.clone() };
    for (caller, sides, new, old, expected) in [
        (&himself, &sides, true, false, Err(UserRule::OldPasswordNeeded)),
        (&himself, &sides, true, true, Ok(())),
        (&himself, &without, true, false, Ok(())),
        (&other, &sides, true, true, Err(UserRule::OldPasswordOfAnother)),
        (&other, &sides, true, false, Ok(())),
        (&other, &sides, false, true, Ok(())),
    ] {
        assert_eq!(changed(caller, sides, &sent(new, old)).map(drop), expected, "{new} {old}");
        assert_eq!(preferred(caller, sides, &sent(new, old)), Some(expected), "{new} {old}");
    }
}

#[test]
fn a_password_is_set_where_it_is_of_use_or_for_an_administrator() {
    let policy = Policy { system_authentication: false, ..POLICY };
    let sent = UserPatch { password: Some("long enough".into()), ..UserPatch::default() };
    let manager = everything(Some(UserId(8)));
    let outcome = |user: User, sent: &UserPatch| changed_under(policy, &manager, &both(user), sent).map(drop);
    assert_eq!(outcome(user(5, PLAIN), &sent), Err(UserRule::PasswordOfNoUse));
    assert_eq!(outcome(user(5, ADMIN), &sent), Ok(()));
    let local = User { local_only_account: Some(true), ..user(5, PLAIN) };
    assert_eq!(outcome(local.clone(), &sent), Ok(()));
    let no_more = UserPatch { local_only_account: Patch::Null, ..sent.clone() };
    assert_eq!(outcome(local, &no_more), Err(UserRule::PasswordOfNoUse));
    let falls_back = UserPatch { allow_system_authentication_fallback: Patch::Value(true), ..sent };
    assert_eq!(outcome(user(5, PLAIN), &falls_back), Ok(()));
}

#[test]
fn a_new_role_says_whether_the_staged_user_is_an_administrator() {
    let manager = everything(None);
    let sent = UserPatch {
        user_role_id: Patch::Value(ADMIN),
        security_profile_id: Patch::Value(ADMINS_PROFILE),
        ..UserPatch::default()
    };
    let change = changed(&manager, &both(user(5, PLAIN)), &sent).unwrap();
    assert_eq!(change, Change { makes_administrator: Some(true), awaits_deploy: true });
    let down = UserPatch { user_role_id: Patch::Value(PLAIN), ..UserPatch::default() };
    let change = changed(&manager, &both(user(5, ADMIN)), &down).unwrap();
    assert_eq!(change.makes_administrator, Some(false));
    let elsewhere = UserPatch { email: Patch::Value("c@d".into()), ..UserPatch::default() };
    let change = changed(&manager, &both(user(5, ADMIN)), &elsewhere).unwrap();
    assert_eq!(change, Change { makes_administrator: None, awaits_deploy: false });
}

#[test]
fn the_built_in_administrator_keeps_what_makes_him_one() {
    let manager = everything(None);
    let sides = both(user(1, ADMIN));
    for (sent, stays) in [
        (UserPatch { user_role_id: Patch::Value(PLAIN), ..UserPatch::default() }, true),
        (UserPatch { security_profile_id: Patch::Value(NORTH), ..UserPatch::default() }, true),
        (UserPatch { tenant_id: Patch::Value(1), ..UserPatch::default() }, true),
        (UserPatch { description: text(1), ..UserPatch::default() }, false),
    ] {
        let refused = changed(&manager, &sides, &sent) == Err(UserRule::BuiltInAdministrator);
        assert_eq!(refused, stays, "{sent:?}");
    }
}
