//! Roles: a list of names, and roles with what they let their users do, in the original's words.

use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Children, Frame, Link, Name, names};
use crate::{
    api::{problem::Problem, service},
    domain::capability::Capability,
};

/// Roles, by their names.
#[derive(Serialize, ToSchema)]
#[serde(rename = "roles")]
#[schema(as = PlatformRoleList)]
pub(in crate::api::platform) struct RoleList {
    #[serde(rename = "@total")]
    total: String,
    #[serde(rename = "atom:link", skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    link: Option<Link>,
    #[serde(skip_serializing_if = "Children::is_empty")]
    #[schema(value_type = Vec<Name>)]
    role: Children<Name>,
}

/// Roles, whole.
#[derive(Serialize, ToSchema)]
#[serde(rename = "roles")]
#[schema(as = PlatformRoles)]
pub(in crate::api::platform) struct Roles {
    #[serde(rename = "@total")]
    total: String,
    #[serde(skip_serializing_if = "Children::is_empty")]
    #[schema(value_type = Vec<Role>)]
    role: Children<Role>,
}

/// A role.
#[derive(Serialize, ToSchema)]
#[serde(rename = "role")]
#[schema(as = PlatformRole)]
pub(in crate::api::platform) struct Role {
    #[serde(rename = "@description")]
    description: String,
    #[serde(rename = "@buildIn")]
    build_in: String,
    #[serde(rename = "@name")]
    name: String,
    #[serde(rename = "atom:link", skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    link: Option<Link>,
    permissions: Permissions,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PlatformPermissions)]
pub(in crate::api::platform) struct Permissions {
    #[serde(skip_serializing_if = "Children::is_empty")]
    #[schema(value_type = Vec<Permission>)]
    permission: Children<Permission>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PlatformPermission)]
pub(in crate::api::platform) struct Permission {
    #[serde(rename = "@name")]
    name: &'static str,
    resources: Resources,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PlatformResources)]
pub(in crate::api::platform) struct Resources {
    #[schema(value_type = Vec<Resource>)]
    resource: Children<Resource>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PlatformResource)]
pub(in crate::api::platform) struct Resource {
    #[serde(rename = "@description")]
    description: &'static str,
    #[serde(rename = "@name")]
    name: &'static str,
}

impl Role {
    /// A role.
    pub(in crate::api::platform) fn of(frame: &Frame, role: &service::Role) -> Self {
        let permission = role.capabilities.iter().map(|capability| Permission::of(*capability)).collect();
        Self {
            description: role.name.clone(),
            build_in: role.is_built_in.to_string(),
            name: role.name.clone(),
            link: frame.link_to("roles", &role.name),
            permissions: Permissions { permission: Children(permission) },
        }
    }
}

impl Permission {
    /// What a capability is called here.
    fn of(capability: Capability) -> Self {
        let (permission, resource, description) = match capability {
            Capability::Admin => ("view_configure", "setting", "System settings, users and roles"),
            Capability::AdminManager => ("configure", "administrator", "Administrators"),
            Capability::SaasAdmin => ("view", "user", "Users and roles, administrators' excepted"),
            Capability::ManageLocalOnly => ("configure", "local_account", "Users with a password here only"),
            Capability::OpsRead => ("view", "task", "Tasks and workers"),
            Capability::OpsWrite => ("control", "task", "Tasks and workers"),
        };
        let resource = Children(vec![Resource { description, name: resource }]);
        Self { name: permission, resources: Resources { resource } }
    }
}

/// A list of roles.
pub(in crate::api::platform) fn role_names(frame: &Frame, found: Vec<String>) -> Result<Response, Problem> {
    let roles = RoleList { total: found.len().to_string(), link: frame.link("roles"), role: names(found) };
    frame.format.answer(StatusCode::OK, &roles)
}

/// Roles whole: the only one by itself.
pub(in crate::api::platform) fn roles(frame: &Frame, mut found: Vec<Role>) -> Result<Response, Problem> {
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => frame.format.answer(StatusCode::OK, &only),
        (last, _) => {
            found.extend(last);
            let roles = Roles { total: found.len().to_string(), role: Children(found) };
            frame.format.answer(StatusCode::OK, &roles)
        }
    }
}
