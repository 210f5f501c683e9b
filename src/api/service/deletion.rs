//! Deleting a user: ask, look, take back, see what was found.
//!
//! Owns the steps of each operation and what they are called in metrics. It must never decide what may follow what; the
//! scripts do, by `domain`'s table.
//!
//! Easy to get wrong: a new task is shown as it was accepted, without reading it back. The acceptance is what is
//! answered, it costs one round trip, and a read that failed could not take it back.

use tracing::info;

use super::{
    Operation, Principal, Problem, Service,
    refusals::{already_live, being_cancelled, key_reused, no_task, nobody, refused},
    submission::{ClientKey, count_submission, idempotency, request, submit_of},
    within,
};
use crate::{
    api::problem::ProblemKind,
    domain::{
        capability::Refusal,
        dependents::Dependent,
        task::{Subject, Task, TaskId, TaskKind, UserId},
        workspace::WorkspaceName,
    },
    store::{
        submit::{Submission, Submitted},
        tasks::Cancelled,
    },
};

/// Why a request for a deletion was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acceptance {
    /// A new task was made.
    Created,
    /// The user's deletion was already asked for: that task.
    Live,
    /// The same request with the same key came before: that task.
    Repeated,
}

impl Acceptance {
    /// A stable word for metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Live => "live",
            Self::Repeated => "repeated",
        }
    }
}

/// A request for a deletion that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The task to watch.
    pub task: Task,
    /// Whether it is new.
    pub how: Acceptance,
}

/// A dependent that a task found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDependent {
    /// It.
    pub dependent: Dependent,
    /// Whoever asked for the task may edit it.
    pub requester_may_edit: bool,
}

/// The tasks that belong together for a caller: those of another family are not there for him.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Deletions of users, whichever dialect asked for them.
    Users,
    /// Removals of workspaces.
    Workspaces,
    /// Dry runs, whoever asked for them.
    Dependents,
}

impl Family {
    /// Tasks of that kind are among them.
    #[must_use]
    pub const fn has(self, kind: TaskKind) -> bool {
        match (self, kind) {
            (Self::Users, TaskKind::StagedUser | TaskKind::PlatformUser)
            | (Self::Workspaces, TaskKind::Workspace)
            | (Self::Dependents, TaskKind::Dependents) => true,
            (Self::Users, TaskKind::Workspace | TaskKind::Dependents | TaskKind::Deploy)
            | (
                Self::Workspaces,
                TaskKind::StagedUser | TaskKind::PlatformUser | TaskKind::Dependents | TaskKind::Deploy,
            )
            | (
                Self::Dependents,
                TaskKind::StagedUser | TaskKind::PlatformUser | TaskKind::Workspace | TaskKind::Deploy,
            ) => false,
        }
    }
}

