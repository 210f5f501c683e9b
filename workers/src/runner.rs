//! Drives apalis: loop, concurrency, panics, graceful stop. The only file here that names it.
//!
//! The stop has three steps: be quiet (claim no more), let what runs finish, and at the deadline hand it back. Whatever is
//! left after that is recovered by its lease.
//!
//! Easy to get wrong: a worker whose loop has ended without being asked to is dead, whatever apalis returns; the program
//! must end with it, so that somebody starts a new one.

use anyhow::Context as _;
use apalis::{
    layers::WorkerBuilderExt,
    prelude::{Data, WorkerBuilder, WorkerError},
};
use futures::{FutureExt, future::BoxFuture};
use offstage::{
    config::Settings,
    domain::retry::RetryPolicy,
    store::{
        Store,
        queue::{Delivery, Queue, QueueConfig},
    },
};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

use crate::{
    checks::Checks,
    effects::Effects,
    handler::{self, Context},
    ledger::Ledger,
};

/// How long handing back may take after the deadline, before the worker ends regardless.
const HAND_BACK_LIMIT: Duration = Duration::from_secs(1);

/// The queue and the context of a worker with these settings.
///
/// # Errors
/// When a check cannot be set up, or the folder of workspaces cannot be opened.
pub fn prepare(store: &Store, settings: &Settings, worker: &str) -> anyhow::Result<(Queue, Context)> {
    let queue = Queue::new(
        store.clone(),
        QueueConfig {
            worker: worker.to_owned(),
            concurrency: settings.worker.concurrency,
            lease: Duration::from_millis(settings.worker.lease_ms),
            heartbeat: Duration::from_millis(settings.worker.heartbeat_ms),
            max_answer_age: Duration::from_millis(settings.checks.max_answer_age_ms),
        },
    );
    let ledger = settings.worker.ledger.clone().map(|path| Ledger::start(path, worker));
    let context = Context {
        store: store.clone(),
        finisher: queue.finisher(),
        checks: Checks::new(settings, store)?,
        effects: Effects::new(&settings.notebooks)?,
        ledger: ledger.transpose().context("no thread to keep the ledger")?,
        retry: RetryPolicy {
            max_attempts: settings.worker.max_attempts,
            delay_ms: settings.worker.retry_delay_ms,
            delay_max_ms: settings.worker.retry_delay_max_ms,
        },
    };
    Ok((queue, context))
}

/// Works until `stop`, then gracefully for up to `stop_limit`.
///
/// # Errors
/// When the worker's loop ends without having been asked to.
pub async fn run(
    queue: &Queue,
    context: Context,
    settings: &Settings,
    worker: &str,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let stop_limit = Duration::from_millis(settings.worker.stop_ms);
    let mut working = start(queue, context, settings.worker.concurrency, worker, stop.clone());
    tokio::select! {
        ended = &mut working => {
            ended.context("the worker's loop failed")?;
            anyhow::ensure!(stop.is_cancelled(), "the worker's loop ended by itself");
            return Ok(());
        }
        () = queue.failed() => anyhow::bail!("a loop that the worker cannot do without has panicked"),
        () = stop.cancelled() => {}
    }
    tracing::info!(running = queue.running(), "stopping: claiming no more");
    queue.be_quiet();
    if let Ok(ended) = tokio::time::timeout(stop_limit, &mut working).await {
        return ended.context("the worker's loop failed while it stopped");
    }
    tracing::warn!(running = queue.running(), "stopping: handing back what still runs");
    queue.hand_back_all();
    if let Ok(ended) = tokio::time::timeout(HAND_BACK_LIMIT, &mut working).await {
        return ended.context("the worker's loop failed while it stopped");
    }
    tracing::warn!(running = queue.running(), "stopping: the rest is recovered when its leases run out");
    Ok(())
}

/// The worker's loop. Boxed here, where every type in it is known, so that it can be spawned.
fn start(
    queue: &Queue,
    context: Context,
    concurrency: usize,
    worker: &str,
    stop: CancellationToken,
) -> BoxFuture<'static, Result<(), WorkerError>> {
    WorkerBuilder::new(worker)
        .backend(queue.backend())
        .data(context)
        .concurrency(concurrency)
        .catch_panic()
        .build(deliver)
        .run_until(async move {
            stop.cancelled().await;
            Ok::<(), std::io::Error>(())
        })
        .boxed()
}

/// apalis's entrance. The handler catches panics of ours; `catch_panic` is the second net.
async fn deliver(delivery: Delivery, context: Data<Context>) {
    handler::handle((*context).clone(), delivery).await;
}
