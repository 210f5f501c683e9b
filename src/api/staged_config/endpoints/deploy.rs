//! The deploy of the staged configuration.

use http::Method;

use crate::api::{
    problem::ProblemKind,
    service::Operation,
    staged_config::{
        endpoint::{Endpoint, Refused},
        response::deploy::DEPLOY_FIELDS,
        version::Version,
    },
};

const PATH: &str = "/api/staged_config/deploy_status";

/// The group's endpoints.
pub(super) static ALL: &[Endpoint] = &[
    Endpoint {
        method: Method::GET,
        path: PATH,
        operation: Operation::ReadDeploy,
        since: Version::FIRST,
        fields: &DEPLOY_FIELDS,
        lists: None,
        body: None,
        refusals: &[],
    },
    Endpoint {
        method: Method::POST,
        path: PATH,
        operation: Operation::Deploy,
        since: Version::FIRST,
        fields: &DEPLOY_FIELDS,
        lists: None,
        body: Some("deploy_status"),
        refusals: &[
            Refused::always(ProblemKind::DeployRuns, 409, 1002, "A deploy is under way already"),
            Refused::always(ProblemKind::NothingToDeploy, 409, 1004, "There are no changes to deploy"),
            Refused::always(ProblemKind::BadBody, 422, 1005, "A request parameter is not valid"),
        ],
    },
];
