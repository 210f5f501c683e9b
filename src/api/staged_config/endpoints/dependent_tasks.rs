//! The tasks that find out what depends on a user.
//!
//! Easy to get wrong: the pages know no refusal for want of a capability, so a caller without one is told that the endpoint
//! is not for him. One page has the sentence of a deletion's task.

use http::Method;

use crate::api::{
    problem::{Missing, ProblemKind},
    service::Operation,
    staged_config::{
        endpoint::{Endpoint, Refused},
        response::{dependent_tasks::DEPENDENT_TASK_FIELDS, dependents::DEPENDENT_FIELDS},
        version::Version,
    },
};

const NO_TASK: Refused = Refused::always(
    ProblemKind::NotFound(Missing::Task),
    404,
    1002,
    "The Dependent Task Status does not exist",
);

/// The group's endpoints.
pub(super) static ALL: &[Endpoint] = &[
    Endpoint {
        method: Method::GET,
        path: "/api/config/access/users/{id}/dependents",
        operation: Operation::FindDependents,
        since: Version::FIRST,
        fields: &DEPENDENT_TASK_FIELDS,
        lists: None,
        body: None,
        refusals: &[Refused::always(
            ProblemKind::NotFound(Missing::User),
            404,
            1002,
            "The User does not exist",
        )],
    },
    Endpoint {
        method: Method::GET,
        path: "/api/config/access/user_dependent_tasks/{task_id}",
        operation: Operation::ReadTask,
        since: Version::FIRST,
        fields: &DEPENDENT_TASK_FIELDS,
        lists: None,
        body: None,
        refusals: &[Refused::always(
            ProblemKind::NotFound(Missing::Task),
            404,
            1002,
            "The Delete Task Status does not exist",
        )],
    },
    Endpoint {
        method: Method::POST,
        path: "/api/config/access/user_dependent_tasks/{task_id}",
        operation: Operation::FindDependents,
        since: Version::FIRST,
        fields: &DEPENDENT_TASK_FIELDS,
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
        path: "/api/config/access/user_dependent_tasks/{task_id}/results",
        operation: Operation::ReadTask,
        since: Version::FIRST,
        fields: &DEPENDENT_FIELDS,
        lists: None,
        body: None,
        refusals: &[NO_TASK],
    },
];
