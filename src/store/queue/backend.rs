//! Our apalis backend: a list of hints and a set of leases.
//!
//! A fetcher fills a channel, [`Backend::poll_next`] reads it, handlers end their attempts through the [`Finisher`].
//! Neither side ever hands apalis an error: Redis may come and go, the worker stays.
//!
//! Easy to get wrong: `poll_close` must give back what was claimed and not yet begun, or those tasks wait for their
//! leases to run out.

use apalis_core::{
    backend::{Backend, BackendConfig, finalize::Ephemeral},
    task::{Task, builder::TaskBuilder, task_id::RandomId},
    worker::context::WorkerContext,
};
use futures::{
    FutureExt,
    future::{BoxFuture, OptionFuture},
};
use std::{
    convert::Infallible,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use tower::layer::util::Identity;

use super::{Finisher, delivery::Delivery, fetcher, held::Held};
use crate::store::Store;

/// How a worker holds tasks.
#[derive(Debug, Clone)]
pub struct QueueConfig {
    /// The worker's name, unique among those that run.
    pub worker: String,
    /// Tasks that may run at once.
    pub concurrency: usize,
    /// How long a task is held without a heartbeat.
    pub lease: Duration,
    /// How often leases are renewed.
    pub heartbeat: Duration,
    /// How old an outside answer may be when the deletion takes effect.
    pub max_answer_age: Duration,
}

/// What the loops of one worker share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) store: Store,
    pub(super) worker: Arc<str>,
    pub(super) config: QueueConfig,
    pub(super) held: Held,
    pub(super) slots: Arc<Semaphore>,
    pub(super) finisher: Finisher,
    /// An operator wants nothing claimed here. Redis may have forgotten it; this worker has not.
    pub(super) told_quiet: AtomicBool,
    /// Cancelled when no more tasks are to be claimed.
    pub(super) quiet: CancellationToken,
    /// Cancelled when the worker has ended.
    pub(super) ended: CancellationToken,
    /// Cancelled when a loop that the worker cannot do without has panicked.
    failed: CancellationToken,
    last_answer: Mutex<Option<Instant>>,
    last_claim: Mutex<Option<Instant>>,
}

