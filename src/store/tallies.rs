//! What becomes of tasks, counted by the program whose call did it: how long they waited, how they ended, what was refused.
//!
//! The scripts say what they did and what they met; here it becomes numbers. Labels are kinds, states and events and
//! nothing else: never a task, a user or a worker.
//!
//! Easy to get wrong: what was done by a call whose answer was lost. A commit or a settlement is repeated then, and the
//! script tells that it was this very one that ended the task before: it is counted at the repetition, and so once. Who
//! ended a task and died before the answer takes the count with him; Redis's own counters (`offstage_queue_depth`) are the
//! truth.

use std::time::Duration;

use crate::domain::{
    state::{Event, TaskState},
    task::TaskKind,
};

/// What a newer version wrote and this one does not know.
const OTHER: &str = "other";

/// Tells what these metrics mean. Call it once, when metrics are set up.
pub(super) fn describe() {
    metrics::describe_counter!(
        "offstage_tasks_finished_total",
        "Tasks that came to their end, by kind and final state, counted by the program that ended them."
    );
    metrics::describe_histogram!(
        "offstage_task_wait_seconds",
        "How long tasks waited for a worker, from being claimable to each claim, by Redis's clock."
    );
    metrics::describe_histogram!(
        "offstage_cancel_latency_seconds",
        "How long running tasks took from the accepted cancel to CANCELLED, by Redis's clock."
    );
    metrics::describe_counter!(
        "offstage_leases_expired_total",
        "Leases that ran out and whose tasks were taken back."
    );
    metrics::describe_counter!(
        "offstage_transitions_refused_total",
        "Transitions that were asked for and refused, by the state that was met and the event."
    );
    metrics::describe_gauge!(
        "offstage_worker_last_claim_timestamp_seconds",
        "When this worker last claimed a task, by Redis's clock."
    );
}

/// A task has come to a state; counted if that is its end.
pub(super) fn came_to(kind: &str, state: &str) {
    let Some(state) = TaskState::from_name(state).filter(|state| state.is_terminal()) else { return };
    let kind = TaskKind::from_name(kind).map_or(OTHER, TaskKind::name);
    metrics::counter!("offstage_tasks_finished_total", "kind" => kind, "status" => state.name()).increment(1);
}

/// A transition was refused in the state `met`; '' where there was no task to refuse it for.
pub(super) fn refused(met: &str, event: Event) {
    if met.is_empty() {
        return;
    }
    let from = TaskState::from_name(met).map_or(OTHER, TaskState::name);
    metrics::counter!("offstage_transitions_refused_total", "from" => from, "event" => event.name())
        .increment(1);
}

/// A task was claimed that had waited so long.
pub(super) fn waited(millis: u64) {
    metrics::histogram!("offstage_task_wait_seconds").record(seconds(millis));
}

/// Tasks were claimed at that time.
pub(super) fn claimed_at(millis: u64) {
    metrics::gauge!("offstage_worker_last_claim_timestamp_seconds").set(seconds(millis));
}

/// A running task was cancelled so many milliseconds after that was asked for; '' if it was not. Where nobody works on a
/// task, a cancel is final at once and no entry here.
pub(super) fn cancelled_after(took: &str) {
    if let Ok(millis) = took.parse() {
        metrics::histogram!("offstage_cancel_latency_seconds").record(seconds(millis));
    }
}

/// Leases ran out.
pub(super) fn leases_expired(leases: u64) {
    metrics::counter!("offstage_leases_expired_total").increment(leases);
}

fn seconds(millis: u64) -> f64 {
    Duration::from_millis(millis).as_secs_f64()
}
