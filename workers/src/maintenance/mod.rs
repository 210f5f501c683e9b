//! The loops that keep tasks moving when nobody else does, and the one that says that the worker is there, one file each.
//! Every worker runs all of them; each step is one bounded script, so that several of them at once do no harm.
//!
//! Each loop has a `run_once` that says how much it did, and goes again at once while there is more.

pub mod announce;
pub mod promote;
pub mod prune;
pub mod reclaim;
pub mod reconcile;
pub mod sweep;

use offstage::{
    config::Settings,
    store::{Store, StoreError, patience::Backoff, queue::Queue},
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

use crate::effects::Effects;

/// One loop's duty.
pub trait Duty: Send + 'static {
    /// Its name in the log.
    const NAME: &'static str;

    /// The time between two steps when there is nothing more to do.
    fn interval(&self) -> Duration;

    /// One bounded step.
    fn run_once(&mut self) -> impl Future<Output = Result<More, StoreError>> + Send;
}

/// Whether a loop should go on at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum More {
    /// There is more of it.
    Yes,
    /// It is done for now.
    No,
}

/// Starts all loops under the queue's watch; they end with `stop`.
pub fn start(
    queue: &Queue,
    store: &Store,
    settings: &Settings,
    effects: &Effects,
    worker: &str,
    stop: &CancellationToken,
) {
    let (store, worker) = (store.clone(), worker.to_owned());
    let announce = announce::Announce::new(store.clone(), queue.clone(), worker.clone());
    spawn(queue, announce, stop);
    spawn(queue, promote::Promote { store: store.clone(), worker: worker.clone() }, stop);
    spawn(queue, reclaim::Reclaim::new(store.clone(), worker, &settings.worker), stop);
    spawn(queue, prune::Prune::new(store.clone(), &settings.tasks), stop);
    spawn(queue, sweep::Sweep::new(store.clone(), effects.workspace.clone(), &settings.tasks), stop);
    spawn(queue, reconcile::Reconcile::new(store), stop);
}

fn spawn<D: Duty>(queue: &Queue, mut duty: D, stop: &CancellationToken) {
    let stop = stop.clone();
    queue.watch(async move {
        let mut backoff = Backoff::default();
        while !stop.is_cancelled() {
            let wait = match duty.run_once().await {
                Ok(more) => {
                    backoff.reset();
                    // Spread, so that the workers' loops do not meet.
                    if more == More::Yes {
                        Duration::ZERO
                    } else {
                        duty.interval().mul_f64(rand::random_range(0.75..1.0))
                    }
                }
                Err(error) => {
                    tracing::warn!(
                        error = %offstage::telemetry::chain(&error),
                        duty = D::NAME,
                        "maintenance waits"
                    );
                    backoff.next_wait().max(duty.interval())
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    });
}

/// More of it, if a call did as much as one call may.
fn more(done: u64) -> More {
    if done >= offstage::store::upkeep::MOST_AT_ONCE { More::Yes } else { More::No }
}
