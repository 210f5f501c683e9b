//! Walks through all records, a stretch at a time, and puts back queue entries and places that are missing.
//!
//! The record is the truth; whatever else was lost is made from it again. All workers share one walk: who finds it due
//! carries it a stretch further.

use offstage::store::{Store, StoreError, upkeep::Walk};
use std::time::Duration;

use super::{Duty, More};

/// Between two stretches: the walk costs Redis about a hundredth of its time, however many workers there are.
const BETWEEN_STRETCHES: Duration = Duration::from_millis(100);
/// Between two walks.
const BETWEEN_WALKS: Duration = Duration::from_secs(1);

/// See the module's header.
#[derive(Debug)]
pub struct Reconcile {
    store: Store,
    due_in: Duration,
}

impl Reconcile {
    pub(super) fn new(store: Store) -> Self {
        Self { store, due_in: BETWEEN_STRETCHES }
    }
}

impl Duty for Reconcile {
    const NAME: &'static str = "reconcile";

    fn interval(&self) -> Duration {
        self.due_in
    }

    async fn run_once(&mut self) -> Result<More, StoreError> {
        let cursor = match self.store.take_walk().await? {
            Walk::Taken { cursor } => cursor,
            Walk::Later(due_in) => {
                self.due_in = due_in.clamp(BETWEEN_STRETCHES, BETWEEN_WALKS);
                return Ok(More::No);
            }
        };
        let reconciled = self.store.reconcile(cursor).await?;
        self.due_in = if reconciled.cursor == 0 { BETWEEN_WALKS } else { BETWEEN_STRETCHES };
        self.store.leave_walk(reconciled.cursor, self.due_in).await?;
        if reconciled.mended > 0 {
            metrics::counter!("offstage_places_mended_total").increment(reconciled.mended);
            tracing::warn!(mended = reconciled.mended, "tasks did not stand where they should: mended");
        }
        Ok(More::No)
    }
}
