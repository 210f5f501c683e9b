//! Requests as they were captured from Esri's clients, byte for byte but for token and host.

use super::{BOSS, JOE, Site};
use offstage_tests::{fixtures::ADMIN_TOKEN, raw::exchange};
use std::{net::SocketAddr, time::Duration};

const SOON: Duration = Duration::from_secs(12);

/// Sends a request on a connection of its own, which the client closes; returns the body.
async fn send(site: &Site, head: &str, body: &str) -> String {
    let address: SocketAddr = site.api.base().trim_start_matches("http://").parse().unwrap();
    let head = head.replace('\n', "\r\n");
    let text = format!(
        "{head}\r\nHost: {address}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let answer = exchange(address, text.as_bytes(), SOON).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[tokio::test]
async fn the_python_client_deletes_with_its_token_in_a_header() {
    let site = Site::open().await;
    let _worker = site.worker();
    site.workspace(JOE);
    let head = format!(
        "POST /arcgis/admin/dataaccess/deleteUserWorkspace HTTP/1.1\nUser-Agent: Geosaurus/2.4.4\nAccept-Encoding: gzip, deflate\nAccept: */*\nreferer: http\nContent-Type: application/x-www-form-urlencoded\nX-Esri-Authorization: Bearer {ADMIN_TOKEN}"
    );
    assert_eq!(send(&site, &head, "f=json&userName=gis_joe").await, r#"{"status":"success"}"#);
    assert!(!site.has(JOE));
    site.workspace("DOM\\u ser@r+x");
    assert_eq!(send(&site, &head, "f=json&userName=DOM%5Cu+ser%40r%2Bx").await, r#"{"status":"success"}"#);
    assert!(!site.has("DOM\\u ser@r+x"));
}

#[tokio::test]
async fn the_javascript_client_deletes_with_its_token_in_the_body() {
    let site = Site::open().await;
    let _worker = site.worker();
    site.workspace(JOE);
    let head = "POST /arcgis/admin/dataaccess/deleteUserWorkspace HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\nreferer: @esri/arcgis-rest-js";
    let body = format!("f=json&userName=gis_joe&token={ADMIN_TOKEN}");
    assert_eq!(send(&site, head, &body).await, r#"{"status":"success"}"#);
    assert!(!site.has(JOE));
}

#[tokio::test]
async fn the_python_client_asks_for_a_token_and_uses_it() {
    let site = Site::open().await;
    let head = "POST /arcgis/sharing/rest/generateToken HTTP/1.1\nUser-Agent: Geosaurus/2.4.4\nreferer: http\nContent-Type: application/x-www-form-urlencoded";
    let body =
        format!("username={BOSS}&password={BOSS}-secret&referer=http&client=referer&expiration=60&f=json");
    let answer: serde_json::Value = serde_json::from_str(&send(&site, head, &body).await).unwrap();
    assert!(answer["expires"].is_i64() && answer["ssl"] == false, "{answer}");
    let token = answer["token"].as_str().unwrap();
    let head = format!(
        "GET /arcgis/admin/dataaccess/listUserWorkspaces?f=json HTTP/1.1\nX-Esri-Authorization: Bearer {token}"
    );
    let with_referer = send(&site, &format!("{head}\nreferer: http"), "").await;
    assert_eq!(with_referer, r#"{"Containers":[]}"#);
    assert!(send(&site, &head, "").await.contains("\"code\":498"), "the token is bound to its referer");
}
