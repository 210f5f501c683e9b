//! The workers that are there. Each says so every few seconds; who is silent is forgotten.
//!
//! Easy to get wrong: a worker's name is random and stands in no metric. And whether a worker is quiet is decided in the
//! claim script, so that it claims nothing more from the moment an operator is told that it is quiet.

use chrono::{DateTime, Utc};
use std::{collections::HashMap, time::Duration};

use super::{Store, StoreError, must_be_the_same, records::Fields, scripts};

/// How often a worker says that it is there.
pub const ANNOUNCED_EVERY: Duration = Duration::from_secs(1);
/// How long a worker counts that is not heard of.
pub(super) const COUNTED: Duration = Duration::from_secs(10);
/// How long it is remembered.
const REMEMBERED: Duration = Duration::from_mins(1);
/// Most workers read in one round trip.
const MOST_AT_ONCE: usize = 200;

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
    /// Who wanted it so.
    pub quiet_by: Option<String>,
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

    /// The workers that were heard of lately, by name.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn workers(&self) -> Result<Vec<WorkerEntry>, StoreError> {
        let epoch = self.epoch().await?;
        let mut commands = redis::pipe();
        commands.get(self.inner.keys.epoch()).zrange(self.inner.keys.named("workers"), 0, -1);
        let (now, mut names): (Option<String>, Vec<String>) =
            self.inner.link.pipeline("workers", &commands).await?;
        must_be_the_same(epoch, now.as_deref())?;
        names.sort_unstable();
        let mut workers = Vec::with_capacity(names.len());
        for some in names.chunks(MOST_AT_ONCE) {
            workers.extend(self.workers_named(some).await?);
        }
        Ok(workers)
    }

    /// Stops a worker from claiming, or lets it claim again; `by` is the caller's name. None if it was not heard of lately.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn set_quiet(
        &self,
        worker: &str,
        quiet: bool,
        by: &str,
    ) -> Result<Option<WorkerEntry>, StoreError> {
        let args = vec![worker.to_owned(), u8::from(quiet).to_string(), by.to_owned()];
        let reply = self.run(&scripts::QUIET, args).await?;
        match reply.tag() {
            "DONE" => Ok(self.workers_named(&[worker.to_owned()]).await?.pop()),
            "NOT_FOUND" => Ok(None),
            _ => Err(reply.unexpected()),
        }
    }

    /// Those of these workers that are remembered.
    async fn workers_named(&self, names: &[String]) -> Result<Vec<WorkerEntry>, StoreError> {
        let mut commands = redis::pipe();
        for name in names {
            commands.hgetall(self.inner.keys.worker(name));
        }
        let found: Vec<HashMap<String, String>> = self.inner.link.pipeline("workers", &commands).await?;
        let there = names.iter().zip(found).filter(|(_, values)| !values.is_empty());
        there.map(|(name, values)| read(name, &Fields::new(self.inner.keys.worker(name), values))).collect()
    }
}

fn read(name: &str, fields: &Fields) -> Result<WorkerEntry, StoreError> {
    Ok(WorkerEntry {
        name: name.to_owned(),
        host: fields.text("host").unwrap_or_default().to_owned(),
        pid: u32::try_from(fields.number("pid")?.unwrap_or(0)).unwrap_or(0),
        version: fields.text("version").unwrap_or_default().to_owned(),
        since: fields.needed("since", fields.instant("since")?)?,
        seen: fields.needed("seen", fields.instant("seen")?)?,
        last_claim: fields.instant("last_claim")?,
        running: fields.number("running")?.unwrap_or(0),
        quiet: fields.text("quiet") == Some("1"),
        quiet_by: fields.text("quiet_by").map(str::to_owned),
    })
}
