//! What Redis promises: is it new enough, does it write everything to disk, does it throw anything away, who has a copy.
//!
//! A 202 promises no more than Redis does. The API says at its start what is missing; with `--strict` it refuses to start.
//! What an operator promises beyond that (`durability`) is confirmed with every acceptance, in `acceptance.rs`; here it is
//! looked at and shown.
//!
//! Easy to get wrong: a replica that was stopped counts as connected for another minute. Only one that was heard of lately
//! is counted here.

use redis::pipe;
use std::{collections::HashMap, time::Duration};

use super::{Store, StoreError, acceptance::Shortfall};
use crate::config::{DurabilitySettings, FsyncPromise};

/// The oldest Redis whose scripts do what ours need.
const OLDEST_MAJOR_VERSION: u32 = 7;
/// Replicas say every second how far they are; one that has been silent for longer, in seconds, is not counted.
const SILENT_AFTER_S: u64 = 2;
/// Between two looks at the promise while nobody asks for anything.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// What is asked of a server's settings.
const SETTINGS: [&str; 6] = [
    "maxmemory-policy",
    "appendonly",
    "appendfsync",
    "aof-load-truncated",
    "save",
    "stop-writes-on-bgsave-error",
];

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortcoming {
    /// What it means, and what to do about it.
    pub remedy: String,
    /// An accepted task can be lost by it even without a power cut.
    pub grave: bool,
}

/// When Redis writes what it acknowledges to disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Before it acknowledges.
    Always,
    /// Once a second: a power cut loses the last moments.
    EverySecond,
    /// When the system gets round to it.
    No,
    /// Never: a restart loses everything since the last snapshot.
    Off,
    /// The server does not tell.
    Unknown,
}

impl Durability {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Always, Self::EverySecond, Self::No, Self::Off, Self::Unknown];

    /// The word for it; the first three are Redis's own, of `appendfsync`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::EverySecond => "everysec",
            Self::No => "no",
            Self::Off => "off",
            Self::Unknown => "unknown",
        }
    }

    /// Good enough for that promise. What the server does not tell is not.
    pub(super) fn keeps(self, promise: FsyncPromise) -> bool {
        match promise {
            FsyncPromise::Any => true,
            FsyncPromise::EverySec => self == Self::EverySecond || self == Self::Always,
            FsyncPromise::Always => self == Self::Always,
        }
    }
}

/// How durable an acceptance is, and how durable it is promised to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assurance {
    /// When the server writes to disk.
    pub fsync: Durability,
    /// Replicas that were heard of lately; none where the server does not tell.
    pub replicas: Option<u32>,
    /// What acceptances wait for.
    pub promised: DurabilitySettings,
    /// Why they are answered with 503, where they are.
    pub shortfall: Option<Shortfall>,
}

impl Store {
    /// What is missing; nothing where all is well. A server that does not tell (a managed one may not) is taken at its
    /// word.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn shortcomings(&self) -> Result<Vec<Shortcoming>, StoreError> {
        let info = self.info("server").await?;
        let mut found = judge(&info, &self.settings().await?, self.promised().fsync);
        if let Some(shortfall) = self.assurance().await?.shortfall {
            found.push(Shortcoming {
                remedy: format!("{shortfall}: bring it up to that, or promise less"),
                grave: true,
            });
        }
        Ok(found)
    }

    /// What acceptances wait for, and whether they would get it now.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn assurance(&self) -> Result<Assurance, StoreError> {
        let fsync = fsync_of(&self.settings().await?);
        let replicas = match self.info("replication").await {
            Ok(info) => heard_replicas(&info),
            Err(StoreError::Refused { .. }) => None,
            Err(error) => return Err(error),
        };
        let shortfall = match &self.inner.acceptances {
            Some(acceptances) => acceptances.shortfall().await?,
            None => None,
        };
        Ok(Assurance { fsync, replicas, promised: self.promised(), shortfall })
    }

    /// Looks again and again at what is promised, so that the log says when it is no longer kept, and requests are refused
    /// before they are begun, also where nobody asks for anything meanwhile. Ends at once where nothing is promised.
    pub async fn watch_promise(&self) {
        let Some(acceptances) = &self.inner.acceptances else { return };
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if let Err(error) = acceptances.look().await {
                tracing::debug!(error = %crate::telemetry::chain(&error), "what is promised cannot be had");
            }
        }
    }

    /// A section of what the server tells of itself.
    pub(super) async fn info(&self, section: &str) -> Result<String, StoreError> {
        let mut commands = pipe();
        commands.cmd("INFO").arg(section);
        let (info,): (String,) = self.inner.link.pipeline("info", &commands).await?;
        Ok(info)
    }

    /// The settings that matter here; none where the server does not tell.
    pub(super) async fn settings(&self) -> Result<HashMap<String, String>, StoreError> {
        let mut commands = pipe();
        for setting in SETTINGS {
            commands.cmd("CONFIG").arg("GET").arg(setting);
        }
        match self.inner.link.pipeline::<Vec<HashMap<String, String>>>("config", &commands).await {
            Ok(settings) => Ok(settings.into_iter().flatten().collect()),
            Err(StoreError::Refused { .. }) => Ok(HashMap::new()),
            Err(error) => Err(error),
        }
    }
}

