//! Tasks that find out what depends on a user, in the field names of this dialect.
//!
//! Easy to get wrong: the numbers of a task are the sums of its components' numbers, and how many dependents there are is
//! not known before the end: null, not zero. A task that waits has no components yet, which is an empty list.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        language::Language,
        message,
        problem::Problem,
        staged_config::{
            call::Call,
            fields::{Kind, Known},
            status::Status,
            sub_type::SubTypeWord,
        },
    },
    domain::{
        checklist::{CheckProgress, CheckState},
        components::{Component, Components},
        state::TaskState,
        task::{Task, TaskId},
    },
};

/// The fields of a task.
pub(in crate::api::staged_config) static DEPENDENT_TASK_FIELDS: [Known; 14] = [
    Known::number("id"),
    Known::text("message"),
    Known::text("status"),
    Known::text("name"),
    Known::text("created_by"),
    Known::text("cancelled_by"),
    Known::number("created"),
    Known::number("started"),
    Known::number("modified"),
    Known::number("completed"),
    Known::number("number_of_dependents"),
    Known::number("maximum"),
    Known::number("progress"),
    Known::list("task_components", &Kind::Object(&COMPONENT_FIELDS)),
];

static COMPONENT_FIELDS: [Known; 10] = [
    Known::text("message"),
    Known::text("status"),
    Known::text("task_sub_type"),
    Known::number("maximum"),
    Known::number("progress"),
    Known::number("number_of_dependents"),
    Known::number("created"),
    Known::number("started"),
    Known::number("modified"),
    Known::number("completed"),
];

/// A task that finds out what depends on a user.
#[derive(Serialize, ToSchema)]
#[schema(as = DependentTaskStatus)]
pub(in crate::api::staged_config) struct DependentTask {
    /// The task's number.
    id: u64,
    /// What goes on, in plain words.
    message: String,
    /// Where the task stands.
    status: Status,
    /// What the task is called.
    name: String,
    /// Who asked for it.
    created_by: String,
    /// Who asked for the cancel; null where nobody did.
    #[schema(required)]
    cancelled_by: Option<String>,
    /// When it was accepted, in milliseconds since the epoch.
    created: i64,
    /// When a worker first took it; null before.
    #[schema(required)]
    started: Option<i64>,
    /// When it last changed.
    modified: i64,
    /// When it ended; null before.
    #[schema(required)]
    completed: Option<i64>,
    /// Dependents found; null until it is completed.
    #[schema(required)]
    number_of_dependents: Option<u64>,
    /// Objects to look at, as far as they are known.
    maximum: u64,
    /// Objects that were looked at.
    progress: u64,
    /// What it is made of; nothing before a worker began.
    task_components: Vec<TaskComponent>,
}

/// One search of a task: a check, looking for one kind of dependents.
#[derive(Serialize, ToSchema)]
#[schema(as = TaskComponent)]
pub(in crate::api::staged_config) struct TaskComponent {
    /// What goes on, in plain words.
    message: String,
    /// Where it stands.
    status: Status,
    /// What it looks for.
    task_sub_type: SubTypeWord,
    /// Objects to look at, as far as they are known.
    maximum: u64,
    /// Objects that were looked at.
    progress: u64,
    /// Dependents found; null until it has ended.
    #[schema(required)]
    number_of_dependents: Option<u64>,
    /// When it was set up, in milliseconds since the epoch.
    created: i64,
    /// When it began; null while it waits for its turn.
    #[schema(required)]
    started: Option<i64>,
    /// When it last changed.
    modified: i64,
    /// When it ended; null before.
    #[schema(required)]
    completed: Option<i64>,
}

impl DependentTask {
    fn of(task: &Task, language: Language) -> Self {
        let objects = task.checks.objects();
        let components = task.checks.components().map(|(check, components, component)| {
            TaskComponent::of(check, components, component, task, language)
        });
        Self {
            id: task.id.0,
            message: message::message(task, language),
            status: task.state.into(),
            name: message::name(task, language),
            created_by: task.requester.name.clone(),
            cancelled_by: task.cancelled_by.clone(),
            created: task.created.timestamp_millis(),
            started: task.started.map(|at| at.timestamp_millis()),
            modified: task.modified.timestamp_millis(),
            completed: task.completed.map(|at| at.timestamp_millis()),
            number_of_dependents: (task.state == TaskState::Completed).then(|| task.checks.counts().found),
            maximum: objects.of,
            progress: objects.done,
            task_components: components.collect(),
        }
    }
}

impl TaskComponent {
    fn of(
        check: &CheckProgress,
        components: &Components,
        component: &Component,
        task: &Task,
        language: Language,
    ) -> Self {
        let (state, progress) = (check.state_in(task.state), check.progress_of(component));
        Self {
            message: message::component(state, component, progress, language),
            status: state.into(),
            task_sub_type: component.sub_type.into(),
            maximum: progress.of,
            progress: progress.done,
            number_of_dependents: (check.state != CheckState::Running).then_some(component.counts.found),
            created: components.created.timestamp_millis(),
            started: components.started.map(|at| at.timestamp_millis()),
            modified: components.modified.timestamp_millis(),
            // A search that its task needed no more has ended with it.
            completed: components.completed.or(task.completed).map(|at| at.timestamp_millis()),
        }
    }
}

