//! What outside systems say, and fail to say. A stub answers; a real worker asks.

mod components;

use axum::{
    Router,
    body::Body,
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use offstage::{
    domain::{reason::Reason, state::TaskState, task::Task},
    http,
};
use offstage_tests::{eventually, fixtures, programs::Program, stack::Stack, tasks::ended};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, sync::Notify};
use tokio_util::sync::CancellationToken;

const DEADLINE: Duration = Duration::from_secs(20);

/// How the stub answers.
#[derive(Clone, Copy, Debug)]
enum Says {
    Nothing,
    Dependents(&'static str),
    Status(StatusCode),
    Redirect,
    TooMuch,
    Silence,
}

#[derive(Clone)]
struct Stub {
    says: Says,
    asked: Arc<AtomicUsize>,
    queries: Arc<std::sync::Mutex<Vec<String>>>,
    at_once: Arc<AtomicUsize>,
    most_at_once: Arc<AtomicUsize>,
    /// Answers wait for this, where there is one.
    release: Option<Arc<Notify>>,
}

impl Stub {
    fn new(says: Says) -> Self {
        Self {
            says,
            asked: Arc::default(),
            queries: Arc::default(),
            at_once: Arc::default(),
            most_at_once: Arc::default(),
            release: None,
        }
    }

    async fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/dependents", get(answer)).with_state(self.clone());
        tokio::spawn(http::serve(listener, router, http::Limits::default(), CancellationToken::new()));
        format!("http://{address}/dependents?user={{id}}&name={{username}}")
    }
}

async fn answer(State(stub): State<Stub>, RawQuery(query): RawQuery) -> Response {
    stub.asked.fetch_add(1, Ordering::SeqCst);
    stub.queries.lock().unwrap().push(query.unwrap_or_default());
    let now = stub.at_once.fetch_add(1, Ordering::SeqCst) + 1;
    stub.most_at_once.fetch_max(now, Ordering::SeqCst);
    if let Some(release) = &stub.release {
        release.notified().await;
    }
    stub.at_once.fetch_sub(1, Ordering::SeqCst);
    match stub.says {
        Says::Nothing => StatusCode::NOT_FOUND.into_response(),
        Says::Dependents(json) => json.into_response(),
        Says::Status(status) => (status, "[]").into_response(),
        Says::Redirect => (StatusCode::FOUND, [("location", "/dependents")], "[]").into_response(),
        Says::TooMuch => Body::from(format!("[{}]", " ".repeat(4_096))).into_response(),
        Says::Silence => std::future::pending().await,
    }
}

fn settings(stack: &Stack, url: &str, more: &str) -> PathBuf {
    let file = stack.redis.folder().join("offstage.toml");
    let text = format!(
        "[worker]\nretry_delay_ms = 100\nmax_attempts = 2\n[[checks.http]]\nname = \"reports\"\nurl = \"{url}\"\n\
         timeout_ms = 300\nmax_body_bytes = 1024\n{more}"
    );
    std::fs::write(&file, text).unwrap();
    file
}

fn worker(stack: &Stack, file: &std::path::Path) -> Program {
    stack.worker(&[("OFFSTAGE_CONFIG", file.to_str().unwrap())])
}

async fn outcome(says: Says) -> (Stack, Stub, Task) {
    let stack = Stack::with_users([5]).await;
    let stub = Stub::new(says);
    let file = settings(&stack, &stub.start().await, "");
    let _worker = worker(&stack, &file);
    let task = fixtures::submit(&stack.store, 5).await;
    let task = ended(&stack.store, task).await;
    stack.is_settled().await;
    (stack, stub, task)
}

#[tokio::test]
async fn not_found_and_an_empty_list_are_no_dependents() {
    for says in [Says::Nothing, Says::Dependents("[]")] {
        let (_stack, stub, task) = outcome(says).await;
        assert_eq!(task.state, TaskState::Completed, "{says:?}");
        assert_eq!(stub.queries.lock().unwrap().as_slice(), ["user=5&name=user5"]);
    }
}

