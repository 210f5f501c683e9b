//! What each line of the doctor says of what it sees.

use super::{
    Level::{Bad, Warn},
    *,
};
use std::collections::BTreeMap;

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
    assert_eq!(good[6].says, "3 tasks, 1 tokens");
}

#[test]
fn workers_are_judged_by_what_waits() {
    let depth = |workers, queued, paused: bool| {
        let mut states: BTreeMap<_, _> = TaskState::ALL.into_iter().map(|state| (state, 0)).collect();
        states.insert(TaskState::Queued, queued);
        Depth { states, oldest_age_ms: None, paused_by: paused.then(|| "olga".into()), workers }
    };
    let level = |depth: Depth, quiet| workers(&depth, quiet).level;
    assert_eq!(level(depth(0, 5, false), 0), Level::Bad);
    assert_eq!(level(depth(0, 0, false), 0), Level::Warn);
    assert_eq!(level(depth(2, 5, true), 0), Level::Warn);
    assert_eq!(level(depth(2, 5, false), 2), Level::Warn);
    assert_eq!(level(depth(2, 5, false), 1), Level::Good);
}
