//! A private Redis for one system in one round, and what it has spent.
//!
//! All systems reach it by the same road: TCP on the loopback. The coordinator itself uses the Unix socket. The server does
//! not rewrite its append-only file by itself: that would fall into somebody's round and not into another's.

use offstage_tests::{bench::report::Fsync, redis::PrivateRedis};
use std::{collections::BTreeMap, net::TcpListener};

/// A fresh server, and its address for those who are measured.
pub(crate) async fn start(fsync: Fsync) -> (PrivateRedis, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it has an address").port().to_string();
    drop(listener);
    let flags = ["--port", &port, "--bind", "127.0.0.1", "--appendfsync", fsync.word()];
    let flags = [&flags[..], &["--auto-aof-rewrite-percentage", "0"]].concat();
    (PrivateRedis::with(&flags).await, format!("redis://127.0.0.1:{port}"))
}

/// Forgets all keys, and waits until their memory is free.
pub(crate) fn flush(redis: &PrivateRedis) {
    redis::cmd("FLUSHALL").arg("SYNC").exec(&mut redis.connection()).expect("Redis forgets");
}

/// Redis's clock, in microseconds since 1970; that of the machine.
pub(crate) fn now_us(redis: &PrivateRedis) -> u64 {
    let time = redis::cmd("TIME").query::<(u64, u64)>(&mut redis.connection());
    let (seconds, micros) = time.expect("Redis has a clock");
    seconds * 1_000_000 + micros
}

/// What a server has spent up to a moment.
pub(crate) struct Mark {
    cpu_s: f64,
    pub(crate) memory_bytes: f64,
    calls: BTreeMap<String, u64>,
}

impl Mark {
    pub(crate) fn of(redis: &PrivateRedis) -> Self {
        let mut connection = redis.connection();
        let mut info = |section: &str| -> String {
            redis::cmd("INFO").arg(section).query(&mut connection).expect("Redis answers")
        };
        let (cpu, memory, stats) = (info("cpu"), info("memory"), info("commandstats"));
        let calls = |line: &str| {
            let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
            Some((name.to_owned(), rest.split(',').next()?.parse().ok()?))
        };
        Self {
            cpu_s: number(&cpu, "used_cpu_user:") + number(&cpu, "used_cpu_sys:"),
            memory_bytes: number(&memory, "used_memory:"),
            calls: stats.lines().filter_map(calls).filter(|(name, _)| !is_ours(name)).collect(),
        }
    }

    /// CPU that it has spent since, in microseconds.
    pub(crate) fn cpu_us_since(&self, earlier: &Self) -> f64 {
        (self.cpu_s - earlier.cpu_s) * 1e6
    }

    /// Commands that it was given since, those of scripts and the scripts themselves included.
    pub(crate) fn commands_since(&self, earlier: &Self) -> f64 {
        self.calls_since(earlier, |_| true)
    }

    /// Scripts since, and waits for work: what came over the wire from offstage's programs.
    pub(crate) fn round_trips_since(&self, earlier: &Self) -> f64 {
        self.calls_since(earlier, |name| ["evalsha", "eval", "blmove"].contains(&name))
    }

    fn calls_since(&self, earlier: &Self, counts: impl Fn(&str) -> bool) -> f64 {
        let since = |(name, calls): (&String, &u64)| calls - earlier.calls.get(name).unwrap_or(&0);
        let all = self.calls.iter().filter(|(name, _)| counts(name)).map(since).sum();
        as_f64(all)
    }
}

/// What the coordinator itself asks between two marks.
fn is_ours(command: &str) -> bool {
    ["info", "flushall", "client|setinfo", "ping"].contains(&command)
}

fn number(text: &str, field: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(field)).expect("the field is there");
    line.trim().parse().expect("a number")
}

#[expect(clippy::cast_precision_loss, reason = "counts and microseconds of this bench fit into 53 bits")]
pub(crate) fn as_f64(count: u64) -> f64 {
    count as f64
}
