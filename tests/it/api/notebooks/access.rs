//! Who calls, and who may: 499, 498, 403, in that order, before anything else is said.

use super::{ADMIN, BOSS, DELETE, JOE, LIST, Site, refused, success};
use crate::api::tasks;
use offstage_tests::{
    fixtures::{ADMIN_TOKEN, READER_TOKEN},
    within,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// What needs a token, with a body that is faulty for each: who calls comes first.
const GUARDED: [(&str, &str); 16] = [
    ("POST", "/arcgis/notebooks/admin/dataaccess/deleteUserWorkspace"),
    ("POST", "/arcgis/admin/dataaccess/nobody/deleteUserWorkspace"),
    ("POST", "/arcgis/admin/notebooks/dataaccess/transferUserWorkspace"),
    ("POST", "/arcgis/admin/dataaccess/gis_joe/move"),
    ("POST", "/arcgis/admin/system/containers/none/terminateContainer"),
    ("POST", "/arcgis/admin/system/jobs/404/cancel"),
    ("GET", "/arcgis/notebooks/admin"),
    ("GET", "/arcgis/admin/dataaccess"),
    ("GET", "/arcgis/admin/dataaccess/listUserWorkspaces"),
    ("GET", "/arcgis/admin/system/containers"),
    ("GET", "/arcgis/admin/system/containers/none"),
    ("GET", "/arcgis/admin/system/jobs"),
    ("GET", "/arcgis/admin/notebooks/jobs/404"),
    ("GET", "/arcgis/sharing/rest/portals/self"),
    ("GET", "/arcgis/sharing/rest/community/users/gis_joe"),
    ("GET", "/arcgis/sharing/rest/portals/self/servers"),
];

#[tokio::test]
async fn who_shows_no_valid_token_learns_nothing_else() {
    let site = Site::open().await;
    site.workspace(JOE);
    for (method, path) in GUARDED {
        let ask = async |more: &str, header: Option<&str>| {
            let stranger = site.api.with_token(None);
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let mut request = stranger.request(method, &format!("{path}?num=x&f=json{more}"));
            if let Some(token) = header {
                request = request.header("X-Esri-Authorization", format!("Bearer {token}"));
            }
            stranger.send(request).await.body
        };
        assert_eq!(refused(&ask("", None).await, 499), "Token required.", "{path}");
        assert_eq!(refused(&ask("", Some("wrong")).await, 498), "Invalid token.", "{path}");
        assert_eq!(refused(&ask("&token=wrong", None).await, 498), "Invalid token.", "{path}");
        let two = ask("&token=wrong", Some(ADMIN_TOKEN)).await;
        assert_eq!(refused(&two, 498), "Invalid token.", "two tokens: {path}");
    }
    assert!(site.has(JOE));
}

#[tokio::test]
async fn who_may_not_is_told_so_before_he_is_told_who_exists() {
    let site = Site::open().await;
    let _worker = site.worker();
    site.workspace(JOE);
    let joe = site.token(JOE, &[]).await;
    for token in [joe.as_str(), READER_TOKEN] {
        for form in [&[("userName", JOE)][..], &[("userName", "nobody")], &[("userName", "..")], &[]] {
            refused(&site.post_as(Some(token), DELETE, form).await, 403);
            let transfer = format!("{ADMIN}/dataaccess/transferUserWorkspace");
            refused(&site.post_as(Some(token), &transfer, form).await, 403);
        }
        for path in ["/system/jobs", "/system/jobs/404", "/system/jobs/404/cancel"] {
            refused(&site.post_as(Some(token), &format!("{ADMIN}{path}"), &[]).await, 403);
        }
    }
    assert!(site.has(JOE));
    assert_eq!(tasks(&site.stack).await, 0);
}

#[tokio::test]
async fn an_author_sees_his_own_and_an_administrator_all() {
    let site = Site::open().await;
    for name in [JOE, "gis_jane"] {
        site.workspace(name);
        site.container(&format!("c-{name}"), name).await;
    }
    let joe = site.token(JOE, &[]).await;
    let boss = site.token(BOSS, &[]).await;
    let list = async |token: &str| site.post_as(Some(token), LIST, &[]).await;
    assert_eq!(list(&joe).await, json!({"Containers": [{"Name": JOE}]}));
    assert_eq!(list(&boss).await, json!({"Containers": [{"Name": "gis_jane"}, {"Name": JOE}]}));
    assert_eq!(list(READER_TOKEN).await, json!({"Containers": []}), "a service has no workspace");
    let containers = format!("{ADMIN}/system/containers");
    let ids = |body: &Value| -> Vec<String> {
        body["containers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(ids(&site.post_as(Some(&joe), &containers, &[]).await), ["c-gis_joe"]);
    assert_eq!(ids(&site.post_as(Some(&boss), &containers, &[]).await).len(), 2);
    for path in ["/c-gis_jane", "/c-gis_jane/terminateContainer"] {
        refused(&site.post_as(Some(&joe), &format!("{containers}{path}"), &[]).await, 404);
    }
    assert_eq!(
        site.post_as(Some(&joe), &format!("{containers}/c-gis_joe/terminateContainer"), &[]).await,
        success()
    );
    assert_eq!(ids(&site.post_as(Some(&boss), &containers, &[]).await), ["c-gis_jane"]);
}

#[tokio::test]
async fn an_author_moves_within_his_own_workspace_alone() {
    let site = Site::open().await;
    site.workspace(JOE);
    site.workspace("gis_jane");
    let joe = site.token(JOE, &[]).await;
    let path = |owner: &str| format!("{ADMIN}/dataaccess/{owner}/move");
    let form = [("source", "project"), ("target", "renamed")];
    assert_eq!(site.post_as(Some(&joe), &path(JOE), &form).await, success());
    assert!(site.has("gis_joe/renamed/.hidden.ipynb"));
    refused(&site.post_as(Some(&joe), &path("gis_jane"), &form).await, 403);
    let away = [("source", "renamed"), ("target", "taken"), ("targetUsername", "gis_jane")];
    refused(&site.post_as(Some(&joe), &path(JOE), &away).await, 403);
    assert!(site.has("gis_jane/project") && site.has("gis_joe/renamed"));
}

/// What the Python client does after an answer with "invalid token": the same again, on the same connection, without it.
#[tokio::test]
async fn a_request_without_a_token_is_refused_whatever_came_before_on_the_connection() {
    let site = Site::open().await;
    let _worker = site.worker();
    site.workspace(JOE);
    let address: SocketAddr = site.api.base().trim_start_matches("http://").parse().unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut ask = async |head: &str, body: &str| {
        let text = format!(
            "{head} HTTP/1.1\r\nHost: t\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let reading = async {
            let mut buffer = vec![0; 8 * 1024];
            while !answer.ends_with('}') {
                let length = stream.read(&mut buffer).await.unwrap();
                assert_ne!(length, 0, "{answer}");
                answer.push_str(&String::from_utf8_lossy(&buffer[..length]));
            }
        };
        within("an answer comes", Duration::from_secs(10), reading).await;
        answer
    };
    let listed = ask(&format!("GET {LIST}?f=json&token={ADMIN_TOKEN}"), "").await;
    assert!(listed.contains(JOE), "{listed}");
    let refused = ask(&format!("POST {DELETE}"), "f=json&userName=gis_joe").await;
    assert!(refused.contains("\"code\":499"), "{refused}");
    assert!(site.has(JOE));
    assert_eq!(tasks(&site.stack).await, 0);
}

#[tokio::test]
async fn nobodys_name_password_or_token_stands_in_the_log() {
    let site = Site::open().await;
    let worker = site.worker();
    let token = site.token(BOSS, &[("client", "referer"), ("referer", "https://secret.example/page")]).await;
    for name in ["secret_joe", "secret_jane"] {
        site.workspace(name);
    }
    site.container("c1", "secret_joe").await;
    let transfer = format!("{ADMIN}/dataaccess/transferUserWorkspace?token={token}");
    site.post(&transfer, &[("userName", "secret_jane"), ("targetUserName", "secret_jim")]).await;
    site.delete("secret_joe").await;
    site.post(&format!("{ADMIN}/dataaccess/secret_joe/deleteUserWorkspace"), &[("userName", "..")]).await;
    site.post(&format!("{ADMIN}/system/containers/c1/terminateContainer"), &[]).await;
    site.delete("secret_joe").await;
    site.post_as(None, super::GENERATE, &[("username", "secret_eve"), ("password", "secret_word")]).await;
    let logs = format!("{}{}", site.program.log(), worker.log());
    assert!(logs.contains("deletion accepted"), "{logs}");
    for word in ["secret", BOSS, &token, token.split_once('.').unwrap().1, ADMIN_TOKEN] {
        assert!(!logs.contains(word), "{word}: {logs}");
    }
}
