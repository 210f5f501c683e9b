//! `offstage login` and the profiles that it writes.

use axum::http::StatusCode;
use offstage_tests::{eventually, within};
use serde_json::json;
use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};
use tempfile::tempdir;
use tokio::io::AsyncWriteExt as _;

use super::{
    DEADLINE, Operator, code, on_terminal, said,
    stub::{Stub, ok, problem},
};

const TOKEN: &str = "token-of-an-operator-0123456789";

/// An API that takes the token.
async fn api() -> Stub {
    Stub::start(|asked, _| {
        if asked.header("authorization") != Some("Bearer token-of-an-operator-0123456789") {
            return problem(StatusCode::UNAUTHORIZED, "The token is not valid.");
        }
        ok(&json!({"depth": {"QUEUED": 12}, "oldest_age_ms": null, "paused": false, "workers": 2,
            "durability": "always"}))
    })
    .await
}

fn file(home: &Path) -> std::path::PathBuf {
    home.join(".config/offstage/profiles.toml")
}

#[tokio::test]
async fn a_login_is_kept_for_its_owner_alone_and_opens_the_api_from_then_on() {
    let home = tempdir().unwrap();
    let (first, second) = (api().await, api().await);
    let operator = Operator::at(home.path());
    for (stub, name) in [(&first, "prod"), (&second, "test")] {
        let login =
            operator.types(&["login", "--url", &stub.base, "--name", name], &format!("{TOKEN}\n")).await;
        assert_eq!(said(&login), "", "the token is not shown");
        assert!(login.stderr.contains(name) && !login.stderr.contains(TOKEN), "{login:?}");
    }
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let file = file(home.path());
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));

    assert!(said(&operator.runs(&["queue"]).await).contains("12"));
    assert_eq!((first.seen().len(), second.seen().len()), (2, 1), "the first login is the default");
    assert!(said(&operator.runs(&["queue", "--profile", "test"]).await).contains("12"));
    assert_eq!(second.seen().len(), 2);
}

#[tokio::test]
async fn a_profiles_token_is_sent_to_no_other_address() {
    let home = tempdir().unwrap();
    let (mine, other) = (api().await, api().await);
    let operator = Operator::at(home.path());
    said(&operator.types(&["login", "--url", &mine.base], TOKEN).await);
    let ended = operator.runs(&["queue", "--url", &other.base]).await;
    assert_eq!(code(&ended), 1);
    assert!(ended.stderr.contains("is not sent to") && !ended.stderr.contains(TOKEN), "{ended:?}");
    let ended = operator.with("OFFSTAGE_URL", &other.base).runs(&["queue"]).await;
    assert_eq!(code(&ended), 1);
    assert_eq!(other.seen().len(), 0);
}

#[tokio::test]
async fn a_token_that_is_refused_is_not_kept() {
    let home = tempdir().unwrap();
    let stub = api().await;
    let operator = Operator::at(home.path());
    for (input, says) in
        [("wrong\n", "does not take this token"), ("", "no token"), ("two words", "no token")]
    {
        let ended = operator.types(&["login", "--url", &stub.base], input).await;
        assert_eq!(code(&ended), 1);
        assert!(ended.stderr.contains(says) && !ended.stderr.contains("wrong"), "{ended:?}");
    }
    assert!(!file(home.path()).exists());
}

#[tokio::test]
async fn a_file_that_is_open_to_others_is_warned_of() {
    let home = tempdir().unwrap();
    let stub = api().await;
    let operator = Operator::at(home.path());
    said(&operator.types(&["login", "--url", &stub.base], TOKEN).await);
    fs::set_permissions(file(home.path()), fs::Permissions::from_mode(0o644)).unwrap();
    let ended = operator.runs(&["queue"]).await;
    assert!(said(&ended).contains("12") && ended.stderr.contains("chmod 600"), "{ended:?}");
}

#[tokio::test]
async fn a_token_that_is_typed_is_not_shown() {
    let home = tempdir().unwrap();
    let stub = api().await;
    let operator = Operator::at(home.path());
    let shown = || fs::read_to_string(home.path().join("typescript")).unwrap_or_default();
    let mut terminal = on_terminal(&operator, &["login", "--url", &stub.base], "typescript").spawn().unwrap();
    eventually("it asks for the token", DEADLINE, async || shown().contains("Token for").then_some(())).await;
    let mut keyboard = terminal.stdin.take().unwrap();
    keyboard.write_all(format!("{TOKEN}\n").as_bytes()).await.unwrap();
    let ended = within("it ends", DEADLINE, terminal.wait()).await.unwrap();
    assert!(ended.success() && shown().contains("Logged in at"), "{}", shown());
    assert!(!shown().contains(TOKEN), "{}", shown());
    assert!(said(&operator.runs(&["queue"]).await).contains("12"));
}
