//! The real LSF client's bytes, and what its user sees: a test client in Python sends what was captured of the real one and
//! reads answers by its rules. An answer that would make the real one fall over makes this one fall over.

use super::{
    super::clients::{Python, script},
    start,
};
use offstage_tests::{
    platform::{MANAGER, OPERATOR, Reply, password},
    raw::exchange,
    stack::Stack,
};
use std::time::Duration;

struct Client {
    python: Python,
    state: String,
}

impl Client {
    fn new(stack: &Stack, state: &str) -> Option<Self> {
        let state = stack.redis.folder().join(state).to_str().unwrap().to_owned();
        Some(Self { python: Python::of_the_system()?, state })
    }

    /// What its user sees.
    async fn says(&self, args: &[&str]) -> String {
        let script = script("pacclient.py");
        let all: Vec<_> =
            [script.as_str(), self.state.as_str()].into_iter().chain(args.iter().copied()).collect();
        self.python.run(&all).await.trim_end().to_owned()
    }
}

#[tokio::test]
async fn the_lsf_client_sees_what_it_should() {
    let (stack, _program, api, _manager) = start([5, 6, 7], &[]).await;
    let Some(client) = Client::new(&stack, "pacpass") else { return };
    let _worker = stack.worker(&[]);
    assert_eq!(api.register(6, "17", true).await.status, 201);
    let base = format!("{}/", api.base());
    assert_eq!(client.says(&["ping", &base]).await, format!("Web Services are ready on URL:{base}platform/"));
    assert_eq!(client.says(&["userdel", "user5"]).await, "You must log on.");
    let refused = client.says(&["logon", &base, MANAGER, "wrong"]).await;
    assert_eq!(refused, "The user name or the password is not right.");
    let logon = client.says(&["logon", &base, MANAGER, &password(MANAGER)]).await;
    assert_eq!(logon, format!("You have logged on to IBM Spectrum LSF Application Center as: {MANAGER}"));
    let removed = |name: &str| format!("User {name} removed from IBM Spectrum LSF Application Center.");
    let added = |name: &str| format!("User {name} added to IBM Spectrum LSF Application Center.");
    for name in [r"DOMAIN\user1", "user@realm", "a b", "üser", "a<"] {
        let sent = name.replace('<', "&lt;");
        assert_eq!(client.says(&["useradd", &sent]).await, added(&sent));
        assert_eq!(client.says(&["userupd", &sent, "u1@x.org"]).await, "User updated.");
        if name != "a<" {
            assert_eq!(client.says(&["userdel", name]).await, removed(name));
        }
    }
    assert_eq!(
        client.says(&["useradd", "testUser", "testUser@domain.com", "Normal User,Watchers"]).await,
        added("testUser")
    );
    let failed = |name: &str| format!("Failed to connect to web service URL: {base}platform/ws/user/{name}");
    for (args, said) in [
        (&["userdel", "user5"][..], removed("user5").as_str()),
        (&["userdel", "user5"], &failed("user5")),
        (&["userdel", "a/b"], &failed("a/b")),
        (&["userdel", "user7?b"], "There must be no question mark in this path."),
        (&["userdel", "admin"], "The built-in administrator cannot be deleted."),
        (&["useradd", "testUser"], "There is a user of that name already."),
        (
            &["useradd", "a#b"],
            "This name cannot be given: a user's name must have none of the characters # ? / %.",
        ),
        (&["useradd", "a&b"], "The XML is not well-formed: look at line 1, column 14."),
        (&["useradd", "y", "", "Cluster Administrator"], "There is no role of that name."),
        (&["useradd", "y", "", "Admin"], "The role of the built-in administrator cannot be assigned."),
    ] {
        assert_eq!(client.says(args).await, said, "{args:?}");
    }
    let blocked = client.says(&["userdel", "user6"]).await;
    assert!(blocked.contains("was not deleted") && blocked.contains("1 dependent"), "{blocked}");
    assert!(client.says(&["pacinfo"]).await.contains("<name>offstage</name>"));
    assert_eq!(client.says(&["jsessionid", "0A1B"]).await, "ok");
    assert_eq!(
        client.says(&["userdel", "testUser"]).await,
        removed("testUser"),
        "with a comma in its cookie"
    );
    let other = Client::new(&stack, "other").unwrap();
    other.says(&["logon", &base, OPERATOR, &password(OPERATOR)]).await;
    let refused = other.says(&["userdel", MANAGER]).await;
    assert!(refused.starts_with("You may not delete this user"), "{refused}");
    assert_eq!(client.says(&["userdel", OPERATOR]).await, removed(OPERATOR));
    let expired = "You are not logged on, or your logon has expired. Log on and try again.";
    assert_eq!(other.says(&["userdel", "user7"]).await, expired, "he was deleted himself");
    assert_eq!(client.says(&["oauth", "userdel", "user7"]).await, removed("user7"), "as a Bearer token");
    assert_eq!(client.says(&["logout"]).await, "you have logged out successfully.");
    assert_eq!(client.says(&["userdel", "user7"]).await, "You must log on.");
    stack.is_settled().await;
}

/// The captured requests, byte for byte but for the token, which is the session's own.
#[tokio::test]
async fn the_captured_requests_are_served_byte_for_byte() {
    let (stack, _program, api, manager) = start([], &[]).await;
    let _worker = stack.worker(&[]);
    let address = api.base().trim_start_matches("http://").parse().unwrap();
    let tail = "accept-language: en-us\r\nuser-agent: Python-httplib2/0.20.4 (gzip)\r\naccept-encoding: gzip, deflate\r\n";
    let logon = format!(
        "GET /platform/webservice/pacclient/logon/ HTTP/1.1\r\nHost: {address}\r\nContent-Length: 66\r\ncontent-type: application/xml\r\n\
         cookie: platform_token=\r\naccept: text/plain,application/xml,text/xml,multipart/mixed\r\n{tail}connection: close\r\n\r\n\
         <User><name>lsfadmin</name> <pass>p&amp;ss&lt;1&gt;</pass> </User>"
    );
    let answer = Reply::read(&exchange(address, logon.as_bytes(), Duration::from_secs(10)).await);
    assert!(answer.status == 200 && answer.element("errMsg").is_some(), "{answer:?}");
    let token = manager.token().replace('"', "#quote#");
    let head = format!(
        "content-type: application/xml\r\ncookie: platform_token={token}\r\naccept: application/xml\r\n{tail}connection: close\r\n"
    );
    let send = async |line: &str, body: &str| {
        let length =
            if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        let request = format!("{line} HTTP/1.1\r\nHost: {address}\r\n{length}{head}\r\n{body}");
        Reply::read(&exchange(address, request.as_bytes(), Duration::from_secs(20)).await).status
    };
    let both = r#"<user name="testUser" email="testUser@domain.com"><roles><role name="Normal User" /><role name="Watchers" /></roles></user>"#;
    assert_eq!(send("POST /platform/ws/user", both).await, 204);
    assert_eq!(send("POST /platform/ws/user", r#"<user name="u1" email=""></user>"#).await, 204);
    assert_eq!(send("PUT /platform/ws/user", r#"<user name="u1" email="u1@x.org"></user>"#).await, 204);
    assert_eq!(send("DELETE /platform/ws/user/testUser", "").await, 204);
    assert_eq!(send("DELETE /platform/ws/user/testUser", "").await, 404);
    stack.is_settled().await;
}
