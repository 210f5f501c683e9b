//! Forgets what is kept of things that are gone: marks of removed workspaces whose tasks are forgotten, registrations of
//! containers that say nothing any more, and deployed users whose place was taken by a deploy.
//!
//! Easy to get wrong: a mark keeps a late worker from a workspace that was made since, so it stays as long as its task's
//! record. And a number that this Redis never gave out is no task of its: such a mark is somebody else's, and stays.
//!
//! The trash is listed once a round, and the round goes through that list in steps: there may be a mark for every removal
//! of a week.

use offstage::{
    config::TaskSettings,
    domain::task::TaskId,
    store::{Store, StoreError, containers::MOST_FORGOTTEN},
};
use std::time::Duration;

use super::{Duty, More};
use crate::effects::workspace::{Fault, Removal};

/// Marks looked at in one step.
const MOST_MARKS: usize = 100;
/// Files removed in one step that a container left in a mark.
const MOST_FILES: u64 = 10_000;

/// See the module's header.
#[derive(Debug)]
pub struct Sweep {
    store: Store,
    removal: Option<Removal>,
    interval: Duration,
    /// The marks that this round has not come to yet.
    round: Vec<TaskId>,
}

impl Sweep {
    /// A sweep of that store, and of the marks that this removal makes.
    #[must_use]
    pub fn new(store: Store, removal: Option<Removal>, settings: &TaskSettings) -> Self {
        // A tenth of the retention, as its records go: between 1 s and 1 min.
        let interval = Duration::from_secs(settings.retention_s) / 10;
        let interval = interval.clamp(Duration::from_secs(1), Duration::from_mins(1));
        Self { store, removal, interval, round: Vec::new() }
    }

    async fn sweep_marks(&mut self) -> Result<More, StoreError> {
        let Some(removal) = &self.removal else { return Ok(More::No) };
        if self.round.is_empty() {
            self.round = match removal.marks().await {
                Ok(marks) => marks,
                Err(fault) => return Ok(kept(&fault)),
            };
        }
        let rest = self.round.len().saturating_sub(MOST_MARKS);
        let marks = self.round.split_off(rest);
        if marks.is_empty() {
            return Ok(More::No);
        }
        let gone = self.store.gone(&marks).await?;
        match removal.forget(gone, MOST_FILES).await {
            Ok(forgotten) => {
                metrics::counter!("offstage_workspace_marks_forgotten_total").increment(forgotten);
                Ok(if self.round.is_empty() { More::No } else { More::Yes })
            }
            Err(fault) => Ok(kept(&fault)),
        }
    }
}

/// A disk that does not let go of a mark is looked at again with the next round.
fn kept(fault: &Fault) -> More {
    tracing::warn!(error = %offstage::telemetry::chain(fault), "marks of removed workspaces are kept");
    More::No
}

impl Duty for Sweep {
    const NAME: &'static str = "sweep";

    fn interval(&self) -> Duration {
        self.interval
    }

    async fn run_once(&mut self) -> Result<More, StoreError> {
        let forgotten = self.store.forget_containers().await?;
        let generations = self.store.sweep_generation().await?;
        let marks = self.sweep_marks().await?;
        Ok(if forgotten >= MOST_FORGOTTEN || generations { More::Yes } else { marks })
    }
}
