//! Each unique code of the three requests, met over HTTP; and after it nobody is another one.

use std::collections::BTreeSet;

use super::{
    ADAM, Caller, DEPLOYED, HUGO, MIA, NINA, OLGA, PAT, Scene, ask, deployed, new_user, post, staged, with,
};
use crate::api::{USERS, refuses};
use Caller::{Administrators, Service, User};
use offstage_tests::api::Api;
use reqwest::Method;
use serde_json::{Value, json};

/// What the installation is set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Installation {
    /// As it is without settings.
    Plain,
    /// People log in elsewhere.
    LoginElsewhere,
    /// Nobody falls back on a password here.
    NoFallback,
}

use Installation::{LoginElsewhere, NoFallback, Plain};

struct Case {
    code: u64,
    status: u16,
    caller: Caller,
    path: String,
    body: Value,
    version: &'static str,
    installation: Installation,
}

fn case(code: u64, status: u16, caller: Caller, path: &str, body: Value) -> Case {
    Case { code, status, caller, path: path.to_owned(), body, version: "26.0", installation: Plain }
}

impl Case {
    fn at(self, version: &'static str) -> Self {
        Self { version, ..self }
    }

    fn on(self, installation: Installation) -> Self {
        Self { installation, ..self }
    }
}

fn creations() -> Vec<Case> {
    let of = |code, status, caller, more| case(code, status, caller, USERS, with(new_user(), more));
    let long = |chars: usize| "u".repeat(chars);
    vec![
        of(38_302_004, 403, Administrators, json!({"user_role_id": 1, "security_profile_id": 1})),
        of(38_302_027, 403, Administrators, json!({"local_only_account": true})),
        of(38_302_028, 403, Service, json!({"local_only_account": true})).at("19.0"),
        of(38_302_002, 409, Administrators, json!({"username": "pat"})),
        of(38_302_002, 409, Administrators, json!({"username": "reader"})),
        of(38_302_025, 409, Administrators, json!({"allow_system_authentication_fallback": true}))
            .on(NoFallback),
        of(38_302_021, 422, Administrators, json!({"user_role_id": null})),
        of(38_302_022, 422, Administrators, json!({"security_profile_id": null})),
        of(38_302_020, 422, Administrators, json!({"username": null})),
        of(38_302_001, 422, Administrators, json!({"username": ""})),
        of(38_302_001, 422, Administrators, json!({"username": long(61)})),
        of(38_302_023, 422, Administrators, json!({"username": "a/b"})),
        of(38_302_003, 422, Administrators, json!({"user_role_id": 77})),
        of(38_302_005, 422, Administrators, json!({"tenant_id": 77})),
        of(38_302_006, 422, Service, json!({"tenant_id": 1, "user_role_id": 1})),
        of(38_302_007, 422, Administrators, json!({"security_profile_id": 77})),
        of(38_302_024, 422, Service, json!({"user_role_id": 1})),
        of(38_302_024, 422, Administrators, json!({"user_role_id": 4})).at("14.0"),
        of(38_302_008, 422, Administrators, json!({"tenant_id": 1})).at("14.0"),
        of(38_302_008, 422, Administrators, json!({"tenant_id": 1})).at("13.1"),
        of(38_302_009, 422, Administrators, json!({"tenant_id": 1, "security_profile_id": 4})),
        of(38_302_011, 422, Administrators, json!({"description": long(2_049)})),
        of(38_302_012, 422, Administrators, json!({"email": null})),
        of(38_302_013, 422, Administrators, json!({"email": long(256)})),
        of(38_302_014, 422, Administrators, json!({"email": "a@b@c"})),
        of(38_302_015, 422, Administrators, json!({"locale_id": "xx"})),
        of(38_302_016, 422, Administrators, json!({"password": null})),
        of(
            38_302_017,
            422,
            Administrators,
            json!({"password": null, "allow_system_authentication_fallback": true}),
        )
        .on(LoginElsewhere),
        of(38_302_026, 422, User("mia"), json!({"password": null, "local_only_account": true}))
            .on(LoginElsewhere),
        of(38_302_018, 422, Administrators, json!({})).on(LoginElsewhere),
        of(38_302_018, 422, Administrators, json!({})).on(LoginElsewhere).at("17.0"),
        of(38_302_019, 422, Administrators, json!({"password": "short"})),
    ]
}

