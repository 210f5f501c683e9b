//! The parts that `offstage dev` supervises in its own process: the store, the seed, the API.

use anyhow::Context as _;
use std::path::Path;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Backstage, TourFacts};
use crate::{
    api::serve,
    cli::{
        import::Display,
        serve::{keep_admin_token, options},
    },
    config::Settings,
    http::Tls,
    import::{self, Seeding},
    store::{Store, StoreError, patience::Backoff},
    telemetry::Metrics,
};

/// Checks that take at least this long leave time for the tour's cancel.
const CANCELLABLE_MS: u64 = 1_000;

/// The real parts.
pub(super) struct Parts {
    pub(super) metrics: Metrics,
    pub(super) tls: Option<Tls>,
}

fn store(settings: &Settings) -> anyhow::Result<Store> {
    Ok(Store::open(settings, "offstage-dev")?)
}

/// Loads the seed, and goes on with it when Redis was away for a while: a private one is started again.
async fn load_seed(store: &Store, file: &Path, display: &Display) -> anyhow::Result<Seeding> {
    let mut backoff = Backoff::default();
    loop {
        match import::seed(store, file, &|progress| display.show(progress)).await {
            Err(error) if is_transient(&error) => {
                tracing::warn!(error = format!("{error:#}"), "the seed was interrupted: going on with it");
                tokio::time::sleep(backoff.next_wait()).await;
            }
            outcome => return outcome,
        }
    }
}

/// Redis was away, and is the one it was.
fn is_transient(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<StoreError>());
    causes.any(|cause| cause.is_transient() && !matches!(cause, StoreError::DataLost))
}

impl Backstage for Parts {
    async fn prepare(&self, settings: &Settings, seed: Option<&Path>) -> anyhow::Result<()> {
        let store = store(settings)?;
        if let Some(token) = &settings.admin_token {
            keep_admin_token(&store, token).await.context("the administrator's token cannot be kept")?;
        }
        let Some(file) = seed else { return Ok(()) };
        let display = Display::new();
        let seeding = load_seed(&store, file, &display).await;
        display.end();
        match seeding? {
            Seeding::Loaded(report) => tracing::info!("the directory was loaded from the seed: {report}"),
            Seeding::AlreadySeeded => {
                tracing::info!("the seed was loaded before: the directory stays as it is");
            }
            Seeding::NotEmpty => tracing::info!("the directory has users already: the seed is not loaded"),
        }
        Ok(())
    }

    async fn serve(
        &self,
        settings: &Settings,
        listener: TcpListener,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        let options = options(settings, self.tls.clone())?;
        serve::run(listener, store(settings)?, options, self.metrics.clone(), stop).await;
        Ok(())
    }

    async fn tour(&self, settings: &Settings) -> anyhow::Result<TourFacts> {
        let store = store(settings)?;
        let candidates = store.candidates().await?;
        let mut free =
            candidates.iter().filter(|candidate| !candidate.blocked).map(|candidate| candidate.user.0);
        let user_id = free.next().or_else(|| candidates.first().map(|candidate| candidate.user.0));
        let other_user_id = free.next().filter(|_| settings.checks.pause.ms >= CANCELLABLE_MS);
        Ok(TourFacts { user_id, other_user_id, next_task_id: store.next_task().await? })
    }
}
