//! The ledger (`worker.ledger`): a file outside Redis that says which effects were tried and which took place, so that a
//! Redis that was lost, or restored from an older copy, can be held against it.
//!
//! `begin` is on disk before an effect can take place; `done` follows once it is known that it did, `undone` where it was
//! refused. Whoever cannot write `begin` changes nothing: the attempt ends, and another follows while any are left.
//!
//! A `begin` without an end: the worker died in between, gave the attempt up, or could not write any more. Then the
//! task's record tells. COMPLETED under that fence means that it took effect; anything else that it did not, and that the
//! attempt which comes next says `begin` under a fence of its own. Where the record was lost too, somebody has to look. An
//! effect outside Redis that is carried out again (see `effects`) may be `done` twice, both times by the same task.
//!
//! It must never hold a name. Easy to get wrong: one fsync is for all lines that wait, so nobody may wait for a line before
//! he has handed in the next one he could; and the same file is written by other workers of the machine, so that a line
//! that was torn by a full disk is left there, on a line of its own.

mod file;

use chrono::{DateTime, SecondsFormat, Utc};
use offstage::{store::queue::Claimed, telemetry::chain};
use serde::Serialize;
use std::{path::PathBuf, sync::Arc};
use tokio::sync::{mpsc, oneshot};

use self::file::{FileError, LedgerFile};

/// Most lines in one write.
const MOST_AT_ONCE: usize = 1_000;
/// Lines that may wait before whoever brings one is held back.
const MOST_WAITING: usize = 4_096;

/// The way to write lines. All clones share one file and one thread, which ends with the last of them.
#[derive(Debug, Clone)]
pub struct Ledger {
    lines: mpsc::Sender<Waiting>,
    worker: Arc<str>,
}

/// The line is not on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the ledger cannot be written")]
pub struct Unwritable;

/// A line, and who waits until it is on disk.
#[derive(Debug)]
struct Waiting {
    line: String,
    written: oneshot::Sender<Result<(), Unwritable>>,
}

/// What a line says of an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum What {
    /// It may take place from now on.
    Begin,
    /// It took place.
    Done,
    /// It did not, and will not under this fence.
    Undone,
}

/// A line, as it is written; `at` is before the effect where it begins, and after it where it is done. Readers may rely on
/// the names; they never change their meaning.
#[derive(Debug, Serialize)]
struct Line<'a> {
    at: String,
    what: What,
    task: u64,
    fence: u64,
    attempt: u32,
    kind: &'static str,
    subject: String,
    worker: &'a str,
}

impl Ledger {
    /// A ledger in that file, which is opened when the first line is written, and again whenever it has gone elsewhere.
    ///
    /// # Errors
    /// When there is no thread for it.
    pub fn start(path: PathBuf, worker: &str) -> std::io::Result<Self> {
        let (lines, waiting) = mpsc::channel(MOST_WAITING);
        let mut file = LedgerFile::new(path);
        let keep = move || keep(|lines| file.append(lines), waiting);
        std::thread::Builder::new().name("ledger".to_owned()).spawn(keep)?;
        Ok(Self { lines, worker: worker.into() })
    }

    /// Writes down that the effect of a task may take place from now on.
    ///
    /// # Errors
    /// [`Unwritable`]: it must not.
    pub async fn begin(&self, claimed: &Claimed) -> Result<Entry, Unwritable> {
        let entry = Entry { ledger: self.clone(), claimed: claimed.clone() };
        entry.write(What::Begin).await?;
        Ok(entry)
    }
}

/// An effect that was begun, and whose end is still to be written down. Dropped, it stays without one.
#[derive(Debug)]
pub struct Entry {
    ledger: Ledger,
    claimed: Claimed,
}

impl Entry {
    /// Writes down how it ended. What cannot be written is said in the log; the effect is what it is.
    pub async fn end(self, took_place: bool) {
        let what = if took_place { What::Done } else { What::Undone };
        if self.write(what).await.is_err() {
            tracing::error!(task.id = self.claimed.lease.task.0, took_place, "the ledger lacks an end");
        }
    }

    async fn write(&self, what: What) -> Result<(), Unwritable> {
        let line = Line {
            at: now().to_rfc3339_opts(SecondsFormat::Millis, true),
            what,
            task: self.claimed.lease.task.0,
            fence: self.claimed.lease.fence.0,
            attempt: self.claimed.attempt,
            kind: self.claimed.kind.name(),
            subject: self.claimed.subject_without_name(),
            worker: &self.ledger.worker,
        };
        let line = serde_json::to_string(&line).map_err(|_| Unwritable)?;
        let (written, answer) = oneshot::channel();
        self.ledger.lines.send(Waiting { line, written }).await.map_err(|_| Unwritable)?;
        answer.await.unwrap_or(Err(Unwritable))
    }
}

/// The time by this machine's clock. Redis's would be known as of the claim, and early by whatever the answer took.
#[expect(clippy::disallowed_methods, reason = "a file outside Redis tells when it was written")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

/// Writes what waits, all of it at once, until nobody is left who could bring more.
fn keep(mut append: impl FnMut(&[u8]) -> Result<(), FileError>, mut waiting: mpsc::Receiver<Waiting>) {
    // Said at the start, too, when somebody still looks at the log.
    if let Err(error) = append(b"") {
        tracing::error!(error = %chain(&error), "the ledger cannot be written: nothing is deleted until it can");
    }
    let mut batch = Vec::with_capacity(MOST_AT_ONCE);
    while waiting.blocking_recv_many(&mut batch, MOST_AT_ONCE) > 0 {
        let mut text = String::new();
        for Waiting { line, .. } in &batch {
            text.push_str(line);
            text.push('\n');
        }
        let outcome = append(text.as_bytes()).map_err(|error| {
            tracing::error!(error = %chain(&error), lines = batch.len(), "the ledger cannot be written");
            Unwritable
        });
        for Waiting { written, .. } in batch.drain(..) {
            if written.send(outcome).is_err() {
                tracing::debug!("nobody waits for a line of the ledger any more");
            }
        }
    }
}

#[cfg(test)]
mod tests;
