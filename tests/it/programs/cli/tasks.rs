//! `offstage tasks`, with a real API and real workers.

use offstage_tests::{
    programs::{Program, command},
    stack::Stack,
};
use rustix::process::Signal;
use tempfile::tempdir;

use super::{DEADLINE, Operator, code, document, said};

#[tokio::test]
async fn tasks_are_paused_resumed_cancelled_and_tried_again() {
    let (home, stack) = (tempdir().unwrap(), Stack::with_users([5, 6]).await);
    let (_program, api) = stack.api(&[]).await;
    let operator = Operator::of(home.path(), api.base());
    said(&operator.runs(&["delete", "5", "6"]).await);
    for (args, state) in [
        (&["tasks", "pause", "1", "2"][..], "PAUSED"),
        (&["tasks", "resume", "1", "2"], "RESUMING"),
        (&["tasks", "cancel", "1", "2"], "CANCELLED"),
    ] {
        assert_eq!(said(&operator.runs(args).await).matches(state).count(), 2, "{args:?}");
    }
    let retried = operator.runs(&["tasks", "retry", "1", "--output", "json"]).await;
    let new = document(&retried)["items"][0].clone();
    assert_eq!((&new["id"], &new["retry_of"], &new["state"]), (&3.into(), &1.into(), &"QUEUED".into()));

    let _worker = stack.worker(&[]);
    let watched = operator.runs(&["tasks", "watch", "3"]).await;
    assert_eq!(code(&watched), 0, "{watched:?}");
    let moves: Vec<_> = watched.stdout.lines().map(|line| line.split("  ").nth(3).unwrap()).collect();
    assert_eq!(moves, ["- -> QUEUED", "QUEUED -> PROCESSING", "PROCESSING -> COMPLETED"], "{watched:?}");
    assert_eq!(code(&operator.runs(&["tasks", "watch", "2", "3"]).await), 4, "of several the worst counts");
    stack.is_settled().await;
}

#[tokio::test]
async fn one_task_that_cannot_be_acted_on_does_not_keep_the_others_from_it() {
    let (home, stack) = (tempdir().unwrap(), Stack::with_users([5]).await);
    let (_program, api) = stack.api(&[]).await;
    let operator = Operator::of(home.path(), api.base());
    said(&operator.runs(&["delete", "5"]).await);
    let ended = operator.runs(&["tasks", "cancel", "77", "1"]).await;
    assert_eq!(code(&ended), 1);
    assert!(ended.stdout.contains("CANCELLED"), "{ended:?}");
    assert!(
        ended.stderr.starts_with("offstage: task 77: ") && ended.stderr.lines().count() == 1,
        "{ended:?}"
    );
    let none = operator.runs(&["tasks", "watch", "77"]).await;
    assert!(code(&none) == 1 && none.stderr.contains("cannot look at task 77"), "{none:?}");
}

#[tokio::test]
async fn a_task_is_shown_with_what_was_found_and_all_that_happened() {
    let (home, stack) = (tempdir().unwrap(), Stack::with_users([5]).await);
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[]);
    let operator = Operator::of(home.path(), api.base());
    api.register(5, "17", true).await;
    assert_eq!(code(&operator.runs(&["delete", "5", "--wait"]).await), 3);
    let shown = operator.runs(&["tasks", "show", "1"]).await;
    for part in [
        "state         CONFLICT\n",
        "reason        dependents\n",
        "asked by      administrator\n",
        "dependents    1, 1 of them blocking\n",
        "\nChecks\nCHECK       STATE     FOUND  BLOCKING\nregistered  answered  1      1\n",
        "ARIEL_SAVED_SEARCH  17  yes       Failed logins  bob    -         -\n",
        "refuse: dependents\n",
    ] {
        assert!(said(&shown).contains(part), "{part}: {}", shown.stdout);
    }
}

#[tokio::test]
async fn a_list_is_of_the_tasks_that_are_asked_for() {
    let (home, stack) = (tempdir().unwrap(), Stack::with_users(10..130).await);
    let (_program, api) = stack.api(&[]).await;
    let operator = Operator::of(home.path(), api.base());
    let all: Vec<_> = (10..130).map(|id: u64| id.to_string()).collect();
    let delete: Vec<_> = std::iter::once("delete").chain(all.iter().map(String::as_str)).collect();
    said(&operator.runs(&delete).await);
    said(&operator.runs(&["delete", "10", "--dry-run"]).await);
    said(&operator.runs(&["tasks", "cancel", "7"]).await);
    for (args, lines) in [
        (&["--all"][..], 121),
        (&[], 50),
        (&["--limit", "105"], 105),
        (&["--state", "CANCELLED"], 1),
        (&["--kind", "dependents"], 1),
        (&["--user", "10"], 2),
        (&["--created-by", "administrator", "--limit", "3"], 3),
        (&["--created-by", "nobody"], 0),
    ] {
        let listed = operator.runs(&[&["tasks", "list"], args].concat()).await;
        assert_eq!(said(&listed).lines().count(), 1 + lines, "{args:?}");
    }
    let newest = operator.runs(&["tasks", "list", "--limit", "1", "--output", "json"]).await;
    let page = document(&newest);
    assert_eq!(page["items"][0]["id"], 121);
    assert!(page["next"].is_string() && newest.stderr.is_empty(), "{newest:?}");
}

#[tokio::test]
async fn everything_that_happens_is_watched_until_it_is_enough() {
    let (home, stack) = (tempdir().unwrap(), Stack::with_users([5]).await);
    let (_program, api) = stack.api(&[]).await;
    let operator = Operator::of(home.path(), api.base());
    let args = ["tasks", "watch", "--output", "json"];
    let mut watch = Program::start("offstage", home.path(), &args, &operator.environment);
    watch.logged("listening").await;
    said(&operator.runs(&["delete", "5", "--dry-run"]).await);
    let _worker = stack.worker(&[]);
    let end = loop {
        let line = watch.line("{").await;
        let event: serde_json::Value = serde_json::from_str(&line).unwrap();
        if event["to"] == "COMPLETED" {
            break event;
        }
    };
    assert_eq!((&end["user_id"], &end["kind"]), (&5.into(), &"dependents".into()));
    watch.signal(Signal::INT);
    assert_eq!(watch.ended(DEADLINE).await.code(), Some(130));
    let help = command("offstage", home.path(), &["tasks"], &[]);
    assert_eq!(code(&offstage_tests::programs::run(help, DEADLINE).await), 2, "a command is wanted");
}
