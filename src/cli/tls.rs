//! TLS of the commands. Above all the certificate of a server that runs here: its flags, its files, and SIGHUP, which reads
//! them again.
//!
//! It must never end the program for a new pair of files that is faulty: the old one stays in use, and the log says why.
//!
//! Easy to get wrong: a SIGHUP that nobody listens to kills. So it is listened to before anything else starts, and where
//! there is no certificate to read again, it is logged and changes nothing.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::{
    config::{Settings, TlsFiles},
    http::Tls,
    telemetry::chain,
};

/// Flags of the commands that serve.
#[derive(Args, Clone, Debug, Default)]
pub struct TlsArgs {
    /// Speak HTTPS, and nothing else, with the certificate in this PEM file (followed by those that vouch for it).
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// The PEM file with the certificate's private key.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
}

impl TlsArgs {
    /// The files, if they are given.
    pub(super) fn files(&self) -> Option<TlsFiles> {
        let (Some(cert), Some(key)) = (&self.tls_cert, &self.tls_key) else { return None };
        Some(TlsFiles { cert: cert.clone(), key: key.clone() })
    }
}

/// Reads and checks the certificate of the settings, if there is one.
pub(super) fn load(settings: &Settings) -> anyhow::Result<Option<Tls>> {
    let Some(files) = settings.api.tls_files() else { return Ok(None) };
    Tls::load(&files.cert, &files.key)
        .map(Some)
        .context("HTTPS cannot be spoken (api.tls_cert and api.tls_key, or --tls-cert and --tls-key)")
}

/// Says with what the commands that are clients do their cryptography.
pub(super) fn install_provider() {
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        tracing::debug!("a TLS provider was there already");
    }
}

/// What an address begins with that leads to a server with these settings.
pub(super) fn scheme(settings: &Settings) -> &'static str {
    if settings.api.tls_files().is_some() { "https" } else { "http" }
}

/// SIGHUP, from now on.
pub(super) struct HangUps(Signal);

impl HangUps {
    /// Listens from now on, so that the signal no longer kills. What comes early is kept.
    ///
    /// # Errors
    /// When the operating system refuses a handler.
    pub(super) fn listen() -> anyhow::Result<Self> {
        describe_metrics();
        signal(SignalKind::hangup()).map(Self).context("cannot listen for SIGHUP")
    }

    /// Reads the certificate again at each of them, for as long as the program runs.
    pub(super) async fn renew(mut self, tls: Option<Tls>) {
        while self.0.recv().await.is_some() {
            if let Some(tls) = &tls {
                renew(tls.clone()).await;
            } else {
                tracing::info!("SIGHUP changes nothing: there is no certificate to read again");
            }
        }
    }
}

async fn renew(tls: Tls) {
    let outcome = match tokio::task::spawn_blocking(move || tls.reload()).await {
        Ok(Ok(())) => {
            tracing::info!("the certificate was read again: new connections use it");
            "renewed"
        }
        Ok(Err(error)) => {
            tracing::error!(error = %chain(&error), "the new certificate cannot be used: the old one stays");
            "refused"
        }
        Err(error) => {
            tracing::error!(%error, "the certificate was not read again: the old one stays");
            "refused"
        }
    };
    metrics::counter!("offstage_tls_certificate_renewals_total", "outcome" => outcome).increment(1);
}

fn describe_metrics() {
    metrics::describe_counter!(
        "offstage_tls_certificate_renewals_total",
        "How often SIGHUP had the certificate read again, by outcome."
    );
}