/// A task, and where to watch it.
pub(in crate::api::staged_config) fn task(
    call: &Call,
    status: StatusCode,
    task: &Task,
) -> Result<Response, Problem> {
    let mut response = call.answer(status, &DependentTask::of(task, call.language))?;
    response.headers_mut().insert(header::LOCATION, location(task.id)?);
    call.language.label(&mut response);
    Ok(response)
}

/// The page of the request spells it `user_dependents_tasks`, which is no route there either.
fn location(id: TaskId) -> Result<HeaderValue, Problem> {
    let path = format!("/api/config/access/user_dependent_tasks/{id}");
    HeaderValue::from_str(&path).map_err(|error| Problem::internal().caused_by(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        checklist::Checklist,
        dependents::Label,
        sub_type::SubType,
        task::{Requester, TaskKind, UserId},
    };
    use serde_json::{Value, json};

    fn task(state: TaskState) -> Task {
        let at = |ms: i64| chrono::DateTime::from_timestamp_millis(1_612_971_240_237 + ms).unwrap();
        let requester = Requester { name: "admin".into(), is_administrator: true };
        let names = ["registered", "reports"].map(|name| Label::new(name).unwrap());
        let mut checks = Checklist::running(names).in_detail(&[None, Some(SubType::Reports)], at(10));
        let registered = &mut checks.0[0];
        let components = registered.components.as_mut().unwrap();
        components.part(SubType::Rules).objects = 3;
        components.part(SubType::Rules).counts.add(true);
        (components.started, components.modified, components.completed) =
            (Some(at(11)), at(12), Some(at(12)));
        (registered.state, registered.counts) = (CheckState::Answered, components.counts());
        let task = Task::accepted(TaskId(71), TaskKind::Dependents, UserId(5), requester, at(0));
        let completed = state.is_terminal().then(|| at(20));
        Task { state, checks, completed, ..task }
    }

    fn shown(state: TaskState) -> Value {
        serde_json::to_value(DependentTask::of(&task(state), Language::English)).unwrap()
    }

    #[test]
    fn a_component_says_what_it_looked_for_and_how_far_it_is() {
        let ended = json!({
            "message": "1 dependent found.", "status": "COMPLETED", "task_sub_type": "FIND_DEPENDENT_RULES",
            "maximum": 3, "progress": 3, "number_of_dependents": 1, "created": 1_612_971_240_247_u64,
            "started": 1_612_971_240_248_u64, "modified": 1_612_971_240_249_u64, "completed": 1_612_971_240_249_u64,
        });
        let waits = json!({
            "message": "Waiting for its turn.", "status": "QUEUED", "task_sub_type": "FIND_DEPENDENT_REPORTS",
            "maximum": 1, "progress": 0, "number_of_dependents": null, "created": 1_612_971_240_247_u64,
            "started": null, "modified": 1_612_971_240_247_u64, "completed": null,
        });
        assert_eq!(shown(TaskState::Processing)["task_components"], json!([ended, waits]));
    }

    #[test]
    fn a_tasks_numbers_are_the_sums_of_its_components_and_dependents_are_counted_at_the_end() {
        for state in TaskState::ALL {
            let task = shown(state);
            assert_eq!((&task["maximum"], &task["progress"]), (&json!(4), &json!(3)));
            let counted = if state == TaskState::Completed { json!(1) } else { Value::Null };
            assert_eq!(task["number_of_dependents"], counted);
        }
    }

    #[test]
    fn what_has_ended_says_when() {
        for state in TaskState::ALL {
            let task = shown(state);
            let components = task["task_components"].as_array().unwrap();
            for one in components.iter().chain([&task]) {
                let words = ["COMPLETED", "CANCELLED", "EXCEPTION", "CONFLICT"];
                let has_ended = words.contains(&one["status"].as_str().unwrap());
                assert_eq!(one["completed"].is_null(), !has_ended, "{state:?}: {one}");
            }
        }
    }

    #[test]
    fn the_known_fields_are_those_of_the_shapes() {
        let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let known = |fields: &[Known]| fields.iter().map(|known| known.name.to_owned()).collect::<Vec<_>>();
        let task = shown(TaskState::Processing);
        assert_eq!(names(&task), known(&DEPENDENT_TASK_FIELDS));
        assert_eq!(names(&task["task_components"][0]), known(&COMPONENT_FIELDS));
    }

    #[test]
    fn a_task_that_waits_has_an_empty_list_of_components() {
        let waits = Task { checks: Checklist::default(), ..task(TaskState::Queued) };
        let shown = serde_json::to_value(DependentTask::of(&waits, Language::English)).unwrap();
        assert_eq!((&shown["task_components"], &shown["maximum"]), (&json!([]), &json!(0)));
    }
}
