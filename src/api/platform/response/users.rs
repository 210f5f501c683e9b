//! Users: a list of names, and one user with his roles.

use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Children, Frame, Link, Name, names};
use crate::api::{problem::Problem, service::Account};

/// Users, by their names.
#[derive(Serialize, ToSchema)]
#[serde(rename = "users")]
#[schema(as = PlatformUsers)]
pub(in crate::api::platform) struct Users {
    #[serde(rename = "@total")]
    total: String,
    #[serde(rename = "atom:link", skip_serializing_if = "Option::is_none")]
    #[schema(ignore)]
    link: Option<Link>,
    #[serde(skip_serializing_if = "Children::is_empty")]
    #[schema(value_type = Vec<Name>)]
    user: Children<Name>,
}

/// A user.
#[derive(Serialize, ToSchema)]
#[serde(rename = "user")]
#[schema(as = PlatformUser)]
pub(in crate::api::platform) struct User {
    #[serde(rename = "@name")]
    name: String,
    #[serde(rename = "@email")]
    email: String,
    roles: RoleNames,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PlatformRoleNames)]
pub(in crate::api::platform) struct RoleNames {
    #[serde(skip_serializing_if = "Children::is_empty")]
    #[schema(value_type = Vec<Name>)]
    role: Children<Name>,
}

/// A list of users.
pub(in crate::api::platform) fn users(frame: &Frame, found: Vec<String>) -> Result<Response, Problem> {
    let users = Users { total: found.len().to_string(), link: frame.link("users"), user: names(found) };
    frame.format.answer(StatusCode::OK, &users)
}

/// One user.
pub(in crate::api::platform) fn user(frame: &Frame, account: Account) -> Result<Response, Problem> {
    let roles = RoleNames { role: names(account.roles) };
    let user = User { name: account.username, email: account.email.unwrap_or_default(), roles };
    frame.format.answer(StatusCode::OK, &user)
}