#[tokio::test]
async fn a_dependent_that_an_outside_system_names_blocks_unless_it_says_otherwise() {
    let (stack, _, task) = outcome(Says::Dependents(r#"[{"type":"REPORT","id":"7"}]"#)).await;
    assert_eq!((task.state, task.checks.counts().blocking), (TaskState::Conflict, 1));
    let found = stack.store.found_dependents(task.id).await.unwrap();
    assert_eq!((found[0].kind.as_str(), found[0].id.as_str(), found[0].blocking), ("REPORT", "7", true));

    let (stack, _, task) =
        outcome(Says::Dependents(r#"[{"type":"REPORT","id":"7","blocking":false}]"#)).await;
    assert_eq!((task.state, task.checks.counts().found), (TaskState::Completed, 1));
    assert_eq!(stack.store.found_dependents(task.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn whatever_is_not_an_answer_is_never_taken_for_no_dependents() {
    for says in [
        Says::Status(StatusCode::INTERNAL_SERVER_ERROR),
        Says::Status(StatusCode::FORBIDDEN),
        Says::Status(StatusCode::NO_CONTENT),
        Says::Redirect,
        Says::TooMuch,
        Says::Silence,
        Says::Dependents("{\"none\": true}"),
        Says::Dependents("[{\"type\":\"REPORT\"}]"),
    ] {
        let (stack, stub, task) = outcome(says).await;
        assert_eq!(task.state, TaskState::Exception, "{says:?}");
        assert_eq!(task.reason, Some(Reason::CheckUnavailable { check: "reports".to_owned() }), "{says:?}");
        assert_eq!(task.attempt, 2, "{says:?}");
        assert_eq!(
            stub.asked.load(Ordering::SeqCst),
            2,
            "a redirect is not followed, an attempt asks once: {says:?}"
        );
        assert_eq!(stack.store.staged_users().await.unwrap(), 2, "nobody was deleted");
        let history = stack.store.story(task.id).await.unwrap().unwrap().history;
        let states: Vec<_> = history.iter().map(|line| line.to).collect();
        let expected = [
            TaskState::Queued,
            TaskState::Processing,
            TaskState::Interrupted,
            TaskState::Resuming,
            TaskState::Processing,
            TaskState::Exception,
        ];
        assert_eq!(states, expected, "{says:?}");
    }
}

#[tokio::test]
async fn an_outside_system_is_asked_no_more_than_so_often_at_once() {
    let stack = Stack::with_users(10..40).await;
    let release = Arc::new(Notify::new());
    let stub = Stub { release: Some(Arc::clone(&release)), ..Stub::new(Says::Nothing) };
    let file = settings(&stack, &stub.start().await, "concurrency = 3\n");
    for user in 10..40 {
        fixtures::submit(&stack.store, user).await;
    }
    let _worker = worker(&stack, &file);
    eventually("all have ended", DEADLINE, async || {
        release.notify_waiters();
        let depth = stack.store.depth().await.unwrap();
        (depth.states[&TaskState::Completed] == 30).then_some(())
    })
    .await;
    assert_eq!(stub.most_at_once.load(Ordering::SeqCst), 3);
    stack.is_settled().await;
}

#[tokio::test]
async fn an_answer_that_grew_too_old_is_asked_for_again() {
    let stack = Stack::with_users([5]).await;
    let stub = Stub::new(Says::Nothing);
    // The pause holds the commit back for longer than an answer may be old.
    let more = "[checks]\nmax_answer_age_ms = 400\n[checks.pause]\nms = 900\n";
    let url = stub.start().await;
    let file = settings(&stack, &url, "");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{more}{text}")).unwrap();
    let _worker = worker(&stack, &file);
    let task = fixtures::submit(&stack.store, 5).await;
    let task = ended(&stack.store, task).await;
    assert_eq!((task.state, task.attempt), (TaskState::Completed, 1));
    assert_eq!(stub.asked.load(Ordering::SeqCst), 2);
    stack.is_settled().await;
}

#[tokio::test]
async fn a_username_is_encoded_when_it_is_asked_about() {
    let stack = Stack::with_users([]).await;
    let odd =
        offstage::store::directory::NewUser { username: "a b&c/ü?#%7".to_owned(), ..fixtures::user(5) };
    stack.store.load_users(&[odd], false).await.unwrap();
    let stub = Stub::new(Says::Nothing);
    let file = settings(&stack, &stub.start().await, "");
    let _worker = worker(&stack, &file);
    let task = fixtures::submit(&stack.store, 5).await;
    assert_eq!(ended(&stack.store, task).await.state, TaskState::Completed);
    assert_eq!(stub.queries.lock().unwrap().as_slice(), ["user=5&name=a%20b%26c%2F%C3%BC%3F%23%257"]);
}

/// One outside system is quick, the other one slow and asked one at a time. The quick one's answers must not grow old while
/// the slow one is waited for.
#[tokio::test]
async fn no_answer_grows_old_while_another_system_is_busy() {
    let stack = Stack::with_users(10..22).await;
    let release = Arc::new(Notify::new());
    let quick = Stub::new(Says::Nothing);
    let slow = Stub { release: Some(Arc::clone(&release)), ..Stub::new(Says::Nothing) };
    let second = format!(
        "[[checks.http]]\nname = \"slow\"\nurl = \"{}\"\ntimeout_ms = 300\nconcurrency = 1\n",
        slow.start().await
    );
    let file = settings(&stack, &quick.start().await, &second);
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("[checks]\nmax_answer_age_ms = 300\n{text}")).unwrap();
    for user in 10..22 {
        fixtures::submit(&stack.store, user).await;
    }
    let _worker = worker(&stack, &file);
    let mut answered = Instant::now();
    eventually("all have ended", DEADLINE, async || {
        // An answer every 60 ms: twelve of them take longer than an answer may be old.
        if answered.elapsed() > Duration::from_millis(60) {
            answered = Instant::now();
            release.notify_waiters();
        }
        let depth = stack.store.depth().await.unwrap();
        (depth.states[&TaskState::Completed] == 12).then_some(())
    })
    .await;
    assert_eq!(quick.asked.load(Ordering::SeqCst), 12, "nobody was asked again");
    stack.is_settled().await;
}
