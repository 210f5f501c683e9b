//! User roles and security profiles, in the field names of this dialect.
//!
//! Easy to get wrong: the original's capabilities each belong to an application with a number. Ours belong to none, so that
//! number is null. And the lists of known fields stand beside the shapes and must say the same; a test compares them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        service::{SecurityProfile, UserRole},
        staged_config::fields::{Kind, Known},
    },
    domain::capability::Capability,
};

static CAPABILITY_FIELDS: [Known; 3] =
    [Known::number("application_id"), Known::text("name"), Known::text("description")];

/// The fields of a user role.
pub(in crate::api::staged_config) static ROLE_FIELDS: [Known; 3] = [
    Known::number("id"),
    Known::text("name"),
    Known::list("capabilities", &Kind::Object(&CAPABILITY_FIELDS)),
];

/// The fields of a security profile.
pub(in crate::api::staged_config) static PROFILE_FIELDS: [Known; 3] =
    [Known::number("id"), Known::text("name"), Known::list("domain_ids", &Kind::Number)];

/// A user role.
#[derive(Serialize, ToSchema)]
#[schema(as = StagedConfigUserRole)]
pub(in crate::api::staged_config) struct Role {
    /// Its number, the same on both sides.
    id: u64,
    /// Its name.
    name: String,
    /// What it lets its users do.
    capabilities: Vec<RoleCapability>,
}

/// Something that a role lets its users do.
#[derive(Serialize, ToSchema)]
#[schema(as = StagedConfigCapability)]
pub(in crate::api::staged_config) struct RoleCapability {
    /// Always null: no capability here belongs to an application.
    #[schema(required)]
    application_id: Option<u64>,
    /// The word for it.
    name: &'static str,
    /// What it means.
    description: &'static str,
}

/// A security profile.
#[derive(Serialize, ToSchema)]
#[schema(as = StagedConfigSecurityProfile)]
pub(in crate::api::staged_config) struct Profile {
    /// Its number, the same on both sides.
    id: u64,
    /// Its name.
    name: String,
    /// The domains that it covers.
    domain_ids: Vec<u64>,
}

impl From<UserRole> for Role {
    fn from(role: UserRole) -> Self {
        let capabilities = role.capabilities.into_iter().map(RoleCapability::from).collect();
        Self { id: role.id, name: role.name, capabilities }
    }
}

impl From<Capability> for RoleCapability {
    fn from(capability: Capability) -> Self {
        let description = match capability {
            Capability::Admin => "Administer everything but administrators",
            Capability::AdminManager => "Administer administrators too",
            Capability::SaasAdmin => "See users and roles but administrators'",
            Capability::ManageLocalOnly => "Say which users log in with their local password only",
            Capability::OpsRead => "See what operators see",
            Capability::OpsWrite => "Act as operators do",
        };
        Self { application_id: None, name: capability.name(), description }
    }
}

impl From<SecurityProfile> for Profile {
    fn from(profile: SecurityProfile) -> Self {
        Self { id: profile.id, name: profile.name, domain_ids: profile.domain_ids }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(value: &impl Serialize) -> Vec<String> {
        serde_json::to_value(value).unwrap().as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn the_known_fields_are_those_of_the_shapes() {
        let known = |fields: &[Known]| fields.iter().map(|known| known.name.to_owned()).collect::<Vec<_>>();
        let role = UserRole { id: 1, name: "r".into(), capabilities: vec![Capability::Admin] };
        let role = Role::from(role);
        assert_eq!(names(&role), known(&ROLE_FIELDS));
        assert_eq!(names(&role.capabilities[0]), known(&CAPABILITY_FIELDS));
        let profile = SecurityProfile { id: 1, name: "p".into(), domain_ids: vec![] };
        assert_eq!(names(&Profile::from(profile)), known(&PROFILE_FIELDS));
    }
}
