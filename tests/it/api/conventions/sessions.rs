//! The session beside an answer to a password: who is given one, what it is worth, and how it ends.

use super::as_user;
use crate::api::{DEADLINE, USERS, header, refuses};
use offstage_tests::{
    api::{Answer, Api},
    eventually,
    fixtures::{ADMIN_TOKEN, PREFIX},
    identity::Identity,
    platform::{MANAGER, OPERATOR, PLAIN, PLAIN_ID, people},
    programs::Program,
    stack::Stack,
};
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use std::collections::BTreeSet;

const ABOUT: &str = "/api/system/about";

async fn start(environment: &[(&str, &str)]) -> (Stack, Program, Api) {
    let stack = Stack::with_users([5]).await;
    people(&stack).await;
    let (program, api) = stack.api(environment).await;
    (stack, program, api)
}

/// The token in the cookie of an answer.
#[track_caller]
fn cookie(answer: &Answer) -> String {
    let said = header(answer, "set-cookie");
    let (value, attributes) = said.strip_prefix("SEC=").unwrap().split_once(';').unwrap();
    assert_eq!(attributes, " Path=/; HttpOnly; SameSite=Strict", "{said}");
    value.to_owned()
}

fn with_token(api: &Api, method: Method, path: &str, token: &str) -> RequestBuilder {
    api.with_token(None).request(method, path).header("Sec", token)
}

/// How many sessions that user has.
fn sessions(stack: &Stack, user: u64) -> u64 {
    let key = format!("{PREFIX}:user:{user}:sessions");
    redis::cmd("HLEN").arg(key).query(&mut stack.redis.connection()).unwrap()
}

async fn about_as(api: &Api, name: &str) -> Answer {
    api.send(as_user(api, Method::GET, ABOUT, name)).await
}

#[tokio::test]
async fn a_password_is_answered_with_a_session_that_works_as_the_header() {
    let (_stack, _program, api) = start(&[]).await;
    let token = cookie(&about_as(&api, MANAGER).await);
    let deleted = api.send(with_token(&api, Method::DELETE, &format!("{USERS}/5"), &token)).await;
    assert_eq!((deleted.status.as_u16(), &deleted.body["created_by"]), (202, &json!(MANAGER)));
    assert_eq!(cookie(&deleted), token, "Ansible's client breaks on an answer without it");
    let refused = api.send(with_token(&api, Method::DELETE, &format!("{USERS}/404"), &token)).await;
    refuses(&refused, 404, 1002);
    assert_eq!(cookie(&refused), token, "refusals too");
    let refused = api.send(as_user(&api, Method::DELETE, &format!("{USERS}/5"), PLAIN)).await;
    refuses(&refused, 403, 1009);
    assert!(!cookie(&refused).is_empty());
}

#[tokio::test]
async fn strangers_and_services_are_given_none() {
    let (_stack, _program, api) = start(&[]).await;
    let stranger =
        api.send(api.with_token(None).request(Method::GET, ABOUT).basic_auth(MANAGER, Some("x"))).await;
    refuses(&stranger, 401, 18);
    for answer in [stranger, api.get(ABOUT).await, api.with_token(None).get(ABOUT).await] {
        assert!(!answer.headers.contains_key("set-cookie"), "{answer:?}");
    }
}

#[tokio::test]
async fn the_cookie_itself_lets_nobody_in() {
    let (_stack, _program, api) = start(&[]).await;
    let token = cookie(&about_as(&api, MANAGER).await);
    let by_cookie = api.with_token(None).request(Method::GET, ABOUT).header("Cookie", format!("SEC={token}"));
    refuses(&api.send(by_cookie).await, 401, 18);
}

#[tokio::test]
async fn a_client_who_forgets_his_cookies_is_handed_one_session_for_a_while() {
    let (stack, _program, api) = start(&[]).await;
    let mut tokens = BTreeSet::new();
    for _ in 0..20 {
        tokens.insert(cookie(&about_as(&api, PLAIN).await));
    }
    assert_eq!(tokens.len(), 1, "he polls");
    let token = tokens.pop_first().unwrap();
    assert_eq!(api.send(with_token(&api, Method::GET, ABOUT, &token)).await.status, 200);
    let another = cookie(&about_as(&api, PLAIN).await);
    assert_ne!(another, token, "the one who shows it does not share it");
    assert_ne!(cookie(&about_as(&api, OPERATOR).await), another, "each user has his own");
    assert_eq!(sessions(&stack, PLAIN_ID), 2);
}

#[tokio::test]
async fn a_client_who_keeps_his_cookie_keeps_his_session() {
    let (_stack, _program, api) = start(&[]).await;
    let token = cookie(&about_as(&api, PLAIN).await);
    // From now on nobody is handed it again.
    assert_eq!(api.send(with_token(&api, Method::GET, ABOUT, &token)).await.status, 200);
    let beside =
        |token: &str| as_user(&api, Method::GET, ABOUT, PLAIN).header("Cookie", format!("a=b; SEC={token}"));
    for _ in 0..3 {
        assert_eq!(cookie(&api.send(beside(&token)).await), token);
    }
    let others = cookie(&about_as(&api, OPERATOR).await);
    for useless in [others.as_str(), "nonsense", ADMIN_TOKEN] {
        let given = cookie(&api.send(beside(useless)).await);
        assert!(given != useless && given.starts_with("92."), "{given}");
    }
}

