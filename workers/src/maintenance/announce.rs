//! Says that this worker is there, so that operators see it, and learns whether it is to be quiet.
//!
//! The claim script refuses a quiet worker from the moment on at which the operator is answered. What is learnt here is for
//! the time after Redis has forgotten it: a worker that was silent for long is still quiet when it wakes.

use offstage::store::{
    Store, StoreError,
    queue::Queue,
    workers::{ANNOUNCED_EVERY, Announcement},
};
use std::time::Duration;

use super::{Duty, More};

/// See the module's header.
#[derive(Debug)]
pub struct Announce {
    store: Store,
    queue: Queue,
    host: String,
    worker: String,
}

impl Announce {
    pub(super) fn new(store: Store, queue: Queue, worker: String) -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        Self { store, queue, host, worker }
    }
}

impl Duty for Announce {
    const NAME: &'static str = "announce";

    fn interval(&self) -> Duration {
        ANNOUNCED_EVERY
    }

    async fn run_once(&mut self) -> Result<More, StoreError> {
        let announcement = Announcement {
            name: self.worker.clone(),
            host: self.host.clone(),
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            running: self.queue.running() as u64,
            last_claim: self.queue.last_claim().map(|at| at.elapsed()),
            quiet: self.queue.is_told_quiet(),
        };
        let quiet = self.store.announce(&announcement).await?;
        if quiet != self.queue.is_told_quiet() {
            tracing::info!(quiet, "an operator has spoken to this worker");
        }
        self.queue.tell_quiet(quiet);
        Ok(More::No)
    }
}
