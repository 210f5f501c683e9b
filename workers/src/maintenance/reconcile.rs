//! Walks through all records, a stretch at a time, and puts back queue entries and places that are missing.
//!
//! The record is the truth; whatever else was lost is made from it again.

use offstage::store::{Store, StoreError};
use std::time::Duration;

use super::{Duty, More};

/// See the module's header.
#[derive(Debug)]
pub struct Reconcile {
    store: Store,
    /// The task id to go on after.
    cursor: u64,
}

impl Reconcile {
    pub(super) fn new(store: Store) -> Self {
        Self { store, cursor: 0 }
    }
}

impl Duty for Reconcile {
    const NAME: &'static str = "reconcile";

    fn interval(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn run_once(&mut self) -> Result<More, StoreError> {
        let reconciled = self.store.reconcile(self.cursor).await?;
        self.cursor = reconciled.cursor;
        if reconciled.mended == 0 {
            return Ok(More::No);
        }
        metrics::counter!("offstage_places_mended_total").increment(reconciled.mended);
        tracing::warn!(mended = reconciled.mended, "tasks did not stand where they should: mended");
        Ok(More::Yes)
    }
}
