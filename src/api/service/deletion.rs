//! Deleting a user: ask, look, take back, see what was found.
//!
//! Owns the steps of each operation and what they are called in metrics. It must never decide what may follow what; the
//! scripts do, by `domain`'s table.
//!
//! Easy to get wrong: a new task is shown as it was accepted, without reading it back. The acceptance is what is
//! answered, it costs one round trip, and a read that failed could not take it back.

use tracing::info;

use super::{Operation, Principal, Problem, Service, within};
use crate::{
    api::problem::{Missing, ProblemKind, RETRY_AFTER_S},
    domain::{
        capability::Refusal,
        dependents::Dependent,
        task::{Requester, Task, TaskId, TaskKind, UserId},
    },
    store::{
        principals::sha256_half_hex,
        submit::{IdempotencyKey, Submission, Submitted},
        tasks::Cancelled,
    },
    telemetry::trace,
};

/// The longest idempotency key, in characters.
const MAX_KEY_CHARS: usize = 255;

/// An idempotency key as the caller gave it: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientKey(String);

impl ClientKey {
    /// The key of that text, if it is one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let well_formed =
            (1..=MAX_KEY_CHARS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        well_formed.then(|| Self(text.to_owned()))
    }
}

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

impl Service {
    /// Asks for a user's deletion.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn submit(
        &self,
        principal: &Principal,
        user: UserId,
        key: Option<&ClientKey>,
    ) -> Result<Accepted, Problem> {
        let outcome = within(self.accept(principal, user, key)).await;
        let word =
            outcome.as_ref().map_or_else(|problem| problem.kind.name(), |accepted| accepted.how.name());
        count_submission(TaskKind::StagedUser, word);
        if let Ok(accepted) = &outcome {
            info!(
                task.id = accepted.task.id.0,
                user.id = user.0,
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
        user: UserId,
        key: Option<&ClientKey>,
    ) -> Result<Accepted, Problem> {
        principal.authorize_deletion(user).map_err(refused)?;
        let kind = TaskKind::StagedUser;
        let submission = Submission {
            idempotency: key.map(|key| idempotency(principal, &submit_of(kind), user, key)),
            ..request(principal, kind, user)
        };
        let requester = submission.requester.clone();
        match self.inner.submitter.submit(submission).await? {
            Submitted::Created { id, at } => {
                Ok(Accepted { task: Task::accepted(id, kind, user, requester, at), how: Acceptance::Created })
            }
            Submitted::Live(id) => self.known(id, Acceptance::Live).await,
            Submitted::Repeated(id) => self.known(id, Acceptance::Repeated).await,
            Submitted::BeingCancelled(id) => Err(being_cancelled(id)),
            Submitted::KeyReused => Err(key_reused()),
            Submitted::TooManyKeys(_) => Err(Problem::new(
                ProblemKind::TooManyKeys,
                "The running deletion of this user has been asked for with too many different Idempotency-Keys.",
            )),
            Submitted::Forbidden => Err(refused(Refusal::NotThisUser)),
            Submitted::NotFound => Err(no_user(user)),
        }
    }

    async fn known(&self, id: TaskId, how: Acceptance) -> Result<Accepted, Problem> {
        let task = self.inner.store.task(id).await?;
        let gone = || Problem::internal().caused_by("a task that was just named has no record");
        Ok(Accepted { task: task.ok_or_else(gone)?, how })
    }

    /// A task as it stands.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn task(&self, principal: &Principal, id: TaskId) -> Result<Task, Problem> {
        Operation::ReadTask.permit(principal)?;
        within(self.inner.store.task(id)).await?.ok_or_else(|| no_task(id))
    }

    /// Takes a request back, and shows the task as it stands then.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn cancel(&self, principal: &Principal, id: TaskId) -> Result<Task, Problem> {
        let outcome = within(self.take_back(principal, id)).await;
        if let Ok(task) = &outcome {
            info!(task.id = id.0, task.state = task.state.name(), dialect = self.dialect, "cancel accepted");
        }
        outcome
    }

    async fn take_back(&self, principal: &Principal, id: TaskId) -> Result<Task, Problem> {
        Operation::CancelTask.permit(principal)?;
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
    pub async fn results(&self, principal: &Principal, id: TaskId) -> Result<Vec<FoundDependent>, Problem> {
        Operation::ReadTask.permit(principal)?;
        let store = &self.inner.store;
        let (requester, found) = within(async {
            let task = store.task(id).await?.ok_or_else(|| no_task(id))?;
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

/// A request for something to be done with that user, now, by whoever calls.
pub(super) fn request(principal: &Principal, kind: TaskKind, user: UserId) -> Submission {
    Submission {
        kind,
        user,
        requester: Requester { name: principal.name.clone(), is_administrator: principal.may_delete_users() },
        may_delete_administrators: principal.may_delete_administrators(),
        not_before: None,
        idempotency: None,
        retry_of: None,
        trace: trace::cause(),
    }
}

/// Counts a request for a task; `outcome` is one of few words.
pub(super) fn count_submission(kind: TaskKind, outcome: &'static str) {
    metrics::counter!("offstage_tasks_submitted_total", "kind" => kind.name(), "outcome" => outcome)
        .increment(1);
}

/// The key is the caller's own: two callers who choose the same one do not meet, nor do two operations.
pub(super) fn own_key(principal: &Principal, operation: &str, key: &ClientKey, more: &[&[u8]]) -> String {
    let caller = principal.user.map_or_else(|| "token".to_owned(), |user| format!("user {user}"));
    let parts = [caller.as_bytes(), principal.name.as_bytes(), operation.as_bytes(), key.0.as_bytes()];
    sha256_half_hex(&[&parts, more].concat())
}

fn submit_of(kind: TaskKind) -> String {
    format!("submit {}", kind.name())
}

/// The key of a request for one task about that user.
pub(super) fn idempotency(
    principal: &Principal,
    operation: &str,
    user: UserId,
    key: &ClientKey,
) -> IdempotencyKey {
    IdempotencyKey {
        key: own_key(principal, operation, key, &[]),
        request: sha256_half_hex(&[operation.as_bytes(), user.to_string().as_bytes()]),
    }
}

pub(super) fn refused(refusal: Refusal) -> Problem {
    let (kind, public) = match refusal {
        Refusal::NotAllowed => (ProblemKind::NotAllowed, "You do not have the capabilities to delete users."),
        Refusal::BuiltInAdministrator => {
            (ProblemKind::BuiltInAdministrator, "The built-in administrator cannot be deleted.")
        }
        Refusal::NotThisUser => (
            ProblemKind::NotThisUser,
            "You may not delete this user: nobody deletes himself, and an administrator is deleted by a caller with \
             the capability ADMINMANAGER only.",
        ),
    };
    Problem::new(kind, public)
}

pub(super) fn key_reused() -> Problem {
    Problem::new(ProblemKind::KeyReused, "This Idempotency-Key was used before, for another request.")
}

pub(super) fn being_cancelled(id: TaskId) -> Problem {
    Problem::new(
        ProblemKind::BeingCancelled { retry_after_s: RETRY_AFTER_S },
        format!("The deletion of this user, task {id}, is being cancelled. Try again in a moment."),
    )
}

pub(super) fn no_user(user: UserId) -> Problem {
    Problem::new(ProblemKind::NotFound(Missing::User), format!("No user found with id: {user}"))
}

pub(super) fn no_task(id: TaskId) -> Problem {
    Problem::new(ProblemKind::NotFound(Missing::Task), format!("No task found with id: {id}"))
}
