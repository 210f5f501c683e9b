//! What this dialect answers when all is well: tasks and dependents, cut down to the fields that are wanted.
//!
//! Owns the names and the order of the fields, which are the original's. It must never make up a value: what is not
//! known is null, and null is written out.
//!
//! Easy to get wrong: the list of a shape's known fields stands beside the shape and must say the same; a test compares
//! them.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    fields::{Kind, Known, Selection},
    status::Status,
};
use crate::{
    api::{language::Language, message, problem::Problem, service::FoundDependent},
    domain::task::{Task, TaskId},
};

/// The fields of a task.
pub(super) static TASK_FIELDS: [Known; 9] = [
    Known::number("id"),
    Known::text("message"),
    Known::text("status"),
    Known::text("name"),
    Known::text("created_by"),
    Known::number("created"),
    Known::number("started"),
    Known::number("modified"),
    Known::number("completed"),
];

/// The fields of a dependent.
pub(super) static DEPENDENT_FIELDS: [Known; 8] = [
    Known::text("dependent_id"),
    Known::text("dependent_name"),
    Known::text("dependent_owner"),
    Known::text("dependent_type"),
    Known::text("dependent_database"),
    Known::list("dependent_group_ids", &Kind::Number),
    Known::flag("user_has_edit_permissions"),
    Known::flag("blocking"),
];

/// A deletion's task.
#[derive(Serialize, ToSchema)]
#[schema(as = DeleteTaskStatus)]
pub(super) struct DeleteTask {
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
}

impl DeleteTask {
    fn of(task: &Task, language: Language) -> Self {
        Self {
            id: task.id.0,
            message: message::message(task, language),
            status: task.state.into(),
            name: message::name(task, language),
            created_by: task.requester.name.clone(),
            created: task.created.timestamp_millis(),
            started: task.started.map(|at| at.timestamp_millis()),
            modified: task.modified.timestamp_millis(),
            completed: task.completed.map(|at| at.timestamp_millis()),
        }
    }
}

/// Something that depends on the user.
#[derive(Serialize, ToSchema)]
#[schema(as = Dependent)]
pub(super) struct DependentResult {
    /// Its identifier.
    dependent_id: String,
    /// Its name; null when it is not known.
    #[schema(required)]
    dependent_name: Option<String>,
    /// Whose it is; null when it is not known.
    #[schema(required)]
    dependent_owner: Option<String>,
    /// What it is.
    dependent_type: String,
    /// Which database it lives in (EVENTS, FLOWS, ASSETS); null when it is not known.
    #[schema(required)]
    dependent_database: Option<&'static str>,
    /// The groups it is in.
    dependent_group_ids: Vec<u64>,
    /// Whoever asked for the deletion may edit it.
    user_has_edit_permissions: bool,
    /// It stops the deletion.
    blocking: bool,
}

impl DependentResult {
    fn of(found: FoundDependent) -> Self {
        let FoundDependent { dependent, requester_may_edit } = found;
        Self {
            dependent_id: dependent.id,
            dependent_name: dependent.name,
            dependent_owner: dependent.owner,
            dependent_type: dependent.kind.as_str().to_owned(),
            dependent_database: dependent.database.map(crate::domain::dependents::Database::name),
            dependent_group_ids: dependent.group_ids,
            user_has_edit_permissions: requester_may_edit,
            blocking: dependent.blocking,
        }
    }
}

/// A task, and where to watch it.
pub(super) fn task(
    status: StatusCode,
    task: &Task,
    language: Language,
    fields: Option<&Selection>,
) -> Result<Response, Problem> {
    let mut response = selected(status, &DeleteTask::of(task, language), fields)?;
    response.headers_mut().insert(header::LOCATION, location(task.id)?);
    language.label(&mut response);
    Ok(response)
}

/// What a task has found.
pub(super) fn dependents(
    found: Vec<FoundDependent>,
    fields: Option<&Selection>,
) -> Result<Response, Problem> {
    let all: Vec<_> = found.into_iter().map(DependentResult::of).collect();
    selected(StatusCode::OK, &all, fields)
}

fn location(id: TaskId) -> Result<HeaderValue, Problem> {
    let path = format!("/api/staged_config/access/user_delete_tasks/{id}");
    HeaderValue::from_str(&path).map_err(|error| Problem::internal().caused_by(error))
}

fn selected(
    status: StatusCode,
    shape: &impl Serialize,
    fields: Option<&Selection>,
) -> Result<Response, Problem> {
    let mut value = serde_json::to_value(shape).map_err(|error| Problem::internal().caused_by(error))?;
    if let Some(fields) = fields {
        fields.apply(&mut value);
    }
    Ok((status, Json(value)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        dependents::{Dependent, Label},
        task::{Requester, TaskKind, UserId},
    };

    fn accepted() -> Task {
        let at = chrono::DateTime::from_timestamp_millis(1_612_971_240_237).unwrap();
        let requester = Requester { name: "admin".into(), is_administrator: true };
        Task::accepted(TaskId(71), TaskKind::StagedUser, UserId(5), requester, at)
    }

    #[test]
    fn a_task_has_nine_fields_in_order_and_writes_null_out() {
        assert_eq!(
            serde_json::to_string(&DeleteTask::of(&accepted(), Language::English)).unwrap(),
            concat!(
                r#"{"id":71,"message":"Waiting to be started.","status":"QUEUED","name":"Deletion of user 5","#,
                r#""created_by":"admin","created":1612971240237,"started":null,"modified":1612971240237,"completed":null}"#
            )
        );
    }

    #[test]
    fn a_task_says_where_to_watch_it() {
        let response = task(StatusCode::ACCEPTED, &accepted(), Language::English, None).unwrap();
        assert_eq!(response.headers()["location"], "/api/staged_config/access/user_delete_tasks/71");
        assert_eq!(response.headers()["content-type"], "application/json");
    }

    #[test]
    fn the_known_fields_are_those_of_the_shapes() {
        let names = |value: serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        let task = names(serde_json::to_value(DeleteTask::of(&accepted(), Language::English)).unwrap());
        assert_eq!(task, TASK_FIELDS.iter().map(|known| known.name).collect::<Vec<_>>());
        let dependent = Dependent {
            kind: Label::new("REPORT").unwrap(),
            id: "17".into(),
            name: None,
            owner: None,
            database: None,
            group_ids: vec![],
            blocking: true,
        };
        let found = DependentResult::of(FoundDependent { dependent, requester_may_edit: true });
        let value = serde_json::to_value(found).unwrap();
        assert_eq!(value["dependent_name"], serde_json::Value::Null);
        assert_eq!(names(value), DEPENDENT_FIELDS.iter().map(|known| known.name).collect::<Vec<_>>());
    }
}
