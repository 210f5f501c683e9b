//! Settings: what they are called, what they mean, and where they come from.
//!
//! Owns the typed settings of both programs and the only place that reads the process's environment. A setting
//! is taken from the first of: a flag, an `OFFSTAGE_` environment variable, the TOML file, the default written
//! here. Everything is checked before anything starts: an unknown name or an impossible value is refused with
//! the setting's dotted name.
//!
//! It must never put a secret into an error or a `Debug` output: the administrator's token and a password inside
//! an address are secrets. Easy to get wrong: a new field also needs its line in `environment::SETTINGS` (a test
//! finds the missing one) and, where zero makes no sense, in `validation`.

mod checks;
pub mod client;
mod durability;
mod environment;
mod notebooks;
mod platform;
mod redaction;
mod staged_config;
mod telemetry;
mod validation;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use secrecy::SecretString;
use serde::Deserialize;

pub use checks::{CheckSettings, HttpCheckSettings, PauseSettings};
pub use durability::{DurabilitySettings, FsyncPromise};
pub use environment::{CONFIG_VARIABLE, REDIS_SERVER_VARIABLE};
pub use notebooks::NotebookSettings;
pub use platform::PlatformSettings;
pub use staged_config::{ANY_ORIGIN, Release, StagedConfigSettings};
pub use telemetry::TelemetrySettings;
pub use validation::{PLACEHOLDER_ID, PLACEHOLDER_USERNAME};

/// Everything that can be set, for both programs.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where Redis (or Valkey) is: `redis://`, `rediss://` (TLS), `redis+unix://` or `unix://`.
    pub redis_url: String,
    /// What every key begins with; holds a `{hash tag}`, so that all keys share one slot of a cluster.
    pub key_prefix: String,
    /// The administrator's token, at least 8 characters (32 random ones, so that it cannot be guessed); without it only the tokens in the store count.
    pub admin_token: Option<SecretString>,
    /// What is logged: a level or a filter such as `info,offstage=debug`.
    pub log: String,
    /// What an answer "accepted" promises.
    pub durability: DurabilitySettings,
    /// The HTTP interface.
    pub api: ApiSettings,
    /// The worker.
    pub worker: WorkerSettings,
    /// The tasks' records.
    pub tasks: TaskSettings,
    /// The checks that look for dependents.
    pub checks: CheckSettings,
    /// The `staged_config` dialect.
    pub staged_config: StagedConfigSettings,
    /// The platform dialect.
    pub platform: PlatformSettings,
    /// The notebooks dialect, and the workspaces.
    pub notebooks: NotebookSettings,
    /// The metrics.
    pub metrics: MetricsSettings,
    /// The export of traces.
    pub telemetry: TelemetrySettings,
}

/// The HTTP interface (`offstage serve`, `offstage dev`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApiSettings {
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// A PEM file with the certificate, and those that vouch for it. With it (and `tls_key`) only HTTPS is spoken.
    pub tls_cert: Option<PathBuf>,
    /// A PEM file with the certificate's private key.
    pub tls_key: Option<PathBuf>,
}

/// The files of a listener's certificate, given together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The PEM file with the certificate, and those that vouch for it.
    pub cert: PathBuf,
    /// The PEM file with its private key.
    pub key: PathBuf,
}

impl ApiSettings {
    /// The files of the certificate; none where HTTP is spoken in the clear.
    #[must_use]
    pub fn tls_files(&self) -> Option<TlsFiles> {
        let (Some(cert), Some(key)) = (&self.tls_cert, &self.tls_key) else { return None };
        Some(TlsFiles { cert: cert.clone(), key: key.clone() })
    }
}

/// The worker (`offstage-worker`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorkerSettings {
    /// Address and port of the worker's own probes and metrics; port 0 takes a free one. Without it: 127.0.0.1:8081, or
    /// a free port where another worker has that one.
    pub listen: Option<SocketAddr>,
    /// Milliseconds until a silent worker's task goes to another one; at least three heartbeats.
    pub lease_ms: u64,
    /// Milliseconds between two renewals of the leases.
    pub heartbeat_ms: u64,
    /// Tasks that one worker works on at the same time, 1 to 10000.
    pub concurrency: usize,
    /// Attempts without an outcome until a task ends as EXCEPTION; hand-backs and pauses do not count.
    pub max_attempts: u32,
    /// Milliseconds before the second attempt; doubles with every further one, with jitter.
    pub retry_delay_ms: u64,
    /// Milliseconds that the delay before an attempt never exceeds.
    pub retry_delay_max_ms: u64,
    /// Milliseconds that a stopping worker lets its tasks finish; then it hands them back.
    pub stop_ms: u64,
    /// A file to which every effect is written, before and after; workers of one machine may share it. While it cannot be
    /// written, nothing is deleted. Without it none is kept.
    pub ledger: Option<PathBuf>,
}

