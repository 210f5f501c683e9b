//! A peer's program while it runs, and the lines that it says (tests/peers/rust/line says what they are).
//!
//! Easy to get wrong: workers print what they like to standard output, so that only lines of the right form are heard.

use serde_json::Value;
use std::{
    io::{Read as _, Seek as _},
    process::Stdio,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

/// The longest that one line may take to come, and a program to end.
const LIMIT: Duration = Duration::from_mins(2);

/// See the module's header.
pub(crate) struct Line {
    process: Child,
    /// Open as long as the program is to run.
    input: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    errors: std::fs::File,
}

impl Line {
    pub(crate) fn start(mut command: Command) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("it cannot be started: {error}");
        let errors = tempfile::tempfile().map_err(failed)?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        command.stderr(errors.try_clone().map_err(failed)?);
        let mut process = command.spawn().map_err(failed)?;
        let (input, output) = (process.stdin.take(), process.stdout.take());
        let (Some(input), Some(output)) = (input, output) else { return Err("it has no pipes".to_owned()) };
        Ok(Self { process, input, lines: BufReader::new(output).lines(), errors })
    }

    /// Waits until its worker has begun its first job.
    pub(crate) async fn begun(&mut self) -> Result<(), String> {
        self.hear(|line| (line == "begun").then_some(())).await
    }

    /// Waits until it says what it has measured.
    pub(crate) async fn answer(&mut self) -> Result<Value, String> {
        self.hear(|line| line.starts_with('{').then(|| serde_json::from_str(line).ok()).flatten()).await
    }

    /// Lets it end.
    pub(crate) async fn end(mut self) -> Result<(), String> {
        drop(self.input);
        match tokio::time::timeout(LIMIT, self.process.wait()).await {
            Ok(Ok(_status)) => Ok(()),
            Ok(Err(error)) => Err(format!("it cannot be waited for: {error}")),
            Err(_) => Err(format!("it has not ended within {LIMIT:?}")),
        }
    }

    async fn hear<T>(&mut self, wanted: impl Fn(&str) -> Option<T>) -> Result<T, String> {
        let hearing = async {
            while let Ok(Some(line)) = self.lines.next_line().await {
                if let Some(said) = wanted(&line) {
                    return Some(said);
                }
            }
            None
        };
        match tokio::time::timeout(LIMIT, hearing).await {
            Ok(Some(said)) => Ok(said),
            Ok(None) => Err(format!("it ended and said: {}", self.last_error())),
            Err(_) => Err(format!("it has said nothing within {LIMIT:?}")),
        }
    }

    /// The last line of its standard error.
    fn last_error(&mut self) -> String {
        let mut text = Vec::new();
        let read = self.errors.rewind().and_then(|()| self.errors.read_to_end(&mut text));
        let text = String::from_utf8_lossy(&text);
        let last = text.lines().rev().find(|line| !line.trim().is_empty());
        read.map_or_else(|error| error.to_string(), |_| last.unwrap_or("nothing").to_owned())
    }
}
