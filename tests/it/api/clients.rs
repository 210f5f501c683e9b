//! Real clients, as people have them: installed from a package registry into a folder beside the tests' programs, and driven by the
//! scripts in `tests/clients/`.
//!
//! Easy to get wrong: a test that cannot install its client passes. It says so in a line that begins with SKIPPED, which
//! `make test` prints at the end, because nobody sees what a test that passes says.

use super::{DEADLINE, tasks};
use offstage::store::directory::{Collection, Named};
use offstage_tests::{fixtures::ADMIN_TOKEN, programs::path_of, stack::Stack, within};
use std::{path::PathBuf, process::Stdio, time::Duration};
use tokio::process::Command;

/// How long a registry may be silent before it counts as out of reach.
const ANSWER_WITHIN_S: &str = "10";
/// How long a script may take.
const SCRIPT_LIMIT: Duration = Duration::from_mins(1);

/// A Python with packages of its own.
pub(super) struct Python(PathBuf);

impl Python {
    /// One with these packages; none, and a line that says so, where they cannot be had.
    pub(super) fn with(name: &str, packages: &[&str]) -> Option<Self> {
        let folder = path_of("offstage").with_file_name("python").join(name);
        let python = folder.join("bin/python");
        let marker = folder.join(packages.join(" ").replace('/', "_"));
        // Tests run side by side, and two of them may want the same client.
        std::fs::create_dir_all(&folder).expect("the folder is made");
        let turn = std::fs::File::create(folder.join("lock")).expect("the lock is there");
        turn.lock().expect("it is this test's turn");
        if marker.exists() {
            return Some(Self(python));
        }
        let quiet = |program: PathBuf, args: &[&str]| {
            let mut command = std::process::Command::new(program);
            command.args(args).stdin(Stdio::null()).stdout(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        let install: Vec<_> =
            ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1"]
                .into_iter()
                .chain(["--timeout", ANSWER_WITHIN_S])
                .chain(packages.iter().copied())
                .collect();
        let made = quiet("python3".into(), &["-m", "venv", folder.to_str().expect("UTF-8")]);
        if !made || !quiet(python.clone(), &install) {
            skip(
                name,
                &format!("{packages:?} cannot be installed: is there a Python with venv, and PyPI in reach?"),
            );
            return None;
        }
        std::fs::write(marker, "").expect("the marker is written");
        Some(Self(python))
    }

    /// The system's own, with nothing but its standard library; none, and a line that says so, where there is none.
    pub(super) fn of_the_system() -> Option<Self> {
        let mut command = std::process::Command::new("python3");
        command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null());
        if command.status().is_ok_and(|status| status.success()) {
            return Some(Self("python3".into()));
        }
        skip("python", "there is no python3");
        None
    }

    /// Runs it, which must succeed; returns what it said.
    pub(super) async fn run(&self, args: &[&str]) -> String {
        let mut command = Command::new(&self.0);
        command.args(args).stdin(Stdio::null()).kill_on_drop(true);
        for proxy in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
            command.env_remove(proxy);
        }
        let output = within("the script ends", SCRIPT_LIMIT, command.output()).await.expect("Python starts");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complained = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}{complained}");
        said
    }
}

/// Says, now and at the end of `make test`, that what is called so was not tried.
fn skip(name: &str, why: &str) {
    eprintln!("SKIPPED: {name}: {why}");
    let folder = path_of("offstage").with_file_name("skipped");
    std::fs::create_dir_all(&folder).expect("the folder is made");
    std::fs::write(folder.join(name), format!("test: SKIPPED {name}: {why}\n")).expect("the line is written");
}

/// Where that script is.
pub(super) fn script(name: &str) -> String {
    format!("{}/clients/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[tokio::test]
async fn qradar4py_deletes_watches_and_cancels() {
    let Some(python) = Python::with("qradar4py", &["qradar4py==3.0"]) else { return };
    let stack = Stack::with_users([5, 6, 7]).await;
    let (_program, api) = stack.api(&[]).await;
    assert_eq!(api.register(6, "17", true).await.status, 201);
    // The script cancels while the queue is paused, and lets it go on by way of the test.
    stack.store.pause_queue(true, "test").await.unwrap();
    let _worker = stack.worker(&[]);
    let base = api.base();
    let said = python.run(&[&script("qradar4py_client.py"), base, ADMIN_TOKEN, "cancel", "7"]).await;
    assert_eq!(said.trim(), "CANCELLED");
    stack.store.pause_queue(false, "test").await.unwrap();
    for (user, end) in [("5", "COMPLETED"), ("6", "CONFLICT")] {
        let said = python.run(&[&script("qradar4py_client.py"), base, ADMIN_TOKEN, "delete", user]).await;
        assert_eq!(said.trim(), end);
    }
    let said = python.run(&[&script("qradar4py_client.py"), base, "wrong-token", "refused", "5"]).await;
    assert_eq!(said.trim(), "401 18");
    let said = python.run(&[&script("qradar4py_client.py"), base, ADMIN_TOKEN, "refused", "404"]).await;
    assert_eq!(said.trim(), "404 1002");
    assert_eq!(tasks(&stack).await, 3);
    api.until(1, &["CANCELLED"], DEADLINE).await;
    stack.is_settled().await;
}

/// The whole way through the dialect, with a client that nobody here wrote: list, create, look at dependents, cancel,
/// delete, watch, deploy.
async fn tour(python: &Python, tour: &str, clients: &[&str]) {
    let stack = Stack::with_users([5]).await;
    let profile = Named { id: 1, name: "Admin".to_owned(), ..Named::default() };
    stack.store.load_named(Collection::Profiles, &[profile]).await.unwrap();
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[]);
    let said = python.run(&[&script(tour), api.base(), ADMIN_TOKEN]).await;
    let wanted = "list, create, dependents, results, cancel, delete, poll, deploy: ok";
    let wanted: Vec<_> = clients.iter().map(|client| format!("{client}: {wanted}")).collect();
    assert_eq!(said.lines().collect::<Vec<_>>(), wanted);
    stack.is_settled().await;
}

#[tokio::test]
async fn qradar4py_goes_the_whole_way() {
    let Some(python) = Python::with("qradar4py", &["qradar4py==3.0"]) else { return };
    tour(&python, "qradar_tour_qradar4py.py", &["qradar4py"]).await;
}

#[tokio::test]
async fn qradar_discovers_its_methods_and_goes_the_whole_way_over_each_http_library() {
    let Some(python) = Python::with("qradar", &["qradar==0.0.4", "requests==2.34.2", "httpx==0.28.1"]) else {
        return;
    };
    tour(&python, "qradar_tour_qradar.py", &["requests", "httpx", "async"]).await;
}
