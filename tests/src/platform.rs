//! A caller of the platform dialect: bytes onto a socket, because its real clients send what no HTTP library would.
//!
//! Every answer is looked at: a request id, a body that is what it says it is, and with every refusal a message. There is no
//! 401 in this dialect.

use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};

use crate::{api::Api, programs::Program, raw::exchange, stack::Stack};

/// An administrator who manages administrators too.
pub const MANAGER: &str = "lsfadmin";
/// An administrator.
pub const OPERATOR: &str = "oper";
/// A user without any right.
pub const PLAIN: &str = "pat";
/// His number.
pub const PLAIN_ID: u64 = 92;
/// How long an answer may take: longer than a caller may have to wait for a deletion.
const PATIENCE: Duration = Duration::from_secs(40);

/// The password of one of [`MANAGER`], [`OPERATOR`] and [`PLAIN`].
#[must_use]
pub fn password(name: &str) -> String {
    format!("{name}-secret<&")
}

/// Loads [`MANAGER`], [`OPERATOR`] and [`PLAIN`], with their passwords.
pub async fn people(stack: &Stack) {
    let user = |id: u64, name: &str, role: u64| {
        json!({"id": id, "username": name, "email": format!("{name}@example.com"), "user_role_id": role,
            "security_profile_id": 1, "password": password(name)})
    };
    let directory = json!({
        "user_roles": [
            {"id": 3, "name": "Manager", "capabilities": ["ADMIN", "ADMINMANAGER"]},
            {"id": 4, "name": "Operators", "capabilities": ["ADMIN"]},
            {"id": 5, "name": "Watchers", "capabilities": ["ops.read"]}],
        "security_profiles": [{"id": 1, "name": "Admin"}],
        "users": [user(90, MANAGER, 3), user(91, OPERATOR, 4), user(PLAIN_ID, PLAIN, 2)],
        "dependents": [], "service_tokens": [],
    });
    let file = stack.redis.folder().join("people.json");
    std::fs::write(&file, directory.to_string()).expect("the file is written");
    let args = ["import", file.to_str().expect("UTF-8"), "--redis-url", &stack.redis.url()];
    let mut program = Program::start("offstage", stack.redis.folder(), &args, &[]);
    assert!(program.ended(PATIENCE).await.success(), "{}", program.log());
}

/// Whoever calls.
#[derive(Debug, Clone)]
pub struct Caller {
    address: SocketAddr,
    token: Option<String>,
}

/// An answer that was looked at.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its head.
    pub head: String,
    /// Its body.
    pub text: String,
}

impl Caller {
    /// One without a token.
    #[must_use]
    pub fn stranger(api: &Api) -> Self {
        let address = api.base().trim_start_matches("http://").parse().expect("an address");
        Self { address, token: None }
    }

    /// One of the three whom [`people`] loads.
    pub async fn logged_on(api: &Api, name: &str) -> Self {
        let reply = Self::stranger(api).log_on(name, &password(name)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        Self::stranger(api).with(&reply.token())
    }

    /// The same with that token.
    #[must_use]
    pub fn with(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// His token.
    #[must_use]
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("a token")
    }

    /// Logs on.
    pub async fn log_on(&self, name: &str, password: &str) -> Reply {
        let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
        let body = format!("<User><name>{}</name> <pass>{}</pass></User>", escaped(name), escaped(password));
        self.ask("POST", "/platform/ws/logon", &[], &body).await
    }

    /// GET
    pub async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[], "").await
    }

    /// GET for JSON
    pub async fn get_json(&self, path: &str) -> Value {
        let reply = self.ask("GET", path, &[("Accept", "application/json")], "").await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    }

    /// Deletes a user.
    pub async fn delete(&self, name: &str) -> Reply {
        self.ask("DELETE", &format!("/platform/ws/user/{name}"), &[], "").await
    }

    /// Adds a user.
    pub async fn add(&self, body: &str) -> Reply {
        self.ask("POST", "/platform/ws/user", &[("Content-Type", "application/xml")], body).await
    }

    /// Sends a request, in this order and no other: request line, Host, cookie, these headers, body.
    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut lines = vec![
            format!("{method} {path} HTTP/1.1"),
            format!("Host: {}", self.address),
            "Connection: close".to_owned(),
        ];
        let cookie = self.token.as_ref().map(|token| token.replace('"', "#quote#"));
        lines.extend(cookie.map(|token| format!("Cookie: platform_token={token}")));
        lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
        if !body.is_empty() {
            lines.push(format!("Content-Length: {}", body.len()));
        }
        let request = format!("{}\r\n\r\n{body}", lines.join("\r\n"));
        let answer = exchange(self.address, request.as_bytes(), PATIENCE).await;
        Reply::read(&answer)
    }
}

impl Reply {
    /// Reads an answer and looks at it.
    #[must_use]
    pub fn read(answer: &str) -> Self {
        let (head, text) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let reply = Self { status, head: head.to_ascii_lowercase(), text: text.to_owned() };
        assert!(reply.head.contains("\r\nx-request-id: "), "{reply:?}");
        assert_ne!(status, 401, "{reply:?}");
        if reply.is("application/xml") {
            roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}: {reply:?}"));
        }
        if status >= 400 {
            assert!(!reply.message().trim().is_empty(), "{reply:?}");
            for word in ["panicked", "serde", "redis", "Redis", "src/", "roxmltree"] {
                assert!(!text.contains(word), "internal text: {reply:?}");
            }
        }
        reply
    }

    /// The body is of that type.
    #[must_use]
    pub fn is(&self, kind: &str) -> bool {
        self.head.contains(&format!("\r\ncontent-type: {kind}"))
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        assert!(self.is("application/json"), "{self:?}");
        serde_json::from_str(&self.text).expect("the body is JSON")
    }

    /// The text of the first element of that name.
    #[must_use]
    pub fn element(&self, name: &str) -> Option<String> {
        let document = roxmltree::Document::parse(&self.text).ok()?;
        let mut nodes = document.descendants();
        let text = nodes.find(|node| node.has_tag_name(name))?.text();
        Some(text.unwrap_or_default().to_owned())
    }

    /// What it says to people, in whichever form.
    #[must_use]
    pub fn message(&self) -> String {
        if self.is("application/json") {
            let body = self.json();
            let keys: Vec<_> = body.as_object().expect("an object").keys().collect();
            assert_eq!(keys, ["message"], "{self:?}");
            return body["message"].as_str().expect("a text").to_owned();
        }
        assert!(self.is("application/xml"), "{self:?}");
        self.element("message").unwrap_or_else(|| panic!("no message: {self:?}"))
    }

    /// The token of a logon.
    #[must_use]
    pub fn token(&self) -> String {
        self.element("token").unwrap_or_else(|| panic!("no token: {self:?}"))
    }

    /// The names of all elements of that name.
    #[must_use]
    pub fn names(&self, element: &str) -> Vec<String> {
        let document = roxmltree::Document::parse(&self.text).expect("XML");
        let nodes = document.descendants().filter(|node| node.has_tag_name(element));
        nodes.filter_map(|node| node.attribute("name").map(str::to_owned)).collect()
    }
}
