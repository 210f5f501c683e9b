//! Logging on and out: every door, every carrier of a token, and when a token stops working.

use super::{super::DEADLINE, cluster, start};
use offstage_tests::{
    eventually,
    platform::{Caller, MANAGER, OPERATOR, PLAIN, password},
    raw::exchange,
};
use std::time::{Duration, Instant};

/// Longer than a token works without use, in the test of that.
const IDLE: Duration = Duration::from_millis(1_200);
const LEGACY: &str = "/platform/webservice/pacclient/logon/";

fn body(name: &str, password: &str) -> String {
    let password = password.replace('&', "&amp;").replace('<', "&lt;");
    format!("<User><name>{name}</name> <pass>{password}</pass> </User>")
}

async fn is_let_in(caller: &Caller) -> bool {
    caller.get("/platform/ws/users").await.status == 200
}

#[tokio::test]
async fn every_door_gives_a_token_that_works() {
    let (_stack, _program, api, _manager) = start([], &[]).await;
    let stranger = Caller::stranger(&api);
    let body = body(MANAGER, &password(MANAGER));
    let xml = [("Content-Type", "application/xml"), ("Cookie", "platform_token=")];
    for (method, path) in [
        ("POST", "/platform/ws/logon"),
        ("POST", "/platform/ws/logon/"),
        ("POST", "/platform/webservice/logon"),
        ("POST", "/platform/webservice/logon/"),
        ("GET", LEGACY),
        ("GET", "/platform/webservice/pacclient/logon"),
    ] {
        let reply = stranger.ask(method, path, &xml, &body).await;
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        assert!(reply.text.contains("<User><token>lsfadmin&quot;20"), "{path}: {reply:?}");
        assert!(reply.element("csrftoken").is_none() && reply.element("jtoken").is_none(), "{reply:?}");
        assert!(is_let_in(&stranger.with(&reply.token())).await, "{path}");
    }
    let json = [("Accept", "application/json"), ("Content-Type", "application/json")];
    let sent = serde_json::json!({"name": MANAGER, "pass": password(MANAGER)}).to_string();
    let reply = stranger.ask("POST", "/platform/webservice/logon/", &json, &sent).await.json();
    let keys: Vec<_> = reply.as_object().unwrap().keys().collect();
    assert_eq!((keys.len(), keys[0].as_str(), keys[1].as_str()), (2, "csrftoken", "token"));
    assert_eq!(reply["csrftoken"].as_str().unwrap().len(), 36);
    assert!(is_let_in(&stranger.with(reply["token"].as_str().unwrap())).await);
}

#[tokio::test]
async fn a_refused_logon_is_heard_by_each_client_as_it_listens() {
    let (_stack, _program, api, _manager) = start([5], &[]).await;
    let stranger = Caller::stranger(&api);
    for (name, password) in [(MANAGER, "wrong"), ("nobody", "x"), ("user5", ""), ("user5", "x"), ("a#b", "x")]
    {
        let reply = stranger.log_on(name, password).await;
        assert_eq!(
            (reply.status, reply.message().as_str()),
            (403, "The user name or the password is not right.")
        );
        let reply = stranger.ask("GET", LEGACY, &[], &body(name, password)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.element("errMsg").unwrap(), "The user name or the password is not right.");
        assert!(reply.element("token").is_none(), "{reply:?}");
    }
    for faulty in ["", "<User/>", "<User><name></name><pass>x</pass></User>", "<!DOCTYPE User><User/>"] {
        let reply = stranger.ask("POST", "/platform/ws/logon", &[], faulty).await;
        assert_eq!(reply.status, 400, "{faulty}: {reply:?}");
        let reply = stranger.ask("GET", LEGACY, &[], faulty).await;
        assert!(reply.status == 200 && !reply.element("errMsg").unwrap().is_empty(), "{faulty}: {reply:?}");
    }
    let json =
        stranger.ask("POST", "/platform/ws/logon", &[("Accept", "application/json")], &body("x", "y")).await;
    assert_eq!((json.status, json.is("application/json")), (403, true), "{json:?}");
}

