//! The body of a cancel: the task, with the one status that it can be given.
//!
//! Easy to get wrong: clients send back what they read, so the task's other fields may be there, and are ignored.

use utoipa::ToSchema;

use crate::{
    api::{
        problem::{Problem, ProblemKind},
        staged_config::{fields::Known, status},
    },
    http::members,
};

const STATUS: &str = "status";

/// The body of a cancel. The task's other fields may be sent along, and are ignored.
#[derive(ToSchema)]
#[schema(as = CancelTask)]
#[expect(dead_code, reason = "bodies are read member by member; this only describes them")]
pub(in crate::api::staged_config) struct CancelBody {
    /// The one status a task can be given.
    #[schema(example = "CANCEL_REQUESTED", pattern = "^CANCEL_REQUESTED$")]
    status: String,
}

/// Reads it; `known` are the task's fields.
pub(in crate::api::staged_config) fn read(body: &[u8], known: &[Known]) -> Result<(), Problem> {
    let mut task = members(body)?;
    let status = task.take_string(STATUS)?;
    for field in known {
        task.ignore(field.name);
    }
    task.finish()?;
    if status == status::CANCEL {
        return Ok(());
    }
    let said = format!("The only status a task can be given is {}.", status::CANCEL);
    Err(Problem::new(ProblemKind::BadStatus, said))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::staged_config::response::tasks::TASK_FIELDS;

    fn cancelled(body: &str) -> Result<(), ProblemKind> {
        read(body.as_bytes(), &TASK_FIELDS).map_err(|problem| problem.kind)
    }

    #[test]
    fn a_cancel_says_so_and_may_send_the_task_back() {
        let whole = r#"{"id":7,"message":"m","status":"CANCEL_REQUESTED","name":"n","created_by":"a","created":1,
            "started":null,"modified":1,"completed":null}"#;
        for body in [r#"{"status":"CANCEL_REQUESTED"}"#, whole] {
            assert_eq!(cancelled(body), Ok(()), "{body}");
        }
        for (body, kind) in [
            (r#"{"status":"CANCELLED"}"#, ProblemKind::BadStatus),
            (r#"{"status":"cancel_requested"}"#, ProblemKind::BadStatus),
            ("{}", ProblemKind::BadBody),
            (r#"["CANCEL_REQUESTED"]"#, ProblemKind::BadBody),
            (r#"{"status":7}"#, ProblemKind::BadBody),
            (r#"{"status":"CANCEL_REQUESTED","x":1}"#, ProblemKind::BadBody),
            (r#"{"status":"CANCEL_REQUESTED","status":"CANCEL_REQUESTED"}"#, ProblemKind::BadBody),
            ("{", ProblemKind::BadBody),
        ] {
            assert_eq!(cancelled(body), Err(kind), "{body}");
        }
    }
}
