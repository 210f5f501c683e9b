//! Ends attempts in batches: whatever gathers while one call is in flight goes with the next.
//!
//! It never gives up on an attempt because Redis is away: it tries again, with back-off, until Redis has answered. All of
//! it is safe to repeat, because every item carries its fence.

use std::{sync::Arc, time::Duration};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{Commit, Committed, Promised, Settled, Settlement, backend::watched};
use crate::store::{Store, StoreError, patience::until_answered};

/// Most items in one script call.
const MOST_AT_ONCE: usize = 100;
/// Items that may wait before handlers are held back.
const MOST_WAITING: usize = 4_096;

/// The handlers' way to end attempts.
#[derive(Debug, Clone)]
pub struct Finisher {
    queue: mpsc::Sender<Item>,
    terms: Arc<Terms>,
}

/// On what terms promises are given.
#[derive(Debug)]
struct Terms {
    store: Store,
    worker: Arc<str>,
    max_answer_age: Duration,
}

#[derive(Debug)]
enum Item {
    Commit(Commit, oneshot::Sender<Committed>),
    Settle(Settlement, oneshot::Sender<Settled>),
}

impl Finisher {
    /// Starts the task that makes the calls; it ends with the last clone of this.
    pub(super) fn start(
        store: Store,
        worker: Arc<str>,
        max_answer_age: Duration,
        failed: &CancellationToken,
    ) -> Self {
        let (queue, mut waiting) = mpsc::channel(MOST_WAITING);
        let terms = Terms { store: store.clone(), worker: Arc::clone(&worker), max_answer_age };
        let finishing = async move {
            let mut batch = Vec::with_capacity(MOST_AT_ONCE);
            while waiting.recv_many(&mut batch, MOST_AT_ONCE).await > 0 {
                finish(&store, &worker, max_answer_age, std::mem::take(&mut batch)).await;
            }
        };
        watched(finishing, failed);
        Self { queue, terms: Arc::new(terms) }
    }

    /// The name of the worker whose attempts are ended here.
    #[must_use]
    pub fn worker(&self) -> &str {
        &self.terms.worker
    }

    /// Lets a deletion take effect. Waits as long as Redis is away.
    pub async fn commit(&self, commit: Commit) -> Committed {
        let (answer, outcome) = oneshot::channel();
        if self.queue.send(Item::Commit(commit, answer)).await.is_err() {
            return Committed::Unknown;
        }
        outcome.await.unwrap_or(Committed::Unknown)
    }

    /// Promises an effect outside Redis, which is to begin after that. Such tasks are few, and each goes by itself. Waits as
    /// long as Redis is away.
    pub async fn promise(&self, commit: Commit) -> Promised {
        let Terms { store, worker, max_answer_age } = &*self.terms;
        let promised = until_answered("promise", || store.promise(&commit, worker, *max_answer_age)).await;
        promised.unwrap_or_else(|error| {
            tracing::error!(error = %crate::telemetry::chain(&error), "an effect cannot be promised");
            Promised::Lost
        })
    }

    /// Ends an attempt otherwise. Waits as long as Redis is away.
    pub async fn settle(&self, settlement: Settlement) -> Settled {
        let (answer, outcome) = oneshot::channel();
        if self.queue.send(Item::Settle(settlement, answer)).await.is_err() {
            return Settled::Lost;
        }
        outcome.await.unwrap_or(Settled::Lost)
    }
}

async fn finish(store: &Store, worker: &str, max_answer_age: Duration, batch: Vec<Item>) {
    let mut commits = (Vec::new(), Vec::new());
    let mut settlements = (Vec::new(), Vec::new());
    for item in batch {
        match item {
            Item::Commit(commit, answer) => {
                commits.0.push(commit);
                commits.1.push(answer);
            }
            Item::Settle(settlement, answer) => {
                settlements.0.push(settlement);
                settlements.1.push(answer);
            }
        }
    }
    let committing = async {
        if !commits.0.is_empty() {
            answer(
                commits.1,
                until_answered("commit", || store.commit(&commits.0, worker, max_answer_age)).await,
            );
        }
    };
    let settling = async {
        if !settlements.0.is_empty() {
            answer(settlements.1, until_answered("settle", || store.settle(&settlements.0, worker)).await);
        }
    };
    tokio::join!(committing, settling);
}

/// Answers everybody; where there is no outcome, the senders are dropped, and the handlers take it as lost or unknown.
fn answer<T>(answers: Vec<oneshot::Sender<T>>, outcomes: Result<Vec<T>, StoreError>) {
    let outcomes = outcomes.unwrap_or_else(|error| {
        tracing::error!(error = %crate::telemetry::chain(&error), "attempts cannot be ended");
        Vec::new()
    });
    for (answer, outcome) in answers.into_iter().zip(outcomes) {
        if answer.send(outcome).is_err() {
            tracing::debug!("an attempt ended before its outcome was known");
        }
    }
}