#[tokio::test]
async fn a_token_is_taken_from_whatever_carries_it() {
    let (_stack, _program, api, manager) = start([], &[]).await;
    let (stranger, raw) = (Caller::stranger(&api), manager.token().to_owned());
    let quoted = raw.replace('"', "#quote#");
    let bearer = format!("Bearer {raw}");
    let cookie = |value: &str| ("Cookie", format!("platform_token={value}"));
    let plain = Caller::logged_on(&api, PLAIN).await;
    let good = [
        vec![cookie(&raw)],
        vec![cookie(&format!("{quoted},JSESSIONID=0A1B2C"))],
        vec![("platform_token", quoted.clone()), ("REMOTE_USER", "nobody".into())],
        vec![cookie(&quoted), ("platform_token", raw.clone())],
        vec![("Auth-User", MANAGER.into()), ("Authorization", bearer.clone())],
    ];
    let bad = [
        vec![],
        vec![cookie("")],
        vec![("REMOTE_USER", MANAGER.into())],
        vec![("Auth-User", MANAGER.into())],
        vec![("Authorization", bearer.clone())],
        vec![("Auth-User", PLAIN.into()), ("Authorization", bearer.clone())],
        vec![("Auth-User", PLAIN.into()), cookie(&quoted)],
        vec![cookie(&quoted), ("platform_token", plain.token().replace('"', "#quote#"))],
        vec![cookie(&quoted.replace('=', ""))],
        vec![("SEC", offstage_tests::fixtures::ADMIN_TOKEN.into())],
        vec![
            ("Auth-User", MANAGER.into()),
            ("Authorization", format!("Bearer {}", offstage_tests::fixtures::ADMIN_TOKEN)),
        ],
    ];
    for (headers, status) in
        good.into_iter().map(|one| (one, 200)).chain(bad.into_iter().map(|one| (one, 403)))
    {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let reply = stranger.ask("GET", "/platform/ws/users", &headers, "").await;
        assert_eq!(reply.status, status, "{headers:?}: {reply:?}");
    }
}

#[tokio::test]
async fn a_second_logon_leaves_the_first_and_a_logout_ends_one() {
    let (_stack, _program, api, first) = start([], &[]).await;
    let second = Caller::logged_on(&api, MANAGER).await;
    let third = Caller::logged_on(&api, MANAGER).await;
    assert!(is_let_in(&first).await && is_let_in(&second).await && is_let_in(&third).await);
    let out = second.ask("POST", "/platform/ws/logout", &[], "").await;
    assert_eq!((out.status, out.message().as_str()), (200, "You have logged out."));
    let old = third.ask("GET", "/platform/webservice/pacclient/logout/", &[], "").await;
    assert_eq!((old.status, old.text.as_str()), (200, "ok"));
    assert!(is_let_in(&first).await && !is_let_in(&second).await && !is_let_in(&third).await);
    assert_eq!(second.ask("POST", "/platform/ws/logout", &[], "").await.status, 403);
    assert_eq!(Caller::stranger(&api).ask("POST", "/platform/ws/logout", &[], "").await.status, 400);
    let nobody = Caller::stranger(&api).ask("GET", "/platform/webservice/pacclient/logout", &[], "").await;
    assert_eq!((nobody.status, nobody.text.as_str()), (200, "ok"));
}

#[tokio::test]
async fn a_head_logs_nobody_out() {
    let (_stack, _program, api, manager) = start([], &[]).await;
    let address = api.base().trim_start_matches("http://").parse().unwrap();
    let token = manager.token().replace('"', "#quote#");
    for path in ["webservice/pacclient/logout/", "ws/pacclient/logout", "webservice/pacclient/logon/"] {
        let head = format!(
            "HEAD /platform/{path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\nCookie: platform_token={token}\r\n\r\n"
        );
        let answer = exchange(address, head.as_bytes(), DEADLINE).await;
        assert!(answer.starts_with("HTTP/1.1 405 ") && answer.contains("\r\nallow: GET\r\n"), "{answer}");
    }
    assert!(is_let_in(&manager).await);
}

