//! Waiting for a Redis that is away, or does not keep what is promised. A worker never gives up on Redis: it tries again,
//! with back-off and jitter, until there is an answer. Only for calls that are safe to repeat.

use std::time::Duration;

use super::StoreError;

const SHORTEST_WAIT_MS: u64 = 50;
const LONGEST_WAIT_MS: u64 = 2_000;

/// Growing waits with jitter, from 50 ms to 2 s.
#[derive(Debug)]
pub struct Backoff {
    next_ms: u64,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { next_ms: SHORTEST_WAIT_MS }
    }
}

impl Backoff {
    /// All is well again.
    pub fn reset(&mut self) {
        self.next_ms = SHORTEST_WAIT_MS;
    }

    /// The next wait.
    pub fn next_wait(&mut self) -> Duration {
        let half = self.next_ms / 2;
        self.next_ms = (self.next_ms * 2).min(LONGEST_WAIT_MS);
        Duration::from_millis(half + rand::random_range(0..=half))
    }
}

/// Calls until there is an answer.
///
/// # Errors
/// Errors that trying again cannot mend, and [`StoreError::DataLost`], after which nothing of before counts.
pub async fn until_answered<T, F>(what: &'static str, call: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut backoff = Backoff::default();
    loop {
        match call().await {
            Err(StoreError::DataLost) => return Err(StoreError::DataLost),
            Err(error) if error.is_transient() => {
                tracing::warn!(error = %crate::telemetry::chain(&error), what, "no answer that counts: trying again");
            }
            outcome => return outcome,
        }
        tokio::time::sleep(backoff.next_wait()).await;
    }
}
