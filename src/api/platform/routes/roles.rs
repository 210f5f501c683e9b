//! The endpoints around roles: list, show, give.
//!
//! Easy to get wrong: whoever gives roles is sent on with a 303 to a page that he can read, because real clients follow it.

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::StatusCode;
use tracing::instrument;

use super::super::{
    error::{Failures, Refusal},
    request::{self, forms::Assignment},
    response::{
        Frame, messages, piece,
        roles::{self as answer, Role, RoleList, Roles},
    },
};
use crate::api::{
    Entrance,
    problem::{Missing, Problem, ProblemKind},
};

/// List roles.
#[utoipa::path(
    get,
    path = "/platform/ws/roles",
    tag = "platform",
    operation_id = "listPlatformRoles",
    responses(
        (status = 200, description = "The names of the roles, in the order of their numbers; XML or JSON.", content(
            (RoleList = "application/xml"), (RoleList = "application/json"))),
        Failures
    ),
    security(("platform_token" = []))
)]
#[instrument(name = "api.platform.roles", level = "error", skip_all)]
pub(crate) async fn list_roles(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    let principal = request::admit(&entrance, request.headers()).await?;
    request::no_query(request.uri())?;
    let roles = entrance.service.roles(&principal).await?;
    if roles.is_empty() {
        return Err(no_role().into());
    }
    let names = roles.into_iter().map(|role| role.name).collect();
    Ok(answer::role_names(&Frame::of(&request), names)?)
}

/// See roles with what they let their users do.
#[utoipa::path(
    get,
    path = "/platform/ws/roles/{names}",
    tag = "platform",
    operation_id = "getPlatformRoles",
    params(("names" = String, Path, description = "The roles' names, by commas; or `all`.")),
    responses(
        (status = 200, description = "The roles, the only one by itself; XML or JSON.", content(
            (Roles = "application/xml"), (Roles = "application/json"))),
        Failures
    ),
    security(("platform_token" = []))
)]
#[instrument(name = "api.platform.role", level = "error", skip_all)]
pub(crate) async fn get_roles(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    let principal = request::admit(&entrance, request.headers()).await?;
    request::no_query(request.uri())?;
    let names = request::names(request.uri())?;
    let mut roles = entrance.service.roles(&principal).await?;
    roles.retain(|role| names.include(&role.name));
    if roles.is_empty() {
        return Err(no_role().into());
    }
    let frame = Frame::of(&request);
    let roles = roles.iter().map(|role| Role::of(&frame, role)).collect();
    Ok(answer::roles(&frame, roles)?)
}

/// Give users roles, beside those they have.
///
/// All of these users get all of these roles, or nothing changes.
#[utoipa::path(
    post,
    path = "/platform/ws/roles/assign",
    tag = "platform",
    operation_id = "assignPlatformRoles",
    request_body(content = Assignment, content_type = "application/x-www-form-urlencoded", description = "Who gets what."),
    responses(
        (status = 303, description = "They have them.",
            headers(("Location" = String, description = "Where to look: the only user, or the users of these roles."))),
        Failures
    ),
    security(("platform_token" = []))
)]
#[instrument(name = "api.platform.assign_roles", level = "error", skip_all)]
pub(crate) async fn assign_roles(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    let frame = Frame::of(&request);
    let (principal, assignment) = request::said(&entrance, request, request::forms::assignment).await?;
    let Assignment { username, roles } = assignment;
    let assigned = entrance.service.assign_roles(&principal, &username, &roles).await;
    // The original knows no 404 here.
    assigned.map_err(|problem| {
        let is_nobody = matches!(problem.kind, ProblemKind::NotFound(_));
        Refusal::from(problem).with(StatusCode::FORBIDDEN, is_nobody)
    })?;
    let path = match username.as_slice() {
        [only] => format!("users/{}", piece(only)),
        _ => format!("users?rolenames={}", piece(&roles.join(","))),
    };
    Ok(messages::see_other(&frame, &path))
}

fn no_role() -> Problem {
    Problem::new(ProblemKind::NotFound(Missing::Role), "There is no such role.")
}
