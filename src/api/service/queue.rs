//! The queue as a whole: how much there is to do, and whether anything is claimed.
//!
//! Owns nothing but the question and the flag. Easy to get wrong: a paused queue is a flag and no state of tasks. Those
//! that run go on, those that wait stay what they are, and whoever wants one task stopped pauses that task.

use tracing::info;

use super::{Operation, Principal, Problem, Service, within};
use crate::store::{durability::Assurance, tasks::Depth};

/// The queue at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueStatus {
    /// How much there is to do, and who does it.
    pub depth: Depth,
    /// How durable what is accepted is, and how durable it is promised to be.
    pub assurance: Assurance,
}

impl Service {
    /// How much there is to do.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn queue(&self, principal: &Principal) -> Result<QueueStatus, Problem> {
        Operation::ReadQueue.permit(principal)?;
        within(self.read_queue()).await
    }

    /// Stops claiming altogether, or lets it go on; shows the queue as it stands then.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn pause_queue(&self, principal: &Principal, paused: bool) -> Result<QueueStatus, Problem> {
        Operation::ActOnQueue.permit(principal)?;
        let status = within(async {
            self.inner.store.pause_queue(paused, &principal.name).await?;
            self.read_queue().await
        })
        .await?;
        info!(paused, "an operator acted on the queue");
        Ok(status)
    }

    async fn read_queue(&self) -> Result<QueueStatus, Problem> {
        let store = &self.inner.store;
        Ok(QueueStatus { depth: store.depth().await?, assurance: store.assurance().await? })
    }
}
