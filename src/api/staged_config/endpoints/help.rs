//! The help: what there is to be called.

use http::Method;

use crate::api::{
    problem::{Missing, ProblemKind},
    service::Operation,
    staged_config::{
        endpoint::{Endpoint, Listing, Refused},
        fields::Known,
        response::help::{ENDPOINT_FIELDS, RESOURCE_FIELDS, VERSION_FIELDS},
        version::Version,
    },
};

const fn list(path: &'static str, fields: &'static [Known]) -> Endpoint {
    endpoint(path, fields, Some(Listing::Filtered), &[])
}

const fn one(path: &'static str, fields: &'static [Known], refusals: &'static [Refused]) -> Endpoint {
    endpoint(path, fields, None, refusals)
}

const fn endpoint(
    path: &'static str,
    fields: &'static [Known],
    lists: Option<Listing>,
    refusals: &'static [Refused],
) -> Endpoint {
    Endpoint {
        method: Method::GET,
        path,
        operation: Operation::ReadHelp,
        since: Version::FIRST,
        fields,
        lists,
        body: None,
        refusals,
    }
}

const fn none(description: &'static str) -> Refused {
    Refused::always(ProblemKind::NotFound(Missing::Documentation), 404, 1002, description)
}

/// The group's endpoints.
pub(super) static ALL: &[Endpoint] = &[
    list("/api/help/endpoints", &ENDPOINT_FIELDS),
    one(
        "/api/help/endpoints/{endpoint_id}",
        &ENDPOINT_FIELDS,
        &[none("No endpoint documentation object was found for the provided endpoint id")],
    ),
    list("/api/help/resources", &RESOURCE_FIELDS),
    one(
        "/api/help/resources/{resource_id}",
        &RESOURCE_FIELDS,
        &[none("No resource documentation object was found for the provided resource id")],
    ),
    list("/api/help/versions", &VERSION_FIELDS),
    one(
        "/api/help/versions/{version_id}",
        &VERSION_FIELDS,
        &[none("No version documentation object was found for the provided version id")],
    ),
];
