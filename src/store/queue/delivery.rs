//! What apalis hands to the handler: a claimed task, and whether its attempt must stop.
//!
//! Easy to get wrong: the slot and the lease's renewal end when this is dropped, so whoever works on the task keeps it to
//! the end of the attempt.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::{Claimed, Interruption, Settlement, backend::Shared};
use crate::domain::{reason::Reason, state::Event};

/// A task that was claimed and is to be run. While it lives, its lease is renewed and its slot taken.
#[derive(Debug)]
pub struct Delivery {
    /// The task.
    pub claimed: Claimed,
    interrupted: watch::Receiver<Option<Interruption>>,
    _slot: OwnedSemaphorePermit,
    shared: Arc<Shared>,
}

impl Delivery {
    pub(super) fn new(
        claimed: Claimed,
        interrupted: watch::Receiver<Option<Interruption>>,
        slot: OwnedSemaphorePermit,
        shared: Arc<Shared>,
    ) -> Self {
        Self { claimed, interrupted, _slot: slot, shared }
    }

    /// Waits until the attempt must stop; for ever if it need not.
    pub async fn interrupted(&self) -> Interruption {
        let mut interrupted = self.interrupted.clone();
        let told = interrupted.wait_for(Option::is_some).await.map(|told| *told);
        match told {
            Ok(Some(interruption)) => interruption,
            Ok(None) | Err(_) => std::future::pending().await,
        }
    }

    /// Why the attempt must stop, if it must.
    #[must_use]
    pub fn interruption(&self) -> Option<Interruption> {
        *self.interrupted.borrow()
    }

    /// Gives the task back unfinished; the attempt does not count.
    pub(super) async fn hand_back(self) {
        let settlement = Settlement {
            lease: self.claimed.lease,
            event: Event::HandBack,
            reason: Some(Reason::WorkerStopped),
            delay_ms: 0,
            checks: None,
        };
        self.shared.finisher.settle(settlement).await;
    }
}

impl Drop for Delivery {
    fn drop(&mut self) {
        self.shared.held.end(self.claimed.lease);
    }
}
