//! Waiting with a deadline.

use std::time::Duration;

/// How often a condition is looked at.
const STEP: Duration = Duration::from_millis(10);

/// Asks until the answer is there. Panics, naming what was waited for, when the deadline passes.
pub async fn eventually<T>(what: &str, deadline: Duration, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asking = async {
        let mut tick = tokio::time::interval(STEP);
        loop {
            tick.tick().await;
            if let Some(answer) = ask().await {
                return answer;
            }
        }
    };
    within(what, deadline, asking).await
}

/// Waits for a future. Panics, naming what was waited for, when the deadline passes.
pub async fn within<T>(what: &str, deadline: Duration, future: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(deadline, future).await;
    outcome.unwrap_or_else(|_| panic!("not within {deadline:?}: {what}"))
}
