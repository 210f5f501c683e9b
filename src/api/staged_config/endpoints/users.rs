//! Staged users, one at a time.

use http::Method;

use super::user_rules;
use crate::api::{
    problem::{Missing, ProblemKind},
    service::Operation,
    staged_config::{
        endpoint::{Endpoint, Refused},
        response::{tasks::TASK_FIELDS, users::USER_FIELDS},
        version::Version,
    },
};

/// The release that told two users who may not be deleted from all others.
const FIRST_WITH_USER_CODES: u16 = 24;
const NOT_CAPABLE: &str = "You do not have the proper capabilities to delete the User";
const NOT_DELETED: &str = "The requested action cannot be performed on this user";

/// The group's endpoints.
pub(super) static ALL: &[Endpoint] = &[
    Endpoint {
        method: Method::POST,
        path: "/api/staged_config/access/users",
        operation: Operation::WriteStagedUsers,
        since: Version::FIRST,
        fields: &USER_FIELDS,
        lists: None,
        body: Some("body"),
        refusals: &user_rules::CREATION,
    },
    Endpoint {
        method: Method::GET,
        path: "/api/staged_config/access/users/{id}",
        operation: Operation::ReadStagedUsers,
        since: Version::FIRST,
        fields: &USER_FIELDS,
        lists: None,
        body: None,
        refusals: &[Refused::always(
            ProblemKind::NotFound(Missing::User),
            404,
            38_301_001,
            "The staged user does not exist",
        )],
    },
    Endpoint {
        method: Method::POST,
        path: "/api/staged_config/access/users/{id}",
        operation: Operation::WriteStagedUsers,
        since: Version::FIRST,
        fields: &USER_FIELDS,
        lists: None,
        body: Some("body"),
        refusals: &user_rules::CHANGE,
    },
    Endpoint {
        method: Method::DELETE,
        path: "/api/staged_config/access/users/{id}",
        operation: Operation::DeleteUser,
        since: Version::FIRST,
        fields: &TASK_FIELDS,
        lists: None,
        body: None,
        refusals: &[
            Refused::always(ProblemKind::NotAllowed, 403, 1009, NOT_CAPABLE),
            Refused::always(ProblemKind::NotThisUser, 403, 1009, NOT_CAPABLE)
                .until(FIRST_WITH_USER_CODES - 1),
            Refused::always(ProblemKind::BuiltInAdministrator, 403, 1009, NOT_CAPABLE)
                .until(FIRST_WITH_USER_CODES - 1),
            Refused::always(ProblemKind::NotThisUser, 403, 38_316_001, NOT_DELETED)
                .from(FIRST_WITH_USER_CODES),
            Refused::always(ProblemKind::BuiltInAdministrator, 403, 38_316_002, user_rules::NOT_BUILT_IN)
                .from(FIRST_WITH_USER_CODES),
            Refused::always(ProblemKind::NotFound(Missing::User), 404, 1002, "The User does not exist"),
        ],
    },
];
