use super::*;
use crate::api::{message::phrases, problem::Missing};
use http_body_util::BodyExt as _;

async fn said(refusal: impl Into<Refusal>, format: Format) -> (u16, String, String) {
    let response = answer(&refusal.into(), format);
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, kind, String::from_utf8(body.to_vec()).unwrap())
}

async fn json(refusal: impl Into<Refusal>) -> String {
    let (status, kind, body) = said(refusal, Format::Json).await;
    assert_eq!((status, kind.as_str()), (200, "application/json"), "{body}");
    body
}

fn problem(kind: ProblemKind) -> Problem {
    Problem::new(kind, "Said.")
}

#[tokio::test]
async fn a_workspace_in_use_is_refused_in_the_documents_words() {
    let busy = || problem(ProblemKind::ContainersRunning);
    for (doing, verb) in [(Doing::Ordinary, "delete"), (Doing::Transfer, "transfer"), (Doing::Move, "move")] {
        let expected = format!(
            r#"{{"error":{{"code":500,"message":"Failed to {verb} user workspace. The user has actively running containers.","details":null}}}}"#
        );
        assert_eq!(json(Refusal::while_doing(doing)(busy())).await, expected);
    }
}

#[tokio::test]
async fn tokens_are_refused_in_the_words_that_clients_search_for() {
    for (kind, expected) in [
        (ProblemKind::NoCredentials, r#"{"error":{"code":499,"message":"Token required.","details":[]}}"#),
        (ProblemKind::BadCredentials, r#"{"error":{"code":498,"message":"Invalid token.","details":[]}}"#),
        (ProblemKind::NotAllowed, r#"{"error":{"code":403,"message":"Said.","details":[]}}"#),
        (
            ProblemKind::NotFound(Missing::Workspace),
            r#"{"error":{"code":404,"message":"Said.","details":[]}}"#,
        ),
    ] {
        assert_eq!(json(problem(kind)).await, expected);
    }
}

#[tokio::test]
async fn a_login_is_refused_as_the_documents_refuse_it() {
    let refused = Refusal::while_doing(Doing::Login);
    assert_eq!(
        json(refused(problem(ProblemKind::BadCredentials))).await,
        r#"{"error":{"code":400,"message":"Unable to generate token.","details":["Invalid username or password."]}}"#
    );
    assert_eq!(
        json(refused(problem(ProblemKind::BadParameter { name: "client" }))).await,
        r#"{"error":{"code":400,"message":"Unable to generate token.","details":["Said."]}}"#
    );
    let body = json(refused(Problem::unavailable())).await;
    assert!(body.contains("\"code\":503") && !body.contains("Idempotency"), "{body}");
}

#[tokio::test]
async fn an_error_is_a_page_for_people_and_never_a_status() {
    let (status, kind, page) = said(problem(ProblemKind::Internal), Format::Html).await;
    assert_eq!((status, kind.as_str()), (200, "text/html; charset=utf-8"));
    assert!(page.contains("&quot;code&quot;: 500") || page.contains("\"code\": 500"), "{page}");
    let (_, _, pretty) = said(problem(ProblemKind::Internal), Format::PrettyJson).await;
    assert!(pretty.contains("\n  \"error\": {\n"), "{pretty}");
}

/// The Python client repeats a request without its token when it finds these anywhere in an answer.
#[tokio::test]
async fn no_other_refusal_says_what_makes_clients_repeat_a_request() {
    let triggers =
        [phrases::INVALID_TOKEN, phrases::TOKEN_REQUIRED, phrases::ACCESS_IS_DENIED].map(str::to_lowercase);
    for doing in [Doing::Ordinary, Doing::Transfer, Doing::Move, Doing::Login] {
        for kind in [
            ProblemKind::NotAllowed,
            ProblemKind::NoAccess,
            ProblemKind::BadParameter { name: "token" },
            ProblemKind::ContainersRunning,
            ProblemKind::Unavailable { retry_after_s: 1 },
            ProblemKind::Internal,
        ] {
            let body = json(Refusal::while_doing(doing)(problem(kind))).await.to_lowercase();
            assert!(triggers.iter().all(|trigger| !body.contains(trigger)), "{body}");
        }
    }
    let body = json(Refusal::while_doing(Doing::Login)(problem(ProblemKind::BadCredentials))).await;
    assert!(triggers.iter().all(|trigger| !body.to_lowercase().contains(trigger)), "{body}");
}
