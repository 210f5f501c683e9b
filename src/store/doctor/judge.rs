//! What the doctor makes of each answer: one function a line, from what Redis said to how that is.
//!
//! It must never ask anything. Easy to get wrong: a server that does not tell a setting has it all the same; what is not
//! known is said, and not guessed.

use chrono::{DateTime, Utc};
use std::collections::HashMap;

use super::{Finding, Level, ROUND_TRIPS};
use crate::{
    domain::state::TaskState,
    store::{
        StoreError,
        durability::{Assurance, field, is_too_old, revives_what_broke_off},
        tasks::Depth,
        workers::{COUNTED, WorkerEntry},
    },
};

/// A round trip that is longer makes every submit slow, in milliseconds.
const SLOW_MS: f64 = 10.0;
/// One that is longer makes leases run out, in milliseconds.
const TOO_SLOW_MS: f64 = 500.0;
/// A difference of clocks that confuses people who compare times, in milliseconds.
const CLOCK_DIFFERENCE_MS: i64 = 2_000;
/// Shares of the memory, in percent.
const MUCH_PERCENT: u64 = 75;
const TOO_MUCH_PERCENT: u64 = 90;

/// A removal that was promised longer ago should have ended, in minutes.
const OLD_PROMISE_MIN: u64 = 15;

/// What to do where a promise is not kept.
const UNPROMISED_REMEDY: &str = "Bring the replicas back, or CONFIG SET appendfsync; or promise less (durability.fsync, durability.replicas).";

/// What to do where a server leaves half a transaction in its file.
const REVIVAL_REMEDY: &str =
    "Start Redis by deploy/start-redis.sh; CONFIG SET aof-load-truncated no, and in redis.conf.";

fn good(what: &'static str, says: String) -> Finding {
    Finding { what, level: Level::Good, says, remedy: None }
}

pub(super) fn not_good(what: &'static str, level: Level, says: String, remedy: &str) -> Finding {
    Finding { what, level, says, remedy: Some(remedy.to_owned()) }
}

/// Redis answered, but not what it was asked.
pub(super) fn unanswered(what: &'static str, error: &StoreError) -> Finding {
    let code = error.code().unwrap_or_else(|| "something else".to_owned());
    let (says, remedy) = match error {
        StoreError::Address(_) | StoreError::Unavailable(_) | StoreError::Unknown(_) => (
            format!("Redis cannot say this just now: it answers {code}"),
            "Look at the log and the disk of Redis, and first at persistence.",
        ),
        StoreError::Refused { script, .. } => (
            format!("Redis refuses to say this: to {script} it answers {code}"),
            "Let the user by which offstage comes to Redis run this (ACL SETUSER).",
        ),
        StoreError::Withheld(_) | StoreError::Unconfirmed(_) => (error.to_string(), UNPROMISED_REMEDY),
        StoreError::DataLost => (
            error.to_string(),
            "Find out who replaced the data of Redis, then start the programs of offstage again.",
        ),
        StoreError::UnknownReply { .. } | StoreError::Corrupt { .. } => (
            error.to_string(),
            "See whether programs of another version, or others, write to this Redis, and into this prefix.",
        ),
    };
    not_good(what, Level::Bad, says, remedy)
}

pub(super) fn version(info: &str) -> Finding {
    let valkey = field(info, "valkey_version").map(|version| format!("Valkey {version}"));
    let redis = field(info, "redis_version").unwrap_or("of an unknown version");
    let says = valkey.unwrap_or_else(|| format!("Redis {redis}"));
    if is_too_old(redis) {
        return not_good("version", Level::Bad, says, "Run Redis 7.0 or newer, or Valkey.");
    }
    good("version", says)
}

pub(super) fn persistence(settings: &HashMap<String, String>, info: &str) -> Finding {
    let what = "persistence";
    if field(info, "loading") == Some("1") {
        let says = "Redis still reads its data from disk, and does nothing else".to_owned();
        return not_good(what, Level::Bad, says, "Wait until it has; its log says how far it is.");
    }
    if failed(info, "aof_last_write_status") {
        let says = "Redis could not write its append-only file, and takes no writes".to_owned();
        return not_good(what, Level::Bad, says, "Look at the disk of Redis: is it full or read-only?");
    }
    let setting = |name: &str| settings.get(name).map(String::as_str);
    // An old failure says nothing where no snapshots are to be made any more.
    let snapshot_failed = failed(info, "rdb_last_bgsave_status") && setting("save") != Some("");
    let remedy = "Look at the disk of Redis and at its log, then let it try again: BGSAVE.";
    if snapshot_failed && setting("save").is_some() && setting("stop-writes-on-bgsave-error") == Some("yes") {
        let says = "the last snapshot failed, and Redis takes no writes until one succeeds".to_owned();
        return not_good(what, Level::Bad, says, remedy);
    }
    let finding = match append_only_file(setting("appendonly"), setting("appendfsync")) {
        Finding { level: Level::Good, says, .. } if snapshot_failed => {
            not_good(what, Level::Warn, format!("{says}; the last snapshot failed"), remedy)
        }
        finding => finding,
    };
    if revives_what_broke_off(settings) { warned_of_revivals(finding) } else { finding }
}

