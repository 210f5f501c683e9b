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
    import::{self, Seeding},
    store::Store,
    telemetry::Metrics,
};

/// Checks that take at least this long leave time for the tour's cancel.
const CANCELLABLE_MS: u64 = 1_000;

/// The real parts.
pub(super) struct Parts {
    pub(super) metrics: Metrics,
}

fn store(settings: &Settings) -> anyhow::Result<Store> {
    Ok(Store::new(&settings.redis_url, &settings.key_prefix, "offstage-dev")?)
}

impl Backstage for Parts {
    async fn prepare(&self, settings: &Settings, seed: Option<&Path>) -> anyhow::Result<()> {
        let store = store(settings)?;
        if let Some(token) = &settings.admin_token {
            keep_admin_token(&store, token).await.context("the administrator's token cannot be kept")?;
        }
        let Some(file) = seed else { return Ok(()) };
        let display = Display::new();
        let seeding = import::seed(&store, file, &|progress| display.show(progress)).await;
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
        serve::run(listener, store(settings)?, options(settings), self.metrics.clone(), stop).await;
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
