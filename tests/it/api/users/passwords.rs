//! Passwords: hashed, checked, changed, and what ends with the old one.

use super::{ADAM, Caller, NINA, OLGA, PAT, Scene, deployed, get, new_user, post, staged};
use crate::api::{DEADLINE, USERS, refuses};
use Caller::{Administrators, Service, User};
use offstage::{
    domain::{checklist::Checklist, task::UserId},
    store::{
        principals::TokenHash,
        queue::{Claim, Commit, Committed},
    },
};
use offstage_tests::{api::Api, eventually, fixtures, world::LONG};
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

/// Redis was asked that so often.
async fn called(scene: &Scene, command: &str, times: u64) {
    eventually(command, DEADLINE, async || (scene.stack.redis_calls_of(command) >= times).then_some(()))
        .await;
}

/// Passwords that are worked on before anybody else's of the same peer.
const BEFORE: usize = 60;

#[tokio::test]
async fn who_is_deleted_while_a_password_waits_for_its_turn_writes_nothing() {
    let scene = Scene::new().await;
    let (_program, api) = scene.stack.api(&[]).await;
    let store = &scene.stack.store;
    let first = get(&api, User("adam"), &deployed(ADAM)).await;
    let cookie = first.headers["set-cookie"].to_str().unwrap().to_owned();
    let session = cookie.trim_start_matches("SEC=").split(';').next().unwrap();
    let wrong = |number: usize| {
        let request = api.with_token(None).request(Method::GET, &deployed(PAT));
        let request = request.basic_auth("pat", Some(format!("wrong {number}")));
        let api = api.clone();
        async move { api.send(request).await.status }
    };
    let scripts = scene.stack.redis_calls_of("evalsha");
    let in_line = tokio::spawn(futures::future::join_all((0..BEFORE).map(wrong)));
    called(&scene, "evalsha", scripts + BEFORE as u64).await;
    let reads = scene.stack.redis_calls_of("hgetall");
    let request = api.with_token(Some(session)).request(Method::POST, USERS).json(&new_user());
    let sender = api.clone();
    let creation = tokio::spawn(async move { sender.send(request).await });
    // He may, as far as was looked: roles, profiles, tenants and domains were read for it.
    called(&scene, "hgetall", reads + 4).await;
    fixtures::submit_one(store, fixtures::platform_deletion(ADAM)).await;
    let Claim::Taken { tasks, .. } = store.claim(1, "w", LONG).await.unwrap() else { panic!("paused") };
    let commit = Commit { lease: tasks[0].lease, oldest_answer_ms: None, checks: Checklist::default() };
    assert_eq!(store.commit(&[commit], "w", LONG).await.unwrap(), [Committed::Done]);
    refuses(&creation.await.unwrap(), 401, 18);
    assert_eq!(scene.sides().await[0].last().unwrap().as_ref(), None, "nobody was created");
    assert!(in_line.await.unwrap().iter().all(|status| *status == 401));
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