fn changes() -> Vec<Case> {
    let of = |code, status, caller, user, body| case(code, status, caller, &staged(user), body);
    let long = |chars: usize| "u".repeat(chars);
    vec![
        of(38_303_002, 403, User("mia"), MIA, json!({"inactivity_timeout": 0})),
        of(38_303_004, 403, Administrators, ADAM, json!({"email": "a@b"})),
        of(38_303_004, 403, Administrators, OLGA, json!({"email": "a@b"})),
        of(38_303_005, 403, Administrators, PAT, json!({"user_role_id": 1, "security_profile_id": 1})),
        of(38_303_022, 403, Administrators, PAT, json!({"local_only_account": true})),
        of(383_030_223, 403, Service, PAT, json!({"local_only_account": true})),
        of(38_316_002, 403, Service, 1, json!({"tenant_id": 1})).at("24.0"),
        of(1009, 403, Service, 1, json!({"tenant_id": 1})).at("23.0"),
        of(38_303_001, 404, Administrators, 404, json!({"email": "a@b"})),
        of(38_303_021, 409, Administrators, PAT, json!({"allow_system_authentication_fallback": true}))
            .on(NoFallback),
        of(38_303_013, 422, User("olga"), OLGA, json!({"password": "long enough"})),
        of(38_303_014, 422, Administrators, PAT, json!({"password": "long enough", "old_password": "x"})),
        of(38_303_015, 422, User("olga"), OLGA, json!({"password": "long enough", "old_password": "x"})),
        of(38_303_016, 422, Administrators, PAT, json!({"email": long(256)})),
        of(38_303_017, 422, Administrators, PAT, json!({"email": "a b@c"})),
        of(38_303_017, 422, Administrators, PAT, json!({"email": null})),
        of(38_303_018, 422, Administrators, PAT, json!({"locale_id": "english"})),
        of(38_303_003, 422, Administrators, PAT, json!({"user_role_id": 77})),
        of(38_303_003, 422, Administrators, PAT, json!({"user_role_id": null})),
        of(38_303_006, 422, Administrators, PAT, json!({"tenant_id": 77})),
        of(38_303_007, 422, Service, ADAM, json!({"tenant_id": 1})),
        of(38_303_008, 422, Administrators, PAT, json!({"security_profile_id": 77})),
        of(38_303_008, 422, Administrators, PAT, json!({"security_profile_id": null})),
        of(38_303_012, 422, Service, PAT, json!({"user_role_id": 1})),
        of(38_303_012, 422, Administrators, PAT, json!({"user_role_id": 4})).at("14.0"),
        of(38_303_009, 422, Administrators, PAT, json!({"tenant_id": 1})).at("14.0"),
        of(38_303_010, 422, Administrators, PAT, json!({"tenant_id": 1, "security_profile_id": 4})),
        of(38_303_011, 422, Administrators, PAT, json!({"description": long(2_049)})),
        of(38_303_019, 422, Administrators, PAT, json!({"password": "long enough"})).on(LoginElsewhere),
        of(38_303_019, 422, Administrators, PAT, json!({"password": "long enough"}))
            .on(LoginElsewhere)
            .at("18.0"),
        of(38_303_020, 422, Administrators, PAT, json!({"password": "short"})),
    ]
}

fn preferences() -> Vec<Case> {
    let of = |code, status, caller, user, body| case(code, status, caller, &deployed(user), body);
    let long = |chars: usize| "u".repeat(chars);
    vec![
        of(38_311_002, 403, Administrators, MIA, json!({"email": "a@b"})),
        of(38_311_002, 403, User("hugo"), ADAM, json!({"email": "a@b"})),
        of(38_311_012, 403, User("pat"), PAT, json!({"inactivity_timeout": 0})),
        of(38_311_012, 403, User("mia"), MIA, json!({"allow_system_authentication_fallback": true})),
        of(38_311_011, 403, User("hugo"), PAT, json!({"allow_system_authentication_fallback": true})),
        of(38_311_015, 403, Administrators, PAT, json!({"local_only_account": true})),
        of(38_311_016, 403, Service, PAT, json!({"local_only_account": true})),
        of(38_311_014, 403, User("hugo"), PAT, json!({"inactivity_timeout": 0})),
        of(38_311_001, 404, Administrators, 404, json!({"email": "a@b"})),
        of(38_311_001, 404, User("pat"), HUGO, json!({"email": "a@b"})),
        of(38_311_013, 409, Administrators, PAT, json!({"allow_system_authentication_fallback": true}))
            .on(NoFallback),
        of(38_311_003, 422, User("pat"), PAT, json!({"email": long(256)})),
        of(38_311_004, 422, User("pat"), PAT, json!({"email": "@"})),
        of(38_311_004, 422, User("pat"), PAT, json!({"email": null})),
        of(38_311_005, 422, User("pat"), PAT, json!({"locale_id": ""})),
        of(38_311_006, 422, User("pat"), PAT, json!({"password": "long enough"})),
        of(38_311_007, 422, Administrators, PAT, json!({"password": "long enough", "old_password": "x"})),
        of(38_311_008, 422, User("pat"), PAT, json!({"password": "long enough", "old_password": "x"})),
        of(38_311_009, 422, Administrators, NINA, json!({"password": "long enough"})).on(LoginElsewhere),
        of(38_311_010, 422, Administrators, NINA, json!({"password": "short"})),
    ]
}

