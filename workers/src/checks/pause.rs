//! Waits, and finds nothing. For trying out cancel, pause and recovery.

use futures::{FutureExt, future::BoxFuture};
use std::time::Duration;

use super::{Check, Findings, Subject, Unanswered};

/// The length of one step, after which the check comes up for air.
const STEP_MS: u64 = 20;

/// See the module's header.
#[derive(Debug)]
pub struct Pause {
    ms: u64,
}

impl Pause {
    /// Waits so many milliseconds.
    #[must_use]
    pub fn new(ms: u64) -> Self {
        Self { ms }
    }

    async fn wait(&self) -> Result<(), Unanswered> {
        let mut left_ms = self.ms;
        while left_ms > 0 {
            let step_ms = left_ms.min(STEP_MS);
            tokio::time::sleep(Duration::from_millis(step_ms)).await;
            left_ms -= step_ms;
        }
        Ok(())
    }
}

impl Check for Pause {
    fn name(&self) -> &'static str {
        "pause"
    }

    fn asks_outside(&self) -> bool {
        false
    }

    /// Once is enough: waiting again would find nothing new.
    fn applies(&self, subject: &Subject) -> bool {
        subject.round == 1
    }

    fn find<'a>(&'a self, _: &'a Subject, _: &'a Findings) -> BoxFuture<'a, Result<(), Unanswered>> {
        self.wait().boxed()
    }
}
