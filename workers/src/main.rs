//! `offstage-worker`: the worker only, the production form.

use anyhow::Context as _;
use clap::Parser;
use offstage::{
    cli,
    config::{self, Overrides},
    http, shutdown,
    store::Store,
    telemetry,
};
use offstage_workers::{maintenance, runner, status};
use std::{net::SocketAddr, path::PathBuf, process::ExitCode, time::Duration};
use tokio_util::sync::CancellationToken;

/// How long a blocking call that is still under way may hold up the end.
const BLOCKING_LIMIT: Duration = Duration::from_millis(100);

/// How long saying goodbye may take.
const GOODBYE_LIMIT: Duration = Duration::from_millis(500);

/// Works on deletions: finds what depends on a user, and deletes him or refuses.
#[derive(Debug, Parser)]
#[command(name = "offstage-worker", version = cli::VERSION)]
#[command(after_help = "Examples:\n  offstage-worker --redis-url redis://redis:6379\n  \
    offstage-worker --config /etc/offstage.toml --listen 0.0.0.0:8081")]
struct Args {
    /// Where Redis or Valkey is: redis://, rediss:// or unix:// (also `OFFSTAGE_REDIS_URL`).
    #[arg(long, value_name = "URL")]
    redis_url: Option<String>,
    /// A TOML file with settings (also `OFFSTAGE_CONFIG`).
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address and port of the worker's own probes and metrics; port 0 takes a free one [default: 127.0.0.1:8081, or a free port where that one is taken].
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = cli::listen_address)]
    listen: Option<SocketAddr>,
}

fn main() -> ExitCode {
    match run(Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => cli::output::failed("offstage-worker", &error),
    }
}

fn run(args: Args) -> anyhow::Result<()> {
    let overrides =
        Overrides { redis_url: args.redis_url, worker_listen: args.listen, ..Overrides::default() };
    let settings = config::load(args.config.as_deref(), overrides)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("no threads to work on")?;
    let outcome = runtime.block_on(async {
        let outcome = work(settings).await;
        telemetry::end().await;
        outcome
    });
    // A name look-up on a blocking thread cannot be cancelled; a worker that was told to stop does not wait for it.
    runtime.shutdown_timeout(BLOCKING_LIMIT);
    outcome
}

async fn work(settings: config::Settings) -> anyhow::Result<()> {
    let metrics = telemetry::init(&settings.log, settings.telemetry.export(telemetry::WORKER).as_ref())?;
    // Installing it twice is no fault: whoever was first chose the same one.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        tracing::debug!("a TLS provider was there already");
    }
    let stop = shutdown::on_signal()?;
    http::raise_file_limit();
    let name = format!("worker-{}-{:08x}", std::process::id(), rand::random::<u32>());
    let store = Store::open(&settings, "offstage-worker")?;
    let (queue, context) = runner::prepare(&store, &settings, &name)?;

    let status_stop = CancellationToken::new();
    let status = status::serve(&settings, &store, &queue, metrics, status_stop.clone()).await?;
    maintenance::start(&queue, &store, &settings, &context.effects, &name, &stop);
    tracing::info!(worker.id = name, "working");
    let outcome = runner::run(&queue, context, &settings, &name, stop).await;
    status_stop.cancel();
    status.await.context("the probes' server panicked")?;
    say_goodbye(&store, &name).await;
    tracing::info!(worker.id = name, "stopped");
    outcome
}

/// A worker that has ended is no longer listed. Without Redis, it is forgotten after a while.
async fn say_goodbye(store: &Store, name: &str) {
    match tokio::time::timeout(GOODBYE_LIMIT, store.leave(name)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(error = %telemetry::chain(&error), "nobody to say goodbye to"),
        Err(_) => tracing::debug!("nobody to say goodbye to in time"),
    }
}
