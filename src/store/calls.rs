//! What calls of Redis cost, and how they fail.
//!
//! Every call through [`Link`](super::connection::Link) is timed from the wish for a connection to the answer, failed
//! ones too, under the name of its script or of its few plain commands. Those names are the only labels there are: a key, a
//! task or a user must never be one.
//!
//! Easy to get wrong: blocking reads wait on purpose. Their failures are counted, their time is not kept.

use std::time::Instant;

use super::StoreError;

/// Tells what these metrics mean. Call it once, when metrics are set up.
pub(super) fn describe() {
    metrics::describe_histogram!(
        "offstage_redis_call_seconds",
        "How long calls of Redis took, by script, the wait for a connection and calls that failed included."
    );
    metrics::describe_counter!("offstage_redis_errors_total", "Calls of Redis that failed, by kind.");
}

/// Keeps the time of a call when it is dropped: when the call has ended, or when nobody waits for it any more.
pub(super) struct Timing {
    name: &'static str,
    begun: Instant,
}

impl Timing {
    pub(super) fn begin(name: &'static str) -> Self {
        Self { name, begun: Instant::now() }
    }
}

impl Drop for Timing {
    fn drop(&mut self) {
        metrics::histogram!("offstage_redis_call_seconds", "script" => self.name)
            .record(self.begun.elapsed().as_secs_f64());
    }
}

/// Counts a failure.
pub(super) fn failed(error: &StoreError) {
    metrics::counter!("offstage_redis_errors_total", "kind" => error.kind()).increment(1);
}
