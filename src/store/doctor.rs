//! Is everything as it should be? What `offstage doctor` says, line by line.
//!
//! Each line looks at one thing, says what it saw, and where that is not good, what to do about it. Looking changes
//! nothing and costs the same at any backlog.
//!
//! Easy to get wrong: a managed server may refuse to tell its settings. Then the line says so; it does not guess.

use chrono::Utc;
use redis::pipe;
use std::{collections::HashMap, time::Instant};

use super::{Store, StoreError, durability::field, records::time, tasks::Depth};
use crate::domain::state::TaskState;

/// Round trips of which the slowest is told.
const ROUND_TRIPS: usize = 10;
/// A round trip that is longer makes every submit slow, in milliseconds.
const SLOW_MS: f64 = 10.0;
/// One that is longer makes leases run out, in milliseconds.
const TOO_SLOW_MS: f64 = 500.0;
/// A difference of clocks that confuses people who compare times, in milliseconds.
const CLOCK_DIFFERENCE_MS: i64 = 2_000;
/// Shares of the memory, in percent.
const MUCH_PERCENT: u64 = 75;
const TOO_MUCH_PERCENT: u64 = 90;

/// How one thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Good,
    /// It works, and somebody should look at it.
    Warn,
    /// Tasks can be lost, or nothing is done.
    Bad,
}

impl Level {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Good, Self::Warn, Self::Bad];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at: a stable word.
    pub what: &'static str,
    /// How it is.
    pub level: Level,
    /// What was seen.
    pub says: String,
    /// What to do about it; none where all is good.
    pub remedy: Option<String>,
}

impl Store {
    /// Looks at everything.
    ///
    /// # Errors
    /// [`StoreError`]: what cannot be asked cannot be judged.
    pub async fn diagnose(&self) -> Result<Vec<Finding>, StoreError> {
        let latency_ms = self.slowest_round_trip_ms().await?;
        let settings = self.settings().await?;
        let depth = self.depth().await?;
        Ok(vec![
            version(&self.info("server").await?),
            persistence(&settings, &self.info("persistence").await?),
            eviction(&settings),
            memory(&self.info("memory").await?),
            clock(self.clock_difference_ms().await?),
            latency(latency_ms),
            keys(&self.key_counts().await?),
            workers(&depth, self.workers().await?.iter().filter(|worker| worker.quiet).count()),
        ])
    }

    async fn slowest_round_trip_ms(&self) -> Result<f64, StoreError> {
        let mut slowest = 0.0_f64;
        for _ in 0..ROUND_TRIPS {
            let begun = Instant::now();
            let mut commands = pipe();
            commands.cmd("PING").ignore();
            self.inner.link.pipeline::<()>("ping", &commands).await?;
            slowest = slowest.max(begun.elapsed().as_secs_f64() * 1e3);
        }
        Ok(slowest)
    }

    /// How far this machine's clock is ahead of Redis's.
    async fn clock_difference_ms(&self) -> Result<i64, StoreError> {
        let mut commands = pipe();
        commands.cmd("TIME");
        let ((seconds, micros),): ((u64, u64),) = self.inner.link.pipeline("time", &commands).await?;
        #[expect(clippy::disallowed_methods, reason = "compared with Redis's, and nothing is decided by it")]
        let here = Utc::now();
        Ok((here - time(seconds * 1_000 + micros / 1_000)).num_milliseconds())
    }

    async fn key_counts(&self) -> Result<Vec<(&'static str, u64)>, StoreError> {
        let named = |name: &str| self.inner.keys.named(name);
        let mut commands = pipe();
        commands.zcard(named("claimable")).zcard(named("delayed")).zcard(named("leases"));
        commands.zcard(named("ended")).hlen(named("idempotency"));
        commands.zcard(named("staged:users")).zcard(named("deployed:users")).hlen(named("tokens"));
        commands.cmd("XLEN").arg(named("events"));
        commands.cmd("DBSIZE");
        let counts: Vec<u64> = self.inner.link.pipeline("key_counts", &commands).await?;
        let words = [
            "claimable tasks",
            "delayed tasks",
            "held tasks",
            "ended tasks",
            "idempotency keys",
            "staged users",
            "deployed users",
            "tokens",
            "event entries",
            "keys in this database",
        ];
        Ok(words.into_iter().zip(counts).collect())
    }
}

fn good(what: &'static str, says: String) -> Finding {
    Finding { what, level: Level::Good, says, remedy: None }
}

fn not_good(what: &'static str, level: Level, says: String, remedy: &str) -> Finding {
    Finding { what, level, says, remedy: Some(remedy.to_owned()) }
}

fn version(info: &str) -> Finding {
    let valkey = field(info, "valkey_version").map(|version| format!("Valkey {version}"));
    let redis = field(info, "redis_version").unwrap_or("of an unknown version");
    let says = valkey.unwrap_or_else(|| format!("Redis {redis}"));
    if super::durability::is_too_old(redis) {
        return not_good("version", Level::Bad, says, "Run Redis 7.0 or newer, or Valkey.");
    }
    good("version", says)
}

