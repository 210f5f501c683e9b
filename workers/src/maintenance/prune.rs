//! Forgets tasks whose retention is over, with everything that belongs to them.

use offstage::{
    config::TaskSettings,
    store::{Store, StoreError},
};
use std::time::Duration;

use super::{Duty, More, more};

/// See the module's header.
#[derive(Debug)]
pub struct Prune {
    store: Store,
    retention_ms: u64,
}

impl Prune {
    pub(super) fn new(store: Store, settings: &TaskSettings) -> Self {
        Self { store, retention_ms: settings.retention_s.saturating_mul(1_000) }
    }
}

impl Duty for Prune {
    const NAME: &'static str = "prune";

    /// A tenth of the retention, so that nothing stays much longer; between 1 s and 1 min.
    fn interval(&self) -> Duration {
        Duration::from_millis(self.retention_ms / 10).clamp(Duration::from_secs(1), Duration::from_mins(1))
    }

    async fn run_once(&mut self) -> Result<More, StoreError> {
        let pruned = self.store.prune(self.retention_ms).await?;
        metrics::counter!("offstage_tasks_pruned_total").increment(pruned);
        Ok(more(pruned))
    }
}
