//! The tasks of users' deletions. The original has the first; the others have the shape of their relatives there.

use http::Method;

use crate::api::{
    problem::{Missing, ProblemKind},
    service::Operation,
    staged_config::{
        endpoint::{Endpoint, Listing, Refused},
        response::{dependents::DEPENDENT_FIELDS, tasks::TASK_FIELDS},
        version::Version,
    },
};

const NO_TASK: Refused =
    Refused::always(ProblemKind::NotFound(Missing::Task), 404, 1002, "The Delete Task Status does not exist");

/// The group's endpoints.
pub(super) static ALL: &[Endpoint] = &[
    Endpoint {
        method: Method::GET,
        path: "/api/staged_config/access/user_delete_tasks",
        operation: Operation::ReadTask,
        since: Version::FIRST,
        fields: &TASK_FIELDS,
        lists: Some(Listing::Sorted),
        body: None,
        refusals: &[],
    },
    Endpoint {
        method: Method::GET,
        path: "/api/staged_config/access/user_delete_tasks/{task_id}",
        operation: Operation::ReadTask,
        since: Version::FIRST,
        fields: &TASK_FIELDS,
        lists: None,
        body: None,
        refusals: &[NO_TASK],
    },
    Endpoint {
        method: Method::POST,
        path: "/api/staged_config/access/user_delete_tasks/{task_id}",
        operation: Operation::CancelTask,
        since: Version::FIRST,
        fields: &TASK_FIELDS,
        lists: None,
        body: Some("task"),
        refusals: &[
            NO_TASK,
            Refused::always(ProblemKind::AlreadyEnded, 409, 1004, "The task is in a completed state"),
            Refused::always(ProblemKind::BadStatus, 422, 1005, "A request parameter is not valid"),
        ],
    },
    Endpoint {
        method: Method::GET,
        path: "/api/staged_config/access/user_delete_tasks/{task_id}/results",
        operation: Operation::ReadTask,
        since: Version::FIRST,
        fields: &DEPENDENT_FIELDS,
        lists: None,
        body: None,
        refusals: &[NO_TASK],
    },
];
