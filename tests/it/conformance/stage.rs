//! Where a scenario plays: a Redis, an API and workers of its own, somebody to be deleted, and an operator.

use offstage_tests::{api::Api, eventually, fixtures::PREFIX, programs::Program, stack::Stack};
use reqwest::Method;
use rustix::process::Signal;
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    Door, Meaning, Who, Whom,
    exchange::{Answer, Call, normalised, text},
    golden,
};

/// For whatever is to happen.
pub(super) const DEADLINE: Duration = Duration::from_secs(20);
/// The user who is to be deleted, or whose workspace is to be removed.
pub(super) const USER: u64 = 5;
/// His name.
pub(super) const USERNAME: &str = "user5";
/// An administrator; his password is his name and `-secret`.
pub(super) const CHIEF: &str = "chief";
/// One who is none; with a password, too.
pub(super) const CLERK: &str = "clerk";
/// How long a caller stays on the line where a scenario does not care, in milliseconds.
const LONG_MS: &str = "30000";
/// How long he does where he is to be told that it goes on.
const SHORT_MS: &str = "200";

/// See the module's header.
pub(super) struct Stage {
    // Dropped first: what they log lies in the folder of the Redis.
    program: Program,
    workers: Vec<Program>,
    pub(super) stack: Stack,
    /// The operator's, who speaks `/ops/v1`.
    pub(super) api: Api,
    /// The workspaces.
    pub(super) root: PathBuf,
}

/// An exchange, and what its answer means.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) call: Call,
    pub(super) answer: Answer,
    pub(super) means: Meaning,
}

impl Stage {
    /// One whose callers stay on the line for long.
    pub(super) async fn open() -> Self {
        let stack = Stack::with_users([USER]).await;
        import(&stack).await;
        let root = stack.redis.folder().join("workspaces");
        std::fs::create_dir_all(root.join(USERNAME).join("notebooks")).expect("a workspace");
        std::fs::write(root.join(USERNAME).join("notebooks/first.ipynb"), "{}").expect("a notebook");
        let (program, api) = stack.api(&settings(&root, LONG_MS)).await;
        Self { program, workers: Vec::new(), stack, api, root }
    }

    /// Another server, whose callers are soon told that it goes on.
    pub(super) async fn lose_patience(&mut self) {
        (self.program, self.api) = self.stack.api(&settings(&self.root, SHORT_MS)).await;
    }

    /// The server is told to stop.
    pub(super) fn stop_server(&self) {
        self.program.signal(Signal::TERM);
    }

    /// A worker.
    pub(super) fn worker(&self) -> Program {
        self.stack.worker(&settings(&self.root, LONG_MS))
    }

    /// Starts a worker; until then whatever is asked for waits.
    pub(super) fn work(&mut self) {
        self.workers.push(self.worker());
    }

    /// Waits for a task that has not ended, as the operator's list shows it.
    pub(super) async fn task(&self) -> u64 {
        eventually("a task is there", DEADLINE, async || {
            let list = self.api.get("/ops/v1/tasks").await;
            let open = |task: &serde_json::Value| task["state"] == "QUEUED" || task["state"] == "PROCESSING";
            list.body["items"].as_array()?.iter().find(|task| open(task))?["id"].as_u64()
        })
        .await
    }

    /// Waits until a request was answered with, or waits for, a task that was there.
    pub(super) async fn is_repeated(&self) {
        let metrics = Call::new(Method::GET, "/metrics");
        eventually("a request meets a live task", DEADLINE, async || {
            let page = metrics.send(self.api.base()).await.body;
            let live = |line: &&str| {
                line.starts_with("offstage_tasks_submitted_total{") && line.contains("outcome=\"live\"")
            };
            page.lines().find(live).map(|_| ())
        })
        .await;
    }

    /// Waits until the server says that it cannot serve.
    pub(super) async fn is_unready(&self) {
        let ready = Call::new(Method::GET, "/readyz");
        eventually("the server is not ready", DEADLINE, async || {
            (ready.send(self.api.base()).await.status != 200).then_some(())
        })
        .await;
    }

