//! `offstage serve`: the API only, the production form.
//!
//! It starts without Redis, answers 503 and is not ready, and needs no restart when Redis comes: so the administrator's
//! token is kept in the background, as soon as there is something to keep it in.

use anyhow::Context as _;
use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};
use std::{net::SocketAddr, sync::Arc};
use tokio::net::TcpListener;

use super::{
    CommonArgs, output,
    tls::{self, HangUps, TlsArgs},
};
use crate::{
    api::{
        DialectSettings,
        serve::{self, Options},
        service::ADMINISTRATOR,
    },
    cluster::{Cluster, ClusterError},
    config::{self, Overrides, Settings},
    domain::capability::Capability,
    http::{Limits, Tls, raise_file_limit},
    shutdown,
    store::{Store, StoreError, patience::until_answered, principals::TokenHash},
    telemetry,
};

/// An administrator's token that is shorter is taken, and warned of.
const GUESSABLE_BELOW_CHARS: usize = 32;

/// Flags of `offstage serve`.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  offstage serve --redis-url redis://redis:6379\n  \
    offstage serve --config /etc/offstage.toml --listen 0.0.0.0:8080\n  \
    offstage serve --listen 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem    SIGHUP reads both files again")]
pub struct ServeArgs {
    /// Flags that several commands have.
    #[command(flatten)]
    pub common: CommonArgs,
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = super::listen_address)]
    pub listen: Option<SocketAddr>,
    /// The certificate.
    #[command(flatten)]
    pub tls: TlsArgs,
    /// Refuse to start where Redis may lose accepted tasks (it is waited for first); without this, the log says so.
    #[arg(long)]
    pub strict: bool,
}

/// Serves the API until it is told to stop.
///
/// # Errors
/// Impossible settings, a certificate that cannot be used, or an address that cannot be listened on.
pub async fn run(args: ServeArgs) -> anyhow::Result<()> {
    let overrides = Overrides {
        redis_url: args.common.redis_url,
        api_listen: args.listen,
        api_tls: args.tls.files(),
        ..Overrides::default()
    };
    let settings = config::load(args.common.config.as_deref(), overrides)?;
    let metrics = telemetry::init(&settings.log, settings.telemetry.export(telemetry::API).as_ref())?;
    let (stop, hang_ups) = (shutdown::on_signal()?, HangUps::listen()?);
    let tls = tls::load(&settings)?;
    let options = options(&settings, tls.clone())?;
    let store = Store::open(&settings, "offstage-api")?;
    raise_file_limit();
    let address = settings.api.listen;
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen on {address}: set api.listen, or --listen, to another address")
    })?;
    if args.strict {
        refuse_shortcomings(&store).await?;
    } else {
        tokio::spawn(warn_of_shortcomings(store.clone()));
    }
    if let Some(token) = settings.admin_token.clone() {
        tokio::spawn(keep_in_the_background(store.clone(), token));
    }
    tokio::spawn(hang_ups.renew(tls.clone()));
    output::say(&format!("ready {}://{}\n", tls::scheme(&settings), listener.local_addr()?))?;
    serve::run(listener, store, options, metrics, stop).await;
    Ok(())
}

/// How the API is served with these settings.
///
/// # Errors
/// A file of the platform dialect that cannot be used.
pub(super) fn options(settings: &Settings, tls: Option<Tls>) -> Result<Options, ClusterError> {
    let platform = &settings.platform;
    let cluster = Cluster::open(platform.pmc_conf.as_deref(), platform.cluster_file.as_deref())?;
    let dialects = DialectSettings {
        staged_config: settings.staged_config.clone(),
        platform: platform.clone(),
        cluster: Arc::new(cluster),
        notebooks: settings.notebooks.clone(),
    };
    Ok(Options {
        limits: Limits::default(),
        metrics_public: settings.metrics.public,
        dialects: Arc::new(dialects),
        tls,
    })
}

/// Keeps the administrator's token in place of an earlier one. Waits as long as Redis is away.
pub(super) async fn keep_admin_token(store: &Store, token: &SecretString) -> Result<(), StoreError> {
    if token.expose_secret().len() < GUESSABLE_BELOW_CHARS {
        tracing::warn!(
            "admin_token is short enough to be guessed: use at least {GUESSABLE_BELOW_CHARS} random characters"
        );
    }
    let hash = TokenHash::of(token.expose_secret().as_bytes());
    let keep = || store.keep_token(ADMINISTRATOR, &hash, &Capability::ALL, true);
    until_answered("the administrator's token", keep).await.map(|_| ())
}

async fn keep_in_the_background(store: Store, token: SecretString) {
    if let Err(error) = keep_admin_token(&store, &token).await {
        tracing::error!(error = %crate::telemetry::chain(&error), "the administrator's token cannot be kept");
    }
}

async fn refuse_shortcomings(store: &Store) -> anyhow::Result<()> {
    let found = until_answered("what Redis promises", || store.shortcomings()).await?;
    let remedies: Vec<_> = found.into_iter().map(|shortcoming| shortcoming.remedy).collect();
    anyhow::ensure!(remedies.is_empty(), "--strict: {}", remedies.join("; "));
    Ok(())
}

async fn warn_of_shortcomings(store: Store) {
    match until_answered("what Redis promises", || store.shortcomings()).await {
        Ok(found) => {
            for shortcoming in found {
                tracing::warn!(grave = shortcoming.grave, "{}", shortcoming.remedy);
            }
        }
        Err(error) => {
            tracing::warn!(error = %crate::telemetry::chain(&error), "Redis does not say what it promises");
        }
    }
}
