//! Takes tasks back from workers that died or stalled: their leases have run out.

use offstage::{
    config::WorkerSettings,
    store::{Store, StoreError},
};
use std::time::Duration;

use super::{Duty, More, more};

/// See the module's header.
#[derive(Debug)]
pub struct Reclaim {
    store: Store,
    worker: String,
    lease: Duration,
    max_attempts: u32,
}

impl Reclaim {
    pub(super) fn new(store: Store, worker: String, settings: &WorkerSettings) -> Self {
        let lease = Duration::from_millis(settings.lease_ms);
        Self { store, worker, lease, max_attempts: settings.max_attempts }
    }
}

impl Duty for Reclaim {
    const NAME: &'static str = "reclaim";

    /// A tenth of the lease, so that a lost task runs again well within two leases; between 50 ms and 1 s.
    fn interval(&self) -> Duration {
        (self.lease / 10).clamp(Duration::from_millis(50), Duration::from_secs(1))
    }

    async fn run_once(&mut self) -> Result<More, StoreError> {
        let reclaimed = self.store.reclaim(self.max_attempts, &self.worker).await?;
        if reclaimed > 0 {
            tracing::warn!(reclaimed, "leases ran out: their tasks were taken back");
        }
        Ok(more(reclaimed))
    }
}
