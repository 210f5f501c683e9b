//! User roles and security profiles, of both sides.

use http::Method;

use crate::api::{
    problem::{Missing, ProblemKind},
    service::Operation,
    staged_config::{
        endpoint::{Endpoint, Listing, Refused},
        fields::Known,
        response::roles::{PROFILE_FIELDS, ROLE_FIELDS},
        version::Version,
    },
};

const fn no_tenant(code: u32) -> Refused {
    Refused::always(ProblemKind::NotFound(Missing::Tenant), 422, code, "Tenant ID does not exist.")
}

const fn no_role(code: u32) -> Refused {
    Refused::always(ProblemKind::NotFound(Missing::Role), 404, code, "The user role id does not exist.")
}

const fn no_profile(code: u32) -> Refused {
    let description = "The security profile ID does not exist.";
    Refused::always(ProblemKind::NotFound(Missing::Profile), 404, code, description)
}

const fn get(
    path: &'static str,
    operation: Operation,
    fields: &'static [Known],
    lists: Option<Listing>,
    refusals: &'static [Refused],
) -> Endpoint {
    Endpoint {
        method: Method::GET,
        path,
        operation,
        since: Version::FIRST,
        fields,
        lists,
        body: None,
        refusals,
    }
}

/// The group's endpoints.
pub(super) static ALL: &[Endpoint] = &[
    get(
        "/api/staged_config/access/user_roles",
        Operation::ReadRoles,
        &ROLE_FIELDS,
        Some(Listing::Filtered),
        &[],
    ),
    get(
        "/api/staged_config/access/user_roles/{id}",
        Operation::ReadRoles,
        &ROLE_FIELDS,
        None,
        &[no_role(38_341_001)],
    ),
    get(
        "/api/config/access/user_roles",
        Operation::ReadDeployedRoles,
        &ROLE_FIELDS,
        Some(Listing::Filtered),
        &[],
    ),
    get(
        "/api/config/access/user_roles/{id}",
        Operation::ReadRoles,
        &ROLE_FIELDS,
        None,
        &[no_role(38_341_001)],
    ),
    get(
        "/api/staged_config/access/security_profiles",
        Operation::ReadStagedProfiles,
        &PROFILE_FIELDS,
        Some(Listing::Filtered),
        &[no_tenant(38_340_001)],
    ),
    get(
        "/api/staged_config/access/security_profiles/{id}",
        Operation::ReadStagedProfiles,
        &PROFILE_FIELDS,
        None,
        &[no_profile(38_341_001)],
    ),
    get(
        "/api/config/access/security_profiles",
        Operation::ReadDeployedProfiles,
        &PROFILE_FIELDS,
        Some(Listing::Filtered),
        &[no_tenant(38_330_001)],
    ),
    get(
        "/api/config/access/security_profiles/{id}",
        Operation::ReadDeployedProfiles,
        &PROFILE_FIELDS,
        None,
        &[no_profile(38_331_001)],
    ),
];
