//! The API of one process: a store in, requests served until told to stop.
//!
//! Owns the wiring of service, router and listener. It must never read configuration; whoever starts it did.
//!
//! Easy to get wrong: nothing here waits for Redis. The API starts without it, answers 503 and is not ready, and needs
//! no restart when it comes.

use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{DialectSettings, platform, router::router, service::Service};
use crate::{
    http::{self, Limits, Tls},
    store::Store,
    telemetry::Metrics,
};

/// How the API is served.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The bounds of the listener.
    pub limits: Limits,
    /// Metrics need no credentials from anywhere.
    pub metrics_public: bool,
    /// The listener's certificate; without it HTTP is spoken in the clear.
    pub tls: Option<Tls>,
    /// What the dialects are set to.
    pub dialects: Arc<DialectSettings>,
}

/// Serves the API on `listener` until `stop` is cancelled and the open requests are answered, within the drain limit. Files
/// that are being moved get where they are to go.
pub async fn run(
    listener: TcpListener,
    store: Store,
    options: Options,
    metrics: Metrics,
    stop: CancellationToken,
) {
    let watched = store.clone();
    tokio::spawn(stop.clone().run_until_cancelled_owned(async move { watched.watch_promise().await }));
    let service = Service::new(store, &options.dialects.notebooks);
    let in_step = platform::keep_in_step(service.clone(), Arc::clone(&options.dialects), stop.clone());
    let in_step = tokio::spawn(in_step);
    let router = router(service.clone(), metrics, &options, stop.clone());
    http::serve_with(listener, options.tls, router, options.limits, stop).await;
    service.moves_ended().await;
    if let Err(error) = in_step.await {
        tracing::error!(%error, "the cluster's users were not loaded to the end");
    }
}
