//! What the queue looks like, as gauges: the same on the API's and on the workers' metrics page. Read at the scrape, so
//! that they are never older than it.
//!
//! Easy to get wrong: while Redis is away, the last figures would look healthy. Depth and age are NaN then, and
//! `offstage_redis_up` is 0; the scrape itself still succeeds, within a short time limit.

use metrics::{describe_gauge, gauge};
use std::time::Duration;

use super::Store;
use crate::domain::state::TaskState;

/// How long a metrics page waits for Redis.
const TIME_LIMIT: Duration = Duration::from_secs(1);

/// Tells what the gauges mean. Call it once, when metrics are set up.
pub fn describe() {
    super::calls::describe();
    super::tallies::describe();
    describe_gauge!("offstage_queue_depth", "Tasks in each state.");
    describe_gauge!(
        "offstage_queue_oldest_age_seconds",
        "How long the task that has waited longest for a worker has waited; 0 when none waits."
    );
    describe_gauge!(
        "offstage_tasks_committed",
        "Tasks whose effect outside Redis was promised and has not ended: they only go forward."
    );
    describe_gauge!(
        "offstage_tasks_committed_oldest_age_seconds",
        "How long ago the oldest promise of an effect was given that has not been kept yet; 0 when there is none."
    );
    describe_gauge!("offstage_queue_paused", "1 while nothing is claimed.");
    describe_gauge!("offstage_redis_up", "1 when Redis answered this scrape.");
}

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
        let committed = depth.as_ref().map_or(f64::NAN, |depth| precise(depth.committed));
        gauge!("offstage_tasks_committed").set(committed);
        let age =
            depth.as_ref().map_or(f64::NAN, |depth| precise(depth.oldest_commit_ms.unwrap_or(0)) / 1_000.0);
        gauge!("offstage_tasks_committed_oldest_age_seconds").set(age);
        let paused = depth.as_ref().map_or(f64::NAN, |depth| f64::from(u8::from(depth.is_paused())));
        gauge!("offstage_queue_paused").set(paused);
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts and milliseconds stay below 2^53")]
fn precise(number: u64) -> f64 {
    number as f64
}