/// When a server with these settings writes to disk what it acknowledges.
pub(super) fn fsync_of(settings: &HashMap<String, String>) -> Durability {
    let setting = |name: &str| settings.get(name).map(String::as_str);
    match (setting("appendonly"), setting("appendfsync")) {
        (Some("yes"), Some("always")) => Durability::Always,
        (Some("yes"), Some("everysec")) => Durability::EverySecond,
        (Some("yes"), Some("no")) => Durability::No,
        (Some("no"), _) => Durability::Off,
        _ => Durability::Unknown,
    }
}

/// A server with these settings loads a file that ends amid a transaction and leaves the beginning of it there, which it carries
/// out at the start after that: <https://github.com/valkey-io/valkey/pull/4342>.
pub(super) fn revives_what_broke_off(settings: &HashMap<String, String>) -> bool {
    let is_on = |name: &str| settings.get(name).is_some_and(|value| value == "yes");
    is_on("appendonly") && is_on("aof-load-truncated")
}

/// Replicas that have all and said so lately: `slave0:ip=127.0.0.1,port=1,state=online,offset=9,lag=1`.
fn heard_replicas(info: &str) -> Option<u32> {
    let connected: u32 = field(info, "connected_slaves")?.parse().ok()?;
    let heard = (0..connected).filter(|number| {
        let replica = field(info, &format!("slave{number}")).unwrap_or_default();
        let fact =
            |name: &str| replica.split(',').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        let lag = fact("lag").and_then(|lag| lag.parse::<u64>().ok());
        fact("state") == Some("online") && lag.is_some_and(|lag| lag <= SILENT_AFTER_S)
    });
    u32::try_from(heard.count()).ok()
}

/// A field of what the server tells of itself.
pub(super) fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

/// Its scripts do not do what ours need.
pub(super) fn is_too_old(version: &str) -> bool {
    let major = version.split('.').next().and_then(|major| major.parse().ok());
    major.is_some_and(|major: u32| major < OLDEST_MAJOR_VERSION)
}

/// What an operator has promised, and so knows of, is not held against the server: `durability.fsync = "everysec"` says that
/// the last moments may be lost. Where it is not kept, that is told for itself.
fn judge(info: &str, settings: &HashMap<String, String>, promised: FsyncPromise) -> Vec<Shortcoming> {
    let setting = |name: &str, good: &str| settings.get(name).filter(|value| *value != good);
    let mut found = Vec::new();
    let mut add = |grave, remedy: String| found.push(Shortcoming { remedy, grave });
    let version = field(info, "redis_version").unwrap_or_default();
    if is_too_old(version) {
        add(
            true,
            format!("Redis {version} is too old: run Redis {OLDEST_MAJOR_VERSION}.0 or newer, or Valkey"),
        );
    }
    if let Some(policy) = setting("maxmemory-policy", "noeviction") {
        add(true, format!("maxmemory-policy is {policy}: Redis may throw tasks away; set it to noeviction"));
    }
    if setting("appendonly", "yes").is_some() {
        add(true, "appendonly is off: a restart of Redis loses accepted tasks; set it to yes".to_owned());
    } else if promised == FsyncPromise::Any
        && let Some(fsync) = setting("appendfsync", "always")
    {
        add(false, format!("appendfsync is {fsync}: a power cut loses the last moments; set it to always"));
    }
    if revives_what_broke_off(settings) {
        let what = "aof-load-truncated is yes: what Redis died over can take effect two starts later; set it to no, and \
            start Redis by deploy/start-redis.sh";
        add(false, what.to_owned());
    }
    found
}

#[cfg(test)]
mod tests;
