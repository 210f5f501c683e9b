//! Calls from pages of other origins.

use super::routes;
use crate::api::{USERS, header, refuses};
use offstage_tests::{
    api::{Answer, Api},
    stack::Stack,
};
use reqwest::Method;

const CONSOLE: &str = "https://console.example";
const SET: (&str, &str) =
    ("OFFSTAGE_STAGED_CONFIG__CORS_ORIGINS", "https://console.example, http://[::1]:8888");

async fn preflight(api: &Api, path: &str, origin: &str) -> Answer {
    let request = api.with_token(None).request(Method::OPTIONS, path).header("Origin", origin);
    let request = request.header("Access-Control-Request-Method", "DELETE");
    api.send(request.header("Access-Control-Request-Headers", "sec,version")).await
}

#[tokio::test]
async fn a_page_of_an_allowed_origin_may_call_every_route() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[SET]).await;
    for route in routes(&api).await {
        let answer = preflight(&api, &route.path, CONSOLE).await;
        assert_eq!(answer.status, 200, "{}: {answer:?}", route.path);
        assert_eq!(header(&answer, "access-control-allow-origin"), CONSOLE);
        assert!(header(&answer, "access-control-allow-methods").contains(route.method.as_str()));
        let allowed = header(&answer, "access-control-allow-headers");
        assert!(["sec", "version", "range", "fields"].iter().all(|name| allowed.contains(name)), "{allowed}");
        assert!(!answer.headers.contains_key("access-control-allow-credentials"), "cookies let nobody in");
    }
    let request = api.request(Method::DELETE, &format!("{USERS}/5")).header("Origin", CONSOLE);
    let accepted = api.send(request).await;
    assert_eq!(accepted.status, 202);
    assert_eq!(header(&accepted, "access-control-allow-origin"), CONSOLE);
    assert!(header(&accepted, "access-control-expose-headers").contains("location"));
    let varies =
        accepted.headers.get_all("vary").iter().any(|value| value.to_str().unwrap().contains("origin"));
    assert!(varies, "{accepted:?}");
    let refused = api.send(api.with_token(None).request(Method::GET, USERS).header("Origin", CONSOLE)).await;
    refuses(&refused, 401, 18);
    assert_eq!(header(&refused, "access-control-allow-origin"), CONSOLE, "the page may read why");
}

#[tokio::test]
async fn pages_of_other_origins_are_told_nothing() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[SET]).await;
    for origin in
        ["https://console.example.org", "http://console.example", "https://console.example:444", "null"]
    {
        let answer = preflight(&api, USERS, origin).await;
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{origin}: {answer:?}");
        let answer = api.send(api.request(Method::GET, USERS).header("Origin", origin)).await;
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{origin}: {answer:?}");
    }
    let (_program, all) = stack.api(&[("OFFSTAGE_STAGED_CONFIG__CORS_ORIGINS", "*")]).await;
    assert_eq!(header(&preflight(&all, USERS, "null").await, "access-control-allow-origin"), "*");
}

#[tokio::test]
async fn without_origins_nothing_is_said_to_browsers() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    refuses(&preflight(&api, USERS, CONSOLE).await, 405, 4);
    let answer = api.send(api.request(Method::GET, USERS).header("Origin", CONSOLE)).await;
    assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control")), "{answer:?}");
}
