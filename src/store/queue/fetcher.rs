//! Brings tasks to this worker, and keeps their leases alive.
//!
//! Three loops, each of which outlives any failure of Redis: fetch, heartbeat, and listening for cancels.
//!
//! Easy to get wrong: when to wait for what. With a free slot and an empty list it blocks on the list (`BLMOVE` of the
//! head onto itself takes nothing). A full, paused or quiet worker must not: that would return at once and spin.

use futures::StreamExt;
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use super::{Claim, Lease, Settlement, Standing, backend::Shared, delivery::Delivery};
use crate::{
    domain::{reason::Reason, state::Event, task::TaskId},
    store::{Store, StoreError, calls, patience::Backoff},
};

/// Most tasks in one claim.
const MOST_AT_ONCE: usize = 100;
/// How long one blocking wait for work lasts.
const BLOCK: Duration = Duration::from_secs(2);
/// Attempts end in batches. Where some run, a claim waits this long for the slots of those that end together, so that it
/// asks for many and not for one.
const GATHER: Duration = Duration::from_micros(500);
/// How often a paused queue is looked at.
const PAUSED_WAIT: Duration = Duration::from_millis(500);
/// How long the listener trusts a silent connection; a half-open one tells nothing.
const SILENCE: Duration = Duration::from_secs(30);
/// How long a task is left to others that still runs here under an older fence.
const STILL_RUNNING_DELAY_MS: u64 = 500;
/// How long a task is left to others that this version cannot read.
const STRANGER_DELAY_MS: u64 = 2_000;

/// Claims while there are free slots, until told to be quiet.
pub(super) async fn fetch(shared: Arc<Shared>, deliveries: mpsc::UnboundedSender<Delivery>) {
    let mut blocker = Blocker::default();
    let mut failures = Backoff::default();
    loop {
        let permits = tokio::select! {
            () = shared.quiet.cancelled() => return,
            permits = free_slots(&shared) => permits,
        };
        if shared.told_quiet.load(Ordering::SeqCst) {
            tokio::select! {
                () = shared.quiet.cancelled() => return,
                () = tokio::time::sleep(PAUSED_WAIT) => continue,
            }
        }
        let claim = shared.store.claim(permits.len(), &shared.worker, shared.config.lease).await;
        let wait = match claim {
            Ok(claim) => {
                failures.reset();
                shared.answered();
                deliver(&shared, claim, permits, &deliveries).await
            }
            Err(error) => {
                tracing::warn!(error = %crate::telemetry::chain(&error), "no tasks can be claimed for now");
                Wait::For(failures.next_wait())
            }
        };
        let waiting = async {
            match wait {
                Wait::No => {}
                Wait::For(time) => tokio::time::sleep(time).await,
                Wait::ForWork => blocker.wait(&shared.store).await,
            }
        };
        tokio::select! {
            () = shared.quiet.cancelled() => return,
            () = waiting => {}
        }
    }
}

enum Wait {
    No,
    For(Duration),
    ForWork,
}

/// Waits for one free slot, and takes all that are free.
async fn free_slots(shared: &Shared) -> Vec<OwnedSemaphorePermit> {
    let first = Arc::clone(&shared.slots).acquire_owned().await;
    let others_run = shared.slots.available_permits() + 1 < shared.config.concurrency;
    if others_run {
        tokio::time::sleep(GATHER).await;
    }
    let more = std::iter::from_fn(|| Arc::clone(&shared.slots).try_acquire_owned().ok());
    first.into_iter().chain(more).take(MOST_AT_ONCE).collect()
}

async fn deliver(
    shared: &Arc<Shared>,
    claim: Claim,
    permits: Vec<OwnedSemaphorePermit>,
    deliveries: &mpsc::UnboundedSender<Delivery>,
) -> Wait {
    let (entries, tasks, strangers) = match claim {
        Claim::Paused => return Wait::For(PAUSED_WAIT),
        Claim::Taken { entries, tasks, strangers } => (entries, tasks, strangers),
    };
    if !tasks.is_empty() {
        shared.claimed();
    }
    let mut still_running = Vec::new();
    for (task, permit) in tasks.into_iter().zip(permits) {
        match shared.held.begin(task.lease) {
            Some(interrupted) => {
                let delivery = Delivery::new(task, interrupted, permit, Arc::clone(shared));
                if let Err(unsent) = deliveries.send(delivery) {
                    unsent.0.hand_back().await;
                }
            }
            None => still_running.push(task.lease),
        }
    }
    for lease in still_running {
        // The older attempt has lost its lease: nothing is ever delivered twice at a time.
        leave_to_others(shared, lease, Some(Reason::WorkerLost), STILL_RUNNING_DELAY_MS).await;
    }
    let strangers =
        strangers.into_iter().map(|lease| leave_to_others(shared, lease, None, STRANGER_DELAY_MS));
    futures::future::join_all(strangers).await;
    if entries == 0 { Wait::ForWork } else { Wait::No }
}

