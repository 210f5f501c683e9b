//! Sessions, who tried to log in, and what is spoken with.

use http::Method;

use crate::api::{
    problem::ProblemKind,
    service::Operation,
    staged_config::{
        endpoint::{Endpoint, LOGOUT, Listing, Refused},
        response::sessions::{ABOUT_FIELDS, LOGIN_FIELDS},
        version::Version,
    },
};

const BAD_ORDER: &str = "The sort field or order is not valid";

/// The group's endpoints.
pub(super) static ALL: &[Endpoint] = &[
    Endpoint {
        method: Method::POST,
        path: LOGOUT,
        operation: Operation::LogOut,
        since: Version::FIRST,
        fields: &[],
        lists: None,
        body: None,
        refusals: &[],
    },
    Endpoint {
        method: Method::GET,
        path: "/api/access/login_attempts",
        operation: Operation::ReadLogins,
        since: Version::FIRST,
        fields: &LOGIN_FIELDS,
        lists: Some(Listing::Sorted),
        body: None,
        refusals: &[
            Refused::always(ProblemKind::BadBody, 422, 1005, "A request parameter is not valid"),
            Refused::always(ProblemKind::BadFilter, 422, 1010, "Invalid filter criteria supplied"),
            Refused::always(ProblemKind::UnknownSortField, 422, 1030, BAD_ORDER),
            Refused::always(ProblemKind::NotSortable, 422, 1030, BAD_ORDER),
        ],
    },
    Endpoint {
        method: Method::GET,
        path: "/api/system/about",
        operation: Operation::ReadHelp,
        since: Version::FIRST,
        fields: &ABOUT_FIELDS,
        lists: None,
        body: None,
        refusals: &[],
    },
];
