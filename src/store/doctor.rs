//! Is everything as it should be? What `offstage doctor` says, line by line.
//!
//! Each line looks at one thing, says what it saw, and where that is not good, what to do about it. Looking changes
//! nothing and costs the same at any backlog.
//!
//! Easy to get wrong: the doctor is asked when something is wrong, and a Redis that cannot write refuses even PING. What
//! is refused is a line of the report, not its end.

mod judge;

use chrono::{DateTime, Utc};
use redis::pipe;
use std::{collections::HashMap, time::Instant};

use super::{Store, StoreError, records::time, tasks::Depth, workers::WorkerEntry};
use crate::domain::user::Side;

/// Round trips of which the slowest is told.
const ROUND_TRIPS: usize = 10;

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
    /// Looks at everything. What Redis does not answer is a line, too.
    ///
    /// # Errors
    /// [`StoreError`]: nobody answers at all.
    pub async fn diagnose(&self) -> Result<Vec<Finding>, StoreError> {
        // First, because it says why other questions are refused.
        let persistence = self.info("persistence").await;
        let mut findings = Vec::new();
        let settings = match self.settings().await {
            Err(error) if !error.is_silence() => {
                findings.push(judge::unanswered("settings", &error));
                HashMap::new()
            }
            settings => settings?,
        };
        findings.extend([
            line("version", self.info("server").await, |info| judge::version(&info))?,
            line("persistence", persistence, |info| judge::persistence(&settings, &info))?,
            line("acceptances", self.assurance().await, |assurance| judge::acceptances(&assurance))?,
            judge::eviction(&settings),
            line("memory", self.info("memory").await, |info| judge::memory(&info))?,
            line("clock", self.clock_difference_ms().await, judge::clock)?,
            line("latency", self.slowest_round_trip_ms().await, judge::latency)?,
            line("keys", self.key_counts().await, |counts| judge::keys(&counts))?,
            line("workers", self.who_works().await, |(depth, known, now)| {
                judge::workers(&depth, &known, now)
            })?,
            line("removals", self.depth().await, |depth| judge::removals(&depth))?,
        ]);
        Ok(findings)
    }

    async fn slowest_round_trip_ms(&self) -> Result<f64, StoreError> {
        let mut slowest = 0.0_f64;
        for _ in 0..ROUND_TRIPS {
            let begun = Instant::now();
            self.time_there().await?;
            slowest = slowest.max(begun.elapsed().as_secs_f64() * 1e3);
        }
        Ok(slowest)
    }

    /// How far this machine's clock is ahead of Redis's.
    async fn clock_difference_ms(&self) -> Result<i64, StoreError> {
        let there = self.time_there().await?;
        #[expect(clippy::disallowed_methods, reason = "compared with Redis's, and nothing is decided by it")]
        let here = Utc::now();
        Ok((here - there).num_milliseconds())
    }

    /// Redis's clock. Answered where PING is not: a Redis that cannot write refuses even that.
    async fn time_there(&self) -> Result<DateTime<Utc>, StoreError> {
        let mut commands = pipe();
        commands.cmd("TIME");
        let ((seconds, micros),): ((u64, u64),) = self.inner.link.pipeline("time", &commands).await?;
        Ok(time(seconds * 1_000 + micros / 1_000))
    }

    async fn who_works(&self) -> Result<(Depth, Vec<WorkerEntry>, DateTime<Utc>), StoreError> {
        Ok((self.depth().await?, self.workers().await?, self.time_there().await?))
    }

    async fn key_counts(&self) -> Result<Vec<(&'static str, u64)>, StoreError> {
        let named = |name: &str| self.inner.keys.named(name);
        let mut commands = pipe();
        commands.zcard(named("claimable")).zcard(named("delayed")).zcard(named("leases"));
        commands.zcard(named("ended")).hlen(named("idempotency"));
        commands.hlen(named("tokens")).scard(named("changes"));
        commands.cmd("XLEN").arg(named("events"));
        commands.cmd("DBSIZE");
        let counts: Vec<u64> = self.inner.link.pipeline("key_counts", &commands).await?;
        let words = [
            "claimable tasks",
            "delayed tasks",
            "held tasks",
            "ended tasks",
            "idempotency keys",
            "tokens",
            "changes to deploy",
            "event entries",
            "keys in this database",
        ];
        let users = [
            ("staged users", self.count_users(Side::Staged).await?),
            ("deployed users", self.count_users(Side::Deployed).await?),
        ];
        Ok(words.into_iter().zip(counts).chain(users).collect())
    }
}

/// What is made of an answer, or that there is none; an error where Redis is silent.
fn line<T>(
    what: &'static str,
    answer: Result<T, StoreError>,
    judge: impl FnOnce(T) -> Finding,
) -> Result<Finding, StoreError> {
    match answer {
        Ok(answer) => Ok(judge(answer)),
        Err(error) if error.is_silence() => Err(error),
        Err(error) => Ok(judge::unanswered(what, &error)),
    }
}

#[cfg(test)]
mod tests;
