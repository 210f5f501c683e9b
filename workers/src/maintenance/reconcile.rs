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
    /// The last stretch had ended tasks only, and there is more behind it.
    nothing_open: bool,
}

impl Reconcile {
    pub(super) fn new(store: Store) -> Self {
        Self { store, cursor: 0, nothing_open: false }
    }
}

impl Duty for Reconcile {
    const NAME: &'static str = "reconcile";

    /// A second; less through a long past, so that what is open behind it is not reached hours later.
    fn interval(&self) -> Duration {
        if self.nothing_open { Duration::from_millis(20) } else { Duration::from_secs(1) }
    }

    async fn run_once(&mut self) -> Result<More, StoreError> {
        let reconciled = self.store.reconcile(self.cursor).await?;
        self.cursor = reconciled.cursor;
        self.nothing_open = reconciled.open == 0 && reconciled.cursor != 0;
        if reconciled.mended == 0 {
            return Ok(More::No);
        }
        metrics::counter!("offstage_places_mended_total").increment(reconciled.mended);
        tracing::warn!(mended = reconciled.mended, "tasks did not stand where they should: mended");
        Ok(More::Yes)
    }
}
