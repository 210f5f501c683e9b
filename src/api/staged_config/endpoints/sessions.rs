//! Sessions, who tried to log in, and what is spoken with.

use http::Method;

use crate::api::{
    service::Operation,
    staged_config::{
        endpoint::{Endpoint, LOGOUT},
        response::sessions::ABOUT_FIELDS,
        version::Version,
    },
};

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
        path: "/api/system/about",
        operation: Operation::ReadHelp,
        since: Version::FIRST,
        fields: &ABOUT_FIELDS,
        lists: None,
        body: None,
        refusals: &[],
    },
];