#[tokio::test]
async fn a_token_that_nobody_uses_stops_working() {
    let (_stack, _program, api, idle) = start([], &[("OFFSTAGE_PLATFORM__TOKEN_IDLE_S", "1")]).await;
    let used = Caller::logged_on(&api, OPERATOR).await;
    let begun = Instant::now();
    // Using the one does not keep the other alive.
    eventually("the idle one should have expired", DEADLINE, async || {
        assert!(is_let_in(&used).await, "it is in use");
        (begun.elapsed() > IDLE).then_some(())
    })
    .await;
    assert!(!is_let_in(&idle).await);
    assert!(is_let_in(&used).await);
}

#[tokio::test]
async fn the_clusters_password_is_for_those_who_have_none_here() {
    let stack = offstage_tests::stack::Stack::with_users([5]).await;
    offstage_tests::platform::people(&stack).await;
    let roster = r#"{"users":[{"name":"user5","password":"five"},{"name":"lsfadmin","password":"cluster"},
        {"name":"newcomer","password":"new"},{"name":"mute"}]}"#;
    for (conf, newcomers) in [("ALLOW_UNKNOWN_USER=N", 403), ("ALLOW_UNKNOWN_USER=Y", 200)] {
        let settings = cluster(&stack, &format!("{conf}\nENABLE_USER_GROUP=N"), roster);
        let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
        let (_program, api) = stack.api(&settings).await;
        let stranger = Caller::stranger(&api);
        for (name, password, status) in [
            ("user5", "five", 200),
            ("user5", "wrong", 403),
            (MANAGER, "cluster", 403),
            ("mute", "", 403),
            ("newcomer", "wrong", 403),
            ("newcomer", "new", newcomers),
            ("newcomer", "new", newcomers),
        ] {
            assert_eq!(stranger.log_on(name, password).await.status, status, "{conf}: {name} {password}");
        }
    }
    let (_program, api) = stack.api(&[]).await;
    let manager = Caller::logged_on(&api, MANAGER).await;
    let newcomer = manager.get_json("/platform/ws/users/newcomer").await;
    assert_eq!(newcomer["roles"]["role"]["@name"], "Normal User");
}

#[tokio::test]
async fn ping_and_version_need_no_token() {
    let (_stack, _program, api, _manager) = start([], &[]).await;
    let stranger = Caller::stranger(&api);
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let reply =
        stranger.ask("POST", "/platform/ws/ping", &form, "url=http%3A%2F%2Fhost%3A8080%2Fplatform%2F").await;
    let said =
        "<Message><message>Web Services are ready on URL: http://host:8080/platform/</message></Message>";
    assert!(reply.status == 200 && reply.text.ends_with(said), "{reply:?}");
    let bare = stranger.ask("POST", "/platform/ws/ping", &[("Accept", "application/json")], "").await;
    let own = format!("Web Services are ready on URL: {}/platform/", api.base());
    assert_eq!(bare.json(), serde_json::json!({"message": own}));
    let old = stranger
        .ask(
            "GET",
            "/platform/webservice/pacclient/ping/",
            &[("Content-Type", "text/plain")],
            "http://h:1/platform/",
        )
        .await;
    assert_eq!((old.status, old.text.as_str()), (200, "Web Services are ready on URL:http://h:1/platform/"));
    assert!(old.is("text/plain"), "{old:?}");
    for faulty in ["url=a&url=b", "urls=a", "url=%ff"] {
        assert_eq!(stranger.ask("POST", "/platform/ws/ping", &form, faulty).await.status, 403, "{faulty}");
    }
    let version = stranger.get("/platform/ws/version").await;
    assert_eq!(version.element("version").as_deref().map(str::is_empty), Some(true), "{version:?}");
    assert_eq!(stranger.get_json("/platform/ws/version").await["name"], "offstage");
}
