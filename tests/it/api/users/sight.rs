//! Who sees whom, and who may ask.

use super::{ADAM, Caller, HUGO, MIA, NINA, OLGA, PAT, Scene, ask, deployed, get, post, staged};
use crate::api::{keys, refuses};
use Caller::{Administrators, Service, User};
use reqwest::Method;
use serde_json::{Value, json};

/// The members that a user has in the newest release, in their order.
const MEMBERS: [&str; 17] = [
    "id",
    "username",
    "email",
    "description",
    "user_role_id",
    "security_profile_id",
    "locale_id",
    "enable_popup_notifications",
    "old_password",
    "password",
    "password_creation_time",
    "tenant_id",
    "allow_system_authentication_fallback",
    "local_only_account",
    "inactivity_timeout",
    "notification_flag",
    "display_theme",
];

#[tokio::test]
async fn staged_users_are_seen_by_administrators_and_administrators_by_full_ones() {
    let scene = Scene::new().await;
    let (_program, api) = scene.stack.api(&[]).await;
    for caller in [Service, Administrators, User("adam")] {
        for user in [1, MIA, PAT] {
            let answer = get(&api, caller, &staged(user)).await;
            assert_eq!((answer.status.as_u16(), &answer.body["id"]), (200, &user.into()), "{caller:?}");
        }
        refuses(&get(&api, caller, &staged(404)).await, 404, 38_301_001);
    }
    for user in [PAT, HUGO, OLGA] {
        assert_eq!(get(&api, User("hugo"), &staged(user)).await.status, 200, "{user}");
    }
    for user in [1, MIA, ADAM, 404] {
        refuses(&get(&api, User("hugo"), &staged(user)).await, 404, 38_301_001);
    }
    for (caller, user) in [("pat", PAT), ("pat", 404), ("olga", OLGA)] {
        refuses(&get(&api, User(caller), &staged(user)).await, 403, 26);
    }
}

#[tokio::test]
async fn everybody_sees_himself_deployed_and_others_as_he_may() {
    let scene = Scene::new().await;
    let (_program, api) = scene.stack.api(&[]).await;
    let reader = offstage_tests::fixtures::READER_TOKEN;
    refuses(&api.with_token(Some(reader)).get(&deployed(PAT)).await, 404, 38_310_001);
    for (caller, sees) in [
        ("adam", &[1, MIA, ADAM, PAT, HUGO, OLGA, NINA][..]),
        ("mia", &[1, MIA, ADAM, PAT, HUGO, OLGA, NINA]),
        ("hugo", &[PAT, HUGO, OLGA, NINA]),
        ("olga", &[OLGA]),
        ("pat", &[PAT]),
    ] {
        for user in super::ALL {
            let answer = get(&api, User(caller), &deployed(user)).await;
            if sees.contains(&user) {
                assert_eq!((answer.status.as_u16(), &answer.body["id"]), (200, &user.into()), "{caller}");
            } else {
                refuses(&answer, 404, 38_310_001);
            }
        }
        refuses(&get(&api, User(caller), &deployed(404)).await, 404, 38_310_001);
    }
}

#[tokio::test]
async fn a_user_has_the_members_of_the_release_that_is_asked_for_and_never_a_password() {
    let scene = Scene::new().await;
    let (_program, api) = scene.stack.api(&[]).await;
    for (version, without) in [
        ("26.0", &[][..]),
        ("24.0", &[]),
        ("20.0", &["display_theme"]),
        ("17.0", &["display_theme", "local_only_account", "notification_flag"]),
    ] {
        for path in [staged(PAT), deployed(PAT)] {
            let answer = ask(&api, Service, Method::GET, &path, version, &Value::Null).await;
            let expected: Vec<_> = MEMBERS.into_iter().filter(|name| !without.contains(name)).collect();
            assert_eq!(keys(&answer), expected, "{version}");
            assert_eq!(answer.body["password"], Value::Null);
            assert_eq!(answer.body["old_password"], Value::Null);
            assert!(!answer.body.to_string().contains("argon2"), "{answer:?}");
            for field in without {
                let path = format!("{path}?fields={field}");
                refuses(&ask(&api, Service, Method::GET, &path, version, &Value::Null).await, 422, 30);
            }
        }
    }
    let chosen = get(&api, Service, &format!("{}?fields=password,+username", staged(PAT))).await;
    assert_eq!(keys(&chosen), ["username", "password"]);
    refuses(&get(&api, Service, &staged_text("x")).await, 422, 11);
}

/// Changing such a user would hand the caller rights that he has not; deleting him does not.
#[tokio::test]
async fn an_administrator_deletes_a_user_whom_he_may_not_change() {
    let scene = Scene::new().await;
    let (_program, api) = scene.stack.api(&[]).await;
    let email = json!({"email": "a@b"});
    let refused = post(&api, Administrators, &staged(OLGA), &email).await;
    refuses(&refused, 403, 38_303_004);
    let description = refused.body["description"].as_str().unwrap();
    assert!(description.contains("more than the caller has"), "{description}");
    let path = staged(OLGA);
    let accepted = ask(&api, Administrators, Method::DELETE, &path, "26.0", &Value::Null).await;
    assert_eq!(accepted.status, 202, "{accepted:?}");
}

#[tokio::test]
async fn a_manager_of_administrators_sees_whom_he_changes_and_only_then() {
    let scene = Scene::new().await;
    let (_program, api) = scene.stack.api(&[]).await;
    refuses(&get(&api, User("olga"), &staged(PAT)).await, 403, 26);
    refuses(&get(&api, User("olga"), &deployed(PAT)).await, 404, 38_310_001);
    let changed = post(&api, User("olga"), &deployed(PAT), &json!({})).await;
    assert_eq!((changed.status.as_u16(), &changed.body["id"]), (200, &PAT.into()), "{changed:?}");
}

fn staged_text(id: &str) -> String {
    format!("{}/{id}", crate::api::USERS)
}
