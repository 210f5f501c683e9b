//! Waiting for the end of a task, for dialects whose callers stay on the line.
//!
//! One reader follows what happens for all who wait, and wakes those whose task has ended; a look at the record decides. A
//! caller who goes away stops nothing; his place is free again when the wait is over, for nothing tells that he is gone.
//!
//! Easy to get wrong: the end may come between a look and the wait for it. Whoever waits is entered before he looks, and
//! everybody looks again once the reader has found out where to read from.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    time::{Instant, sleep, sleep_until, timeout_at},
};
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::debug;

use super::{Problem, Service, refusals::no_task, within};
use crate::{
    domain::task::{Task, TaskId},
    store::{
        Store, StoreError,
        events::{EventId, EventTail},
        patience::Backoff,
    },
    telemetry::chain,
};

/// Most callers of one process that wait. They keep their connections meanwhile, of which some must be left for others:
/// one more is told at once how far his task is.
const MOST_WAITING: usize = 512;
/// How often somebody who waits looks at the record, whatever the reader says.
const SAFETY_LOOK: Duration = Duration::from_secs(1);

/// How long a look may take when the server stops: connections are cut after 2 s.
const LAST_LOOK: Duration = Duration::from_secs(1);

/// Where callers wait.
pub(super) struct WaitingRoom {
    places: Arc<Semaphore>,
    shared: Arc<Waiting>,
    reading: Mutex<Weak<DropGuard>>,
}

#[derive(Default)]
struct Waiting(Mutex<HashMap<TaskId, watch::Sender<()>>>);

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, HashMap<TaskId, watch::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, id: TaskId) -> watch::Receiver<()> {
        self.lock().entry(id).or_default().subscribe()
    }

    fn wake(&self, id: TaskId) {
        if let Some(waiting) = self.lock().get(&id) {
            waiting.send_replace(());
        }
    }

    fn wake_all(&self) {
        self.lock().values().for_each(|waiting| waiting.send_replace(()));
    }

    /// Forgets a task that nobody waits for any more.
    fn leave(&self, id: TaskId) {
        let mut all = self.lock();
        if all.get(&id).is_some_and(|waiting| waiting.receiver_count() == 0) {
            all.remove(&id);
        }
    }
}

/// Somebody who waits. His place is given up when this is dropped.
struct Place {
    shared: Arc<Waiting>,
    id: TaskId,
    ended: Option<watch::Receiver<()>>,
    _permit: OwnedSemaphorePermit,
    _reading: Arc<DropGuard>,
}

impl Place {
    async fn woken(&mut self) {
        let Some(ended) = &mut self.ended else { return std::future::pending().await };
        if ended.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.ended = None;
        self.shared.leave(self.id);
    }
}

impl WaitingRoom {
    pub(super) fn new() -> Self {
        let places = Arc::new(Semaphore::new(MOST_WAITING));
        Self { places, shared: Arc::default(), reading: Mutex::default() }
    }

    /// None when as many wait as may.
    fn enter(&self, store: &Store, id: TaskId) -> Option<Place> {
        let permit = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let ended = Some(self.shared.enter(id));
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let guard = reading.upgrade().unwrap_or_else(|| {
            let stop = CancellationToken::new();
            let work = follow(store.clone(), Arc::clone(&self.shared));
            let until = stop.clone();
            tokio::spawn(async move { until.run_until_cancelled(work).await });
            let guard = Arc::new(stop.drop_guard());
            *reading = Arc::downgrade(&guard);
            guard
        });
        Some(Place { shared: Arc::clone(&self.shared), id, ended, _permit: permit, _reading: guard })
    }
}

/// Reads what happens, until nobody waits.
async fn follow(store: Store, waiting: Arc<Waiting>) {
    let mut news = EventTail::start(store.clone());
    let mut seen = None;
    let mut failures = Backoff::default();
    loop {
        match read(&store, &mut seen, &waiting).await {
            Ok(true) => failures.reset(),
            Ok(false) => {
                failures.reset();
                news.changed().await;
            }
            Err(error) => {
                debug!(error = %chain(&error), "what happens cannot be followed");
                seen = None;
                sleep(failures.next_wait()).await;
            }
        }
    }
}

/// Reads on from `seen`; true if there may be more.
async fn read(store: &Store, seen: &mut Option<EventId>, waiting: &Waiting) -> Result<bool, StoreError> {
    let Some(after) = *seen else {
        *seen = Some(store.latest_event().await?);
        waiting.wake_all();
        return Ok(true);
    };
    let page = store.events_after(&after).await?;
    *seen = Some(page.end);
    if page.gap {
        waiting.wake_all();
    }
    for event in page.events.iter().filter(|event| event.transition.to.is_terminal()) {
        waiting.wake(event.task);
    }
    Ok(page.end != after)
}

async fn stopped_for(stop: &CancellationToken, time: Duration) {
    stop.cancelled().await;
    sleep(time).await;
}

impl Service {
    /// Waits for a task's end, up to that limit or until `stop`; then shows it as it stands. A storage that is away
    /// meanwhile is waited for.
    ///
    /// # Errors
    /// [`Problem`]: there is no such task, or the storage did not answer to the end.
    pub async fn wait(&self, id: TaskId, limit: Duration, stop: &CancellationToken) -> Result<Task, Problem> {
        let deadline = Instant::now() + limit;
        let store = &self.inner.store;
        let Some(mut place) = self.inner.waiting.enter(store, id) else {
            return within(store.task(id)).await?.ok_or_else(|| no_task(id));
        };
        let mut last: Result<Task, Problem> = Err(Problem::unavailable());
        loop {
            let looked = tokio::select! {
                looked = timeout_at(deadline, store.task(id)) => looked,
                () = stopped_for(stop, LAST_LOOK) => return last,
            };
            match looked {
                Err(_) => return last,
                Ok(Ok(Some(task))) if task.state.is_terminal() => return Ok(task),
                Ok(Ok(Some(task))) => last = Ok(task),
                Ok(Ok(None)) => return Err(no_task(id)),
                Ok(Err(error)) if error.is_transient() => last = last.or(Err(Problem::from(error))),
                Ok(Err(error)) => return Err(Problem::from(error)),
            }
            tokio::select! {
                () = place.woken() => {}
                () = sleep(SAFETY_LOOK) => {}
                () = sleep_until(deadline) => return last,
                // The connection would be cut before long, and the caller left without an answer.
                () = stop.cancelled() => return last,
            }
        }
    }
}
