//! Passwords: hashed, checked, changed, and what ends with the old one.

use super::{Caller, NINA, OLGA, PAT, Scene, deployed, get, new_user, post, staged};
use crate::api::{USERS, refuses};
use Caller::{Administrators, Service, User};
use offstage::{domain::task::UserId, store::principals::TokenHash};
use offstage_tests::{api::Api, fixtures};
use reqwest::Method;
use serde_json::{Value, json};

/// Whether that password lets a user in.
async fn lets_in(api: &Api, user: u64, name: &str, password: &str) -> bool {
    let request = api.with_token(None).request(Method::GET, &deployed(user));
    api.send(request.basic_auth(name, Some(password))).await.status == 200
}

#[tokio::test]
async fn a_new_password_works_at_once_and_the_old_one_no_more() {
    let scene = Scene::new().await;
    let (_program, api) = scene.stack.api(&[]).await;
    let store = &scene.stack.store;
    assert!(lets_in(&api, PAT, "pat", "pat-secret").await);
    let token = TokenHash::of(b"session");
    store.open_session(&fixtures::session(UserId(PAT), "pat", &token)).await.unwrap();
    let before = get(&api, Service, &deployed(PAT)).await.body;
    let own = json!({"password": "long enough", "old_password": "pat-secret"});
    let answer = post(&api, User("pat"), &deployed(PAT), &own).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!((&answer.body["password"], &answer.body["old_password"]), (&Value::Null, &Value::Null));
    assert!(before["password_creation_time"].is_null());
    assert!(answer.body["password_creation_time"].is_u64());
    let shown = get(&api, Service, &staged(PAT)).await.body;
    assert_eq!(shown["password_creation_time"], answer.body["password_creation_time"]);
    assert!(!lets_in(&api, PAT, "pat", "pat-secret").await);
    assert!(lets_in(&api, PAT, "pat", "long enough").await);
    let session = store.use_session(UserId(PAT), &token, "platform").await.unwrap();
    assert!(session.is_none(), "his sessions ended with the old password");

    let by_another = json!({"password": "set by another"});
    assert_eq!(post(&api, Administrators, &staged(PAT), &by_another).await.status, 200);
    assert!(lets_in(&api, PAT, "pat", "set by another").await, "a password does not wait for a deploy");
    let hash = store.snapshot(UserId(PAT)).await.unwrap().password_hash.unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
}

#[tokio::test]
async fn who_has_no_password_needs_no_old_one_and_a_wrong_one_changes_nothing() {
    let scene = Scene::new().await;
    let (_program, api) = scene.stack.api(&[]).await;
    let wrong = json!({"password": "long enough", "old_password": "olga-secre"});
    for path in [staged(OLGA), deployed(OLGA)] {
        let said = post(&api, User("olga"), &path, &wrong).await;
        assert_eq!(said.status, 422, "{said:?}");
        assert!(!said.body.to_string().contains("olga-secre"), "{said:?}");
    }
    assert!(lets_in(&api, OLGA, "olga", "olga-secret").await);
    assert!(!lets_in(&api, NINA, "nina", "").await);
    let first = json!({"password": "long enough"});
    assert_eq!(post(&api, Administrators, &deployed(NINA), &first).await.status, 200);
    assert!(lets_in(&api, NINA, "nina", "long enough").await);
}

#[tokio::test]
async fn of_several_who_show_the_old_password_at_once_one_sets_the_new_one() {
    let scene = Scene::new().await;
    let (_program, api) = scene.stack.api(&[]).await;
    let set = async |new: &str| {
        let own = json!({"password": new, "old_password": "pat-secret"});
        let answer = post(&api, User("pat"), &deployed(PAT), &own).await;
        // Who comes late is let in no more, or has shown a password that is not the old one by now.
        assert!([200, 401, 422].contains(&answer.status.as_u16()), "{answer:?}");
        usize::from(answer.status == 200)
    };
    let (first, second, third, fourth) = tokio::join!(
        set("the first one"),
        set("the second one"),
        set("the third one"),
        set("the fourth one")
    );
    assert_eq!(first + second + third + fourth, 1);
}

#[tokio::test]
async fn passwords_stand_in_no_log_line_and_no_answer() {
    let scene = Scene::new().await;
    let (mut program, api) = scene.stack.api(&[("OFFSTAGE_LOG", "trace")]).await;
    let created = post(&api, Service, USERS, &new_user()).await;
    let own = json!({"password": "long enough", "old_password": "olga-secret"});
    let changed = post(&api, User("olga"), &staged(OLGA), &own).await;
    let refused = post(&api, User("olga"), &staged(OLGA), &own).await;
    refuses(&refused, 401, 18);
    program.kill();
    let log = program.log();
    for text in [created.body.to_string(), changed.body.to_string(), refused.body.to_string(), log] {
        for secret in ["new-secret", "long enough", "olga-secret", "argon2id"] {
            assert!(!text.contains(secret), "{secret}");
        }
    }
}
