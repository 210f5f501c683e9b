//! What creating and changing users does, on which side, and when it takes effect.

use super::{Caller, DEPLOYED, NINA, PAT, Scene, ask, deployed, get, new_user, post, staged, with};
use crate::api::{DEADLINE, USERS, header, keys, refuses};
use Caller::{Administrators, Service, User};
use offstage_tests::{eventually, fixtures};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_created_user_is_staged_and_says_where_he_is() {
    let scene = Scene::new().await;
    let (_program, api) = scene.stack.api(&[]).await;
    let body = with(
        new_user(),
        json!({"description": "x", "tenant_id": 1, "security_profile_id": 3,
        "locale_id": "pt_BR", "enable_popup_notifications": true, "inactivity_timeout": 119_999,
        "id": 7, "password_creation_time": 3, "old_password": "x", "notification_flag": null}),
    );
    let created = post(&api, Administrators, USERS, &body).await;
    assert_eq!(created.status, 201, "{created:?}");
    let id = created.body["id"].as_u64().unwrap();
    assert_eq!(header(&created, "location"), staged(id));
    let read = get(&api, Service, &staged(id)).await;
    assert_eq!(read.body, created.body);
    let user = &created.body;
    let told = ["username", "email", "description", "locale_id"].map(|field| user[field].as_str().unwrap());
    assert_eq!(told, ["new", "new@example.com", "x", "pt_BR"]);
    let numbers = ["user_role_id", "security_profile_id", "tenant_id", "inactivity_timeout"];
    assert_eq!(numbers.map(|field| user[field].as_u64().unwrap()), [2, 3, 1, 60_000]);
    assert_eq!(user["enable_popup_notifications"], true);
    assert_eq!(user["password"], Value::Null);
    assert!(user["password_creation_time"].as_u64().unwrap() > 1_600_000_000_000, "it is ours to say");
    refuses(&get(&api, Service, &deployed(id)).await, 404, 38_310_001);
    let login =
        api.with_token(None).request(Method::GET, &deployed(id)).basic_auth("new", Some("new-secret"));
    refuses(&api.send(login).await, 401, 18);
    refuses(&post(&api, Administrators, USERS, &body).await, 409, 38_302_002);
    let deletion = api.delete_user(id).await;
    assert_eq!(deletion.status, 202, "{deletion:?}");
}

#[tokio::test]
async fn only_what_is_sent_changes_and_on_the_side_that_it_belongs_to() {
    let scene = Scene::new().await;
    let (_program, api) = scene.stack.api(&[]).await;
    let read = async |path: String| get(&api, Service, &path).await.body;
    let (before_staged, before_deployed) = (read(staged(PAT)).await, read(deployed(PAT)).await);
    assert_eq!(before_staged, before_deployed);
    let (staged_only, at_once) = (
        json!({"user_role_id": 4, "security_profile_id": 1, "description": null}),
        json!({"email": "new@example.com", "locale_id": null, "enable_popup_notifications": true,
            "allow_system_authentication_fallback": true, "inactivity_timeout": 61_000}),
    );
    let truncated = with(at_once.clone(), json!({"inactivity_timeout": 60_000}));
    let answer = post(&api, Administrators, &staged(PAT), &staged_only).await;
    assert_eq!(answer.body, with(before_staged.clone(), staged_only.clone()));
    assert_eq!(read(deployed(PAT)).await, before_deployed, "until a deploy");
    let answer = post(&api, Administrators, &staged(PAT), &at_once).await;
    let expected = with(with(before_staged, staged_only.clone()), truncated.clone());
    assert_eq!(answer.body, expected);
    assert_eq!(read(deployed(PAT)).await, with(before_deployed.clone(), truncated.clone()), "at once");

    let preferences = json!({"email": "other@example.com", "locale_id": "de", "description": "no",
        "user_role_id": 77, "username": "no", "tenant_id": 1});
    let taken = json!({"email": "other@example.com", "locale_id": "de"});
    let answer = post(&api, User("pat"), &deployed(PAT), &preferences).await;
    assert_eq!(answer.body, with(with(before_deployed, truncated), taken.clone()));
    assert_eq!(read(staged(PAT)).await, with(expected, taken), "or a deploy would take it back");
}

#[tokio::test]
async fn who_sends_a_user_back_whole_changes_nothing() {
    let scene = Scene::new().await;
    let (_program, api) = scene.stack.api(&[]).await;
    let before = scene.sides().await;
    for version in ["26.0", "17.0"] {
        for path in [staged(PAT), deployed(PAT)] {
            let whole = ask(&api, Service, Method::GET, &path, version, &Value::Null).await.body;
            let answer = ask(&api, Administrators, Method::POST, &path, version, &whole).await;
            assert_eq!((answer.status.as_u16(), &answer.body), (200, &whole), "{path}");
        }
        let own = ask(&api, User("pat"), Method::GET, &deployed(PAT), version, &Value::Null).await.body;
        let answer = ask(&api, User("pat"), Method::POST, &deployed(PAT), version, &own).await;
        assert_eq!((answer.status.as_u16(), &answer.body), (200, &own));
    }
    assert_eq!(scene.sides().await, before);
}

