use super::*;
use crate::api::{problem::Missing, staged_config::endpoints};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

async fn body(response: Response) -> Value {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    assert!(bytes.len() <= 8 * 1024);
    serde_json::from_slice(&bytes).unwrap()
}

/// At a user's deletion.
fn code(kind: ProblemKind, version: &str) -> (u16, u32) {
    let endpoint = endpoints::find(&http::Method::DELETE, "/api/staged_config/access/users/{id}");
    let row = row(kind, endpoint.map(|endpoint| (endpoint, version.parse().unwrap())));
    (row.status.as_u16(), row.code)
}

#[tokio::test]
async fn an_error_has_five_keys() {
    let problem = Problem::new(ProblemKind::NotFound(Missing::User), "No user found with id: 5");
    assert_eq!(
        body(render("/api/staged_config/access/users/5", &problem)).await,
        json!({
            "http_response": {"code": 404, "message": "We could not find the resource you requested."},
            "code": 1002,
            "description": "It does not exist",
            "details": {},
            "message": "No user found with id: 5"
        })
    );
}

#[tokio::test]
async fn an_unknown_path_is_quoted_short_and_clean() {
    let problem = Problem::new(ProblemKind::UnknownPath, "");
    let said = body(render("/api/nothing/here", &problem)).await;
    assert_eq!((&said["code"], &said["description"]), (&json!(4), &json!("")));
    assert!(said["message"].as_str().unwrap().contains("\"/nothing/here\""));
    let long = format!("/api/\u{1b}{}", "x".repeat(7_000));
    let said = body(render(&long, &problem)).await;
    let message = said["message"].as_str().unwrap();
    assert!(message.len() < 300 && !message.contains('\u{1b}'));
}

#[tokio::test]
async fn who_shows_no_credentials_is_told_how() {
    for kind in [ProblemKind::NoCredentials, ProblemKind::BadCredentials] {
        let response = render("/api/x", &Problem::new(kind, ""));
        assert!(response.headers()["www-authenticate"].to_str().unwrap().starts_with("Basic "));
        let said = body(response).await;
        assert_eq!(said["code"], 18);
        assert!(said["message"].as_str().unwrap().contains("No SEC header present in request"));
    }
}

#[test]
fn codes_of_their_own_depend_on_the_version() {
    assert_eq!(code(ProblemKind::BuiltInAdministrator, "24.0"), (403, 38_316_002));
    assert_eq!(code(ProblemKind::BuiltInAdministrator, "23.0"), (403, 1009));
    assert_eq!(code(ProblemKind::NotThisUser, "26.0"), (403, 38_316_001));
    assert_eq!(code(ProblemKind::NotThisUser, "9.1"), (403, 1009));
    assert_eq!(code(ProblemKind::NotAllowed, "26.0"), (403, 1009));
    assert_eq!(code(ProblemKind::NoAccess, "26.0"), (403, 26));
}

#[tokio::test]
async fn trying_again_later_is_said_with_a_time() {
    let response = render("/api/x", &Problem::unavailable().caused_by("redis at 10.0.0.1 is away"));
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "1");
    let said = body(response).await;
    assert_eq!(said["code"], 1020);
    assert!(!said.to_string().contains("10.0.0.1"));
}
