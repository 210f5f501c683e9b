//! The workers that are there, and whether they claim.
//!
//! Easy to get wrong: a quiet worker finishes what it has begun. Nothing is claimed by it once it was answered that it is
//! quiet, because the claim script itself looks.

use tracing::info;

use super::{Operation, Principal, Problem, Service, within};
use crate::{
    api::problem::{Missing, ProblemKind},
    store::workers::WorkerEntry,
};

impl Service {
    /// The workers that were heard of lately.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn workers(&self, principal: &Principal) -> Result<Vec<WorkerEntry>, Problem> {
        Operation::ReadWorkers.permit(principal)?;
        within(self.inner.store.workers()).await
    }

    /// Stops a worker from claiming, or lets it claim again; shows it as it stands then.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn quiet_worker(
        &self,
        principal: &Principal,
        name: &str,
        quiet: bool,
    ) -> Result<WorkerEntry, Problem> {
        Operation::ActOnWorkers.permit(principal)?;
        let worker =
            within(self.inner.store.set_quiet(name, quiet, &principal.name)).await?.ok_or_else(no_worker)?;
        info!(worker.id = worker.name, quiet, "an operator acted on a worker");
        Ok(worker)
    }
}

fn no_worker() -> Problem {
    let said = "No worker of that name was heard of lately.";
    Problem::new(ProblemKind::NotFound(Missing::Worker), said)
}
