//! The signals that end `offstage dev`.
//!
//! SIGTERM, SIGINT (Ctrl-C) and SIGHUP (the terminal was closed) all mean the same: stop in order. SIGHUP is left
//! alone when it came in ignored, as `nohup` has it. Children are in process groups of their own, so a Ctrl-C
//! reaches only this process and the order of the stop is ours.

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that the first of the signals cancels.
///
/// # Errors
/// The signals cannot be listened to.
pub(super) fn on_signals() -> anyhow::Result<CancellationToken> {
    let hears = |kind| signal(kind).context("cannot listen to signals");
    let hang_up = if hang_up_is_ignored() { None } else { Some(hears(SignalKind::hangup())?) };
    let (mut terminate, mut interrupt) = (hears(SignalKind::terminate())?, hears(SignalKind::interrupt())?);
    let token = CancellationToken::new();
    let stop = token.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = heard(hang_up) => {}
        }
        stop.cancel();
    });
    Ok(token)
}

async fn heard(signal: Option<Signal>) {
    match signal {
        Some(mut signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

/// What the kernel says about this process; where it says nothing, SIGHUP is taken as a wish to stop.
fn hang_up_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignores_hang_up(&status)
}

fn ignores_hang_up(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // Bit n - 1 stands for signal n; SIGHUP is 1.
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_nohup_is_understood() {
        assert!(ignores_hang_up("Name:\tx\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores_hang_up("Name:\tx\nSigIgn:\t0000000000001000\n"));
        assert!(!ignores_hang_up(""));
    }
}
