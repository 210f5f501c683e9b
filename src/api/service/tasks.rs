//! Tasks as operators see and steer them: look for some, all about one, cancel, pause, resume, retry.
//!
//! Owns what is answered where a task's state does not allow it. It must never decide what may follow what; the scripts
//! do, by `domain`'s table, and whoever is refused is told the state the task was in a moment later.
//!
//! Easy to get wrong: a retry is a new task or nothing. Where a deletion of the user is live already, that one is named
//! and stays as it is. And whoever may act need not be one who may look: what was found is not his to see then.

use tracing::info;

use super::{
    Acceptance, ClientKey, Operation, Principal, Problem, Service,
    refusals::{already_live, being_cancelled, key_reused, no_task, nobody, refused},
    submission::{count_submission, idempotency, request},
    within,
};
use crate::{
    api::problem::ProblemKind,
    domain::{
        capability::Refusal,
        deploy::DeployOrder,
        state::{Event, TaskState, next},
        task::{Task, TaskId, TaskKind},
    },
    store::{
        listing::{TaskFilter, TaskPage},
        story::Story,
        submit::{Submission, Submitted},
        tasks::Steered,
    },
};

/// What an operator does to one task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Take the request back.
    Cancel,
    /// Stop it. Whoever works on it loses it.
    Pause,
    /// Let a paused one go on.
    Resume,
}

impl Action {
    /// A stable word for logs.
    const fn name(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::Pause => "pause",
            Self::Resume => "resume",
        }
    }
}

/// All about a task that the caller is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The task's.
    pub story: Story,
    /// He may look, so checks and dependents are for him too.
    pub in_full: bool,
}

impl Told {
    fn to(principal: &Principal, story: Story) -> Self {
        Self { story, in_full: Operation::ListTasks.permit(principal).is_ok() }
    }
}