fn persistence(settings: &HashMap<String, String>, info: &str) -> Finding {
    let what = "persistence";
    if field(info, "aof_last_write_status").is_some_and(|status| status != "ok") {
        let says = "Redis could not write its append-only file".to_owned();
        return not_good(what, Level::Bad, says, "Look at the disk of Redis: is it full or read-only?");
    }
    let setting = |name: &str| settings.get(name).map(String::as_str);
    match (setting("appendonly"), setting("appendfsync")) {
        (Some("yes"), Some("always")) => {
            good(what, "append-only file, written before every acknowledgement".to_owned())
        }
        (Some("yes"), Some(fsync)) => not_good(
            what,
            Level::Warn,
            format!("append-only file, appendfsync {fsync}: a power cut loses the last moments"),
            "CONFIG SET appendfsync always, and in redis.conf.",
        ),
        (Some(_), _) => not_good(
            what,
            Level::Bad,
            "no append-only file: a restart of Redis loses accepted tasks".to_owned(),
            "CONFIG SET appendonly yes, and in redis.conf.",
        ),
        (None, _) => untold(what),
    }
}

fn eviction(settings: &HashMap<String, String>) -> Finding {
    let what = "eviction policy";
    match settings.get("maxmemory-policy").map(String::as_str) {
        Some("noeviction") => good(what, "noeviction".to_owned()),
        Some(policy) => not_good(
            what,
            Level::Bad,
            format!("{policy}: Redis may throw tasks away"),
            "CONFIG SET maxmemory-policy noeviction, and in redis.conf.",
        ),
        None => untold(what),
    }
}

fn untold(what: &'static str) -> Finding {
    let remedy = "Look at the settings of the service that runs it.";
    not_good(what, Level::Warn, "the server does not tell".to_owned(), remedy)
}

fn memory(info: &str) -> Finding {
    let what = "memory";
    let number = |name: &str| field(info, name).and_then(|value| value.parse::<u64>().ok()).unwrap_or(0);
    let (used, limit, machine) = (number("used_memory"), number("maxmemory"), number("total_system_memory"));
    let (of, name) = if limit > 0 { (limit, "maxmemory") } else { (machine, "the machine's memory") };
    let percent = (used * 100).checked_div(of).unwrap_or(0);
    let says = format!("{} MiB used, {percent} % of {name}", used >> 20);
    let remedy = "Give Redis more memory, or let ended tasks go sooner (tasks.retention_s).";
    match percent {
        TOO_MUCH_PERCENT.. => not_good(what, Level::Bad, says, remedy),
        MUCH_PERCENT.. => not_good(what, Level::Warn, says, remedy),
        _ => good(what, says),
    }
}

fn clock(ahead_ms: i64) -> Finding {
    let says = format!("this machine's clock is {ahead_ms} ms ahead of Redis's");
    if ahead_ms.abs() <= CLOCK_DIFFERENCE_MS {
        return good("clock", says);
    }
    not_good(
        "clock",
        Level::Warn,
        says,
        "Set both clocks by the network's time; all times shown are Redis's.",
    )
}

fn latency(slowest_ms: f64) -> Finding {
    let says = format!("the slowest of {ROUND_TRIPS} round trips took {slowest_ms:.1} ms");
    let remedy = "Look at the network to Redis, its disk (appendfsync) and its slow log.";
    if slowest_ms > TOO_SLOW_MS {
        not_good("latency", Level::Bad, says, remedy)
    } else if slowest_ms > SLOW_MS {
        not_good("latency", Level::Warn, says, remedy)
    } else {
        good("latency", says)
    }
}

fn keys(counts: &[(&'static str, u64)]) -> Finding {
    let each: Vec<_> = counts.iter().map(|(word, count)| format!("{count} {word}")).collect();
    good("keys", each.join(", "))
}

fn workers(depth: &Depth, quiet: usize) -> Finding {
    let waiting = depth.states[&TaskState::Queued] + depth.states[&TaskState::Resuming];
    let says = format!("{} there, {quiet} of them quiet; {waiting} tasks wait", depth.workers);
    if depth.workers == 0 {
        let level = if waiting > 0 { Level::Bad } else { Level::Warn };
        return not_good("workers", level, says, "Start offstage-worker.");
    }
    if depth.is_paused() {
        let says = format!("{says}; the queue is paused");
        return not_good("workers", Level::Warn, says, "offstage queue resume, once it may go on.");
    }
    if quiet as u64 >= depth.workers {
        return not_good("workers", Level::Warn, says, "offstage workers wake NAME, or start another one.");
    }
    good("workers", says)
}

#[cfg(test)]
mod tests;
