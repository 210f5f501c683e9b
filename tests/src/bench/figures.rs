//! The figures of one system in one round: their keys in the JSON, their words on the page, and which way is better.
//!
//! A figure that a system does not have (bulk, cancel) is absent from its run, never 0.

use std::collections::BTreeMap;

/// The figures of one run, by key.
pub type Figures = BTreeMap<String, f64>;

/// One of them.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    /// Its key in the JSON.
    pub key: &'static str,
    /// Its column on the page.
    pub title: &'static str,
    /// Whether more is better: a ratio then is offstage / peer, else peer / offstage.
    pub more_is_better: bool,
    /// Digits behind the point.
    pub digits: usize,
}

const fn more(key: &'static str, title: &'static str) -> Figure {
    Figure { key, title, more_is_better: true, digits: 0 }
}

const fn less(key: &'static str, title: &'static str, digits: usize) -> Figure {
    Figure { key, title, more_is_better: false, digits }
}

/// Submits by one caller who waits for each answer.
pub const SUBMIT_ONE: Figure = more("submit_1", "submit, 1 at a time");
/// Submits with 64 in flight: offstage over 64 connections.
pub const SUBMIT_MANY: Figure = more("submit_64", "submit, 64 in flight");
/// Submits by the call for many.
pub const SUBMIT_BULK: Figure = more("submit_bulk", "submit in bulk");
/// From the first start to the last end of what was queued before.
pub const DRAIN: Figure = more("drain", "drain");
/// Submitted with 64 in flight while the worker works: from the first submit to the last end.
pub const THROUGH: Figure = more("through", "submit to terminal");
/// Rates, per second.
pub const RATES: [Figure; 5] = [SUBMIT_ONE, SUBMIT_MANY, SUBMIT_BULK, DRAIN, THROUGH];

/// Milliseconds from the moment a submit was due to the task's end; absent where so many have not ended.
pub const LATENCIES: [Figure; 6] = [
    less("at_50_p50", "50/s: p50", 2),
    less("at_50_p99", "p99", 2),
    less("at_50_p999", "p99.9", 2),
    less("at_500_p50", "500/s: p50", 2),
    less("at_500_p99", "p99", 2),
    less("at_500_p999", "p99.9", 2),
];
/// Of a hundred tasks at that rate, how many had not ended three seconds after the last one was due.
pub const UNFINISHED: [Figure; 2] =
    [less("at_50_unfinished", "not ended, %", 1), less("at_500_unfinished", "not ended, %", 1)];
/// Milliseconds from the request to the end of a running task.
pub const CANCEL: [Figure; 2] = [less("cancel_p50", "cancel: p50", 2), less("cancel_p99", "p99", 2)];

/// Microseconds of Redis's CPU for a submit.
pub const REDIS_SUBMIT: Figure = less("redis_us_submit", "Redis CPU, submit (us)", 1);
/// And for all that comes after it.
pub const REDIS_DRAIN: Figure = less("redis_us_drain", "Redis CPU, drain (us)", 1);
/// Commands for a submit, those of scripts and the scripts themselves included.
pub const COMMANDS_SUBMIT: Figure = less("commands_submit", "commands, submit", 2);
/// And for all that comes after it.
pub const COMMANDS_DRAIN: Figure = less("commands_drain", "commands, drain", 2);
/// Scripts and commands that came over the wire.
pub const ROUND_TRIPS: Figure = less("round_trips", "round trips", 2);
/// Bytes that Redis holds for a queued task.
pub const BYTES_QUEUED: Figure = less("bytes_queued", "bytes queued", 0);
/// Bytes that it holds for a finished one.
pub const BYTES_FINISHED: Figure = less("bytes_finished", "bytes finished", 0);
/// The most memory that the worker has held.
pub const WORKER_MIB: Figure = less("worker_mib", "worker (MiB)", 1);
/// The most memory that the API has held.
pub const API_MIB: Figure = less("api_mib", "API (MiB)", 1);
/// What a task costs.
pub const COSTS: [Figure; 8] = [
    REDIS_SUBMIT,
    REDIS_DRAIN,
    COMMANDS_SUBMIT,
    COMMANDS_DRAIN,
    BYTES_QUEUED,
    BYTES_FINISHED,
    WORKER_MIB,
    API_MIB,
];

/// What is measured with more and more users.
pub const GROWTH: [Figure; 5] = [SUBMIT_BULK, DRAIN, REDIS_SUBMIT, REDIS_DRAIN, BYTES_QUEUED];
