//! `offstage dev`: everything on one machine, for a first look and for developing.
//!
//! A supervisor: it holds the data folder's lock, ends what a killed predecessor left running, starts a private
//! Redis, serves the API in its own process, and starts workers as child processes. A child that dies is started
//! again. Whatever ends this command ends all of it within 5 s: the API stops accepting,
//! workers hand back what they hold, and Redis goes last, because everybody needs it to say goodbye.
//!
//! Easy to get wrong: nothing may start before the lock is held and the orphans are gone, or two Redis servers
//! write one append-only file. It must never put the administrator's token into a log, a command line or a
//! child's environment; the tour on standard output is where it is shown.

mod child;
mod lock;
mod orphans;
mod parts;
mod redis;
mod run;
mod samples;
mod stop;
mod token;
mod tour;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::cli::tls::{self, TlsArgs};
use crate::config::{self, Overrides, Settings};
use crate::http::raise_file_limit;
use crate::telemetry;

pub use tour::TourFacts;

/// Workers that make sense on one machine.
const WORKERS_MAX: i64 = 64;

/// Flags of `offstage dev`.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:\n  offstage dev --seed deploy/sample-directory.json\n  \
    offstage dev --listen 127.0.0.1:0 --data /tmp/try --workers 2\n  \
    offstage dev --redis-url redis://127.0.0.1:6379")]
pub struct DevArgs {
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = super::listen_address)]
    pub listen: Option<SocketAddr>,
    /// The folder for the private Redis's data and for workspaces; a later start on the same folder goes on where this one ended.
    #[arg(long, value_name = "FOLDER", default_value = ".offstage")]
    pub data: PathBuf,
    /// The certificate.
    #[command(flatten)]
    pub tls: TlsArgs,
    /// How many worker processes to run.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=WORKERS_MAX))]
    pub workers: u16,
    /// A JSON file with users and more, loaded if the directory is still empty.
    #[arg(long, value_name = "FILE")]
    pub seed: Option<PathBuf>,
    /// A TOML file with settings (also `OFFSTAGE_CONFIG`).
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Use this server instead of a private one.
    #[arg(long, value_name = "URL")]
    pub redis_url: Option<String>,
}

/// What `dev` needs of the rest of offstage; the store and the API stand behind it.
///
/// `settings` hold what is really used: the address of the private Redis, and the administrator's token.
pub trait Backstage: Send + Sync + 'static {
    /// Registers the administrator's token in place of an earlier one and, if the directory is empty, loads the
    /// seed. Redis answers when this is called.
    fn prepare(
        &self,
        settings: &Settings,
        seed: Option<&Path>,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;

    /// Serves the API on the listener until `stop` is cancelled, then stops accepting, finishes what runs, and
    /// returns. A Redis that is away is not an error.
    fn serve(
        &self,
        settings: &Settings,
        listener: TcpListener,
        stop: CancellationToken,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;

    /// What the tour shows; asked once, after `prepare`.
    fn tour(&self, settings: &Settings) -> impl Future<Output = anyhow::Result<TourFacts>> + Send;
}

/// Runs the command with the real parts.
///
/// # Errors
/// See [`run`].
pub async fn main(args: DevArgs) -> anyhow::Result<()> {
    let settings = settings(&args)?;
    let metrics = telemetry::init(&settings.log, settings.telemetry.export(telemetry::API).as_ref())?;
    let tls = tls::load(&settings)?;
    raise_file_limit();
    run(args, settings, parts::Parts { metrics, tls }).await
}

/// Runs everything until SIGTERM, SIGINT (Ctrl-C) or SIGHUP.
///
/// # Errors
/// Impossible settings, a data folder in use, an address in use, no Redis to be found, a part that does not start,
/// or an API that ended by itself.
pub async fn run(args: DevArgs, settings: Settings, backstage: impl Backstage) -> anyhow::Result<()> {
    let worker = run::worker_beside_this_program()?;
    let stop = stop::on_signals()?;
    run::Dev { args, settings, worker, stop }.run(backstage).await
}

/// The settings of `offstage dev` with its flags applied.
///
/// # Errors
/// See [`config::load`].
pub fn settings(args: &DevArgs) -> anyhow::Result<Settings> {
    let overrides = Overrides {
        redis_url: args.redis_url.clone(),
        api_listen: args.listen,
        api_tls: args.tls.files(),
        ..Overrides::default()
    };
    config::load(args.config.as_deref(), overrides)
}
