//! `offstage dev` on a folder of the test's own, and a look at the processes that belong to the folder.
//!
//! Processes are found by the mark, as the program finds them. What is to be left over by nobody is found by where it
//! works, too, so that a child that lost its mark fails the test that looks for it, and is still killed with the test.

use rustix::process::{Pid, Signal, kill_process};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

use crate::{api::Api, fixtures::ADMIN_TOKEN, programs::Program};

/// By this variable an `offstage dev` finds what an earlier one left behind.
const MARK: &str = "OFFSTAGE_DEV_INSTANCE";

/// A folder for `--data`; every process that works in it is killed with it.
pub struct DataFolder {
    folder: TempDir,
    name: String,
}

/// A running `offstage dev` that serves.
pub struct Dev {
    /// The process.
    pub program: Program,
    /// A client with the administrator's token that was given, or made.
    pub api: Api,
    /// The line that says whose token it is.
    pub announcement: String,
    /// The three commands of the tour.
    pub tour: Vec<String>,
}

/// A process of a data folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// Its id.
    pub pid: Pid,
    /// Its command line, with spaces.
    pub command: String,
    /// Its environment, one variable a line.
    pub environment: String,
}

impl Default for DataFolder {
    fn default() -> Self {
        Self::new()
    }
}

impl DataFolder {
    /// A new one.
    #[must_use]
    pub fn new() -> Self {
        Self::named("data")
    }

    /// A new one of that name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("offstage-dev-").tempdir().expect("a temporary folder");
        Self { folder, name: name.to_owned() }
    }

    /// The folder around it, for the test's other files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What `--data` says.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.path().join(&self.name)
    }

    /// The address of the private Redis.
    #[must_use]
    pub fn redis_url(&self) -> String {
        format!("redis+unix://{}", self.path().join("redis.sock").display())
    }

    /// Starts `offstage dev` on it, on a free port.
    #[must_use]
    pub fn spawn(&self, args: &[&str], environment: &[(&str, &str)]) -> Program {
        let data = self.path();
        let mut all = vec!["dev", "--listen", "127.0.0.1:0", "--data", data.to_str().expect("UTF-8")];
        all.extend(args);
        Program::start("offstage", self.folder(), &all, environment)
    }

    /// The same, and waits until it serves. The tests' token is given unless the environment gives another one.
    pub async fn start(&self, args: &[&str], environment: &[(&str, &str)]) -> Dev {
        let mut all = vec![("OFFSTAGE_ADMIN_TOKEN", ADMIN_TOKEN)];
        all.extend(environment);
        Dev::serving(self.spawn(args, &all)).await
    }

    /// Its living processes, but not `offstage dev` itself.
    #[must_use]
    pub fn marked(&self) -> Vec<Marked> {
        let Ok(data) = self.path().canonicalize() else { return Vec::new() };
        let mark = format!("{MARK}={}", data.display());
        pids()
            .filter_map(|pid| {
                let environment = lines(pid, "environ", "\n")?;
                let command = lines(pid, "cmdline", " ")?;
                environment.lines().any(|line| line == mark).then_some(Marked { pid, command, environment })
            })
            .collect()
    }

    /// Nothing works in the folder any more, with or without the mark.
    #[must_use]
    pub fn is_deserted(&self) -> bool {
        self.marked().is_empty() && !pids().any(|pid| works_in(pid, self.folder()))
    }

    /// Those of its processes whose command line holds that text.
    #[must_use]
    pub fn running(&self, text: &str) -> Vec<Pid> {
        self.marked().into_iter().filter(|one| one.command.contains(text)).map(|one| one.pid).collect()
    }

    /// The only such process.
    #[must_use]
    pub fn only(&self, text: &str) -> Pid {
        let found = self.running(text);
        assert_eq!(found.len(), 1, "one {text}: {:?}", self.marked());
        found[0]
    }

    /// Sends a signal to all of its processes.
    pub fn signal(&self, signal: Signal) {
        for process in self.marked() {
            // It may have ended since it was seen.
            kill_process(process.pid, signal).ok();
        }
    }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        for pid in pids().filter(|pid| works_in(*pid, self.folder())) {
            // It may have ended since it was seen.
            kill_process(pid, Signal::KILL).ok();
        }
    }
}

impl Dev {
    /// Waits until a started one serves and has shown its tour.
    pub async fn serving(mut program: Program) -> Self {
        let first = program.line("").await;
        let base = first.strip_prefix("ready ").unwrap_or_else(|| panic!("{first:?} is not `ready …`"));
        let base = base.to_owned();
        let announcement = program.line("The administrator's token").await;
        let mut tour = Vec::new();
        for _ in 0..3 {
            tour.push(program.line("curl ").await);
        }
        let api = Api::new(&base);
        let made = announcement.strip_prefix("The administrator's token, made for this start: ");
        let api = made.map_or(api.clone(), |token| api.with_token(Some(token)));
        Self { program, api, announcement, tour }
    }
}

fn lines(pid: Pid, file: &str, separator: &str) -> Option<String> {
    let bytes = std::fs::read(format!("/proc/{}/{file}", pid.as_raw_nonzero())).ok()?;
    Some(String::from_utf8_lossy(&bytes).replace('\0', separator))
}

fn pids() -> impl Iterator<Item = Pid> {
    let processes = std::fs::read_dir("/proc").expect("Linux");
    let ids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    ids.filter_map(Pid::from_raw)
}

fn works_in(pid: Pid, folder: &Path) -> bool {
    std::fs::read_link(format!("/proc/{}/cwd", pid.as_raw_nonzero())).is_ok_and(|cwd| cwd.starts_with(folder))
}
