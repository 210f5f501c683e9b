//! One run of `offstage dev`, as a list of steps.
//!
//! The order is the point. Up: lock, orphans, listener, Redis, store, API, workers, tour. Down: the API stops
//! accepting, the workers hand back what they hold, Redis goes last. Every way out of the upper half, errors
//! included, leads through the lower one, so that nothing is left running.

use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow, ensure};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::token::AdminToken;
use super::{Backstage, DevArgs, child, lock, orphans, redis, samples, tour};
use crate::cli::output;
use crate::config::Settings;

/// From the request to stop until whatever is left is killed.
const STOP_LIMIT: Duration = Duration::from_secs(4);
/// The part of it that the API and the workers may use; Redis has the rest.
const STOP_WORKERS: Duration = Duration::from_millis(3_400);
/// What a worker is told to take at most for its own graceful stop, whatever the settings say.
const WORKER_STOP_MAX_MS: u64 = 3_000;

/// What was asked for, and what it is made of.
pub(super) struct Dev {
    pub(super) args: DevArgs,
    pub(super) settings: Settings,
    pub(super) worker: PathBuf,
    pub(super) stop: CancellationToken,
}

impl Dev {
    /// The whole of it. Nothing is started before the lock is held and the orphans are gone.
    pub(super) async fn run(mut self, backstage: impl Backstage) -> anyhow::Result<()> {
        let data = data_folder(&self.args.data)?;
        let _lock = lock::take(&data)?;
        orphans::end(&data).await?;
        samples::provide(&mut self.settings.notebooks, &data)?;
        let listener = listen(self.settings.api.listen).await?;
        let redis = if self.args.redis_url.is_some() {
            None
        } else {
            let redis = redis::PrivateRedis::find(&data)?;
            self.settings.redis_url = redis.url()?;
            redis.start(&self.stop).await?
        };
        let (began, result) = self.run_on_redis(&data, backstage, listener).await;
        if let Some(redis) = redis {
            redis.stop();
            redis.ended_by(began + STOP_LIMIT).await;
        }
        result
    }

    /// From a Redis that answers until only that is left; says when the end began.
    async fn run_on_redis(
        mut self,
        data: &Path,
        backstage: impl Backstage,
        listener: TcpListener,
    ) -> (Instant, anyhow::Result<()>) {
        let token = AdminToken::of(&mut self.settings);
        let prepared = tokio::select! {
            prepared = backstage.prepare(&self.settings, self.args.seed.as_deref()) => prepared,
            () = self.stop.cancelled() => return (Instant::now(), Ok(())),
        };
        match prepared.context("cannot prepare the store") {
            Ok(()) => self.serve(data, Arc::new(backstage), listener, &token).await,
            Err(error) => (Instant::now(), Err(error)),
        }
    }

    /// API, workers and tour until a signal or the API's end; then the end of API and workers.
    async fn serve(
        self,
        data: &Path,
        backstage: Arc<impl Backstage>,
        listener: TcpListener,
        token: &AdminToken,
    ) -> (Instant, anyhow::Result<()>) {
        let stop_api = CancellationToken::new();
        let address = listener.local_addr();
        let mut api = spawn_api(&backstage, &self.settings, listener, &stop_api);
        let mut workers = Vec::new();
        let started = async {
            for number in 1..=self.args.workers {
                workers.push(child::keep(format!("worker {number}"), self.worker_command(data))?);
            }
            let facts = backstage.tour(&self.settings).await.context("cannot read what the tour shows")?;
            let tls_cert = self.settings.api.tls_cert.as_deref();
            output::say(&tour::text(address?, tls_cert, &facts, token))
        };
        let result = match started.await {
            Ok(()) => tokio::select! {
                () = self.stop.cancelled() => Ok(()),
                ended = &mut api => Err(why_api_ended(ended)),
            },
            Err(error) => Err(error),
        };
        tracing::info!("stopping the API and the workers");
        let began = Instant::now();
        stop_api.cancel();
        workers.iter().for_each(child::Keeper::stop);
        end_api(api, began + STOP_WORKERS).await;
        for worker in workers {
            worker.ended_by(began + STOP_WORKERS).await;
        }
        (began, result)
    }

    /// How a worker is started; the administrator's token does not go along.
    fn worker_command(&self, data: &Path) -> impl Fn() -> Command + Send + Sync + 'static {
        let (program, url) = (self.worker.clone(), self.settings.redis_url.clone());
        let (config, data) = (self.args.config.clone(), data.to_owned());
        let workspaces = self.settings.notebooks.workspace_root.clone();
        let stop_ms = self.settings.worker.stop_ms.min(WORKER_STOP_MAX_MS).to_string();
        move || {
            let mut command = Command::new(&program);
            command.args(["--redis-url", &url, "--listen", "127.0.0.1:0"]);
            if let Some(config) = &config {
                command.arg("--config").arg(config);
            }
            command.env("OFFSTAGE_WORKER__STOP_MS", &stop_ms);
            if let Some(root) = &workspaces {
                command.env("OFFSTAGE_NOTEBOOKS__WORKSPACE_ROOT", root);
            }
            child::adopt(&mut command, &data);
            command
        }
    }
}

/// Serves the API in a task of its own.
fn spawn_api<B: Backstage>(
    backstage: &Arc<B>,
    settings: &Settings,
    listener: TcpListener,
    stop: &CancellationToken,
) -> JoinHandle<anyhow::Result<()>> {
    let (backstage, settings, stop) = (Arc::clone(backstage), settings.clone(), stop.clone());
    tokio::spawn(async move { backstage.serve(&settings, listener, stop).await })
}

/// The API is not supposed to end before it is told to.
fn why_api_ended(ended: Result<anyhow::Result<()>, JoinError>) -> anyhow::Error {
    match ended {
        Ok(Ok(())) => anyhow!("the API ended by itself"),
        Ok(Err(error)) => error.context("the API ended by itself"),
        Err(error) => anyhow::Error::new(error).context("the API ended by itself"),
    }
}

/// Waits for the API, which has been told to stop; a late one is cut off.
async fn end_api(mut api: JoinHandle<anyhow::Result<()>>, deadline: Instant) {
    if api.is_finished() {
        return;
    }
    match tokio::time::timeout_at(deadline, &mut api).await {
        Ok(Ok(Ok(()))) => {}
        Ok(Ok(Err(error))) => tracing::warn!(error = format!("{error:#}"), "the API did not stop well"),
        Ok(Err(error)) => tracing::warn!(%error, "the API did not stop well"),
        Err(_) => {
            tracing::warn!("the API still serves: cutting it off");
            api.abort();
        }
    }
}

/// The data folder, made if it is missing (for its owner only: it holds hashes of passwords), as an absolute path.
fn data_folder(path: &Path) -> anyhow::Result<PathBuf> {
    let shown = path.display();
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("cannot make the data folder {shown}; choose another one with --data"))?;
    path.canonicalize().with_context(|| format!("cannot find the data folder {shown}"))
}

async fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}; choose another address with --listen (port 0 takes a free one)")
    })
}

/// The program `offstage-worker`, which is built and installed beside this one.
pub(super) fn worker_beside_this_program() -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe().context("cannot find out where this program is")?;
    let worker = own.with_file_name("offstage-worker");
    ensure!(
        worker.is_file(),
        "there is no {}; build it with: cargo build --workspace --bins",
        worker.display()
    );
    Ok(worker)
}
