//! Listening to what happens.
//!
//! Owns the bound on listeners, their heartbeats, and what becomes of them when Redis is away (they stay, and hear later
//! what they missed) or when they may no longer listen (they are let go).
//!
//! Easy to get wrong: a listener was let in once and stays for days. His credentials are looked at again with every
//! heartbeat, or a token that was revoked would go on listening.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Interval, MissedTickBehavior, interval_at, sleep},
};
use tracing::debug;

use super::{Credentials, Operation, Principal, Problem, Service, within};
use crate::{
    api::problem::{ProblemKind, RETRY_AFTER_S},
    store::{
        Store, StoreError,
        events::{EventId, EventTail, TaskEvent},
        patience::Backoff,
    },
    telemetry::chain,
};

/// Most listeners of one process. Each holds a connection, and reads for itself what happens.
pub const MOST_LISTENERS: usize = 64;
/// How often a listener hears that he is still connected. One who went away is noticed by the second beat that nobody takes:
/// until then he keeps a place.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// What a listener hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A task went from one state to another.
    Event(TaskEvent),
    /// More happened than is kept: what came before the next event is not known.
    Gap,
    /// The connection lives.
    Heartbeat,
}

/// Where listeners stand.
pub(super) struct Hall {
    places: Arc<Semaphore>,
    /// What wakes them: read once for all of them, and by nobody while there are none.
    tail: Mutex<Weak<EventTail>>,
}

impl Hall {
    pub(super) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(MOST_LISTENERS)), tail: Mutex::default() }
    }

    fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        place.map_err(|_| {
            let kind = ProblemKind::TooManyListeners { retry_after_s: RETRY_AFTER_S };
            let said = format!("{MOST_LISTENERS} callers listen already, as many as may. Try again later.");
            Problem::new(kind, said)
        })
    }

    fn tail(&self, store: &Store) -> Arc<EventTail> {
        let mut shared = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let started = Arc::new(EventTail::start(store.clone()));
            *shared = Arc::downgrade(&started);
            started
        })
    }
}

/// Somebody who listens. His place is free again when this is dropped.
pub struct Listener {
    service: Service,
    credentials: Credentials,
    heartbeat: Interval,
    reader: Reader,
    _place: OwnedSemaphorePermit,
}

/// What has happened since.
struct Reader {
    store: Store,
    news: EventTail,
    _shared: Arc<EventTail>,
    seen: EventId,
    unheard: VecDeque<Heard>,
    failures: Backoff,
}

impl Service {
    /// Starts to listen, behind the event that was seen last, or from now on.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn listen(
        &self,
        principal: &Principal,
        credentials: Credentials,
        last_seen: Option<EventId>,
    ) -> Result<Listener, Problem> {
        Operation::ReadEvents.permit(principal)?;
        let place = self.inner.hall.place()?;
        let store = self.inner.store.clone();
        let seen = match last_seen {
            Some(id) => id,
            None => within(store.latest_event()).await?,
        };
        let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let shared = self.inner.hall.tail(&store);
        let reader = Reader {
            store,
            news: EventTail::clone(&shared),
            _shared: shared,
            seen,
            unheard: VecDeque::new(),
            failures: Backoff::default(),
        };
        Ok(Listener { service: self.clone(), credentials, heartbeat, reader, _place: place })
    }

    /// Still let in. While nobody can tell, yes.
    async fn welcomes(&self, credentials: &Credentials) -> bool {
        match self.admit(credentials.clone(), Operation::ReadEvents).await {
            Ok(_) => true,
            Err(problem) => problem.kind.retry_after_s().is_some(),
        }
    }
}

impl Listener {
    /// What is heard next; none when there is nothing to be heard any more.
    pub async fn next(&mut self) -> Option<Heard> {
        tokio::select! {
            biased;
            _ = self.heartbeat.tick() => {
                let goes_on = self.service.welcomes(&self.credentials).await && !self.reader.has_forgotten().await;
                goes_on.then_some(Heard::Heartbeat)
            }
            heard = self.reader.next() => heard,
        }
    }
}

impl Reader {
    /// Redis has lost what it acknowledged: a stream that went on would look as if all were well.
    async fn has_forgotten(&self) -> bool {
        matches!(self.store.check().await, Err(StoreError::DataLost))
    }

    /// Waits for what happens next; none where Redis has forgotten. May be dropped at any time; nothing is lost by it.
    async fn next(&mut self) -> Option<Heard> {
        loop {
            if let Some(heard) = self.unheard.pop_front() {
                return Some(heard);
            }
            match self.store.events_after(&self.seen).await {
                Ok(page) => {
                    self.failures.reset();
                    let all_seen = page.end == self.seen;
                    self.seen = page.end;
                    self.unheard.extend(page.gap.then_some(Heard::Gap));
                    self.unheard.extend(page.events.into_iter().map(Heard::Event));
                    if all_seen && self.unheard.is_empty() {
                        self.news.changed().await;
                    }
                }
                Err(StoreError::DataLost) => return None,
                Err(error) => {
                    debug!(error = %chain(&error), "a listener cannot be told what happens");
                    sleep(self.failures.next_wait()).await;
                }
            }
        }
    }
}