/// The tasks' records.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TaskSettings {
    /// Seconds that a task is kept after it has ended.
    pub retention_s: u64,
}

/// The metrics.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MetricsSettings {
    /// Whether `/metrics` needs no credentials from anywhere; when false, only from this machine.
    pub public: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            redis_url: "redis://127.0.0.1:6379".to_owned(),
            key_prefix: "{offstage}".to_owned(),
            admin_token: None,
            log: "info".to_owned(),
            durability: DurabilitySettings::default(),
            api: ApiSettings::default(),
            worker: WorkerSettings::default(),
            tasks: TaskSettings::default(),
            checks: CheckSettings::default(),
            staged_config: StagedConfigSettings::default(),
            platform: PlatformSettings::default(),
            notebooks: NotebookSettings::default(),
            metrics: MetricsSettings::default(),
            telemetry: TelemetrySettings::default(),
        }
    }
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)), tls_cert: None, tls_key: None }
    }
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            listen: None,
            lease_ms: 10_000,
            heartbeat_ms: 3_000,
            concurrency: 64,
            max_attempts: 20,
            retry_delay_ms: 1_000,
            retry_delay_max_ms: 300_000,
            stop_ms: 3_000,
            ledger: None,
        }
    }
}

impl Default for TaskSettings {
    fn default() -> Self {
        Self { retention_s: 7 * 24 * 60 * 60 }
    }
}

/// What flags say; a value here wins over every other source.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--redis-url`.
    pub redis_url: Option<String>,
    /// `--listen` of `offstage serve` and `offstage dev`.
    pub api_listen: Option<SocketAddr>,
    /// `--tls-cert` and `--tls-key` of the same two.
    pub api_tls: Option<TlsFiles>,
    /// `--listen` of `offstage-worker`.
    pub worker_listen: Option<SocketAddr>,
}

impl Overrides {
    /// The settings that a flag gave, under their dotted names.
    fn named(self) -> impl Iterator<Item = (&'static str, String)> {
        [
            ("redis_url", self.redis_url),
            ("api.listen", self.api_listen.map(|address| address.to_string())),
            ("worker.listen", self.worker_listen.map(|address| address.to_string())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }
}

/// Reads the settings: defaults, then `file` (or the one that `OFFSTAGE_CONFIG` names), then the environment,
/// then flags.
///
/// # Errors
/// A file that cannot be read or parsed, an unknown name, a value of the wrong type, an impossible value. The
/// text names the setting and holds no secret.
pub fn load(file: Option<&Path>, overrides: Overrides) -> anyhow::Result<Settings> {
    load_from(file, environment::of_this_process(), overrides)
}

/// The server program that `OFFSTAGE_REDIS_SERVER` names for the private Redis of `offstage dev`.
#[must_use]
pub fn redis_server_override() -> Option<PathBuf> {
    environment::variable(REDIS_SERVER_VARIABLE).map(PathBuf::from)
}

/// The folders in which programs are looked for (`PATH`), in order.
#[must_use]
pub fn program_folders() -> Vec<PathBuf> {
    environment::variable("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default()
}

/// The folder for short-lived files (`TMPDIR`, else `/tmp`).
#[must_use]
pub fn temporary_folder() -> PathBuf {
    std::env::temp_dir()
}

/// [`load`] with the environment as an argument.
fn load_from(
    file: Option<&Path>,
    variables: impl Iterator<Item = (String, String)>,
    overrides: Overrides,
) -> anyhow::Result<Settings> {
    let environment = environment::parse(variables)?;
    let mut builder = ::config::Config::builder();
    if let Some(path) = file.or(environment.file.as_deref()) {
        builder = builder.add_source(file_source(path)?);
    }
    for (name, value) in environment.settings {
        builder = builder.set_override(name, value)?;
    }
    // A path need not be text, so it does not go the way of the others.
    let api_tls = overrides.api_tls.clone();
    for (name, value) in overrides.named() {
        builder = builder.set_override(name, value)?;
    }
    let mut settings: Settings = builder.build()?.try_deserialize().context("a setting cannot be used")?;
    if let Some(TlsFiles { cert, key }) = api_tls {
        (settings.api.tls_cert, settings.api.tls_key) = (Some(cert), Some(key));
    }
    settings.validate()?;
    Ok(settings)
}

/// The TOML file as a source; it is parsed here, because a parser's message may quote a line with a secret in it.
fn file_source(path: &Path) -> anyhow::Result<::config::Config> {
    let shown = path.display();
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the configuration file {shown}"))?;
    ::config::Config::builder()
        .add_source(::config::File::from_str(&text, ::config::FileFormat::Toml))
        .build()
        .map_err(|error| anyhow::anyhow!("{shown} is not valid TOML: {}", redaction::without_excerpt(&error)))
}

#[cfg(test)]
mod tests;
