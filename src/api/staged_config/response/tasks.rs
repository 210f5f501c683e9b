//! Tasks of users' deletions, in the field names of this dialect.
//!
//! Easy to get wrong: the list of a shape's known fields stands beside the shape and must say the same; a test compares
//! them.

use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        language::Language,
        message,
        problem::Problem,
        staged_config::{call::Call, fields::Known, status::Status},
    },
    domain::task::{Task, TaskId},
};

/// The fields of a task.
pub(in crate::api::staged_config) static TASK_FIELDS: [Known; 9] = [
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

/// A deletion's task.
#[derive(Serialize, ToSchema)]
#[schema(as = DeleteTaskStatus)]
pub(in crate::api::staged_config) struct DeleteTask {
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
    pub(in crate::api::staged_config) fn of(task: &Task, language: Language) -> Self {
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

/// A task, and where to watch it.
pub(in crate::api::staged_config) fn task(
    call: &Call,
    status: StatusCode,
    task: &Task,
) -> Result<Response, Problem> {
    let mut response = call.answer(status, &DeleteTask::of(task, call.language))?;
    response.headers_mut().insert(header::LOCATION, location(task.id)?);
    call.language.label(&mut response);
    Ok(response)
}

fn location(id: TaskId) -> Result<HeaderValue, Problem> {
    let path = format!("/api/staged_config/access/user_delete_tasks/{id}");
    HeaderValue::from_str(&path).map_err(|error| Problem::internal().caused_by(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::task::{Requester, TaskKind, UserId};

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
        assert_eq!(location(TaskId(71)).unwrap(), "/api/staged_config/access/user_delete_tasks/71");
    }

    #[test]
    fn the_known_fields_are_those_of_the_shape() {
        let value = serde_json::to_value(DeleteTask::of(&accepted(), Language::English)).unwrap();
        let names: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, TASK_FIELDS.iter().map(|known| known.name).collect::<Vec<_>>());
    }
}