impl Service {
    /// A page of tasks, the newest first, behind the task `before`.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn list_tasks(
        &self,
        principal: &Principal,
        filter: &TaskFilter,
        before: Option<TaskId>,
        limit: usize,
    ) -> Result<TaskPage, Problem> {
        Operation::ListTasks.permit(principal)?;
        within(self.inner.store.list_tasks(filter, before, limit)).await
    }

    /// The removals of workspaces, the newest first: as many as that, if there are so many; and how many there are.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn newest_removals(
        &self,
        principal: &Principal,
        most: usize,
    ) -> Result<(Vec<Task>, u64), Problem> {
        let filter = TaskFilter { kind: Some(TaskKind::Workspace), ..TaskFilter::default() };
        let mut tasks = Vec::new();
        let mut before = None;
        while tasks.len() < most {
            let page = self.list_tasks(principal, &filter, before, most - tasks.len()).await?;
            tasks.extend(page.items);
            match page.next {
                Some(next) => before = Some(next),
                None => break,
            }
        }
        let total = within(self.inner.store.count_of_kind(TaskKind::Workspace)).await?;
        Ok((tasks, total))
    }

    /// All about a task.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn story(&self, principal: &Principal, id: TaskId) -> Result<Told, Problem> {
        Operation::ListTasks.permit(principal)?;
        Ok(Told::to(principal, within(self.read_story(id)).await?))
    }

    /// Does that to a task, and shows it as it stands then.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn act(&self, principal: &Principal, id: TaskId, action: Action) -> Result<Told, Problem> {
        Operation::ActOnTasks.permit(principal)?;
        let story = within(async {
            self.apply(principal, id, action).await?;
            self.read_story(id).await
        })
        .await?;
        let state = story.task.state.name();
        info!(task.id = id.0, task.state = state, action = action.name(), "an operator acted on a task");
        Ok(Told::to(principal, story))
    }

    async fn apply(&self, principal: &Principal, id: TaskId, action: Action) -> Result<(), Problem> {
        let (store, by) = (&self.inner.store, principal.name.as_str());
        let (steered, event) = match action {
            Action::Cancel => return self.mark_cancelled(principal, id).await,
            Action::Pause => (store.pause(id, by).await?, Event::Pause),
            Action::Resume => (store.resume(id, by).await?, Event::Resume),
        };
        match steered {
            Steered::Done => Ok(()),
            Steered::NotFound => Err(no_task(id)),
            Steered::NotNow => {
                let task = store.task(id).await?.ok_or_else(|| no_task(id))?;
                Err(not_from_here(&task, action, event))
            }
        }
    }

    /// Asks again for what a task that ended was asked for, and shows the new task.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn retry(
        &self,
        principal: &Principal,
        id: TaskId,
        key: Option<&ClientKey>,
    ) -> Result<Told, Problem> {
        Operation::ActOnTasks.permit(principal)?;
        let story = within(self.ask_again(principal, id, key)).await?;
        let task = &story.task;
        info!(
            task.id = task.id.0,
            user.id = task.user().map(|user| user.0),
            retry_of = id.0,
            "retry accepted"
        );
        Ok(Told::to(principal, story))
    }

    async fn ask_again(
        &self,
        principal: &Principal,
        id: TaskId,
        key: Option<&ClientKey>,
    ) -> Result<Story, Problem> {
        let old = self.inner.store.task(id).await?.ok_or_else(|| no_task(id))?;
        let outcome = self.resubmit(principal, &old, key).await;
        let word = outcome.as_ref().map_or_else(|problem| problem.kind.name(), |(_, how)| how.name());
        count_submission(old.kind, word);
        outcome.map(|(story, _)| story)
    }

    async fn resubmit(
        &self,
        principal: &Principal,
        old: &Task,
        key: Option<&ClientKey>,
    ) -> Result<(Story, Acceptance), Problem> {
        if let Some(user) = old.user() {
            principal.authorize_subject(user).map_err(refused)?;
        }
        if !old.may_be_retried() {
            return Err(nothing_to_retry(old));
        }
        if let Some(order) = old.subject.order() {
            Operation::Deploy.permit(principal)?;
            if key.is_some() {
                let said = "A retry of a deploy takes no Idempotency-Key: only one deploy runs at a time.";
                return Err(Problem::bad_parameter("Idempotency-Key", said));
            }
            let order = DeployOrder { from: None, ..order };
            let task = self.order_deploy(principal, order, Some(old.id)).await?;
            return Ok((Story::accepted(task), Acceptance::Created));
        }
        let operation = format!("retry {}", old.id);
        let submission = Submission {
            not_before: old.not_before,
            idempotency: key.map(|key| idempotency(principal, &operation, &old.subject, key)),
            retry_of: Some(old.id),
            ..request(principal, old.kind, old.subject.clone())
        };
        let requester = submission.requester.clone();
        match self.inner.submitter.submit(submission).await? {
            Submitted::Created { id: new, at } => {
                let task = Task::accepted(new, old.kind, old.subject.clone(), requester, at);
                let task = task.starting(old.not_before);
                let story = Story::accepted(Task { retry_of: Some(old.id), ..task });
                Ok((story, Acceptance::Created))
            }
            Submitted::Repeated(known) => Ok((self.read_story(known).await?, Acceptance::Repeated)),
            Submitted::Live(live) | Submitted::Other(live) | Submitted::TooManyKeys(live) => {
                Err(already_live(&old.subject, live))
            }
            Submitted::BeingCancelled(live) => Err(being_cancelled(&old.subject, live)),
            Submitted::Forbidden => Err(refused(Refusal::NotThisUser)),
            Submitted::NotFound => Err(nobody(&old.subject)),
            Submitted::KeyReused => Err(key_reused()),
        }
    }

    async fn read_story(&self, id: TaskId) -> Result<Story, Problem> {
        self.inner.store.story(id).await?.ok_or_else(|| no_task(id))
    }
}

fn not_from_here(task: &Task, action: Action, event: Event) -> Problem {
    let from = TaskState::ALL.into_iter().filter(|state| next(*state, false, event).is_ok());
    let from: Vec<_> = from.map(TaskState::name).collect();
    let (id, state, action, advice) = (task.id, task.state, action.name(), advice(task.state));
    let said = format!("Task {id} is {state}. To {action} it, it must be {}. {advice}", from.join(", "));
    Problem::new(ProblemKind::WrongState, said)
}

/// What else can be done with a task that cannot be paused or resumed from there.
const fn advice(state: TaskState) -> &'static str {
    match state {
        TaskState::Initializing | TaskState::Queued => "It waits to be started; cancel it to stop it.",
        TaskState::Processing => "A worker has it; pause it or cancel it to stop it.",
        TaskState::CancelRequested | TaskState::Canceling => "It is being cancelled already.",
        TaskState::Paused => "It stays paused until it is resumed or cancelled.",
        TaskState::Interrupted => "It will be tried again by itself; cancel it to stop it.",
        TaskState::Resuming => "It waits for a worker; cancel it, or pause the whole queue, to stop it.",
        TaskState::Completed => "It has ended.",
        TaskState::Conflict | TaskState::Cancelled | TaskState::Exception => {
            "It has ended; retry it to ask for the same again."
        }
    }
}

fn nothing_to_retry(task: &Task) -> Problem {
    let (id, state) = (task.id, task.state);
    let advice = if task.state.is_terminal() {
        "It did what it was asked for, so there is nothing to retry."
    } else {
        "It has not ended; cancel it first, or wait for its end."
    };
    Problem::new(ProblemKind::WrongState, format!("Task {id} is {state}. {advice}"))
}
