use secrecy::ExposeSecret as _;

use super::*;
use crate::api::problem::ProblemKind;

/// Every member that a user has, in whatever release.
const WHOLE: &str = r#"{"id":5,"username":"alice","email":"a@b","description":"d","user_role_id":2,
    "security_profile_id":3,"locale_id":"en","enable_popup_notifications":true,"old_password":"old","password":"new",
    "password_creation_time":17,"tenant_id":4,"allow_system_authentication_fallback":false,"local_only_account":true,
    "inactivity_timeout":60000,"notification_flag":null,"display_theme":"dark","show_awf_default_dashboard":"x",
    "show_analyst_workflow_default_dashboard":null}"#;

fn read_as(purpose: Purpose, version: Version, body: &str) -> Result<UserPatch, ProblemKind> {
    read(body.as_bytes(), purpose, version, &StagedConfigSettings::default(), None)
        .map(|asked| asked.wanted)
        .map_err(|problem| problem.kind)
}

fn newest(purpose: Purpose, body: &str) -> Result<UserPatch, ProblemKind> {
    read_as(purpose, version(26), body)
}

const fn version(major: u16) -> Version {
    Version::new(major, 0)
}

#[test]
fn each_request_takes_its_members_and_ignores_the_others() {
    let creation = newest(Purpose::Creation, WHOLE).unwrap();
    assert_eq!(creation.username, Patch::Value("alice".into()));
    assert!(creation.old_password.is_none(), "a new user has none");
    assert_eq!(creation.tenant_id, Patch::Value(4));
    let change = newest(Purpose::Change, WHOLE).unwrap();
    assert_eq!(change.username, Patch::Unsent);
    assert_eq!(change.description, Patch::Value("d".into()));
    let preferences = newest(Purpose::Preferences, WHOLE).unwrap();
    assert!(!preferences.description.is_sent() && !preferences.user_role_id.is_sent());
    assert!(!preferences.security_profile_id.is_sent() && !preferences.tenant_id.is_sent());
    for wanted in [creation, change, preferences.clone()] {
        assert_eq!(wanted.email, Patch::Value("a@b".into()));
        assert_eq!(wanted.locale_id, Patch::Value("en".into()));
        assert_eq!(wanted.enable_popup_notifications, Patch::Value(true));
        assert_eq!(wanted.allow_system_authentication_fallback, Patch::Value(false));
        assert_eq!(wanted.local_only_account, Patch::Value(true));
        assert_eq!(wanted.inactivity_timeout, Patch::Value(60_000));
        assert_eq!(wanted.password.unwrap().expose_secret(), "new");
    }
    assert_eq!(preferences.old_password.unwrap().expose_secret(), "old");
}

#[test]
fn what_is_not_sent_stays_and_null_takes_away() {
    let wanted =
        newest(Purpose::Change, r#"{"email":null,"tenant_id":null,"local_only_account":null}"#).unwrap();
    assert_eq!(wanted.email, Patch::Null);
    assert_eq!(wanted.tenant_id, Patch::Null);
    assert_eq!(wanted.local_only_account, Patch::Null);
    assert_eq!(wanted.description, Patch::Unsent);
    let nothing = newest(Purpose::Change, r#"{"password":null,"old_password":null}"#).unwrap();
    assert!(nothing.password.is_none() && nothing.old_password.is_none());
}

#[test]
fn a_release_without_local_accounts_ignores_them() {
    for (major, sent) in [(18, false), (19, true)] {
        let wanted = read_as(Purpose::Change, version(major), r#"{"local_only_account":true}"#).unwrap();
        assert_eq!(wanted.local_only_account.is_sent(), sent, "{major}");
    }
}

#[test]
fn domains_are_needed_up_to_14() {
    for (major, needed) in [(14, true), (15, false)] {
        let settings = StagedConfigSettings::default();
        let asked = read(b"{}", Purpose::Change, version(major), &settings, None).unwrap();
        assert_eq!(asked.policy.needs_domain, needed, "{major}");
    }
}

#[test]
fn the_settings_say_what_is_asked_of_passwords() {
    let policy = |settings: &StagedConfigSettings| {
        let asked = read(b"{}", Purpose::Change, version(26), settings, None).unwrap();
        let Policy { system_authentication, fallback_enabled, password_min_chars, .. } = asked.policy;
        (system_authentication, fallback_enabled, password_min_chars)
    };
    let default = StagedConfigSettings::default();
    assert_eq!(policy(&default), (true, true, 8));
    let none = StagedConfigSettings {
        system_authentication: false,
        system_authentication_fallback: false,
        password_min_chars: 12,
        ..default
    };
    assert_eq!(policy(&none), (false, false, 12));
}

#[test]
fn a_number_that_no_long_can_hold_is_refused() {
    for name in ["user_role_id", "security_profile_id", "tenant_id", "inactivity_timeout"] {
        for (number, fits) in
            [(i64::MAX.unsigned_abs(), true), (i64::MAX.unsigned_abs() + 1, false), (u64::MAX, false)]
        {
            let body = format!("{{\"{name}\":{number}}}");
            assert_eq!(newest(Purpose::Change, &body).is_ok(), fits, "{body}");
        }
    }
}

#[test]
fn a_description_has_lines_and_tabs_and_no_other_control_characters() {
    assert!(newest(Purpose::Change, r#"{"description":"a\r\n\tb"}"#).is_ok());
    for body in [r#"{"description":"\u0000"}"#, r#"{"description":"a\u001b[0m"}"#] {
        assert_eq!(newest(Purpose::Change, body).unwrap_err(), ProblemKind::BadBody, "{body}");
    }
}

#[test]
fn what_no_release_has_and_what_has_another_type_is_refused() {
    for body in [
        r#"{"nickname":"x"}"#,
        r#"{"email":7}"#,
        r#"{"user_role_id":"2"}"#,
        r#"{"user_role_id":2.0}"#,
        r#"{"tenant_id":-1}"#,
        r#"{"inactivity_timeout":-60000}"#,
        r#"{"enable_popup_notifications":"true"}"#,
        r#"{"password":7}"#,
        r#"{"email":"a@b","email":"a@b"}"#,
        "[]",
        "null",
        "{",
    ] {
        assert_eq!(newest(Purpose::Change, body).map(drop), Err(ProblemKind::BadBody), "{body}");
    }
}
