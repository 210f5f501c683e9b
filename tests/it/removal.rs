//! Removals of workspaces by real workers on a real disk: gone exactly once, whoever dies or comes late, and never while a
//! container runs.

mod crashes;
mod outcomes;
mod races;
mod rehearsal;
mod sweep;

use offstage::{
    domain::{
        checklist::Checklist,
        state::{Event, TaskState},
        task::{Subject, Task, TaskId, TaskKind},
        workspace::WorkspaceName,
    },
    store::{
        containers::{ContainerType, NewContainer, Registration},
        queue::{Claim, Commit, Lease, Promised, Settled, Settlement},
        submit::{Submission, Submitted},
        tasks::Cancelled,
    },
};
use offstage_tests::{
    fixtures,
    programs::Program,
    stack::{LEASE, Stack},
    tasks,
};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

const DEADLINE: Duration = Duration::from_secs(30);
/// The folder of workspaces, as a setting.
const ROOT: &str = "OFFSTAGE_NOTEBOOKS__WORKSPACE_ROOT";

/// A Redis, and a folder of workspaces beside its data.
struct Ground {
    stack: Stack,
    root: PathBuf,
}

impl Ground {
    async fn new() -> Self {
        let stack = Stack::with_users([]).await;
        let root = stack.redis.folder().join("workspaces");
        fs::create_dir(&root).unwrap();
        Self { stack, root }
    }

    fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// A workspace with so many files, a hundred a folder.
    fn workspace(&self, name: &str, files: usize) {
        for number in 0..files {
            let folder = self.at(name).join(format!("notebooks/{}", number / 100));
            if number % 100 == 0 {
                fs::create_dir_all(&folder).unwrap();
            }
            fs::write(folder.join(format!(".{number}.ipynb")), "{}").unwrap();
        }
    }

    async fn submit(&self, name: &str) -> TaskId {
        let subject = Subject::Workspace(workspace(name));
        let submission = Submission { kind: TaskKind::Workspace, subject, ..fixtures::submission(1) };
        let outcome = self.stack.store.submit(&[submission]).await.unwrap();
        let [Submitted::Created { id, .. }] = outcome[..] else { panic!("not a new task: {outcome:?}") };
        id
    }

    fn worker(&self, environment: &[(&str, &str)]) -> Program {
        self.worker_at(&self.stack.redis.url(), environment)
    }

    fn worker_at(&self, redis_url: &str, environment: &[(&str, &str)]) -> Program {
        let root = [(ROOT, self.root.to_str().unwrap())];
        let all: Vec<_> = root.into_iter().chain(environment.iter().copied()).collect();
        self.stack.worker_at(redis_url, &all)
    }

    async fn task(&self, id: TaskId) -> Task {
        self.stack.store.task(id).await.unwrap().unwrap()
    }

    async fn ended(&self, id: TaskId) -> Task {
        tasks::ended(&self.stack.store, id).await
    }

    async fn in_state(&self, id: TaskId, state: TaskState) -> Task {
        tasks::in_state(&self.stack.store, id, state).await
    }

    /// The state a task ends in, and its reason.
    async fn end_of(&self, id: TaskId) -> (TaskState, &'static str) {
        let task = self.ended(id).await;
        (task.state, task.reason.as_ref().map_or("", |reason| reason.name()))
    }

    /// The workspace is gone, its mark is there and empty, and Redis holds nothing open.
    async fn is_gone_once(&self, name: &str, task: TaskId) {
        assert!(!self.at(name).exists());
        assert_eq!(files(&self.at("trash").join(task.to_string())), 0);
        assert!(self.at("trash").join(task.to_string()).is_dir());
        self.stack.is_settled().await;
    }

    async fn register(&self, id: &str, user: &str, expires_s: u64) -> Registration {
        let username = workspace(user);
        let container =
            NewContainer { id: id.to_owned(), username, kind: ContainerType::OpenNotebook, expires_s };
        self.stack.store.register_container(&container).await.unwrap()
    }

    /// A worker of the test's own takes the one task that waits, and promises its effect.
    async fn claim_and_promise(&self) -> Lease {
        let Claim::Taken { tasks, .. } = self.stack.store.claim(1, "by hand", LEASE).await.unwrap() else {
            panic!("the queue is not paused")
        };
        let lease = tasks[0].lease;
        let commit = Commit { lease, oldest_answer_ms: None, checks: Checklist::default() };
        assert_eq!(self.stack.store.promise(&commit, "by hand", LEASE).await.unwrap(), Promised::Done);
        lease
    }

    /// A script that Redis has never seen is refused first and sent again whole; a trap would catch the refusal.
    async fn redis_knows_the_scripts(&self) {
        let task = self.submit("warm").await;
        let lease = self.claim_and_promise().await;
        assert_eq!(lease.task, task);
        let end = Settlement { lease, event: Event::Complete, reason: None, delay_ms: 0, checks: None };
        assert_eq!(self.stack.store.settle(&[end], "by hand").await.unwrap(), [Settled::Done]);
    }

    /// The states a task went through.
    async fn story(&self, id: TaskId) -> Vec<TaskState> {
        tasks::story(&self.stack.store, id).await
    }

    async fn cancel(&self, id: TaskId) -> Cancelled {
        self.stack.store.cancel(id, "tester").await.unwrap()
    }
}

fn workspace(name: &str) -> WorkspaceName {
    WorkspaceName::new(name).unwrap()
}

/// How many files there are below a folder.
fn files(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let entries = entries.filter_map(Result::ok);
    entries.map(|entry| if entry.path().is_dir() { files(&entry.path()) } else { 1 }).sum()
}
