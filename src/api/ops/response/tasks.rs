//! Tasks as this dialect shows them: a summary in lists, and all about one.
//!
//! Easy to get wrong: `name` and `message` are sentences in the caller's language, so that every answer that has them says
//! which language it is in. All other words are for programs and never change.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use super::{dependents::DependentView, millis};
use crate::{
    api::{
        language::Language,
        message,
        ops::{
            request::tasks::write_cursor,
            status,
            words::{CheckWord, KindWord, ReasonWord, StateWord},
        },
        problem::Problem,
        service::{TaskPage, Told, Transition},
    },
    domain::{checklist::CheckProgress, state::TaskState, task::Task},
};

/// A task at a glance.
#[derive(Serialize, ToSchema)]
#[schema(as = Task)]
pub(crate) struct TaskView {
    /// Its number.
    id: u64,
    /// What it is for: `staged_user` deletes, `dependents` only looks, `deploy` lets what is staged take effect.
    #[schema(value_type = KindWord)]
    kind: &'static str,
    /// Where it stands.
    #[schema(value_type = StateWord)]
    state: &'static str,
    /// The user whom it is about; null where it is about none.
    #[schema(required)]
    user_id: Option<u64>,
    /// The workspace that it is about; null where it is about none.
    #[schema(required)]
    workspace: Option<String>,
    /// A removal outside Redis was promised: the task can be neither cancelled nor paused any more, and only goes forward.
    committed: bool,
    /// What it is called, for people.
    name: String,
    /// What goes on with it, for people.
    message: String,
    /// Who asked for it.
    created_by: String,
    /// When it was accepted.
    created: i64,
    /// When a worker first claimed it.
    #[schema(required)]
    started: Option<i64>,
    /// When it last changed.
    modified: i64,
    /// When it ended.
    #[schema(required)]
    completed: Option<i64>,
    /// The earliest time at which it may start.
    #[schema(required)]
    not_before: Option<i64>,
    /// The running attempt, or the last one.
    attempt: u32,
    /// The task that this one tries again.
    #[schema(required)]
    retry_of: Option<u64>,
    /// Who asked for the cancel.
    #[schema(required)]
    cancelled_by: Option<String>,
    /// Why it ended, or why the last attempt ended without an outcome: a stable code.
    #[schema(required, value_type = Option<ReasonWord>)]
    reason: Option<&'static str>,
    /// Checks that are through; users that a deploy has prepared.
    progress: u64,
    /// Checks in all; users in all.
    maximum: u64,
    /// Dependents found.
    found: u64,
    /// Those among them that block the deletion.
    blocking: u64,
}

/// How far one check of the running attempt has come.
#[derive(Serialize, ToSchema)]
#[schema(as = CheckProgress)]
pub(crate) struct CheckView {
    /// The check, as configured.
    name: String,
    /// What it said, or that its attempt was stopped before it said anything.
    #[schema(value_type = CheckWord)]
    state: &'static str,
    /// Dependents it found.
    found: u64,
    /// Those among them that block the deletion.
    blocking: u64,
}

/// One line of a task's history.
#[derive(Serialize, ToSchema)]
#[schema(as = Transition)]
pub(crate) struct TransitionView {
    /// When.
    at: i64,
    /// The state before; null for the acceptance.
    #[schema(required, value_type = Option<StateWord>)]
    from: Option<&'static str>,
    /// The state after.
    #[schema(value_type = StateWord)]
    to: &'static str,
    /// The caller, or the worker.
    by: String,
    /// What happened, with the reason where there is one.
    why: String,
}

/// All about a task.
#[derive(Serialize, ToSchema)]
#[schema(as = TaskDetail)]
pub(crate) struct TaskDetail {
    #[serde(flatten)]
    summary: TaskView,
    /// The checks of the running attempt, or of the last one; null for a caller who may act and not look.
    #[schema(required)]
    checks: Option<Vec<CheckView>>,
    /// The first thousand of the dependents found; null for a caller who may act and not look.
    #[schema(required)]
    dependents: Option<Vec<DependentView>>,
    /// How it came to where it stands: an unbroken chain.
    history: Vec<TransitionView>,
}

/// A page of tasks.
#[derive(Serialize, ToSchema)]
#[schema(as = Tasks)]
pub(crate) struct TaskItems {
    /// The newest first.
    items: Vec<TaskView>,
    /// The cursor of the next page, which may be there although this page is short; null at the end.
    #[schema(required)]
    next: Option<String>,
}

impl TaskView {
    fn of(task: &Task, language: Language) -> Self {
        let (progress, counts) = (task.progress(), task.checks.counts());
        Self {
            id: task.id.0,
            kind: status::kind(task.kind),
            state: status::state(task.state),
            user_id: task.user().map(|user| user.0),
            workspace: task.subject.workspace().map(|name| name.as_str().to_owned()),
            committed: task.committed,
            name: message::name(task, language),
            message: message::message(task, language),
            created_by: task.requester.name.clone(),
            created: millis(task.created),
            started: task.started.map(millis),
            modified: millis(task.modified),
            completed: task.completed.map(millis),
            not_before: task.not_before.map(millis),
            attempt: task.attempt,
            retry_of: task.retry_of.map(|id| id.0),
            cancelled_by: task.cancelled_by.clone(),
            reason: task.reason.as_ref().map(status::reason),
            progress: progress.done,
            maximum: progress.of,
            found: counts.found,
            blocking: counts.blocking,
        }
    }
}

impl TaskDetail {
    fn of(Told { story, in_full }: Told, language: Language) -> Self {
        let state = story.task.state;
        let checks = || story.task.checks.0.iter().map(|check| CheckView::of(check, state));
        Self {
            summary: TaskView::of(&story.task, language),
            checks: in_full.then(|| checks().collect()),
            dependents: in_full.then(|| story.dependents.into_iter().map(DependentView::from).collect()),
            history: story.history.into_iter().map(TransitionView::from).collect(),
        }
    }
}

impl CheckView {
    fn of(check: &CheckProgress, task: TaskState) -> Self {
        Self {
            name: check.name.as_str().to_owned(),
            state: status::check(check.state, task),
            found: check.counts.found,
            blocking: check.counts.blocking,
        }
    }
}

impl From<Transition> for TransitionView {
    fn from(transition: Transition) -> Self {
        Self {
            at: millis(transition.at),
            from: transition.from.map(status::state),
            to: status::state(transition.to),
            by: transition.by,
            why: transition.why,
        }
    }
}

/// A page of tasks.
pub(crate) fn page(page: &TaskPage, language: Language) -> Response {
    let items = page.items.iter().map(|task| TaskView::of(task, language)).collect();
    let mut response = Json(TaskItems { items, next: page.next.map(write_cursor) }).into_response();
    language.label(&mut response);
    response
}

/// All about a task.
pub(crate) fn detail(told: Told, language: Language) -> Response {
    let mut response = Json(TaskDetail::of(told, language)).into_response();
    language.label(&mut response);
    response
}

/// All about a task that was made just now.
pub(crate) fn accepted(told: Told, language: Language) -> Result<Response, Problem> {
    let path = format!("/ops/v1/tasks/{}", told.story.task.id);
    let location = HeaderValue::try_from(path).map_err(|error| Problem::internal().caused_by(error))?;
    let mut response = detail(told, language);
    *response.status_mut() = StatusCode::ACCEPTED;
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}