#[tokio::test]
async fn a_session_ends_when_its_owner_logs_out() {
    let (_stack, _program, api) = start(&[]).await;
    // The second address is the one that Ansible's client calls.
    for path in ["/api/auth/logout", "/auth/logout"] {
        let token = cookie(&about_as(&api, PLAIN).await);
        let out = api.send(with_token(&api, Method::POST, path, &token)).await;
        assert_eq!((out.status.as_u16(), &out.body), (200, &json!(true)), "{out:?}");
        assert!(header(&out, "content-type").starts_with("text/plain"));
        assert_eq!(header(&out, "set-cookie"), "SEC=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
        refuses(&api.send(with_token(&api, Method::GET, ABOUT, &token)).await, 401, 18);
        let stranger = api.with_token(None).request(Method::POST, path);
        refuses(&api.send(stranger).await, 401, 18);
    }
    let token = cookie(&about_as(&api, PLAIN).await);
    let beside =
        as_user(&api, Method::POST, "/api/auth/logout", PLAIN).header("Cookie", format!("SEC={token}"));
    assert_eq!(api.send(beside.header("Accept", "text/plain")).await.status, 200);
    refuses(&api.send(with_token(&api, Method::GET, ABOUT, &token)).await, 401, 18);
    let service = api.request(Method::POST, "/api/auth/logout");
    assert_eq!(api.send(service).await.status, 200);
    assert_eq!(api.get(ABOUT).await.status, 200, "a service's token stays what it is");
    refuses(&api.get("/auth/logout").await, 405, 4);
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it() {
    let (stack, _program, api) = start(&[("OFFSTAGE_STAGED_CONFIG__SESSION_IDLE_S", "1")]).await;
    let token = cookie(&about_as(&api, PLAIN).await);
    eventually("the session ends", DEADLINE, async || {
        // Looked at in Redis: to show it would be to use it.
        (sessions(&stack, PLAIN_ID) == 0).then_some(())
    })
    .await;
    refuses(&api.send(with_token(&api, Method::GET, ABOUT, &token)).await, 401, 18);
}

#[tokio::test]
async fn the_session_beside_a_new_password_is_a_new_one_that_works() {
    let (_stack, _program, api) = start(&[]).await;
    let old = cookie(&about_as(&api, PLAIN).await);
    let path = format!("{USERS}/{PLAIN_ID}");
    let new = api.request(Method::POST, &path).json(&json!({"password": "long enough"}));
    assert_eq!(api.send(new).await.status, 200);
    let by = |method, path: &str, password: &str| {
        api.with_token(None).request(method, path).basic_auth(PLAIN, Some(password))
    };
    let token = cookie(&api.send(by(Method::GET, ABOUT, "long enough")).await);
    assert_ne!(token, old);
    assert_eq!(api.send(with_token(&api, Method::GET, ABOUT, &token)).await.status, 200);

    let own = json!({"password": "another one", "old_password": "long enough"});
    let path = format!("/api/config/access/users/{PLAIN_ID}");
    let changed = api.send(by(Method::POST, &path, "long enough").json(&own)).await;
    assert_eq!(changed.status, 200, "{changed:?}");
    let said = header(&changed, "set-cookie");
    assert_eq!(said, "SEC=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0", "his password is another by now");
}

#[tokio::test]
async fn a_session_that_ended_elsewhere_is_not_handed_out_again() {
    let (stack, _program, api) = start(&[]).await;
    let (_other_program, other) = stack.api(&[]).await;
    let ended = cookie(&about_as(&api, PLAIN).await);
    let out = other.send(with_token(&other, Method::POST, "/api/auth/logout", &ended)).await;
    assert_eq!(out.status, 200);
    let token = cookie(&about_as(&api, PLAIN).await);
    assert_ne!(token, ended);
    assert_eq!(api.send(with_token(&api, Method::GET, ABOUT, &token)).await.status, 200);
}

#[tokio::test]
async fn a_session_of_another_dialect_is_nobodys_here() {
    let (_stack, _program, api) = start(&[]).await;
    let token = cookie(&about_as(&api, MANAGER).await);
    let elsewhere = api.with_token(None).request(Method::GET, "/ops/v1/tasks").bearer_auth(&token);
    assert_eq!(api.send(elsewhere).await.status, 401);
}

#[tokio::test]
async fn over_tls_the_cookie_stays_there() {
    let stack = Stack::with_users([5]).await;
    people(&stack).await;
    let identity = Identity::new(stack.redis.folder());
    let (_program, api) = stack.guarded_api(&identity).await;
    let answer = about_as(&api, PLAIN).await;
    assert!(header(&answer, "set-cookie").ends_with("; HttpOnly; SameSite=Strict; Secure"), "{answer:?}");
}
