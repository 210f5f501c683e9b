//! Makes tasks claimable whose time has come: a start time, or the end of a back-off.

use offstage::store::{Store, StoreError};
use std::time::Duration;

use super::{Duty, More, more};

/// See the module's header.
#[derive(Debug)]
pub struct Promote {
    pub(super) store: Store,
    pub(super) worker: String,
}

impl Duty for Promote {
    const NAME: &'static str = "promote";

    fn interval(&self) -> Duration {
        Duration::from_millis(200)
    }

    async fn run_once(&mut self) -> Result<More, StoreError> {
        self.store.promote(&self.worker).await.map(more)
    }
}
