//! Standard output and standard error of the commands: the one place that writes to them.
//!
//! A reader that goes away (`| head`) is not an error: what it did not want need not be written. Everything else
//! that goes wrong on standard output is returned, because a command whose answer was not delivered has failed.
//! Logs do not come through here; they are tracing's.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context as _;

use crate::telemetry::chain;

/// Whether anybody still reads standard output. What goes on for ever ends when nobody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The text has been taken.
    Listens,
    /// The pipe is closed.
    Gone,
}

/// Writes text to standard output and flushes it; a closed pipe is quietly accepted.
///
/// # Errors
/// Standard output cannot take the text (a full disk, say).
pub fn say(text: &str) -> anyhow::Result<()> {
    tell(text).map(|_| ())
}

/// [`say`], and whether it was heard.
///
/// # Errors
/// Standard output cannot take the text.
pub fn tell(text: &str) -> anyhow::Result<Reader> {
    write_all(io::stdout().lock(), text).context("cannot write to standard output")
}

/// Writes one line to standard error; there is nobody left to tell if that fails.
pub fn complain(line: &str) {
    if let Err(error) = write_all(io::stderr().lock(), &format!("{line}\n")) {
        tracing::debug!(%error, "standard error is gone");
    }
}

/// Says on standard error why a program failed, causes included.
#[must_use]
pub fn failed(program: &str, error: &anyhow::Error) -> ExitCode {
    complain(&format!("{program}: {}", chain(error.as_ref())));
    ExitCode::FAILURE
}

fn write_all(mut out: impl Write, text: &str) -> io::Result<Reader> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Reader::Gone),
        other => other.map(|()| Reader::Listens),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Broken(io::ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_quiet_and_a_full_disk_is_not() {
        assert_eq!(write_all(Broken(io::ErrorKind::BrokenPipe), "x").unwrap(), Reader::Gone);
        assert_eq!(write_all(Vec::new(), "x").unwrap(), Reader::Listens);
        assert!(write_all(Broken(io::ErrorKind::StorageFull), "x").is_err());
    }
}
