//! The endpoints around users: list, show, add, change, delete.
//!
//! Easy to get wrong: everything that a caller may not is refused before the path is looked at, so that nobody learns who
//! exists.

use axum::{
    extract::{Request, State},
    response::Response,
};
use std::time::Duration;
use tracing::{Span, field::Empty, instrument};

use super::super::{
    cluster,
    error::{Failures, Refusal},
    request::{self, users::UserBody},
    response::{
        Frame, messages,
        messages::Message,
        users::{self as answer, User, Users},
    },
    status,
};
use crate::{
    api::{
        Entrance,
        problem::{Missing, Problem, ProblemKind},
    },
    domain::task::Task,
};

/// List users.
#[utoipa::path(
    get,
    path = "/platform/ws/users",
    tag = "platform",
    operation_id = "listPlatformUsers",
    params(("rolenames" = Option<String>, Query, description = "Names of roles, by commas: users who have one of them.")),
    responses(
        (status = 200, description = "The users, by their names; XML or JSON.", content(
            (Users = "application/xml"), (Users = "application/json"))),
        Failures
    ),
    security(("platform_token" = []))
)]
#[instrument(name = "api.platform.users", level = "error", skip_all)]
pub(crate) async fn list_users(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    let principal = request::admit(&entrance, request.headers()).await?;
    let roles = request::role_names(request.uri())?;
    let frame = Frame::of(&request);
    let found = entrance.service.usernames(&principal, roles.as_deref()).await?;
    if found.is_empty() {
        return Err(Problem::new(ProblemKind::NotFound(Missing::User), "There are no such users.").into());
    }
    Ok(answer::users(&frame, found)?)
}

/// See a user.
#[utoipa::path(
    get,
    path = "/platform/ws/users/{userName}",
    tag = "platform",
    operation_id = "getPlatformUser",
    params(("userName" = String, Path, description = "His name.")),
    responses(
        (status = 200, description = "The user; XML or JSON.", content(
            (User = "application/xml"), (User = "application/json"))),
        Failures
    ),
    security(("platform_token" = []))
)]
#[instrument(name = "api.platform.user", level = "error", skip_all)]
pub(crate) async fn get_user(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    let principal = request::admit(&entrance, request.headers()).await?;
    request::no_query(request.uri())?;
    let name = request::name(request.uri())?;
    let account = entrance.service.account(&principal, &name).await?;
    Ok(answer::user(&Frame::of(&request), account)?)
}

/// Add a user.
///
/// He is a normal user where no roles are given. He has no password here.
#[utoipa::path(
    post,
    path = "/platform/ws/users",
    tag = "platform",
    operation_id = "addPlatformUser",
    request_body(content = UserBody, content_type = "application/xml", description = "The user."),
    responses((status = 204, description = "He is there."), Failures),
    security(("platform_token" = []))
)]
#[instrument(name = "api.platform.add_user", level = "error", skip_all)]
pub(crate) async fn add_user(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    let (principal, user) = request::said(&entrance, request, request::users::user).await?;
    entrance.service.add_user(&principal, &user.new_name()?, user.wanted).await?;
    Ok(messages::done())
}

/// Change a user's address, or his roles.
#[utoipa::path(
    put,
    path = "/platform/ws/users",
    tag = "platform",
    operation_id = "updatePlatformUser",
    request_body(content = UserBody, content_type = "application/xml", description = "The user; what is left out stays."),
    responses((status = 204, description = "He is changed."), Failures),
    security(("platform_token" = []))
)]
#[instrument(name = "api.platform.update_user", level = "error", skip_all)]
pub(crate) async fn update_user(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    let (principal, user) = request::said(&entrance, request, request::users::user).await?;
    entrance.service.update_user(&principal, &user.name, user.wanted).await?;
    Ok(messages::done())
}

/// Delete a user.
///
/// Everything that lets him in goes with him. The answer comes when he is gone, or when the wait for it is over.
#[utoipa::path(
    delete,
    path = "/platform/ws/users/{userName}",
    tag = "platform",
    operation_id = "deletePlatformUser",
    params(("userName" = String, Path, description = "His name.")),
    responses(
        (status = 200, description = "There is something to say: the deletion goes on, or the user can come back.",
            content((Message = "application/xml"), (Message = "application/json"))),
        (status = 204, description = "The user is gone."),
        Failures
    ),
    security(("platform_token" = []))
)]
#[instrument(name = "api.platform.delete_user", level = "error", skip_all, fields(user.id = Empty, task.id = Empty))]
pub(crate) async fn delete_user(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    let (frame, name) = (Frame::of(&request), request::name(request.uri()));
    let (principal, ()) = request::said(&entrance, request, request::no_body).await?;
    let name = name?;
    let user = entrance.service.account(&principal, &name).await?.id;
    Span::current().record("user.id", user.0);
    let accepted = entrance.service.delete_platform_user(&principal, user).await;
    let accepted = accepted.map_err(status::not_accepted)?;
    Span::current().record("task.id", accepted.task.id.0);
    let (how, task) = (accepted.how, ended(&entrance, accepted.task).await?);
    let ways_back = cluster::ways_back(&entrance, name).await?;
    let outcome = status::outcome(&task, how, &ways_back)?;
    Ok(messages::deleted(&frame, outcome)?)
}

/// The task as it ended, or as it stands when the wait is over; as it was accepted, where the storage was away all the time.
async fn ended(entrance: &Entrance, accepted: Task) -> Result<Task, Problem> {
    let limit = Duration::from_millis(entrance.settings.platform.wait_ms);
    match entrance.service.wait(accepted.id, limit, &entrance.stop).await {
        Err(Problem { kind: ProblemKind::Unavailable { .. }, .. }) => Ok(accepted),
        ended => ended,
    }
}
