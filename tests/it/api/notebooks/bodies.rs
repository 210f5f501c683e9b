//! What is not understood is refused, after its sender is known, and changes nothing. A sender whom nobody can know, because
//! his body cannot be read, is told that it cannot.

use super::{DELETE, JOE, Site, refused};
use crate::api::tasks;
use offstage_tests::fixtures::ADMIN_TOKEN;
use reqwest::Method;

const FORM: &str = "application/x-www-form-urlencoded";

/// Bodies that may have a token in them, for all that anybody can tell.
const UNREADABLE: [&str; 8] = [
    "half an escape",
    "no UTF-8",
    "too many parameters",
    "too large a body",
    "JSON",
    "no label",
    "parts",
    "another charset",
];

#[tokio::test]
async fn a_deletion_that_is_not_understood_deletes_nothing() {
    let site = Site::open().await;
    let _worker = site.worker();
    site.workspace(JOE);
    let long = format!("userName={}", "x".repeat(256));
    let many = format!("userName={JOE}{}", "&a=b".repeat(200));
    let huge = format!("userName={JOE}&a={}", "x".repeat(70_000));
    let alias = "/arcgis/admin/dataaccess/gis_jane/deleteUserWorkspace";
    for (what, path, kind, body, code) in [
        ("nothing", DELETE, FORM, "f=json", 400),
        ("an empty name", DELETE, FORM, "userName=", 400),
        ("two names", DELETE, FORM, "userName=gis_joe&userName=gis_joe", 400),
        ("two names in two cases", DELETE, FORM, "userName=gis_joe&username=gis_joe", 400),
        ("the name in the query", &format!("{DELETE}?userName={JOE}"), FORM, "f=json", 400),
        ("the name in both", &format!("{DELETE}?userName={JOE}"), FORM, "userName=gis_joe", 400),
        ("at odds with the path", alias, FORM, "userName=gis_joe", 400),
        ("only in the path", "/arcgis/admin/dataaccess/gis_joe/deleteUserWorkspace", FORM, "f=json", 400),
        ("another case", DELETE, FORM, "username=gis_joe", 400),
        ("the root", DELETE, FORM, "userName=.", 400),
        ("above the root", DELETE, FORM, "userName=..", 400),
        ("a path", DELETE, FORM, "userName=gis_joe%2Fproject", 400),
        ("a way out", DELETE, FORM, "userName=..%2Fworkspaces%2Fgis_joe", 400),
        ("the trash", DELETE, FORM, "userName=trash", 400),
        ("a NUL", DELETE, FORM, "userName=gis_joe%00", 400),
        ("a line", DELETE, FORM, "userName=gis_joe%0A", 400),
        ("half an escape", DELETE, FORM, "userName=gis_joe%4", 400),
        ("no UTF-8", DELETE, FORM, "userName=gis_joe%ff", 400),
        ("too long a name", DELETE, FORM, &long, 400),
        ("too many parameters", DELETE, FORM, &many, 400),
        ("too large a body", DELETE, FORM, &huge, 413),
        ("JSON", DELETE, "application/json", r#"{"userName":"gis_joe"}"#, 400),
        ("no label", DELETE, "", "userName=gis_joe", 400),
        ("parts", DELETE, "multipart/form-data; boundary=x", "--x--", 400),
        (
            "another charset",
            DELETE,
            "application/x-www-form-urlencoded; charset=latin1",
            "userName=gis_joe",
            400,
        ),
        ("an unknown format", DELETE, FORM, "userName=gis_joe&f=xml", 400),
        ("two formats", DELETE, FORM, "userName=gis_joe&f=json&f=html", 400),
        ("neither yes nor no", DELETE, FORM, "userName=gis_joe&async=1", 400),
    ] {
        let separator = if path.contains('?') { '&' } else { '?' };
        let format = if body.contains("f=") { "" } else { "f=json" };
        let request = site.api.request(Method::POST, &format!("{path}{separator}{format}"));
        let request = if kind.is_empty() { request } else { request.header("Content-Type", kind) };
        let said = site.api.send(request.body(body.to_owned())).await;
        assert_ne!(refused(&said.body, code), "", "{what}");
        let stranger = site.api.with_token(None);
        let request = stranger.request(Method::POST, &format!("{path}{separator}{format}"));
        let request = if kind.is_empty() { request } else { request.header("Content-Type", kind) };
        let said = stranger.send(request.body(body.to_owned())).await;
        if UNREADABLE.contains(&what) {
            refused(&said.body, code);
        } else {
            assert_eq!(refused(&said.body, 499), "Token required.", "{what}, from a stranger");
        }
    }
    assert!(site.has(JOE));
    assert_eq!(tasks(&site.stack).await, 0);
}

#[tokio::test]
async fn an_answer_is_a_page_unless_a_program_asks() {
    let site = Site::open().await;
    let ask = async |body: &str| {
        let request =
            site.api.request(Method::POST, DELETE).header("Content-Type", FORM).body(body.to_owned());
        let response = request.send().await.unwrap();
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        (response.status().as_u16(), kind, response.text().await.unwrap())
    };
    for body in ["userName=%3Cb%3E", "userName=%3Cb%3E&f=html"] {
        let (status, kind, page) = ask(body).await;
        assert_eq!((status, kind.as_str()), (200, "text/html; charset=utf-8"));
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("404"), "{page}");
    }
    let (_, kind, compact) = ask("userName=x&f=json").await;
    assert!(
        kind == "application/json" && compact.starts_with("{\"error\":{\"code\":404,"),
        "{kind}: {compact}"
    );
    let (_, _, pretty) = ask("userName=x&f=pjson").await;
    assert!(pretty.starts_with("{\n  \"error\": {\n    \"code\": 404,"), "{pretty}");
}

#[tokio::test]
async fn a_token_in_the_body_is_as_good_as_one_in_a_header() {
    let site = Site::open().await;
    let _worker = site.worker();
    site.workspace(JOE);
    let form = [("userName", JOE), ("token", ADMIN_TOKEN)];
    assert_eq!(site.post_as(None, DELETE, &form).await, super::success());
}
