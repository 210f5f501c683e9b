//! Who tried to log in: what is written down, and who may read it.

use super::as_user;
use crate::api::{DEADLINE, header, refuses};
use offstage_tests::{
    api::Api,
    eventually,
    fixtures::READER_TOKEN,
    platform::{Caller, MANAGER, PLAIN, PLAIN_ID, people},
    stack::Stack,
};
use reqwest::Method;
use serde_json::{Value, json};

const ATTEMPTS: &str = "/api/access/login_attempts";
const ABOUT: &str = "/api/system/about";
/// The number of [`MANAGER`].
const MANAGER_ID: u64 = 90;

/// The attempts, as soon as there are that many: user, result, method.
async fn attempts(api: &Api, count: usize) -> Vec<(Value, Value, Value)> {
    let told = eventually("the attempts are written down", DEADLINE, async || {
        let told = api.get(ATTEMPTS).await.body;
        (told.as_array().unwrap().len() >= count).then_some(told)
    })
    .await;
    let one =
        |it: &Value| (it["user_id"].clone(), it["attempt_result"].clone(), it["attempt_method"].clone());
    told.as_array().unwrap().iter().map(one).collect()
}

async fn guess(api: &Api, name: &str, password: &str) {
    let request = api.with_token(None).request(Method::GET, ABOUT).basic_auth(name, Some(password));
    refuses(&api.send(request).await, 401, 18);
}

#[tokio::test]
async fn every_password_that_is_looked_at_is_written_down_and_none_that_is_remembered() {
    let stack = Stack::with_users([]).await;
    people(&stack).await;
    let (_program, api) = stack.api(&[]).await;
    guess(&api, "nobody", "hunter2").await;
    guess(&api, PLAIN, "hunter2").await;
    for _ in 0..20 {
        assert_eq!(api.send(as_user(&api, Method::GET, ABOUT, PLAIN)).await.status, 200);
    }
    let _caller = Caller::logged_on(&api, MANAGER).await;
    let told = attempts(&api, 4).await;
    let (failure, success, basic) = (json!("FAILURE"), json!("SUCCESS"), json!("HTTP_BASIC"));
    assert_eq!(told[0], (json!(MANAGER_ID), success.clone(), json!("LOGIN_PAGE")), "the latest first");
    let rest = &told[told.len() - 2..];
    assert_eq!(rest[0], (json!(PLAIN_ID), failure.clone(), basic.clone()));
    assert_eq!(rest[1], (Value::Null, failure, basic.clone()), "nobody's");
    let looked_at =
        told.iter().filter(|one| **one == (json!(PLAIN_ID), success.clone(), basic.clone())).count();
    assert!((1..20).contains(&looked_at), "{looked_at} of 20: a password is remembered for two seconds");
    let first = &api.get(ATTEMPTS).await.body[0];
    assert_eq!(first["remote_ip"], "127.0.0.1");
    assert!(first["attempt_time"].as_i64().unwrap() > 1_600_000_000_000, "{first}");
}

#[tokio::test]
async fn a_refused_logon_is_one_attempt_whoever_might_have_vouched() {
    let stack = Stack::with_users([]).await;
    people(&stack).await;
    let (_program, api) = stack.api(&[]).await;
    let refused = Caller::stranger(&api).log_on(PLAIN, "hunter2").await;
    assert_eq!(refused.status, 403, "{refused:?}");
    let told = attempts(&api, 1).await;
    assert_eq!(told, [(json!(PLAIN_ID), json!("FAILURE"), json!("LOGIN_PAGE"))]);
}

#[tokio::test]
async fn everybody_sees_his_own_attempts_and_an_administrator_all() {
    let stack = Stack::with_users([]).await;
    people(&stack).await;
    let (_program, api) = stack.api(&[]).await;
    guess(&api, "nobody", "x").await;
    guess(&api, MANAGER, "x").await;
    assert_eq!(api.send(as_user(&api, Method::GET, ABOUT, PLAIN)).await.status, 200);
    assert_eq!(attempts(&api, 3).await.len(), 3);
    let own = api.send(as_user(&api, Method::GET, ATTEMPTS, PLAIN)).await.body;
    let own = own.as_array().unwrap();
    assert!(!own.is_empty() && own.iter().all(|attempt| attempt["user_id"] == PLAIN_ID), "{own:?}");
    assert_eq!(
        api.with_token(Some(READER_TOKEN)).get(ATTEMPTS).await.body,
        json!([]),
        "a service is no user"
    );
}

#[tokio::test]
async fn attempts_are_a_list_like_any_other() {
    let stack = Stack::with_users([]).await;
    people(&stack).await;
    let (_program, api) = stack.api(&[]).await;
    guess(&api, PLAIN, "x").await;
    guess(&api, "nobody", "x").await;
    assert_eq!(attempts(&api, 2).await.len(), 2);
    let wanted = "filter=user_id+is+not+null&fields=user_id,+attempt_result";
    let part = api.request(Method::GET, &format!("{ATTEMPTS}?{wanted}")).header("Range", "items=0-4");
    let part = api.send(part).await;
    assert_eq!(part.body, json!([{"attempt_result": "FAILURE", "user_id": PLAIN_ID}]));
    assert_eq!(header(&part, "content-range"), "items 0-0/1");
    let sorted = api.get(&format!("{ATTEMPTS}?sort=%2Battempt_time&fields=user_id")).await.body;
    assert_eq!(sorted, json!([{"user_id": PLAIN_ID}, {"user_id": null}]));
    for (query, code) in [("filter=user_id+%3D", 1010), ("filter=none+%3D+1", 1010), ("sort=%2Bnone", 1030)] {
        refuses(&api.get(&format!("{ATTEMPTS}?{query}")).await, 422, code);
    }
}
