//! Waiting and watching, where the way to the API breaks, somebody presses Ctrl-C, or there is a terminal to draw on.

use axum::http::StatusCode;
use offstage_tests::{eventually, programs::Program, within};
use rustix::process::Signal;
use serde_json::json;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::tempdir;

use super::{
    DEADLINE, Operator, on_terminal, said,
    stub::{Stub, accepted, ok, problem, task, unavailable},
};

#[tokio::test]
async fn a_watch_comes_back_with_the_last_event_it_saw_and_says_what_it_missed() {
    let home = tempdir().unwrap();
    let stub = Stub::start(|_, before| {
        let event = |id: usize, to: &str| {
            format!(
                ": heartbeat\n\nevent: transition\nid: {id}-0\ndata: {{\"task_id\":7,\"kind\":\"staged_user\",\"user_id\":5,\"at\":1,\"from\":null,\"to\":\"{to}\",\"by\":\"w\",\"why\":\"claim\"}}\n\n"
            )
        };
        let text = match before {
            0 => event(1, "QUEUED"),
            1 => format!("event: gap\ndata: {{}}\n\n{}", event(9, "COMPLETED")),
            _ => return unavailable(0),
        };
        axum::http::Response::new(text.into())
    })
    .await;
    let token = offstage_tests::fixtures::ADMIN_TOKEN;
    let args = ["tasks", "watch", "--output", "json", "--url", &stub.base, "--token", token];
    let mut watch = Program::start("offstage", home.path(), &args, &[]);
    assert!(watch.line("{").await.contains("\"QUEUED\""));
    assert!(watch.line("{").await.contains("\"COMPLETED\""));
    watch.logged("some of what happened was missed").await;
    watch.logged("waiting").await;
    watch.signal(Signal::INT);
    assert_eq!(watch.ended(DEADLINE).await.code(), Some(130));
    assert!(stub.seen().len() >= 3 && !watch.log().contains("ended"), "{}", watch.log());
    let ids: Vec<_> =
        stub.seen().iter().map(|asked| asked.header("last-event-id").map(str::to_owned)).collect();
    assert_eq!(ids[..3], [None, Some("1-0".to_owned()), Some("9-0".to_owned())]);
}

#[tokio::test]
async fn waiting_without_events_looks_at_the_tasks_and_outlasts_an_outage() {
    let home = tempdir().unwrap();
    let stub = Stub::start(|asked, before| match asked.target.as_str() {
        "/ops/v1/deletions" => ok(&accepted(71)),
        "/ops/v1/tasks/71" if before < 4 => ok(&task(71, "PROCESSING")),
        "/ops/v1/tasks/71" if before < 6 => unavailable(0),
        "/ops/v1/tasks/71" => ok(&task(71, "COMPLETED")),
        _ => problem(StatusCode::SERVICE_UNAVAILABLE, "Too many listen already."),
    })
    .await;
    let ended = Operator::of(home.path(), &stub.base).runs(&["delete", "5", "--wait"]).await;
    assert!(said(&ended).contains("COMPLETED") && ended.stderr.matches("waiting").count() <= 1, "{ended:?}");
}

#[tokio::test]
async fn interrupted_waiting_says_that_the_tasks_go_on_and_how_to_see_them() {
    let home = tempdir().unwrap();
    let stub = Stub::start(|asked, _| match asked.target.as_str() {
        "/ops/v1/deletions" => ok(&accepted(71)),
        _ => ok(&task(71, "PROCESSING")),
    })
    .await;
    let environment = [("OFFSTAGE_URL", stub.base.as_str()), ("OFFSTAGE_TOKEN", "t")];
    let mut wait = Program::start("offstage", home.path(), &["delete", "5", "--wait"], &environment);
    eventually("it looks at the task", DEADLINE, async || {
        stub.seen().iter().any(|asked| asked.target.ends_with("/tasks/71")).then_some(())
    })
    .await;
    wait.signal(Signal::INT);
    assert_eq!(wait.ended(DEADLINE).await.code(), Some(130));
    assert!(wait.log().contains("1 task goes on. To see how: offstage tasks watch 71"), "{}", wait.log());
}

#[tokio::test]
async fn on_a_terminal_there_are_bars_and_colours_and_no_color_takes_the_colours_away() {
    let home = tempdir().unwrap();
    let stub = Stub::start(|asked, before| match asked.target.as_str() {
        "/ops/v1/deletions" => ok(&accepted(71)),
        "/ops/v1/events" => unavailable(0),
        _ if before < 5 => ok(&task(71, "PROCESSING")),
        _ => ok(&task(71, "COMPLETED")),
    })
    .await;
    let operator = Operator::of(home.path(), &stub.base);
    let shown = async |operator: &Operator<'_>, args: &[&str]| {
        let mut terminal = on_terminal(operator, args, "typescript").spawn().unwrap();
        // Nobody types, and it stays open.
        let keyboard = terminal.stdin.take();
        assert!(within("it ends", DEADLINE, terminal.wait()).await.unwrap().success());
        drop(keyboard);
        std::fs::read_to_string(home.path().join("typescript")).unwrap()
    };
    let said = shown(&operator, &["delete", "5", "--wait"]).await;
    assert!(
        said.contains("task 71 alice") && said.contains("\x1b[38;5;") && said.contains("COMPLETED"),
        "{said:?}"
    );
    let said = shown(&operator.with("NO_COLOR", "1"), &["tasks", "show", "71"]).await;
    assert!(said.contains("COMPLETED") && !said.contains("\x1b["), "{said:?}");
}

/// A round over all of them would take most of a minute: what was missed is looked for at once.
#[tokio::test]
async fn after_a_gap_every_task_is_looked_at() {
    const TASKS: u64 = 1_000;
    let home = tempdir().unwrap();
    let looks = AtomicU64::new(0);
    let stub = Stub::start(move |asked, _| match asked.target.as_str() {
        "/ops/v1/deletions" => {
            let item = |id| json!({"id": id, "username": null, "verdict": "accepted", "task_id": id});
            ok(&json!({ "items": (1..=TASKS).map(item).collect::<Vec<_>>() }))
        }
        "/ops/v1/events" if looks.load(Ordering::SeqCst) < TASKS => unavailable(0),
        "/ops/v1/events" => axum::http::Response::new("event: gap\nid: 9-0\ndata: {}\n\n".to_owned().into()),
        look => {
            let id = look.rsplit('/').next().unwrap().parse().unwrap();
            let first = looks.fetch_add(1, Ordering::SeqCst) < TASKS;
            ok(&task(id, if first { "PROCESSING" } else { "COMPLETED" }))
        }
    })
    .await;
    let operator = Operator::of(home.path(), &stub.base);
    let list: Vec<_> = (1..=TASKS).map(|id| id.to_string()).collect();
    let ended = operator.types(&["delete", "-", "--wait"], &list.join("\n")).await;
    assert_eq!(said(&ended).matches("COMPLETED").count(), 1_000, "{}", ended.stderr);
}
