//! Requests whose bodies are held back: whoever is shut out meanwhile acts no more.
//!
//! Easy to get wrong: a server that has not looked at the head yet would refuse it for another reason. `100 Continue` says
//! that it let the caller in and waits for his body.

use super::{TASKS, USERS, tasks};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use offstage_tests::{
    api::Api,
    platform::{Caller, MANAGER, OPERATOR, PLAIN, password, people},
    raw::read_to_close,
    stack::Stack,
    within,
};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

const SOON: Duration = Duration::from_secs(5);
const GO_ON: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// A request that was let in, and whose body is still to come.
struct Held {
    what: String,
    stream: TcpStream,
    body: &'static str,
}

impl Held {
    async fn open(api: &Api, what: &str, credentials: &str, kind: &str, body: &'static str) -> Self {
        let address = api.base().trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "{what} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n{credentials}\r\nContent-Type: {kind}\r\n\
             Expect: 100-continue\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = vec![0; GO_ON.len()];
        within("the body is asked for", SOON, stream.read_exact(&mut answer)).await.unwrap();
        assert_eq!(answer, GO_ON, "{what}: {}", String::from_utf8_lossy(&answer));
        Self { what: what.to_owned(), stream, body }
    }

    /// Sends the body. What comes then.
    async fn end(mut self) -> String {
        self.stream.write_all(self.body.as_bytes()).await.unwrap();
        read_to_close(&mut self.stream, SOON).await
    }
}

#[tokio::test]
async fn a_user_who_is_deleted_while_his_body_comes_acts_no_more() {
    let stack = Stack::with_users([5, 6]).await;
    people(&stack).await;
    let (_program, api) = stack.api(&[]).await;
    let manager = Caller::logged_on(&api, MANAGER).await;
    let token = Caller::logged_on(&api, OPERATOR).await.token().replace('"', "#quote#");
    let cookie = format!("Cookie: platform_token={token}");
    let basic = BASE64_STANDARD.encode(format!("{OPERATOR}:{}", password(OPERATOR)));
    let basic = format!("Authorization: Basic {basic}");
    let (xml, form, json) = ("application/xml", "application/x-www-form-urlencoded", "application/json");
    let mut held = Vec::new();
    for (what, credentials, kind, body) in [
        ("POST /platform/ws/users", &cookie, xml, "<user name=\"new\"/>"),
        ("PUT /platform/ws/users", &cookie, xml, "<user name=\"pat\" email=\"new@example.com\"/>"),
        ("DELETE /platform/ws/users/user5", &cookie, json, "{}"),
        ("POST /platform/ws/roles/assign", &cookie, form, "username=pat&roles=Watchers"),
        (&format!("DELETE {USERS}/6"), &basic, json, "{}"),
        (&format!("POST {TASKS}/1"), &basic, json, "{\"status\": \"CANCEL_REQUESTED\"}"),
    ] {
        held.push(Held::open(&api, what, credentials, kind, body).await);
    }
    let _worker = stack.worker(&[]);
    assert_eq!(manager.delete(OPERATOR).await.status, 204);
    for held in held {
        let (what, answer) = (held.what.clone(), held.end().await);
        let is_platform = what.contains("/platform/");
        let refusal = if is_platform { "HTTP/1.1 403 " } else { "HTTP/1.1 401 " };
        assert!(answer.starts_with(refusal), "{what}: {answer}");
        assert_eq!(answer.contains("You are not logged on"), is_platform, "{what}: {answer}");
    }
    assert_eq!(tasks(&stack).await, 1, "his own deletion");
    assert_eq!(stack.store.account("new").await.unwrap(), None);
    let pat = stack.store.account(PLAIN).await.unwrap().unwrap();
    assert_eq!((pat.email.as_deref(), pat.roles.as_slice()), (Some("pat@example.com"), &[2][..]));
    stack.is_settled().await;
}

#[tokio::test]
async fn a_token_that_is_revoked_while_its_body_comes_is_nobodys() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let task = api.submit(5).await;
    let wanted = json!({"name": "late", "capabilities": ["ops.read", "ops.write"]});
    let made = api.send(api.request(Method::POST, "/ops/v1/tokens").json(&wanted)).await;
    assert_eq!(made.status, 201, "{made:?}");
    let bearer = format!("Authorization: Bearer {}", made.body["token"].as_str().unwrap());
    let what = format!("POST /ops/v1/tasks/{task}/cancel");
    let held = Held::open(&api, &what, &bearer, "application/json", "{}").await;
    assert_eq!(api.send(api.request(Method::DELETE, "/ops/v1/tokens/late")).await.status, 204);
    let answer = held.end().await;
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert_eq!(api.status(task).await, "QUEUED");
}