/// Hands a task back at once; the attempt does not count.
async fn leave_to_others(shared: &Shared, lease: Lease, reason: Option<Reason>, delay_ms: u64) {
    let settlement = Settlement { lease, event: Event::HandBack, reason, delay_ms, checks: None };
    shared.finisher.settle(settlement).await;
}

/// Waits for work on a connection of its own.
#[derive(Default)]
struct Blocker {
    connection: Option<redis::aio::MultiplexedConnection>,
    /// Its own: a claim that works must not shorten the wait after a blocking read that does not.
    failures: Backoff,
}

impl Blocker {
    async fn wait(&mut self, store: &Store) {
        if let Err(error) = self.block(store).await {
            self.connection = None;
            tracing::warn!(error = %crate::telemetry::chain(&error), "waiting for work without Redis");
            tokio::time::sleep(self.failures.next_wait()).await;
        } else {
            self.failures.reset();
        }
    }

    async fn block(&mut self, store: &Store) -> Result<(), StoreError> {
        let link = &store.inner.link;
        let connection = match &mut self.connection {
            Some(connection) => connection,
            None => self.connection.insert(link.dedicated(BLOCK).await?),
        };
        let pending = store.inner.keys.named("pending");
        let mut command = redis::cmd("BLMOVE");
        command.arg(&pending).arg(&pending).arg("LEFT").arg("LEFT").arg(BLOCK.as_secs());
        let waited = command.query_async::<Option<String>>(connection).await;
        waited.map_err(StoreError::Unavailable).inspect_err(calls::failed)?;
        Ok(())
    }
}

/// Renews the leases of everything that runs, and passes on what it learns, until the worker has ended.
pub(super) async fn heartbeat(shared: Arc<Shared>) {
    let mut tick = tokio::time::interval(shared.config.heartbeat);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = shared.ended.cancelled() => return,
            _ = tick.tick() => {}
        }
        let leases = shared.held.leases();
        if leases.is_empty() {
            match shared.store.check().await {
                Ok(()) => shared.answered(),
                Err(error) => {
                    tracing::debug!(error = %crate::telemetry::chain(&error), "Redis does not answer");
                }
            }
        }
        for some in leases.chunks(MOST_AT_ONCE) {
            extend(&shared, some).await;
        }
    }
}

async fn extend(shared: &Shared, leases: &[Lease]) {
    match shared.store.extend(leases, shared.config.lease).await {
        Ok(standings) => {
            shared.answered();
            leases.iter().zip(standings).for_each(|(lease, standing)| shared.held.learn(*lease, standing));
        }
        Err(StoreError::DataLost) => {
            for lease in leases {
                shared.held.learn(*lease, Standing::Lost);
            }
        }
        Err(error) => {
            tracing::warn!(error = %crate::telemetry::chain(&error), "leases cannot be renewed for now");
        }
    }
}

/// Listens for tasks that were cancelled or paused while they ran, so that they stop at once and not at the next
/// heartbeat, until the worker has ended.
pub(super) async fn listen(shared: Arc<Shared>) {
    let channel = shared.store.inner.keys.named("notices");
    let mut failures = Backoff::default();
    loop {
        let listening = async {
            match shared.store.inner.link.subscribe(&channel).await {
                Ok(mut messages) => {
                    failures.reset();
                    while let Ok(Some(message)) = tokio::time::timeout(SILENCE, messages.next()).await {
                        let task =
                            message.get_payload::<String>().ok().and_then(|id| id.parse::<TaskId>().ok());
                        if let Some(lease) = task.and_then(|task| shared.held.lease_of(task)) {
                            extend(&shared, &[lease]).await;
                        }
                    }
                }
                Err(error) => {
                    tracing::debug!(error = %crate::telemetry::chain(&error), "cannot listen for cancels");
                }
            }
            tokio::time::sleep(failures.next_wait()).await;
        };
        tokio::select! {
            () = shared.ended.cancelled() => return,
            () = listening => {}
        }
    }
}
