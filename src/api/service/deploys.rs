//! Deploys: ask for one, see how the last one stands.
//!
//! Easy to get wrong: whoever asks while one is under way is refused, and gets no task of somebody else's: what he staged after
//! that one began to copy is in it or not, but he must not think that it is.

use std::net::IpAddr;
use tracing::info;

use super::{
    Operation, Principal, Problem, Service,
    refusals::{deploy_runs, no_changes},
    submission::count_submission,
    within,
};
use crate::{
    domain::{
        deploy::{DeployOrder, DeployType},
        task::{Requester, Subject, Task, TaskId, TaskKind},
    },
    store::deploys::{NewDeploy, Ordered},
    telemetry::trace,
};

impl Service {
    /// Asks for a deploy, from that address.
    ///
    /// # Errors
    /// [`Problem`]: one is under way, or there is nothing to deploy and changes only were asked for.
    pub async fn deploy(
        &self,
        principal: &Principal,
        kind: DeployType,
        from: Option<IpAddr>,
    ) -> Result<Task, Problem> {
        Operation::Deploy.permit(principal)?;
        let outcome = within(self.order_deploy(principal, DeployOrder { kind, from }, None)).await;
        count_submission(
            TaskKind::Deploy,
            outcome.as_ref().map_or_else(|problem| problem.kind.name(), |_| "created"),
        );
        if let Ok(task) = &outcome {
            info!(task.id = task.id.0, kind = kind.name(), dialect = self.dialect, "deploy accepted");
        }
        outcome
    }

    /// The same, for a caller who may; `retry_of` is the deploy that is tried again.
    pub(super) async fn order_deploy(
        &self,
        principal: &Principal,
        order: DeployOrder,
        retry_of: Option<TaskId>,
    ) -> Result<Task, Problem> {
        let requester =
            Requester { name: principal.name.clone(), is_administrator: principal.may_delete_users() };
        let deploy = NewDeploy { order, requester: requester.clone(), retry_of, trace: trace::cause() };
        match self.inner.store.submit_deploy(&deploy).await? {
            Ordered::Created { id, at } => {
                let task = Task::accepted(id, TaskKind::Deploy, Subject::Configuration(order), requester, at);
                Ok(Task { retry_of, ..task })
            }
            Ordered::Running(live) => Err(deploy_runs(live)),
            Ordered::NoChanges => Err(no_changes()),
        }
    }

    /// The deploy that was asked for last; none if none is known any more.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn last_deploy(&self, principal: &Principal) -> Result<Option<Task>, Problem> {
        Operation::ReadDeploy.permit(principal)?;
        within(self.inner.store.last_deploy()).await
    }
}
