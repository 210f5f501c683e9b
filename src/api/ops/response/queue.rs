//! The queue at a glance.
//!
//! Easy to get wrong: every state is there, also where no task is in it, so that a dashboard need not know them.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

use crate::api::{
    ops::{
        status,
        words::{DepthByState, DurabilityWord, PromiseWord},
    },
    service::QueueStatus,
};

/// How much there is to do.
#[derive(Serialize, ToSchema)]
#[schema(as = Queue)]
pub(crate) struct QueueView {
    /// Tasks in each of the twelve states.
    #[schema(value_type = DepthByState)]
    depth: BTreeMap<&'static str, u64>,
    /// How long the task that has waited longest for a worker has waited; null when none waits.
    #[schema(required)]
    oldest_age_ms: Option<u64>,
    /// Nothing is claimed for now.
    paused: bool,
    /// Who paused it; null where it is not paused.
    #[schema(required)]
    paused_by: Option<String>,
    /// Workers that were seen lately.
    workers: u64,
    /// When Redis writes to disk what it acknowledged.
    #[schema(value_type = DurabilityWord)]
    durability: &'static str,
    /// What that must be at least for anything to be accepted; any where nothing is promised.
    #[schema(value_type = PromiseWord)]
    durability_promised: &'static str,
    /// Replicas of Redis that were heard of lately; null where the server does not tell.
    #[schema(required)]
    replicas: Option<u32>,
    /// How many of them must have what is accepted.
    replicas_promised: u32,
    /// What is promised can be had. Where it cannot, nothing is accepted: whoever asks is told 503.
    promise_kept: bool,
}

/// The queue as it stands.
pub(crate) fn queue(queue: QueueStatus) -> Response {
    let assurance = queue.assurance;
    let view = QueueView {
        depth: queue.depth.states.iter().map(|(state, tasks)| (status::state(*state), *tasks)).collect(),
        oldest_age_ms: queue.depth.oldest_age_ms,
        paused: queue.depth.is_paused(),
        paused_by: queue.depth.paused_by,
        workers: queue.depth.workers,
        durability: status::durability(assurance.fsync),
        durability_promised: status::promise(assurance.promised.fsync),
        replicas: assurance.replicas,
        replicas_promised: assurance.promised.replicas,
        promise_kept: assurance.shortfall.is_none(),
    };
    Json(view).into_response()
}