fn warned_of_revivals(finding: Finding) -> Finding {
    let Finding { what, level, says, remedy } = finding;
    let says = format!("{says}; what Redis died over can take effect two starts later");
    let remedies = [remedy.as_deref(), Some(REVIVAL_REMEDY)].into_iter().flatten().collect::<Vec<_>>();
    not_good(what, level.max(Level::Warn), says, &remedies.join(" "))
}

/// What acceptances wait for, and whether they get it.
pub(super) fn acceptances(assurance: &Assurance) -> Finding {
    let what = "acceptances";
    let replicas =
        assurance.replicas.map_or_else(|| "an unknown number of".to_owned(), |have| have.to_string());
    let given = format!("appendfsync {}, {replicas} replicas", assurance.fsync.name());
    let promised = &assurance.promised;
    if promised.is_nothing() {
        return good(what, format!("answered as Redis is set: {given}; nothing more is promised"));
    }
    let says = format!(
        "promised: appendfsync {}, {} replicas; there is: {given}",
        promised.fsync.name(),
        promised.replicas
    );
    match &assurance.shortfall {
        None => good(what, says),
        Some(shortfall) => {
            not_good(what, Level::Bad, format!("{says}; answered with 503: {shortfall}"), UNPROMISED_REMEDY)
        }
    }
}

fn failed(info: &str, status: &str) -> bool {
    field(info, status).is_some_and(|status| status != "ok")
}

fn append_only_file(on: Option<&str>, fsync: Option<&str>) -> Finding {
    let what = "persistence";
    match (on, fsync) {
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

pub(super) fn eviction(settings: &HashMap<String, String>) -> Finding {
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

pub(super) fn memory(info: &str) -> Finding {
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

pub(super) fn clock(ahead_ms: i64) -> Finding {
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

pub(super) fn latency(slowest_ms: f64) -> Finding {
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

pub(super) fn keys(counts: &[(&'static str, u64)]) -> Finding {
    let each: Vec<_> = counts.iter().map(|(word, count)| format!("{word} {count}")).collect();
    good("keys", each.join(", "))
}

/// `known` are remembered longer than they count, so that those that are there are found by when they were `seen`.
pub(super) fn workers(depth: &Depth, known: &[WorkerEntry], now: DateTime<Utc>) -> Finding {
    let there = || known.iter().filter(|worker| (now - worker.seen).to_std().unwrap_or_default() <= COUNTED);
    let (all, quiet) = (there().count(), there().filter(|worker| worker.quiet).count());
    let waiting = depth.states[&TaskState::Queued] + depth.states[&TaskState::Resuming];
    let says = format!("{all} there, {quiet} of them quiet; {waiting} tasks wait");
    if all == 0 {
        let level = if waiting > 0 { Level::Bad } else { Level::Warn };
        return not_good("workers", level, says, "Start offstage-worker.");
    }
    if depth.is_paused() {
        let says = format!("{says}; the queue is paused");
        return not_good("workers", Level::Warn, says, "offstage queue resume, once it may go on.");
    }
    if quiet == all {
        return not_good("workers", Level::Warn, says, "offstage workers wake NAME, or start another one.");
    }
    good("workers", says)
}

/// A removal that was promised is tried for ever, so nobody but the doctor says that it does not come off.
pub(super) fn removals(depth: &Depth) -> Finding {
    let minutes = depth.oldest_commit_ms.unwrap_or(0) / 60_000;
    let says = format!("{} promised and not ended", depth.committed);
    if minutes < OLD_PROMISE_MIN {
        return good("removals", says);
    }
    let remedy = "Look at the reason of the oldest removal that is INTERRUPTED (offstage tasks show), at the disk with the \
                  workspaces and at the log of a worker that has notebooks.workspace_root.";
    not_good("removals", Level::Warn, format!("{says}, the oldest for {minutes} min"), remedy)
}
