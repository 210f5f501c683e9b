//! What each line of the doctor says of what it sees.

use super::{
    Depth,
    Level::{self, Bad, Good, Warn},
    StoreError, WorkerEntry,
    judge::{clock, eviction, keys, latency, memory, persistence, removals, unanswered, version, workers},
    line, time,
};
use crate::domain::state::TaskState;
use redis::{ErrorKind, RedisError};
use std::collections::{BTreeMap, HashMap};

fn settings(pairs: &[(&str, &str)]) -> HashMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn every_line_that_is_not_good_has_a_remedy() {
    let durable =
        settings(&[("appendonly", "yes"), ("appendfsync", "everysec"), ("maxmemory-policy", "allkeys-lru")]);
    let bad = [
        version("redis_version:6.2.14\r\n"),
        persistence(&durable, ""),
        persistence(&settings(&[("appendonly", "no")]), ""),
        persistence(&durable, "aof_last_write_status:err\r\n"),
        persistence(&HashMap::new(), ""),
        eviction(&durable),
        eviction(&HashMap::new()),
        memory("used_memory:80\r\nmaxmemory:100\r\n"),
        memory("used_memory:95\r\nmaxmemory:100\r\n"),
        clock(-3_000),
        latency(20.0),
        latency(900.0),
    ];
    let levels = bad.each_ref().map(|finding| finding.level);
    assert_eq!(levels, [Bad, Warn, Bad, Bad, Warn, Bad, Warn, Warn, Bad, Warn, Warn, Bad]);
    assert!(bad.iter().all(|finding| finding.remedy.is_some()));
}

#[test]
fn a_healthy_server_is_good_line_by_line() {
    let durable =
        settings(&[("appendonly", "yes"), ("appendfsync", "always"), ("maxmemory-policy", "noeviction")]);
    let good = [
        version("redis_version:7.2.4\r\nvalkey_version:9.1.2\r\n"),
        persistence(&durable, "aof_last_write_status:ok\r\n"),
        eviction(&durable),
        memory("used_memory:1048576\r\nmaxmemory:0\r\ntotal_system_memory:104857600\r\n"),
        clock(12),
        latency(0.3),
        keys(&[("tasks", 3), ("tokens", 1)]),
    ];
    assert!(good.iter().all(|finding| finding.level == Level::Good && finding.remedy.is_none()), "{good:?}");
    assert_eq!(good[0].says, "Valkey 9.1.2");
    assert_eq!(good[3].says, "1 MiB used, 1 % of the machine's memory");
    assert_eq!(good[6].says, "tasks 3, tokens 1");
}

#[test]
fn a_server_that_revives_what_it_died_over_is_worth_a_look() {
    let seen = |fsync, truncated| {
        let aof = [("appendonly", "yes"), ("appendfsync", fsync), ("aof-load-truncated", truncated)];
        persistence(&settings(&aof), "")
    };
    for fsync in ["always", "everysec"] {
        let finding = seen(fsync, "yes");
        assert_eq!(finding.level, Warn);
        assert!(finding.says.contains("two starts later"), "{finding:?}");
        assert!(finding.remedy.unwrap().contains("deploy/start-redis.sh"));
    }
    assert_eq!(seen("always", "no").level, Good);
}

#[test]
fn a_snapshot_that_failed_matters_where_snapshots_are_made() {
    let failed = "aof_last_write_status:ok\r\nrdb_last_bgsave_status:err\r\n";
    let level = |save: &str, stop: &str, info| {
        let durable = [("appendonly", "yes"), ("appendfsync", "always")];
        let snapshots = [("save", save), ("stop-writes-on-bgsave-error", stop)];
        persistence(&settings(&[durable, snapshots].concat()), info).level
    };
    assert_eq!(level("3600 1", "yes", failed), Bad, "it takes no writes");
    assert_eq!(level("3600 1", "no", failed), Warn);
    assert_eq!(level("", "yes", failed), Good, "that was before snapshots were turned off");
    assert_eq!(level("3600 1", "yes", "rdb_last_bgsave_status:ok\r\n"), Good);
    assert_eq!(level("3600 1", "yes", "loading:1\r\n"), Bad);
}