/// What the help says an endpoint refuses with, in that version.
async fn documented(api: &Api, path: &str, version: &str) -> BTreeSet<u64> {
    let path = path.strip_prefix("/api").unwrap();
    let filter = format!("path='{path}' AND http_method='POST' AND version='{version}'");
    let request = api.request(Method::GET, "/api/help/endpoints").query(&[("filter", filter)]);
    let answer = api.send(request).await;
    let [endpoint] = answer.body.as_array().unwrap().as_slice() else { panic!("one endpoint: {answer:?}") };
    let codes = endpoint["error_responses"].as_array().unwrap().iter();
    codes.filter_map(|response| response["unique_code"].as_u64()).filter(|code| *code > 2_000).collect()
}

#[tokio::test]
async fn every_documented_code_is_met_and_changes_nobody() {
    let scene = Scene::new().await;
    let (_plain, plain) = scene.stack.api(&[]).await;
    let elsewhere = [("OFFSTAGE_STAGED_CONFIG__SYSTEM_AUTHENTICATION", "false")];
    let (_elsewhere, elsewhere) = scene.stack.api(&elsewhere).await;
    let no_fallback = [("OFFSTAGE_STAGED_CONFIG__SYSTEM_AUTHENTICATION_FALLBACK", "false")];
    let (_no_fallback, no_fallback) = scene.stack.api(&no_fallback).await;
    let before = scene.sides().await;
    let id = |path: &str| format!("{path}/{{id}}");
    for (path, cases) in
        [(USERS.to_owned(), creations()), (id(USERS), changes()), (id(DEPLOYED), preferences())]
    {
        let mut met = BTreeSet::new();
        for Case { code, status, caller, path, body, version, installation } in cases {
            let api = match installation {
                Plain => &plain,
                LoginElsewhere => &elsewhere,
                NoFallback => &no_fallback,
            };
            let answer = ask(api, caller, Method::POST, &path, version, &body).await;
            assert_eq!(answer.body["code"], code, "{path} {caller:?} {body}: {answer:?}");
            refuses(&answer, status, code);
            met.insert((code, version));
        }
        assert_eq!(scene.sides().await, before, "{path}");
        let old: BTreeSet<_> = met.iter().map(|(code, _)| *code).collect();
        for version in ["26.0", "14.0"] {
            let unmet: Vec<_> = documented(&plain, &path, version)
                .await
                .into_iter()
                .filter(|code| !old.contains(code))
                .collect();
            assert_eq!(unmet, [0; 0], "{path} {version}");
        }
    }
}

#[tokio::test]
async fn a_rule_of_old_releases_is_none_of_new_ones() {
    let scene = Scene::new().await;
    let (_program, api) = scene.stack.api(&[]).await;
    let body = with(new_user(), json!({"tenant_id": 1}));
    for (version, status) in [("14.0", 422), ("15.0", 201)] {
        let answer = ask(&api, Administrators, Method::POST, USERS, version, &body).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    let local = json!({"local_only_account": true});
    let ignored = ask(&api, Administrators, Method::POST, &staged(PAT), "18.0", &local).await;
    assert_eq!(ignored.status, 200, "an older release knows nothing of it");
}

#[tokio::test]
async fn a_body_with_several_faults_is_refused_for_the_first() {
    let scene = Scene::new().await;
    let (_program, api) = scene.stack.api(&[]).await;
    let both = json!({"username": "pat", "email": "x", "user_role_id": 2, "security_profile_id": 2,
        "password": "new-secret"});
    refuses(&post(&api, Administrators, USERS, &both).await, 422, 38_302_014);
    let worse = with(both, json!({"local_only_account": true, "username": ""}));
    refuses(&post(&api, Administrators, USERS, &worse).await, 403, 38_302_027);
    let unknown = with(worse, json!({"nickname": "x"}));
    refuses(&post(&api, Administrators, USERS, &unknown).await, 422, 1005);
    refuses(&post(&api, User("pat"), USERS, &unknown).await, 403, 26);
    refuses(&post(&api, User("pat"), &staged(404), &unknown).await, 403, 26);
}
