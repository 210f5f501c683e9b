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

    /// What its user sees at each of these commands.
    async fn says(&self, commands: &[&[&str]]) -> Vec<String> {
        let commands = serde_json::to_string(commands).unwrap();
        let said = self.python.run(&[&script("pacclient.py"), &self.state, "batch", &commands]).await;
        serde_json::from_str(&said).unwrap()
    }

    /// The same, each of which must hold that text.
    async fn must_say(&self, steps: &[(&[&str], &str)]) {
        let commands: Vec<_> = steps.iter().map(|(command, _)| *command).collect();
        for ((command, expected), said) in steps.iter().zip(self.says(&commands).await) {
            assert!(said.contains(expected), "{command:?}: {said:?} and not {expected:?}");
        }
    }
}

#[tokio::test]
async fn the_lsf_client_sees_what_it_should() {
    let (stack, _program, api, _manager) = start([5, 6, 7], &[]).await;
    let Some(client) = Client::new(&stack, "pacpass") else { return };
    let _worker = stack.worker(&[]);
    assert_eq!(api.register(6, "17", true).await.status, 201);
    let base = format!("{}/", api.base());
    let pong = format!("Web Services are ready on URL:{base}platform/");
    let failed = |name: &str| format!("Failed to connect to web service URL: {base}platform/ws/user/{name}");
    let (again, slash) = (failed("user5"), failed("a/b"));
    let secret = password(MANAGER);
    client
        .must_say(&[
            (&["ping", &base], &pong),
            (&["userdel", "user5"], "You must log on."),
            (&["logon", &base, MANAGER, "wrong"], "The user name or the password is not right."),
            (
                &["logon", &base, MANAGER, &secret],
                "You have logged on to IBM Spectrum LSF Application Center as: lsfadmin",
            ),
            (&["userdel", "user5"], "User user5 removed from IBM Spectrum LSF Application Center."),
            (&["userdel", "user5"], &again),
            (&["userdel", "a/b"], &slash),
            (&["userdel", "user7?b"], "There must be no question mark in this path."),
            (&["userdel", "admin"], "The built-in administrator cannot be deleted."),
            (&["userdel", "user6"], "The user was not deleted (task 2). 1 dependent blocks the deletion."),
            (
                &["useradd", "testUser", "testUser@domain.com", "Normal User,Watchers"],
                "User testUser added to",
            ),
            (&["useradd", "testUser"], "There is a user of that name already."),
            (&["useradd", "a#b"], "must have none of the characters # ? / % < > `."),
            (&["useradd", "a&b"], "The XML is not well-formed: look at line 1, column 14."),
            (&["useradd", "y", "", "Cluster Administrator"], "There is no role of that name."),
            (&["useradd", "y", "", "Admin"], "The role of the built-in administrator cannot be assigned."),
            (&["pacinfo"], "<name>offstage</name>"),
            (&["jsessionid", "0A1B"], "ok"),
            (&["userdel", "testUser"], "User testUser removed from"),
        ])
        .await;
    let other = Client::new(&stack, "other").unwrap();
    let secret = password(OPERATOR);
    let refused = (&["userdel", MANAGER][..], "You may not delete this user");
    other.must_say(&[(&["logon", &base, OPERATOR, &secret], "You have logged on"), refused]).await;
    client.must_say(&[(&["userdel", OPERATOR], "User oper removed from")]).await;
    let expired = "You are not logged on, or your logon has expired. Log on and try again.";
    other.must_say(&[(&["userdel", "user7"], expired)]).await;
    client
        .must_say(&[
            (&["oauth", "userdel", "user7"], "User user7 removed from"),
            (&["logout"], "you have logged out successfully."),
            (&["userdel", "user7"], "You must log on."),
        ])
        .await;
    stack.is_settled().await;
}

#[tokio::test]
async fn the_lsf_client_adds_changes_and_removes_users_of_any_name() {
    let (stack, _program, api, _manager) = start([], &[]).await;
    let Some(client) = Client::new(&stack, "pacpass") else { return };
    let _worker = stack.worker(&[]);
    let (base, secret) = (format!("{}/", api.base()), password(MANAGER));
    client.must_say(&[(&["logon", &base, MANAGER, &secret], "You have logged on")]).await;
    for name in [r"DOMAIN\user1", "user@realm", "a b", "üser", "a|b", "{x}"] {
        let (added, removed) = (format!("User {name} added to"), format!("User {name} removed from"));
        client
            .must_say(&[
                (&["useradd", name], &added),
                (&["userupd", name, "u1@x.org"], "User updated."),
                (&["userdel", name], &removed),
            ])
            .await;
        assert!(stack.store.account(name).await.unwrap().is_none(), "{name}");
    }
    stack.is_settled().await;
}

#[tokio::test]
async fn the_lsf_client_shows_the_task_that_goes_on() {
    let (stack, _program, api, _manager) = start([5], &[("OFFSTAGE_PLATFORM__WAIT_MS", "100")]).await;
    let Some(client) = Client::new(&stack, "pacpass") else { return };
    let (base, secret) = (format!("{}/", api.base()), password(MANAGER));
    client
        .must_say(&[
            (&["logon", &base, MANAGER, &secret], "You have logged on"),
            (&["userdel", "user5"], "It goes on as task 1."),
        ])
        .await;
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