    /// The operator takes a task back.
    pub(super) async fn cancel(&self, task: u64) {
        let asked = self.api.request(Method::POST, &format!("/ops/v1/tasks/{task}/cancel"));
        let answer = self.api.send(asked.json(&json!({}))).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    /// Waits until a task has ended.
    pub(super) async fn ends(&self, task: u64) {
        eventually("the task ends", DEADLINE, async || {
            (!self.story(task).await["completed"].is_null()).then_some(())
        })
        .await;
    }

    /// How many tasks there are.
    pub(super) async fn tasks(&self) -> usize {
        eventually("the list is shown", DEADLINE, async || {
            self.api.get("/ops/v1/tasks").await.body["items"].as_array().map(Vec::len)
        })
        .await
    }

    /// Redis forgets everything.
    pub(super) fn forget(&self) {
        redis::cmd("FLUSHALL").exec(&mut self.stack.redis.connection()).expect("it is forgotten");
    }

    /// Whether the user is in that configuration, `staged` or `deployed`.
    pub(super) fn has_user(&self, side: &str) -> bool {
        let key = format!("{PREFIX}:{side}:user:{USER}");
        redis::cmd("EXISTS").arg(key).query(&mut self.stack.redis.connection()).expect("Redis answers")
    }

    /// All about a task.
    pub(super) async fn story(&self, task: u64) -> serde_json::Value {
        let answer = self.api.get(&format!("/ops/v1/tasks/{task}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    }

    /// Asks for the deletion.
    pub(super) async fn ask(&self, door: &impl Door, who: Who, whom: Whom) -> Told {
        self.tell(door, door.ask(who, whom)).await
    }

    /// What an answer that names a running task leads to.
    pub(super) async fn end_of(&self, door: &impl Door, told: &Told) -> Option<Told> {
        let Meaning::Running(task) = told.means else { return None };
        let look = door.look(task)?;
        let end = eventually("the task ends", DEADLINE, async || {
            let told = self.tell(door, look.clone()).await;
            (!matches!(told.means, Meaning::Running(_))).then_some(told)
        });
        Some(end.await)
    }

    /// How far a task is, where a caller can ask for it.
    pub(super) async fn look(&self, door: &impl Door, told: &Told) -> Option<Told> {
        let Meaning::Running(task) = told.means else { return None };
        Some(self.tell(door, door.look(task)?).await)
    }

    async fn tell(&self, door: &impl Door, call: Call) -> Told {
        let answer = call.send(self.api.base()).await;
        let means = door.means(&answer);
        Told { call, answer, means }
    }
}

/// Plays a scenario through a door and compares what went over the wire.
pub(super) async fn play<D: Door>(
    name: &str,
    scenario: impl AsyncFn(&mut Stage, &D) -> Vec<(&'static str, Told)>,
) {
    let mut stage = Stage::open().await;
    let door = D::open(&stage).await;
    let told = scenario(&mut stage, &door).await;
    let told = told.iter().map(|(title, told)| format!("### {title}\n{}", text(&told.call, &told.answer)));
    let seen = told.collect::<Vec<_>>().join("\n");
    golden::check(D::DIALECT, name, &normalised(&seen, stage.api.base(), &door.secrets()));
}

/// What API and workers are told.
fn settings<'a>(root: &'a Path, wait_ms: &'a str) -> [(&'static str, &'a str); 3] {
    [
        ("OFFSTAGE_NOTEBOOKS__WORKSPACE_ROOT", root.to_str().expect("UTF-8")),
        ("OFFSTAGE_NOTEBOOKS__WAIT_MS", wait_ms),
        ("OFFSTAGE_PLATFORM__WAIT_MS", wait_ms),
    ]
}

/// Two users with passwords, by the program that loads them.
async fn import(stack: &Stack) {
    let user = |id: u64, name: &str, role: u64| {
        json!({"id": id, "username": name, "email": format!("{name}@example.com"), "description": "",
            "user_role_id": role, "security_profile_id": 1, "locale_id": "en", "tenant_id": null,
            "inactivity_timeout": 0, "password": format!("{name}-secret")})
    };
    let directory = json!({
        "user_roles": [{"id": 1, "name": "Admin", "capabilities": ["ADMIN"]}, {"id": 2, "name": "User", "capabilities": []}],
        "security_profiles": [{"id": 1, "name": "Admin"}],
        "users": [user(20, CHIEF, 1), user(21, CLERK, 2)],
    });
    let file = stack.redis.folder().join("directory.json");
    std::fs::write(&file, directory.to_string()).expect("the directory is written");
    let args = ["import", file.to_str().expect("UTF-8"), "--redis-url", &stack.redis.url()];
    let mut program = Program::start("offstage", stack.redis.folder(), &args, &[]);
    assert!(program.ended(DEADLINE).await.success(), "{}", program.log());
}
