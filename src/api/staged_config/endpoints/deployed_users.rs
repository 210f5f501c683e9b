//! Deployed users, one at a time.

use http::Method;

use super::user_rules;
use crate::api::{
    problem::{Missing, ProblemKind},
    service::Operation,
    staged_config::{
        endpoint::{Endpoint, Refused},
        response::users::USER_FIELDS,
        version::Version,
    },
};

/// The group's endpoints.
pub(super) static ALL: &[Endpoint] = &[
    Endpoint {
        method: Method::GET,
        path: "/api/config/access/users/{id}",
        operation: Operation::ReadDeployedUsers,
        since: Version::FIRST,
        fields: &USER_FIELDS,
        lists: None,
        body: None,
        refusals: &[Refused::always(
            ProblemKind::NotFound(Missing::User),
            404,
            38_310_001,
            "The deployed user does not exist",
        )],
    },
    Endpoint {
        method: Method::POST,
        path: "/api/config/access/users/{id}",
        operation: Operation::WritePreferences,
        since: Version::FIRST,
        fields: &USER_FIELDS,
        lists: None,
        body: Some("body"),
        refusals: &user_rules::PREFERENCES,
    },
];
