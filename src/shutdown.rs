//! The one place that listens for the signals that end a program.
//!
//! This owns turning SIGTERM and SIGINT into a [`CancellationToken`]. It must never decide what stopping
//! means; each part of a program does that with its clone of the token, within its own bounds.
//!
//! Easy to get wrong: a handler installed late loses an early signal, which then kills the process half-way
//! through its start. Both are installed before [`on_signal`] returns, and stay: a second signal changes
//! nothing, because every drain is bounded anyway.

use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::info;

/// A token that is cancelled at the first SIGTERM or SIGINT. Call it early, inside the tokio runtime.
///
/// # Errors
///
/// When the operating system refuses a handler.
pub fn on_signal() -> anyhow::Result<CancellationToken> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    let token = CancellationToken::new();
    let cancelled = token.clone();
    tokio::spawn(async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        info!(signal = name, "stopping");
        cancelled.cancel();
    });
    Ok(token)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rustix::process::{Signal, getpid, kill_process};

    use super::*;

    #[tokio::test]
    async fn either_signal_cancels_the_token() {
        for signal in [Signal::TERM, Signal::INT] {
            let token = on_signal().unwrap();
            assert!(!token.is_cancelled());
            kill_process(getpid(), signal).unwrap();
            tokio::time::timeout(Duration::from_secs(5), token.cancelled()).await.unwrap();
        }
    }
}