impl Shared {
    /// Redis has answered just now.
    pub(super) fn answered(&self) {
        *self.last_answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Tasks were claimed just now.
    pub(super) fn claimed(&self) {
        *self.last_claim.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

/// The queue of one worker: to be given to apalis with [`Queue::backend`], and kept to steer it.
#[derive(Debug, Clone)]
pub struct Queue {
    shared: Arc<Shared>,
}

impl Queue {
    /// A queue that claims nothing before its backend runs.
    #[must_use]
    pub fn new(store: Store, config: QueueConfig) -> Self {
        let worker: Arc<str> = config.worker.as_str().into();
        let failed = CancellationToken::new();
        let finisher = Finisher::start(store.clone(), Arc::clone(&worker), config.max_answer_age, &failed);
        let shared = Shared {
            store,
            worker,
            held: Held::default(),
            slots: Arc::new(Semaphore::new(config.concurrency)),
            finisher,
            told_quiet: AtomicBool::new(false),
            quiet: CancellationToken::new(),
            ended: CancellationToken::new(),
            failed,
            last_answer: Mutex::new(None),
            last_claim: Mutex::new(None),
            config,
        };
        Self { shared: Arc::new(shared) }
    }

    /// The backend for apalis; starts fetching.
    #[must_use]
    pub fn backend(&self) -> LeasedList {
        let (sender, deliveries) = mpsc::unbounded_channel();
        let failed = &self.shared.failed;
        let fetching = watched(fetcher::fetch(Arc::clone(&self.shared), sender), failed);
        watched(fetcher::heartbeat(Arc::clone(&self.shared)), failed);
        watched(fetcher::listen(Arc::clone(&self.shared)), failed);
        LeasedList { shared: Arc::clone(&self.shared), deliveries, fetching: Some(fetching), closing: None }
    }

    /// Starts a loop that the worker cannot do without; [`Queue::failed`] tells when it has panicked.
    pub fn watch(&self, future: impl Future<Output = ()> + Send + 'static) {
        watched(future, &self.shared.failed);
    }

    /// Waits until a loop that the worker cannot do without has panicked; for ever while all is well.
    pub async fn failed(&self) {
        self.shared.failed.cancelled().await;
    }

    /// Claims nothing for as long as an operator wants it so; what runs goes on.
    pub fn tell_quiet(&self, quiet: bool) {
        self.shared.told_quiet.store(quiet, Ordering::SeqCst);
    }

    /// An operator wants nothing claimed here.
    #[must_use]
    pub fn is_told_quiet(&self) -> bool {
        self.shared.told_quiet.load(Ordering::SeqCst)
    }

    /// Claims no more; what runs goes on.
    pub fn be_quiet(&self) {
        self.shared.quiet.cancel();
    }

    /// Everything that still runs is to be handed back now.
    pub fn hand_back_all(&self) {
        self.shared.held.stop_all();
    }

    /// When Redis last answered a claim or a heartbeat.
    #[must_use]
    pub fn last_answer(&self) -> Option<Instant> {
        *self.shared.last_answer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When tasks were last claimed here.
    #[must_use]
    pub fn last_claim(&self) -> Option<Instant> {
        *self.shared.last_claim.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many tasks run here.
    #[must_use]
    pub fn running(&self) -> usize {
        self.shared.held.leases().len()
    }

    /// The handlers' way to end attempts.
    #[must_use]
    pub fn finisher(&self) -> Finisher {
        self.shared.finisher.clone()
    }
}

/// The backend. See the module's header.
pub struct LeasedList {
    shared: Arc<Shared>,
    deliveries: mpsc::UnboundedReceiver<Delivery>,
    fetching: Option<JoinHandle<()>>,
    closing: Option<BoxFuture<'static, ()>>,
}

impl Backend for LeasedList {
    type Task = Task<Delivery>;
    type Error = Infallible;

    fn poll_ready(&mut self, _: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        _: &WorkerContext,
    ) -> Poll<Option<Result<Self::Task, Self::Error>>> {
        self.deliveries
            .poll_recv(cx)
            .map(|delivery| delivery.map(|delivery| Ok(TaskBuilder::new(delivery).build())))
    }

    fn poll_close(&mut self, cx: &mut Context<'_>, _: &WorkerContext) -> Poll<Result<(), Self::Error>> {
        let (shared, fetching, deliveries) = (&self.shared, &mut self.fetching, &mut self.deliveries);
        let closing = self.closing.get_or_insert_with(|| {
            shared.quiet.cancel();
            let (_, nothing) = mpsc::unbounded_channel();
            close(Arc::clone(shared), fetching.take(), std::mem::replace(deliveries, nothing)).boxed()
        });
        closing.poll_unpin(cx).map(Ok)
    }
}

/// Starts a loop that the worker cannot do without: a worker whose heartbeat or finisher is dead is dead, whatever its
/// other parts still do.
pub(super) fn watched(
    future: impl Future<Output = ()> + Send + 'static,
    failed: &CancellationToken,
) -> JoinHandle<()> {
    let failed = failed.clone();
    tokio::spawn(async move {
        if AssertUnwindSafe(future).catch_unwind().await.is_err() {
            failed.cancel();
        }
    })
}

/// Waits for a claim that is under way, and gives back what was claimed and not begun.
async fn close(
    shared: Arc<Shared>,
    fetching: Option<JoinHandle<()>>,
    mut deliveries: mpsc::UnboundedReceiver<Delivery>,
) {
    if let Some(Err(error)) = OptionFuture::from(fetching).await {
        tracing::error!(%error, "the fetcher was ended");
    }
    let mut unbegun = Vec::new();
    while let Some(delivery) = deliveries.recv().await {
        unbegun.push(delivery.hand_back());
    }
    futures::future::join_all(unbegun).await;
    shared.ended.cancel();
}

impl BackendConfig for LeasedList {
    type Args = Delivery;
    type Id = RandomId;
    type Kind = Ephemeral;
    type Config = QueueConfig;
    type Layer = Identity;

    fn config(&self) -> &QueueConfig {
        &self.shared.config
    }

    fn middleware(&mut self, _: &mut WorkerContext) -> Identity {
        Identity::new()
    }
}
