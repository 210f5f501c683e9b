//! The command line of operators: real programs, before a real API or, for what a real one does not do on command, a stub.

use offstage_tests::{
    fixtures::ADMIN_TOKEN,
    programs::{Ended, command},
    within,
};
use serde_json::Value;
use std::{
    path::Path,
    process::{Command, Stdio},
};
use tokio::io::AsyncWriteExt as _;

use super::DEADLINE;

mod delete;
mod login;
mod manners;
mod offline;
mod operate;
mod stub;
mod tasks;
mod tls;
mod version;
mod waiting;

/// An operator: a home of his own, and an API that he knows by the environment.
struct Operator<'a> {
    home: &'a Path,
    environment: Vec<(&'a str, &'a str)>,
}

impl<'a> Operator<'a> {
    /// One who knows no API.
    fn at(home: &'a Path) -> Self {
        let home_text = home.to_str().expect("UTF-8");
        Self { home, environment: vec![("HOME", home_text), ("XDG_CONFIG_HOME", "")] }
    }

    /// One with the administrator's token for that API.
    fn of(home: &'a Path, base: &'a str) -> Self {
        Self::at(home).with("OFFSTAGE_URL", base).with("OFFSTAGE_TOKEN", ADMIN_TOKEN)
    }

    fn with(mut self, name: &'a str, value: &'a str) -> Self {
        self.environment.push((name, value));
        self
    }

    fn command(&self, args: &[&str]) -> Command {
        command("offstage", self.home, args, &self.environment)
    }

    /// Runs a command to its end.
    async fn runs(&self, args: &[&str]) -> Ended {
        self.types(args, "").await
    }

    /// Runs a command with that text on its standard input.
    async fn types(&self, args: &[&str], input: &str) -> Ended {
        let mut command = tokio::process::Command::from(self.command(args));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("it can be started");
        let mut stdin = child.stdin.take().expect("its input is ours");
        // It may end without reading.
        stdin.write_all(input.as_bytes()).await.ok();
        drop(stdin);
        let output =
            within(&format!("{args:?} ends"), DEADLINE, child.wait_with_output()).await.expect("it ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Ended { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Runs a shell's line in which `offstage` is the program.
    async fn shell(&self, line: &str) -> Ended {
        let program = offstage_tests::programs::path_of("offstage");
        let mut shell = Command::new("bash");
        shell.args(["-c", &format!("offstage() {{ '{}' \"$@\"; }}; {line}", program.display())]);
        shell.current_dir(self.home).envs(self.environment.iter().copied());
        offstage_tests::programs::run(shell, DEADLINE).await
    }
}

/// The exit code of a command that ended by itself.
fn code(ended: &Ended) -> i32 {
    ended.status.code().unwrap_or_else(|| panic!("ended by a signal: {ended:?}"))
}

/// The standard output of a command that succeeded.
#[track_caller]
fn said(ended: &Ended) -> &str {
    assert!(ended.status.success(), "{ended:?}");
    &ended.stdout
}

/// That, as JSON.
#[track_caller]
fn document(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {ended:?}"))
}

/// A command on a terminal of its own, which goes to that file; what is typed comes from standard input.
fn on_terminal(operator: &Operator<'_>, args: &[&str], typescript: &str) -> tokio::process::Command {
    let program = offstage_tests::programs::path_of("offstage");
    let line = format!("{} {}", program.display(), args.join(" "));
    let mut script = tokio::process::Command::new("script");
    script.args(["--quiet", "--return", "--flush", "--command", &line, typescript]);
    script.current_dir(operator.home).envs(operator.environment.iter().copied()).env("TERM", "xterm");
    script.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    script
}
