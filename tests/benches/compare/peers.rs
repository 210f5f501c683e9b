//! Who is measured beside offstage: where the program lies, how it is set, and how much it can hold.
//!
//! Every setting is the fastest one that its documentation recommends. What a peer does beside running a no-op job stands
//! in `gives`, because a faster queue that promises less is no better queue.

use std::path::{Path, PathBuf};

use crate::sizes::{FAST, Jobs};

/// One of them.
pub(crate) struct Peer {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) settings: &'static str,
    pub(crate) gives: &'static str,
    /// The program, under the folder of peers, and what it is run with.
    program: &'static str,
    script: Option<&'static str>,
    /// What stands behind the address of Redis.
    pub(crate) suffix: &'static str,
    pub(crate) jobs: Jobs,
    pub(crate) has_bulk: bool,
    /// A crash loses none of its jobs.
    pub(crate) keeps_jobs: bool,
    pub(crate) can_cancel: bool,
    /// Where in Redis it keeps jobs that wait or run: a command that counts, and a key.
    pub(crate) books: &'static [(&'static str, &'static str)],
}

const BULLMQ_BOOKS: &[(&str, &str)] = &[("LLEN", "bull:bench:wait"), ("LLEN", "bull:bench:active")];
const APALIS_BOOKS: &[(&str, &str)] =
    &[("ZCARD", "bench:scheduled"), ("LLEN", "bench:active"), ("SCARD", "bench:inflight:bench")];

/// At 8,000 queued tasks its workers stop for good, so that all of a drain are fewer, and those that go through too, whose
/// submits may outrun the worker.
const AT_MOST_7900: Jobs = Jobs { one: 900, many: 3_500, bulk: 3_500, through: 7_800 };
const SLOW: Jobs = Jobs { one: 1_000, many: 4_000, bulk: 4_000, through: 4_000 };

const APALIS: &str = "batch_size 100, concurrency 128, polled every 25 ms, heartbeat 1 s (a poll that it loses waits for it), no events";
const APALIS_GIVES: &str =
    "a lease, retries; finished jobs stay for ever; at 8,000 queued jobs its workers stop, so it gets 7,900";

pub(crate) const ALL: [Peer; 8] = [
    Peer {
        id: "bullmq",
        name: "BullMQ 6.7.0 (Node)",
        settings: "concurrency 100, removeOnComplete; bulk: addBulk of 1,000",
        gives: "a lease, retries, events; the job is removed when it is done",
        program: "node",
        script: Some("node/peer.mjs"),
        suffix: "",
        jobs: FAST,
        has_bulk: true,
        keeps_jobs: true,
        can_cancel: true,
        books: BULLMQ_BOOKS,
    },
    Peer {
        id: "bullmq-rust",
        name: "bullmq-official 1.4.4 (Rust)",
        settings: "concurrency 100, remove_on_complete, one pipelined connection; bulk: add_bulk of 1,000",
        gives: "the same scripts as BullMQ's",
        program: "rust/release/bullmq",
        script: None,
        suffix: "",
        jobs: FAST,
        has_bulk: true,
        keeps_jobs: true,
        can_cancel: true,
        books: BULLMQ_BOOKS,
    },
    Peer {
        id: "sidekiq",
        name: "rusty-sidekiq 0.15.2 (Rust)",
        settings: "64 workers, a connection each",
        gives: "retries; no lease and no record: a crash loses the jobs that run",
        program: "rust/release/sidekiq",
        script: None,
        suffix: "",
        jobs: FAST,
        has_bulk: false,
        keeps_jobs: false,
        can_cancel: false,
        books: &[("LLEN", "queue:bench")],
    },
    Peer {
        id: "apalis",
        name: "apalis-redis 1.0.0 (Rust)",
        settings: APALIS,
        gives: APALIS_GIVES,
        program: "rust/release/apalis",
        script: None,
        suffix: "",
        jobs: AT_MOST_7900,
        has_bulk: true,
        keeps_jobs: true,
        can_cancel: false,
        books: APALIS_BOOKS,
    },
    Peer {
        id: "apalis-unlocked",
        name: "apalis-redis 1.0.0, lock_tasks off",
        settings: APALIS,
        gives: "the same without the lease: nothing marks a job as running",
        program: "rust/release/apalis",
        script: None,
        suffix: "?lock=off",
        jobs: AT_MOST_7900,
        has_bulk: true,
        keeps_jobs: false,
        can_cancel: false,
        books: APALIS_BOOKS,
    },
    Peer {
        id: "arq",
        name: "arq 0.28.0 (Python)",
        settings: "max_jobs 100, keep_result 0, poll_delay 10 ms, uvloop, hiredis",
        gives: "a lock, retries; the result is not kept",
        program: "python/arq/bin/python",
        script: Some("python/peer_arq.py"),
        suffix: "",
        jobs: SLOW,
        has_bulk: false,
        keeps_jobs: true,
        can_cancel: false,
        books: &[("ZCARD", "arq:queue")],
    },
    Peer {
        id: "rq",
        name: "RQ 3.0.0 (Python)",
        settings: "SimpleWorker (no process a job), result_ttl 0, hiredis; bulk: enqueue_many of 1,000",
        gives: "retries where asked for; the result is not kept",
        program: "python/rq/bin/python",
        script: Some("python/peer_rq.py"),
        suffix: "",
        jobs: SLOW,
        has_bulk: true,
        keeps_jobs: false,
        can_cancel: false,
        books: &[("LLEN", "rq:queue:bench"), ("ZCARD", "rq:wip:bench")],
    },
    Peer {
        id: "celery",
        name: "Celery 5.7.0 (Python)",
        settings: "pool solo, ignore_result, prefetch 100, acknowledged early, no gossip, no heartbeat, hiredis",
        gives: "retries where asked for; acknowledged before it runs: a crash loses what is prefetched",
        program: "python/celery/bin/python",
        script: Some("python/peer_celery.py"),
        suffix: "",
        jobs: SLOW,
        has_bulk: false,
        keeps_jobs: false,
        can_cancel: false,
        books: &[("LLEN", "celery"), ("HLEN", "unacked")],
    },
];

impl Peer {
    /// The program and its first argument; or why it is not there.
    pub(crate) fn program(&self, folder: &Path) -> Result<(PathBuf, Option<PathBuf>), String> {
        let kind = self.program.split('/').next().expect("a first part");
        // The installer leaves its reason where something is missing.
        if let Ok(reason) = std::fs::read_to_string(folder.join(format!("{kind}.skipped"))) {
            return Err(reason.trim().to_owned());
        }
        let (program, script) = (folder.join(self.program), self.script.map(|script| folder.join(script)));
        let program = if self.program == "node" { PathBuf::from("node") } else { program };
        let is_there = |path: &PathBuf| path.exists() || *path == Path::new("node");
        if is_there(&program) && script.as_ref().is_none_or(|script| script.exists()) {
            Ok((program, script))
        } else {
            Err("it is not installed: `make bench` does it".to_owned())
        }
    }
}
