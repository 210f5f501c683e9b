//! Workers as this dialect shows them.
//!
//! Easy to get wrong: a worker that died is shown until it is forgotten. `seen` says how old the news is.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::millis;
use crate::api::service::WorkerEntry;

/// A worker.
#[derive(Serialize, ToSchema)]
#[schema(as = Worker)]
pub(crate) struct WorkerView {
    /// The name under which it claims.
    name: String,
    /// The machine it runs on.
    host: String,
    /// Its process there.
    pid: u32,
    /// Its version.
    version: String,
    /// When it started.
    since: i64,
    /// When it last claimed a task.
    #[schema(required)]
    last_claim: Option<i64>,
    /// Tasks that it works on.
    running: u64,
    /// It is to claim nothing.
    quiet: bool,
    /// Who wanted it so.
    #[schema(required)]
    quiet_by: Option<String>,
    /// When it was last heard of.
    seen: i64,
}

/// Workers.
#[derive(Serialize, ToSchema)]
#[schema(as = Workers)]
pub(crate) struct WorkerItems {
    /// By their names.
    items: Vec<WorkerView>,
}

impl From<WorkerEntry> for WorkerView {
    fn from(worker: WorkerEntry) -> Self {
        Self {
            name: worker.name,
            host: worker.host,
            pid: worker.pid,
            version: worker.version,
            since: millis(worker.since),
            last_claim: worker.last_claim.map(millis),
            running: worker.running,
            quiet: worker.quiet,
            quiet_by: worker.quiet_by,
            seen: millis(worker.seen),
        }
    }
}

/// Those that were seen lately.
pub(crate) fn workers(workers: Vec<WorkerEntry>) -> Response {
    Json(WorkerItems { items: workers.into_iter().map(WorkerView::from).collect() }).into_response()
}

/// One of them.
pub(crate) fn worker(worker: WorkerEntry) -> Response {
    Json(WorkerView::from(worker)).into_response()
}
