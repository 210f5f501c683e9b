//! Groups of users: a list of names, and groups with their members.

use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

use super::{Children, Frame, Link, Name, names};
use crate::{api::problem::Problem, cluster::Group};

/// Groups, by their names.
#[derive(Serialize, ToSchema)]
#[serde(rename = "userGroups")]
#[schema(as = PlatformUserGroupNames)]
pub(in crate::api::platform) struct GroupNames {
    #[serde(rename = "@total")]
    total: String,
    #[serde(rename = "atom:link", skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    link: Option<Link>,
    #[serde(rename = "userGroup", skip_serializing_if = "Children::is_empty")]
    #[schema(value_type = Vec<Name>)]
    user_group: Children<Name>,
}

/// Groups, with their members.
#[derive(Serialize, ToSchema)]
#[serde(rename = "userGroups")]
#[schema(as = PlatformUserGroups)]
pub(in crate::api::platform) struct Groups {
    #[serde(rename = "@total")]
    total: String,
    #[serde(rename = "userGroup", skip_serializing_if = "Children::is_empty")]
    #[schema(value_type = Vec<UserGroup>)]
    user_group: Children<UserGroup>,
}

/// A group of users.
#[derive(Serialize, ToSchema)]
#[serde(rename = "userGroup")]
#[schema(as = PlatformUserGroup)]
pub(in crate::api::platform) struct UserGroup {
    #[serde(rename = "@name")]
    name: String,
    #[serde(rename = "atom:link", skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    link: Option<Link>,
    admins: Members,
    users: Members,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PlatformMembers)]
pub(in crate::api::platform) struct Members {
    #[serde(skip_serializing_if = "Children::is_empty")]
    #[schema(value_type = Vec<Name>)]
    user: Children<Name>,
}

impl UserGroup {
    /// A group, with those of its members who are users.
    pub(in crate::api::platform) fn of(frame: &Frame, group: &Group, users: &BTreeSet<String>) -> Self {
        let those = |members: &[String]| Members {
            user: names(members.iter().filter(|name| users.contains(*name)).cloned()),
        };
        let link = frame.link_to("usergroups", &group.name);
        Self { name: group.name.clone(), link, admins: those(&group.admins), users: those(&group.users) }
    }
}

/// A list of groups.
pub(in crate::api::platform) fn group_names(frame: &Frame, found: Vec<String>) -> Result<Response, Problem> {
    let total = found.len().to_string();
    let groups = GroupNames { total, link: frame.link("usergroups"), user_group: names(found) };
    frame.format.answer(StatusCode::OK, &groups)
}

/// Groups with their members: the only one by itself.
pub(in crate::api::platform) fn groups(
    frame: &Frame,
    mut found: Vec<UserGroup>,
) -> Result<Response, Problem> {
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => frame.format.answer(StatusCode::OK, &only),
        (last, _) => {
            found.extend(last);
            let groups = Groups { total: found.len().to_string(), user_group: Children(found) };
            frame.format.answer(StatusCode::OK, &groups)
        }
    }
}
