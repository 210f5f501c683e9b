//! The workers that are there. Each says so every few seconds; who is silent is forgotten.
//!
//! Easy to get wrong: a worker's name is random and stands in no metric. And whether a worker is quiet is decided in the
//! claim script, so that it claims nothing more from the moment an operator is told that it is quiet.

use chrono::{DateTime, Utc};
use std::time::Duration;

use super::{Store, StoreError, records::time, reply::number, scripts};

/// How often a worker says that it is there.
pub const ANNOUNCED_EVERY: Duration = Duration::from_secs(2);
/// How long a worker counts that is not heard of.
pub(super) const COUNTED: Duration = Duration::from_secs(10);
/// How long it is remembered.
const REMEMBERED: Duration = Duration::from_mins(1);
/// Most workers in a list.
const MOST_LISTED: u64 = 1_000;

/// What a worker says of itself.
#[derive(Debug, Clone)]
pub struct Announcement {
    /// Its name.
    pub name: String,
    /// The machine it runs on.
    pub host: String,
    /// Its process.
    pub pid: u32,
    /// The version of its program.
    pub version: String,
    /// Tasks that run there.
    pub running: u64,
    /// How long ago it last claimed a task.
    pub last_claim: Option<Duration>,
    /// It was told to be quiet when it last asked.
    pub quiet: bool,
}

/// A worker that was heard of lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerEntry {
    /// Its name.
    pub name: String,
    /// The machine it runs on.
    pub host: String,
    /// Its process.
    pub pid: u32,
    /// The version of its program.
    pub version: String,
    /// When it came.
    pub since: DateTime<Utc>,
    /// When it was last heard of.
    pub seen: DateTime<Utc>,
    /// When it last claimed a task.
    pub last_claim: Option<DateTime<Utc>>,
    /// Tasks that ran there when it was last heard of.
    pub running: u64,
    /// It claims nothing.
    pub quiet: bool,
}

impl Store {
    /// A worker is there. Tells whether it is to be quiet.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn announce(&self, announcement: &Announcement) -> Result<bool, StoreError> {
        let Announcement { name, host, pid, version, running, last_claim, quiet } = announcement;
        let args = vec![
            name.clone(),
            host.clone(),
            pid.to_string(),
            version.clone(),
            running.to_string(),
            last_claim.map_or_else(String::new, |ago| ago.as_millis().to_string()),
            u8::from(*quiet).to_string(),
            REMEMBERED.as_millis().to_string(),
        ];
        let reply = self.run(&scripts::ANNOUNCE, args).await?.ok(scripts::ANNOUNCE.name)?;
        Ok(reply.text(0)? == "1")
    }

    /// A worker has ended.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn leave(&self, worker: &str) -> Result<(), StoreError> {
        let reply = self.run(&scripts::LEAVE, vec![worker.to_owned()]).await?;
        if reply.tag() == "DONE" { Ok(()) } else { Err(reply.unexpected()) }
    }

    /// The workers that were heard of lately, those that are silent longest first; a thousand at most.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn workers(&self) -> Result<Vec<WorkerEntry>, StoreError> {
        let name = scripts::LIST_WORKERS.name;
        let rows = self.run(&scripts::LIST_WORKERS, vec![MOST_LISTED.to_string()]).await?.ok(name)?.rows()?;
        rows.iter().map(|row| read(row)).collect()
    }

    /// Stops a worker from claiming, or lets it claim again. None if it was not heard of lately.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn set_quiet(&self, worker: &str, quiet: bool) -> Result<Option<WorkerEntry>, StoreError> {
        let reply = self.run(&scripts::QUIET, vec![worker.to_owned(), u8::from(quiet).to_string()]).await?;
        match reply.tag() {
            "DONE" => Ok(self.workers().await?.into_iter().find(|entry| entry.name == worker)),
            "NOT_FOUND" => Ok(None),
            _ => Err(reply.unexpected()),
        }
    }
}

fn read(row: &[String]) -> Result<WorkerEntry, StoreError> {
    let script = scripts::LIST_WORKERS.name;
    let [name, host, pid, version, since, seen, last_claim, running, quiet] = row else {
        return Err(StoreError::UnknownReply { script, what: "a worker of another shape".into() });
    };
    let last_claim = if last_claim.is_empty() { None } else { Some(time(number(script, last_claim)?)) };
    Ok(WorkerEntry {
        name: name.clone(),
        host: host.clone(),
        pid: u32::try_from(number(script, pid)?).unwrap_or(0),
        version: version.clone(),
        since: time(number(script, since)?),
        seen: time(number(script, seen)?),
        last_claim,
        running: number(script, running)?,
        quiet: quiet == "1",
    })
}
