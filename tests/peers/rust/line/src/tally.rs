//! What was done, and when. Jobs write here while they run, so it locks nothing on the way that every job takes.

use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::sync::Notify;

/// Counts jobs that ran. Clones are the same one.
#[derive(Clone)]
pub struct Tally(Arc<Inner>);

struct Inner {
    wanted: u64,
    done: AtomicU64,
    first_start_us: AtomicU64,
    last_end_us: AtomicU64,
    latencies_us: Mutex<Vec<u64>>,
    started: Notify,
    all_done: Notify,
}

impl Tally {
    /// One that says when so many have run.
    #[must_use]
    pub fn for_jobs(wanted: u64) -> Self {
        Self(Arc::new(Inner {
            wanted,
            done: AtomicU64::new(0),
            first_start_us: AtomicU64::new(0),
            last_end_us: AtomicU64::new(0),
            latencies_us: Mutex::default(),
            started: Notify::new(),
            all_done: Notify::new(),
        }))
    }

    /// A job runs. Called by the job; with another moment than 0 its latency is kept.
    pub fn ended(&self, intended_us: u64) {
        let inner = &self.0;
        let now = now_us();
        if inner.first_start_us.compare_exchange(0, now, Relaxed, Relaxed).is_ok() {
            inner.started.notify_one();
        }
        inner.last_end_us.fetch_max(now, Relaxed);
        if intended_us > 0 {
            inner.latencies_us.lock().expect("no job panics here").push(now.saturating_sub(intended_us));
        }
        if inner.done.fetch_add(1, Relaxed) + 1 == inner.wanted {
            inner.all_done.notify_one();
        }
    }

    /// Waits until all have run.
    pub async fn done(&self) {
        self.0.all_done.notified().await;
    }

    /// Waits until the first one runs.
    pub async fn begun(&self) {
        self.0.started.notified().await;
    }

    /// The latencies so far.
    #[must_use]
    pub fn latencies_us(&self) -> Vec<u64> {
        std::mem::take(&mut self.0.latencies_us.lock().expect("no job panics here"))
    }

    /// What `work` prints.
    #[must_use]
    pub fn answer(&self) -> Value {
        json!({
            "done": self.0.done.load(Relaxed),
            "first_start": seconds(self.0.first_start_us.load(Relaxed)),
            "last_end": seconds(self.0.last_end_us.load(Relaxed)),
            "peak_kib": peak_kib(),
        })
    }
}

/// The machine's clock, in microseconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "the moments of two processes are compared; this is the clock's one home"
)]
#[must_use]
pub fn now_us() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    u64::try_from(since.as_micros()).expect("a time of this age")
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of this age fit into 53 bits")]
pub(crate) fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}

/// The most memory that this process has held; 0 where the system does not say.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