#[test]
fn what_is_not_answered_is_a_line_and_silence_is_an_error() {
    let refused =
        |text: &'static str| StoreError::Unavailable(redis::make_extension_error(text.into(), None));
    let finding = line::<()>("keys", Err(refused("MISCONF")), |()| unreachable!("no answer")).unwrap();
    assert_eq!((finding.what, finding.level, finding.remedy.is_some()), ("keys", Bad, true));
    assert!(finding.says.contains("MISCONF"), "{finding:?}");
    let lost = line::<()>("workers", Err(StoreError::DataLost), |()| unreachable!("no answer")).unwrap();
    assert_eq!((lost.level, lost.remedy.is_some()), (Bad, true));
    let silence = StoreError::Unknown(RedisError::from((ErrorKind::Io, "broken pipe")));
    line::<()>("keys", Err(silence), |()| unreachable!("no answer")).unwrap_err();
}

#[test]
fn a_question_that_is_forbidden_names_the_right_to_ask_it() {
    let source = redis::make_extension_error("NOPERM".into(), None);
    let finding = unanswered("memory", &StoreError::Refused { script: "info", source });
    assert!(finding.says.contains("info") && finding.says.contains("NOPERM"), "{finding:?}");
    assert!(finding.remedy.unwrap().contains("ACL"));
}

fn depth(queued: u64, paused: bool) -> Depth {
    let mut states: BTreeMap<_, _> = TaskState::ALL.into_iter().map(|state| (state, 0)).collect();
    states.insert(TaskState::Queued, queued);
    // Not what the line counts: it has a list.
    Depth {
        states,
        oldest_age_ms: None,
        paused_by: paused.then(|| "olga".into()),
        workers: 1,
        committed: 0,
        oldest_commit_ms: None,
    }
}

/// A worker that was heard of so many seconds before [`NOW`].
fn worker(silent_s: u64, quiet: bool) -> WorkerEntry {
    let seen = time(NOW - silent_s * 1_000);
    let text = |text: &str| text.to_owned();
    WorkerEntry {
        name: text("w"),
        host: text("h"),
        pid: 1,
        version: text("0"),
        since: seen,
        seen,
        last_claim: None,
        running: 0,
        quiet,
        quiet_by: None,
    }
}

const NOW: u64 = 1_700_000_000_000;

#[test]
fn workers_are_judged_by_what_waits() {
    let level = |depth: Depth, known: &[WorkerEntry]| workers(&depth, known, time(NOW)).level;
    let (working, quiet) = (worker(1, false), worker(1, true));
    assert_eq!(level(depth(5, false), &[]), Bad);
    assert_eq!(level(depth(0, false), &[]), Warn);
    assert_eq!(level(depth(5, true), &[working.clone(), working.clone()]), Warn);
    assert_eq!(level(depth(5, false), &[quiet.clone(), quiet.clone()]), Warn);
    assert_eq!(level(depth(5, false), &[quiet, working]), Good);
}

#[test]
fn a_quiet_worker_that_is_gone_is_counted_nowhere() {
    let finding = workers(&depth(5, false), &[worker(30, true), worker(1, false)], time(NOW));
    assert_eq!(finding.level, Good, "{finding:?}");
    assert_eq!(finding.says, "1 there, 0 of them quiet; 5 tasks wait");
    assert_eq!(workers(&depth(5, false), &[worker(30, false)], time(NOW)).level, Bad);
}

#[test]
fn a_removal_that_was_promised_long_ago_is_told_of() {
    let promised = |age_ms| Depth { committed: 2, oldest_commit_ms: age_ms, ..depth(0, false) };
    assert_eq!(removals(&promised(Some(14 * 60_000))).level, Good);
    assert_eq!(removals(&depth(0, false)).level, Good);
    let old = removals(&promised(Some(95 * 60_000)));
    assert_eq!((old.level, old.remedy.is_some()), (Warn, true));
    assert_eq!(old.says, "2 promised and not ended, the oldest for 95 min");
}
