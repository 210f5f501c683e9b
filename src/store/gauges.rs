//! What the queue looks like, as gauges: the same on the API's and on the workers' metrics page.
//!
//! While Redis is away, depth and age are not known; they are NaN then, not the last figures, and `offstage_redis_up` is 0.

use metrics::gauge;
use std::time::Duration;

use super::Store;
use crate::domain::state::TaskState;

/// How long a metrics page waits for Redis.
const TIME_LIMIT: Duration = Duration::from_secs(2);

impl Store {
    /// Sets the queue's gauges to what they are now.
    pub async fn observe(&self) {
        let depth = tokio::time::timeout(TIME_LIMIT, self.depth()).await.ok().and_then(Result::ok);
        gauge!("offstage_redis_up").set(if depth.is_some() { 1.0 } else { 0.0 });
        for state in TaskState::ALL {
            let tasks = depth.as_ref().map_or(f64::NAN, |depth| precise(depth.states[&state]));
            gauge!("offstage_queue_depth", "state" => state.name()).set(tasks);
        }
        let age =
            depth.as_ref().map_or(f64::NAN, |depth| precise(depth.oldest_age_ms.unwrap_or(0)) / 1_000.0);
        gauge!("offstage_queue_oldest_age_seconds").set(age);
        let paused = depth.as_ref().map_or(f64::NAN, |depth| f64::from(u8::from(depth.paused)));
        gauge!("offstage_queue_paused").set(paused);
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts and milliseconds stay below 2^53")]
fn precise(number: u64) -> f64 {
    number as f64
}
