//! Lists of users, of both sides.

use http::Method;

use crate::api::{
    problem::ProblemKind,
    service::Operation,
    staged_config::{
        endpoint::{Endpoint, Listing, Refused},
        response::users::USER_FIELDS,
        version::Version,
    },
};

/// The codes of an order that a list of users cannot be brought into.
const fn bad_order(unknown: u32, not_sortable: u32) -> [Refused; 2] {
    [
        Refused::always(
            ProblemKind::UnknownSortField,
            422,
            unknown,
            "Field in sort parameter does not exist",
        ),
        Refused::always(
            ProblemKind::NotSortable,
            422,
            not_sortable,
            "Sorting not supported on field in sort parameter",
        ),
    ]
}

/// The group's endpoints.
pub(super) static ALL: &[Endpoint] = &[
    Endpoint {
        method: Method::GET,
        path: "/api/staged_config/access/users",
        operation: Operation::ReadStagedUsers,
        since: Version::FIRST,
        fields: &USER_FIELDS,
        lists: Some(Listing::Sorted),
        body: None,
        refusals: &bad_order(38_313_001, 38_313_002),
    },
    Endpoint {
        method: Method::GET,
        path: "/api/config/access/users",
        operation: Operation::ReadDeployedUsers,
        since: Version::FIRST,
        fields: &USER_FIELDS,
        lists: Some(Listing::Sorted),
        body: None,
        refusals: &bad_order(38_314_001, 38_314_002),
    },
];
