//! What calls of Redis cost, and how they fail.
//!
//! Every call through [`Link`](super::connection::Link) is timed from the wish for a connection to the answer, failed
//! ones too, under the name of its script or of its few plain commands. Those names are the only labels there are: a key, a
//! task or a user must never be one.
//!
//! Easy to get wrong: blocking reads wait on purpose. Their failures are counted, their time is not kept. And only Redis's
//! own failures are counted here; an answer that came and makes no sense is a fault of ours, and stands in the log.

use std::time::Instant;

use super::StoreError;

/// Tells what these metrics mean. Call it once, when metrics are set up.
pub(super) fn describe() {
    metrics::describe_histogram!(
        "offstage_redis_call_seconds",
        "How long calls of Redis took, by script, the wait for a connection and calls that failed included."
    );
    metrics::describe_counter!(
        "offstage_redis_errors_total",
        "Calls of Redis that failed, by kind: it was unavailable, it did not answer in time (unknown_outcome), it refused \
         the call, it does not keep what durability promises (unpromised), or it has lost data (data_lost)."
    );
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

/// Counts a failure of Redis.
pub(super) fn failed(error: &StoreError) {
    if let Some(kind) = kind(error) {
        metrics::counter!("offstage_redis_errors_total", "kind" => kind).increment(1);
    }
}

/// What went wrong with Redis; none where it did what it was asked for.
const fn kind(error: &StoreError) -> Option<&'static str> {
    match error {
        StoreError::Unavailable(_) => Some("unavailable"),
        StoreError::Unknown(_) => Some("unknown_outcome"),
        StoreError::Refused { .. } => Some("refused"),
        StoreError::Withheld(_) | StoreError::Unconfirmed(_) => Some("unpromised"),
        StoreError::DataLost => Some("data_lost"),
        StoreError::Address(_) | StoreError::UnknownReply { .. } | StoreError::Corrupt { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;
    use crate::store::acceptance::Shortfall;

    #[test]
    fn what_redis_did_is_counted_and_what_we_cannot_read_is_not() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let source = || redis::make_extension_error("MISCONF".into(), None);
        metrics::with_local_recorder(&recorder, || {
            failed(&StoreError::Unavailable(source()));
            failed(&StoreError::Unknown(source()));
            failed(&StoreError::Refused { script: "info", source: source() });
            failed(&StoreError::Withheld(Shortfall::Replicas { promised: 1, have: 0 }));
            failed(&StoreError::DataLost);
            failed(&StoreError::UnknownReply { script: "info", what: "?".to_owned() });
            failed(&StoreError::Corrupt { key: "k".to_owned(), field: "f" });
        });
        let page = recorder.handle().render();
        let mut counted: Vec<_> = page.lines().filter(|line| line.starts_with("offstage_")).collect();
        counted.sort_unstable();
        let of = |kind: &str| format!("offstage_redis_errors_total{{kind=\"{kind}\"}} 1");
        assert_eq!(counted, ["data_lost", "refused", "unavailable", "unknown_outcome", "unpromised"].map(of));
    }
}
