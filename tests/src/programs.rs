//! offstage's programs as processes. What they log goes to a file that is shown when the test fails.

use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use tokio::sync::mpsc;

use crate::{eventually, within};

/// How long a program may take to come up.
pub const START_LIMIT: Duration = Duration::from_secs(15);

/// Set by whoever keeps the folders in which something went wrong: logs are not printed, then.
pub static LOGS_ARE_KEPT: AtomicBool = AtomicBool::new(false);

/// A running program; killed with the test.
pub struct Program {
    child: Child,
    name: String,
    log: PathBuf,
    output: mpsc::UnboundedReceiver<String>,
    /// It was sent a signal that ends programs.
    is_told_to_end: AtomicBool,
}

/// The path of one of the programs that `cargo build` made beside this test, or beside this program.
#[must_use]
pub fn path_of(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("a program has a path");
    let folder = own.parent().expect("it stands in a folder");
    // Tests stand in target/<profile>/deps, programs one above.
    let above = if folder.ends_with("deps") { folder.parent().expect("deps stands in one") } else { folder };
    let program = above.join(name);
    assert!(
        program.exists(),
        "{} is not there: run `cargo build --workspace --bins` first",
        program.display()
    );
    program
}

/// A command that starts a program of ours, without the settings of the surrounding environment.
#[must_use]
pub fn command(name: &str, folder: &Path, args: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(path_of(name));
    command.args(args).current_dir(folder);
    for (variable, _) in std::env::vars_os() {
        let ours = variable.to_string_lossy().starts_with("OFFSTAGE_");
        if ours && variable != offstage::config::REDIS_SERVER_VARIABLE {
            command.env_remove(variable);
        }
    }
    command.envs(environment.iter().copied());
    command
}

/// How a program ended that was run to its end.
#[derive(Debug)]
pub struct Ended {
    /// Its status.
    pub status: ExitStatus,
    /// What it wrote to standard output.
    pub stdout: String,
    /// What it wrote to standard error.
    pub stderr: String,
}

/// Runs a command to its end, for up to `limit`.
pub async fn run(command: Command, limit: Duration) -> Ended {
    let what = format!("{command:?} ends");
    let mut command = tokio::process::Command::from(command);
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = within(&what, limit, command.output()).await.expect("it can be started");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ended { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }
}

impl Program {
    /// Starts a program of ours. Settings of the surrounding environment are kept away from it.
    #[must_use]
    pub fn start(name: &str, folder: &Path, args: &[&str], environment: &[(&str, &str)]) -> Self {
        Self::spawn(name, folder, command(name, folder, args, environment))
    }

    fn spawn(name: &str, folder: &Path, mut command: Command) -> Self {
        let log = folder.join(format!("{name}-{:08x}.log", rand::random::<u32>()));
        let errors = File::create(&log).expect("a log file");
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} starts: {error}"));
        let stdout = child.stdout.take().expect("its output is ours");
        let (lines, output) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if lines.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, name: name.to_owned(), log, output, is_told_to_end: AtomicBool::new(false) }
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        let mut text = String::new();
        File::open(&self.log)
            .and_then(|mut file| file.read_to_string(&mut text))
            .expect("the log can be read");
        text
    }

    /// The next line of its standard output that begins so.
    pub async fn line(&mut self, beginning: &str) -> String {
        let reading = async {
            while let Some(line) = self.output.recv().await {
                if line.starts_with(beginning) {
                    return Some(line);
                }
            }
            None
        };
        let line = within(beginning, START_LIMIT, reading).await;
        line.unwrap_or_else(|| panic!("{} ended before it said {beginning:?}:\n{}", self.name, self.log()))
    }

    /// The lines of its standard output that are left, once it has ended.
    pub async fn rest(&mut self) -> Vec<String> {
        let reading = async {
            let mut lines = Vec::new();
            while let Some(line) = self.output.recv().await {
                lines.push(line);
            }
            lines
        };
        within("standard output is closed", START_LIMIT, reading).await
    }

    /// Waits until a line of its log holds that text, and returns the line.
    pub async fn logged(&self, text: &str) -> String {
        eventually(text, START_LIMIT, async || {
            self.log().lines().find(|line| line.contains(text)).map(str::to_owned)
        })
        .await
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        let ends_it = ![Signal::STOP, Signal::CONT].contains(&signal);
        self.is_told_to_end.fetch_or(ends_it, Ordering::Relaxed);
        kill_process(Pid::from_child(&self.child), signal).expect("the signal arrives");
    }

    /// `kill -9`, and waits until it is gone.
    pub fn kill(&mut self) {
        self.is_told_to_end.store(true, Ordering::Relaxed);
        self.child.kill().expect("it is killed");
        self.child.wait().expect("it is gone");
    }

    /// Waits until it has ended by itself.
    pub async fn ended(&mut self, deadline: Duration) -> ExitStatus {
        let what = format!("{} ends", self.name);
        eventually(&what, deadline, async || self.child.try_wait().expect("it can be asked")).await
    }

    /// What is wrong with it: it ended though nobody told it to, or some code of it panicked.
    pub fn complaint(&mut self) -> Option<String> {
        let ended = self.child.try_wait().expect("it can be asked");
        let ended = ended.filter(|_| !self.is_told_to_end.load(Ordering::Relaxed));
        let ended = ended.map(|status| format!("{} ended by itself: {status}", self.name));
        let panicked = || {
            let log = self.log();
            let line = log.lines().find(|line| line.contains("panicked"))?;
            Some(format!("{} panicked: {line}", self.name))
        };
        ended.or_else(panicked)
    }

    /// It still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("it can be asked").is_none()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if self.is_running() {
            self.kill();
        }
        if std::thread::panicking() && !LOGS_ARE_KEPT.load(Ordering::Relaxed) {
            eprintln!("--- log of {}:\n{}", self.name, self.log());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Program, START_LIMIT};

    #[tokio::test]
    async fn a_program_that_ends_by_itself_is_complained_of_and_one_that_is_killed_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let start = || Program::start("offstage", folder.path(), &["no-such-command"], &[]);
        let mut program = start();
        program.ended(START_LIMIT).await;
        assert!(program.complaint().unwrap().starts_with("offstage ended by itself: exit status: "));
        let mut program = start();
        program.kill();
        assert_eq!(program.complaint(), None);
        std::fs::write(&program.log, "ERROR panicked: at the disco\n").unwrap();
        assert_eq!(program.complaint().unwrap(), "offstage panicked: ERROR panicked: at the disco");
    }
}