#[tokio::test]
async fn fields_of_a_post_come_in_a_header_and_unknown_ones_change_nobody() {
    let scene = Scene::new().await;
    let (_program, api) = scene.stack.api(&[]).await;
    for path in [staged(PAT), deployed(PAT)] {
        let before = scene.sides().await;
        let ask = |fields: &str| {
            let request = api.request(Method::POST, &path).header("fields", fields);
            api.send(request.json(&json!({"email": "f@example.com"})))
        };
        refuses(&ask("id,nickname").await, 422, 30);
        assert_eq!(scene.sides().await, before);
        let answer = ask("email, id").await;
        assert_eq!(keys(&answer), ["id", "email"]);
    }
    let created = api.request(Method::POST, USERS).header("fields", "id").json(&new_user());
    assert_eq!(keys(&api.send(created).await), ["id"]);
}

#[tokio::test]
async fn a_user_whose_deletion_runs_is_not_changed() {
    let scene = Scene::new().await;
    let (_program, api) = scene.stack.api(&[]).await;
    let task = api.submit(PAT).await;
    let before = scene.sides().await;
    for path in [staged(PAT), deployed(PAT)] {
        refuses(&post(&api, Service, &path, &json!({"email": "x@example.com"})).await, 409, 1004);
    }
    assert_eq!(scene.sides().await, before);
    assert_eq!(api.cancel(task).await.status, 200);
    assert_eq!(post(&api, Service, &staged(PAT), &json!({"email": "x@example.com"})).await.status, 200);
}

#[tokio::test]
async fn a_user_who_is_deployed_only_has_preferences_and_no_staged_side() {
    let scene = Scene::new().await;
    let _worker = scene.stack.worker(&[]);
    let (_program, api) = scene.stack.api(&[]).await;
    let task = api.submit(NINA).await;
    api.until_state(task, "COMPLETED", DEADLINE).await;
    refuses(&get(&api, Service, &staged(NINA)).await, 404, 38_301_001);
    refuses(&post(&api, Service, &staged(NINA), &json!({"email": "x@y"})).await, 404, 38_303_001);
    let answer = post(&api, Service, &deployed(NINA), &json!({"email": "x@y"})).await;
    assert_eq!(answer.body["email"], "x@y");
    refuses(&get(&api, Service, &staged(NINA)).await, 404, 38_301_001);
    let name = json!({"username": "nina"});
    refuses(&post(&api, Service, USERS, &with(new_user(), name)).await, 409, 38_302_002);
}

#[tokio::test]
async fn the_last_administrator_stays_one() {
    let scene = Scene::new().await;
    let (_program, api) = scene.stack.api(&[]).await;
    for user in [super::MIA, super::ADAM] {
        let answer = post(&api, Service, &staged(user), &json!({"user_role_id": 2})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let others = json!({"user_role_id": 2});
    refuses(&post(&api, Service, &staged(1), &others).await, 403, 38_316_002);
    let store = fixtures::store(&scene.stack.redis);
    let login = store.login("adam").await.unwrap().unwrap();
    assert!(!login.capabilities.is_empty(), "deployed, he is one until a deploy");
    let lowered = get(&api, Service, &staged(super::ADAM)).await;
    assert_eq!(lowered.body["user_role_id"], 2);
    assert_eq!(get(&api, Service, &format!("{DEPLOYED}/{}", super::ADAM)).await.body["user_role_id"], 1);
}

#[tokio::test]
async fn changes_at_the_same_time_all_take_effect() {
    let scene = Scene::new().await;
    let (_program, api) = scene.stack.api(&[]).await;
    // As many as are decided anew when somebody else was first.
    let sent = [
        json!({"email": "same@example.com"}),
        json!({"locale_id": "fr"}),
        json!({"enable_popup_notifications": true}),
        json!({"description": "same"}),
    ];
    let path = staged(PAT);
    let all = sent.iter().map(|body| post(&api, Service, &path, body));
    for answer in futures::future::join_all(all).await {
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    let after = get(&api, Service, &path).await.body;
    for body in &sent {
        assert_eq!(with(after.clone(), body.clone()), after, "{body}");
    }
}

#[tokio::test]
async fn what_waits_for_a_deploy_takes_effect_with_it() {
    let scene = Scene::new().await;
    let _worker = scene.stack.worker(&[]);
    let (_program, api) = scene.stack.api(&[]).await;
    let created = post(&api, Service, USERS, &new_user()).await.body;
    let id = created["id"].as_u64().unwrap();
    assert_eq!(post(&api, Service, &staged(PAT), &json!({"user_role_id": 3})).await.status, 200);
    refuses(&ask(&api, User("pat"), Method::POST, USERS, "26.0", &json!({})).await, 403, 26);
    let deploy =
        post(&api, Service, "/api/staged_config/deploy_status", &json!({"type": "INCREMENTAL"})).await;
    assert_eq!(deploy.status, 200, "{deploy:?}");
    let deployed_one = eventually("he is deployed", DEADLINE, async || {
        let answer = get(&api, User("new"), &deployed(id)).await;
        (answer.status == 200).then_some(answer.body)
    })
    .await;
    assert_eq!(deployed_one, created, "as he was created, with the password that he was given");
    let may = ask(&api, User("pat"), Method::POST, USERS, "26.0", &json!({})).await;
    refuses(&may, 422, 38_302_021);
}
