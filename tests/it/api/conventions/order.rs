//! In which order a request is read, and what is tolerated on every route because real clients send it.

use super::{Route, routes, with};
use crate::api::{TASKS, USERS, refuses, tasks};
use offstage_tests::{
    api::{Answer, Api},
    fixtures::READER_TOKEN,
    stack::Stack,
};
use reqwest::{Method, RequestBuilder};
use serde_json::json;

/// Everything that can be wrong with a request, in the order in which it is told: each line mends one thing.
fn faulty(api: &Api, mended: usize) -> RequestBuilder {
    let tokens = [None, Some(READER_TOKEN)];
    let api = if mended < tokens.len() { api.with_token(tokens[mended]) } else { api.clone() };
    let id = if mended < 7 { "x" } else { "404" };
    let fields = ["none,id,id", "none", "id"][mended.saturating_sub(4).min(2)];
    let request = api.request(Method::POST, &format!("{TASKS}/{id}")).header("fields", fields);
    let request = request.header("Version", if mended < 3 { "322.0123" } else { "26.0" });
    let request = request.header("Accept", if mended < 4 { "text/html" } else { "application/json" });
    request.header("Content-Type", "application/json").body(if mended < 8 {
        "[]"
    } else {
        r#"{"status":"CANCEL_REQUESTED"}"#
    })
}

#[tokio::test]
async fn a_request_is_refused_for_the_first_thing_that_is_wrong_with_it() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    for (mended, (status, code)) in [
        (401, 18),
        (403, 1009),
        (422, 11),
        (406, 1005),
        (422, 31),
        (422, 30),
        (422, 11),
        (422, 1005),
        (404, 1002),
    ]
    .into_iter()
    .enumerate()
    {
        let answer = api.send(faulty(&api, mended)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body["code"].as_u64()),
            (status, Some(code)),
            "{mended}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn what_a_caller_takes_and_sends_is_looked_at_before_his_fields() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let path = format!("{USERS}/5?fields=none");
    let ask = |accept: &'static str| api.request(Method::DELETE, &path).header("Accept", accept);
    for accept in
        ["text/html", "application/xml, text/*", "application/json;q=0", "*/*, application/json;q=0.0"]
    {
        refuses(&api.send(ask(accept)).await, 406, 1005);
    }
    for accept in ["*/*", "application/*", "text/html, application/json;q=0.1", "", "*; q=.2", "nonsense"] {
        refuses(&api.send(ask(accept)).await, 422, 30);
    }
    let labelled = |kind: &'static str| api.request(Method::DELETE, &path).header("Content-Type", kind);
    refuses(&api.send(labelled("text/plain").body("{}")).await, 415, 1005);
    refuses(&api.send(labelled("text/plain")).await, 422, 30);
    refuses(&api.send(labelled("application/json").body("{}")).await, 422, 30);
    assert_eq!(tasks(&stack).await, 0);
}

async fn as_generous_clients_do(api: &Api, route: &Route) -> Answer {
    let arguments = route.pattern.split('/').filter_map(|piece| piece.strip_prefix('{')?.strip_suffix('}'));
    let path = arguments.fold(route.path.clone(), |path, name| with(&path, name, "404"));
    let mut request = api.request(route.method.clone(), &path);
    if route.method != Method::POST {
        request = request.json(&json!({}));
    }
    api.send(request.header("aLLOW-hIDDEN", "true").header("X-Anything", "else")).await
}

#[tokio::test]
async fn every_route_tolerates_what_real_clients_send_along() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    for route in routes(&api).await {
        let plain = api.send(api.request(route.method.clone(), &route.path)).await;
        let generous = as_generous_clients_do(&api, &route).await;
        assert_eq!(
            (generous.status, &generous.body["code"]),
            (plain.status, &plain.body["code"]),
            "{} {}: {generous:?}",
            route.method,
            route.pattern
        );
    }
}

#[tokio::test]
async fn a_body_that_is_missing_is_named_on_every_route_that_needs_one() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let mut asked = 0;
    for route in routes(&api).await {
        let parameters = route.told["parameters"].as_array().unwrap();
        let Some(body) = parameters.iter().find(|one| one["type"] == "BODY") else { continue };
        let answer = api.send(api.request(route.method.clone(), &route.path)).await;
        refuses(&answer, 422, 10);
        let name = body["parameter_name"].as_str().unwrap();
        assert!(
            answer.body["message"].as_str().unwrap().contains(&format!("\"{name}\"")),
            "{name}: {answer:?}"
        );
        asked += 1;
    }
    assert!(asked > 0);
}

#[tokio::test]
async fn an_argument_that_is_no_number_is_named_on_every_route() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    for route in routes(&api).await {
        let Some((_, name)) = route.pattern.split_once('{') else { continue };
        let name = name.split('}').next().unwrap();
        let answer = api.send(api.request(route.method.clone(), &route.path.replace("404", "+7"))).await;
        refuses(&answer, 422, 11);
        assert!(
            answer.body["message"].as_str().unwrap().contains(&format!("\"{name}\"")),
            "{name}: {answer:?}"
        );
    }
}
