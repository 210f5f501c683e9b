//! Tokens: where they are made, what they are bound to, and when they stop working.

use super::{BOSS, DELETE, GENERATE, JOE, LIST, Site, refused};
use crate::api::DEADLINE;
use offstage_tests::{
    eventually,
    fixtures::{self, ADMIN_TOKEN},
};
use reqwest::Method;
use serde_json::{Value, json};

/// Lists workspaces with that token and more headers.
async fn list(site: &Site, token: &str, headers: &[(&str, &str)]) -> Value {
    let stranger = site.api.with_token(None);
    let request = stranger.request(Method::GET, &format!("{LIST}?f=json&token={token}"));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    stranger.send(request).await.body
}

#[tokio::test]
async fn a_token_is_made_in_three_places_and_works_in_all() {
    let site = Site::open().await;
    for path in [GENERATE, "/arcgis/admin/generateToken", "/arcgis/notebooks/admin/generateToken"] {
        let made = site.log_in(path, BOSS, &[]).await;
        assert_eq!(made.as_object().unwrap().keys().collect::<Vec<_>>(), ["token", "expires", "ssl"]);
        assert_eq!(made["ssl"], false);
        let listed = list(&site, made["token"].as_str().unwrap(), &[]).await;
        assert_eq!(listed, json!({"Containers": []}), "{path}");
    }
    let stranger = site.api.with_token(None);
    let link = format!("{GENERATE}?username={BOSS}&password={BOSS}-secret&f=json");
    refused(&stranger.send(stranger.request(Method::GET, &link)).await.body, 405);
    let posted = stranger.send(stranger.request(Method::POST, &link)).await.body;
    assert_eq!(refused(&posted, 400), "Unable to generate token.", "a query stands in logs");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_told_alike() {
    let site = Site::open().await;
    for (user, password) in
        [(BOSS, "wrong"), ("nobody", "portaladmin-secret"), ("PortalAdmin", "portaladmin-secret")]
    {
        let body = site.post_as(None, GENERATE, &[("username", user), ("password", password)]).await;
        let expected = json!({"error": {"code": 400, "message": "Unable to generate token.",
            "details": ["Invalid username or password."]}});
        assert_eq!(body, expected, "{user}");
    }
    for form in [
        &[("username", BOSS)][..],
        &[("password", "x")],
        &[],
        &[("username", BOSS), ("password", "x"), ("client", "cookie")],
    ] {
        let body = site.post_as(None, GENERATE, form).await;
        assert_eq!(refused(&body, 400), "Unable to generate token.");
        assert_eq!(body["error"]["details"].as_array().unwrap().len(), 1, "{body}");
    }
}

#[tokio::test]
async fn a_token_works_where_it_is_bound_to() {
    let site = Site::open().await;
    let works = |body: &Value| body.get("Containers").is_some();
    let unbound = site.token(BOSS, &[("referer", "http")]).await;
    assert!(works(&list(&site, &unbound, &[]).await), "without client it is bound to nothing");
    let paged = site.token(BOSS, &[("client", "referer"), ("referer", "https://maps.example.com")]).await;
    assert!(works(&list(&site, &paged, &[("Referer", "https://maps.example.com")]).await));
    for headers in [
        &[][..],
        &[("Referer", "https://maps.example.com.evil.example")],
        &[("X-Referer", "https://maps.example.com")],
    ] {
        refused(&list(&site, &paged, headers).await, 498);
    }
    let here = site.token(BOSS, &[("client", "requestip")]).await;
    assert!(
        works(&list(&site, &here, &[("X-Forwarded-For", "10.9.9.9")]).await),
        "headers do not move the caller"
    );
    let there = site.token(BOSS, &[("client", "ip"), ("ip", "10.9.9.9")]).await;
    for headers in [&[][..], &[("X-Forwarded-For", "10.9.9.9")], &[("Forwarded", "for=10.9.9.9")]] {
        refused(&list(&site, &there, headers).await, 498);
    }
}

#[tokio::test]
async fn a_token_lives_as_long_as_was_asked_and_no_longer_than_two_weeks() {
    let site = Site::open().await;
    let life = async |more: &[(&str, &str)]| {
        let now = site.api.get("/ops/v1/queue").await.headers["date"].to_str().unwrap().to_owned();
        let now = chrono::DateTime::parse_from_rfc2822(&now).unwrap().timestamp_millis();
        let expires = site.log_in(GENERATE, BOSS, more).await["expires"].as_i64().unwrap();
        (expires - now + 30_000) / 60_000
    };
    assert_eq!(life(&[]).await, 60);
    assert_eq!(life(&[("expiration", "5")]).await, 5);
    assert_eq!(life(&[("expiration", "1000000")]).await, 14 * 24 * 60);
    let body = site.log_in(GENERATE, BOSS, &[("expiration", "soon")]).await;
    assert_eq!(refused(&body, 400), "Unable to generate token.");
}

#[tokio::test]
async fn a_portals_token_is_exchanged_for_a_servers() {
    let site = Site::open().await;
    let first = site.log_in(GENERATE, JOE, &[]).await;
    let token = first["token"].as_str().unwrap().to_owned();
    let server = format!("{}/arcgis/notebooks/admin", site.api.base());
    for form in [
        &[("token", token.as_str()), ("serverUrl", &server), ("expiration", "20160")][..],
        &[
            ("token", &token),
            ("serverURL", &server),
            ("request", "getToken"),
            ("referer", "http"),
            ("expiration", "1440"),
        ],
    ] {
        let made = site.post_as(None, GENERATE, form).await;
        let second = made["token"].as_str().unwrap_or_else(|| panic!("{made}"));
        assert_ne!(second, token);
        assert_eq!(list(&site, second, &[]).await, json!({"Containers": []}));
        assert_eq!(made["expires"], first["expires"], "it ends no later than the one that was shown");
    }
    for (token, server, code) in
        [("wrong", &*server, 498), (&token, "http://evil.example", 400), (ADMIN_TOKEN, &server, 498)]
    {
        let body = site.post_as(None, GENERATE, &[("token", token), ("serverUrl", server)]).await;
        refused(&body, code);
    }
    let bound = site.token(JOE, &[("client", "ip"), ("ip", "10.9.9.9")]).await;
    let body = site.post_as(None, GENERATE, &[("token", &bound), ("serverUrl", &server)]).await;
    refused(&body, 498);
    let here = site.token(JOE, &[("client", "requestip")]).await;
    let form = [("token", &*here), ("serverUrl", &server), ("client", "ip"), ("ip", "10.9.9.9")];
    let body = site.post_as(None, GENERATE, &form).await;
    refused(&body, 400);
}

#[tokio::test]
async fn a_deleted_users_token_is_worth_nothing_and_his_workspace_can_still_be_deleted() {
    let site = Site::open().await;
    let _worker = site.worker();
    site.workspace(JOE);
    let joe = site.token(JOE, &[]).await;
    assert_eq!(list(&site, &joe, &[]).await, json!({"Containers": [{"Name": JOE}]}));
    let task = fixtures::submit_one(&site.stack.store, fixtures::platform_deletion(21)).await;
    let path = format!("/ops/v1/tasks/{task}");
    let completed = async || (site.api.get(&path).await.body["state"] == "COMPLETED").then_some(());
    eventually("he is deleted", DEADLINE, completed).await;
    refused(&list(&site, &joe, &[]).await, 498);
    assert_eq!(site.post(DELETE, &[("userName", JOE)]).await, super::success());
}
