//! Gauges that are read from Redis when somebody scrapes.
//!
//! Owns what operators live by: how much waits, for how long, whether the queue is paused, whether Redis answers. The
//! numbers are read at the scrape, so that they are never older than it.
//!
//! Easy to get wrong: when Redis is away, yesterday's numbers would look healthy. They become NaN, `offstage_redis_up`
//! becomes 0, and the scrape itself still succeeds, within the short time limit of [`Service::depth`].

use super::service::{Depth, Service};
use crate::domain::state::TaskState;

/// Tells what the gauges mean. Call it once, when metrics are set up.
pub(super) fn describe() {
    metrics::describe_gauge!("offstage_queue_depth", "Tasks in each state.");
    metrics::describe_gauge!(
        "offstage_queue_oldest_age_seconds",
        "How long the task that has waited longest for a worker has waited; 0 when none waits."
    );
    metrics::describe_gauge!("offstage_queue_paused", "1 while nothing is claimed.");
    metrics::describe_gauge!("offstage_redis_up", "1 when Redis answered this scrape.");
    metrics::describe_counter!("offstage_submits_total", "Requests for a deletion, by what became of them.");
    metrics::describe_counter!("offstage_cancels_total", "Requests for a cancel, by what became of them.");
}

/// Reads the gauges anew.
pub(super) async fn refresh(service: &Service) {
    match service.depth().await {
        Ok(depth) => show(&depth),
        Err(problem) => {
            problem.log();
            show_nothing();
        }
    }
}

fn show(depth: &Depth) {
    metrics::gauge!("offstage_redis_up").set(1.0);
    metrics::gauge!("offstage_queue_paused").set(f64::from(u8::from(depth.paused)));
    metrics::gauge!("offstage_queue_oldest_age_seconds")
        .set(depth.oldest_age_ms.map_or(0.0, |age_ms| as_float(age_ms) / 1e3));
    for state in TaskState::ALL {
        let tasks = depth.states.get(&state).copied().unwrap_or(0);
        metrics::gauge!("offstage_queue_depth", "state" => state.name()).set(as_float(tasks));
    }
}

fn show_nothing() {
    metrics::gauge!("offstage_redis_up").set(0.0);
    metrics::gauge!("offstage_queue_paused").set(f64::NAN);
    metrics::gauge!("offstage_queue_oldest_age_seconds").set(f64::NAN);
    for state in TaskState::ALL {
        metrics::gauge!("offstage_queue_depth", "state" => state.name()).set(f64::NAN);
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts and ages stay far below 2^53")]
fn as_float(number: u64) -> f64 {
    number as f64
}
