//! What Redis promises: is it new enough, does it write everything to disk, does it throw anything away.
//!
//! A 202 promises no more than Redis does. The API says at its start what is missing; with `--strict` it refuses to start.

use redis::pipe;
use std::collections::HashMap;

use super::{Store, StoreError};

/// The oldest Redis whose scripts do what ours need.
const OLDEST_MAJOR_VERSION: u32 = 7;

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
}

impl Store {
    /// What is missing; nothing where all is well. A server that does not tell (a managed one may not) is taken at its
    /// word.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn shortcomings(&self) -> Result<Vec<Shortcoming>, StoreError> {
        let info = self.info("server").await?;
        Ok(judge(&info, &self.settings().await?))
    }

    /// What survives when the machine loses power.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn durability(&self) -> Result<Durability, StoreError> {
        let settings = self.settings().await?;
        let setting = |name: &str| settings.get(name).map(String::as_str);
        Ok(match (setting("appendonly"), setting("appendfsync")) {
            (Some("yes"), Some("always")) => Durability::Always,
            (Some("yes"), Some("everysec")) => Durability::EverySecond,
            (Some("yes"), Some("no")) => Durability::No,
            (Some("no"), _) => Durability::Off,
            _ => Durability::Unknown,
        })
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
        for setting in
            ["maxmemory-policy", "appendonly", "appendfsync", "save", "stop-writes-on-bgsave-error"]
        {
            commands.cmd("CONFIG").arg("GET").arg(setting);
        }
        match self.inner.link.pipeline::<Vec<HashMap<String, String>>>("config", &commands).await {
            Ok(settings) => Ok(settings.into_iter().flatten().collect()),
            Err(StoreError::Refused { .. }) => Ok(HashMap::new()),
            Err(error) => Err(error),
        }
    }
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

fn judge(info: &str, settings: &HashMap<String, String>) -> Vec<Shortcoming> {
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
    } else if let Some(fsync) = setting("appendfsync", "always") {
        add(false, format!("appendfsync is {fsync}: a power cut loses the last moments; set it to always"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{HashMap, judge};

    fn settings(policy: &str, aof: &str, fsync: &str) -> HashMap<String, String> {
        [("maxmemory-policy", policy), ("appendonly", aof), ("appendfsync", fsync)]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    #[test]
    fn what_can_lose_a_task_is_named() {
        let good = "redis_version:7.0.15\r\n";
        assert!(judge(good, &settings("noeviction", "yes", "always")).is_empty());
        assert!(judge(good, &HashMap::new()).is_empty());
        let graves =
            |info: &str, settings| judge(info, &settings).iter().map(|one| one.grave).collect::<Vec<_>>();
        assert_eq!(graves(good, settings("noeviction", "yes", "everysec")), [false]);
        assert_eq!(graves(good, settings("allkeys-lru", "no", "everysec")), [true, true]);
        assert_eq!(graves("redis_version:6.2.14\r\n", settings("noeviction", "yes", "always")), [true]);
    }
}