impl Service {
    /// Asks for a staged user's deletion.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn submit(
        &self,
        principal: &Principal,
        user: UserId,
        key: Option<&ClientKey>,
    ) -> Result<Accepted, Problem> {
        principal.authorize_deletion(user).map_err(refused)?;
        self.ask(principal, TaskKind::StagedUser, user.into(), key).await
    }

    /// Asks for a user's deletion from both configurations, with everything that lets him in.
    ///
    /// # Errors
    /// [`Problem`]; [`ProblemKind::DeletionLive`] while he is being deleted from the staged configuration alone.
    pub async fn delete_platform_user(
        &self,
        principal: &Principal,
        user: UserId,
    ) -> Result<Accepted, Problem> {
        principal.authorize_deletion(user).map_err(refused)?;
        self.ask(principal, TaskKind::PlatformUser, user.into(), None).await
    }

    /// Asks for the removal of a workspace. Whether there is one is for the caller to know.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn submit_removal(
        &self,
        principal: &Principal,
        workspace: &WorkspaceName,
    ) -> Result<Accepted, Problem> {
        Operation::DeleteWorkspace.permit(principal)?;
        self.ask(principal, TaskKind::Workspace, Subject::Workspace(workspace.clone()), None).await
    }

    pub(super) async fn ask(
        &self,
        principal: &Principal,
        kind: TaskKind,
        subject: Subject,
        key: Option<&ClientKey>,
    ) -> Result<Accepted, Problem> {
        let user = subject.user();
        let outcome = within(self.accept(principal, kind, subject, key)).await;
        let word =
            outcome.as_ref().map_or_else(|problem| problem.kind.name(), |accepted| accepted.how.name());
        count_submission(kind, word);
        if let Ok(accepted) = &outcome {
            info!(
                task.id = accepted.task.id.0,
                user.id = user.map(|user| user.0),
                kind = kind.name(),
                dialect = self.dialect,
                outcome = word,
                "deletion accepted"
            );
        }
        outcome
    }

    async fn accept(
        &self,
        principal: &Principal,
        kind: TaskKind,
        subject: Subject,
        key: Option<&ClientKey>,
    ) -> Result<Accepted, Problem> {
        let asked = request(principal, kind, subject.clone());
        let submission = Submission {
            idempotency: key.map(|key| idempotency(principal, &submit_of(kind), &subject, key)),
            // Looking takes nothing away from anybody.
            may_delete_administrators: asked.may_delete_administrators || !kind.has_effect(),
            ..asked
        };
        let requester = submission.requester.clone();
        match self.inner.submitter.submit(submission).await? {
            Submitted::Created { id, at } => {
                let task = Task::accepted(id, kind, subject, requester, at);
                Ok(Accepted { task, how: Acceptance::Created })
            }
            Submitted::Other(id) => Err(already_live(&subject, id)),
            Submitted::Live(id) => self.known(id, Acceptance::Live).await,
            Submitted::Repeated(id) => self.known(id, Acceptance::Repeated).await,
            Submitted::BeingCancelled(id) => Err(being_cancelled(&subject, id)),
            Submitted::KeyReused => Err(key_reused()),
            Submitted::TooManyKeys(_) => Err(Problem::new(
                ProblemKind::TooManyKeys,
                "The running deletion of this user has been asked for with too many different Idempotency-Keys.",
            )),
            Submitted::Forbidden => Err(refused(Refusal::NotThisUser)),
            Submitted::NotFound => Err(nobody(&subject)),
        }
    }

    pub(super) async fn known(&self, id: TaskId, how: Acceptance) -> Result<Accepted, Problem> {
        let task = self.inner.store.task(id).await?;
        let gone = || Problem::internal().caused_by("a task that was just named has no record");
        Ok(Accepted { task: task.ok_or_else(gone)?, how })
    }

    /// A task as it stands.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn task(&self, principal: &Principal, family: Family, id: TaskId) -> Result<Task, Problem> {
        Operation::ReadTask.permit(principal)?;
        within(self.one_of(family, id)).await
    }

    async fn one_of(&self, family: Family, id: TaskId) -> Result<Task, Problem> {
        let task = self.inner.store.task(id).await?;
        task.filter(|task| family.has(task.kind)).ok_or_else(|| no_task(id))
    }

    /// Takes a request back, and shows the task as it stands then.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn cancel(&self, principal: &Principal, family: Family, id: TaskId) -> Result<Task, Problem> {
        let outcome = within(self.take_back(principal, family, id)).await;
        if let Ok(task) = &outcome {
            info!(task.id = id.0, task.state = task.state.name(), dialect = self.dialect, "cancel accepted");
        }
        outcome
    }

    async fn take_back(&self, principal: &Principal, family: Family, id: TaskId) -> Result<Task, Problem> {
        Operation::CancelTask.permit(principal)?;
        self.one_of(family, id).await?;
        self.mark_cancelled(principal, id).await?;
        self.inner.store.task(id).await?.ok_or_else(|| no_task(id))
    }

    /// Takes a request back, for a caller who may.
    pub(super) async fn mark_cancelled(&self, principal: &Principal, id: TaskId) -> Result<(), Problem> {
        match self.inner.store.cancel(id, &principal.name).await? {
            Cancelled::Kept => Ok(()),
            Cancelled::TooLate => Err(Problem::new(
                ProblemKind::AlreadyEnded,
                format!("It is too late to cancel task {id}: it has ended, or can no longer be stopped."),
            )),
            Cancelled::NotFound => Err(no_task(id)),
        }
    }

    /// What a task has found so far.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn results(
        &self,
        principal: &Principal,
        family: Family,
        id: TaskId,
    ) -> Result<Vec<FoundDependent>, Problem> {
        Operation::ReadTask.permit(principal)?;
        let store = &self.inner.store;
        let (requester, found) = within(async {
            let task = self.one_of(family, id).await?;
            Ok::<_, Problem>((task.requester, store.found_dependents(id).await?))
        })
        .await?;
        let may_edit = |dependent: &Dependent| {
            requester.is_administrator || dependent.owner.as_deref() == Some(requester.name.as_str())
        };
        Ok(found
            .into_iter()
            .map(|dependent| FoundDependent { requester_may_edit: may_edit(&dependent), dependent })
            .collect())
    }
}
