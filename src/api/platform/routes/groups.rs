//! The endpoints around groups of users. They come from the cluster, where its users are loaded at all, and grant nothing.
//!
//! Easy to get wrong: a group goes on naming a user who was deleted. Those who are no users here are left out.

use axum::{
    extract::{Request, State},
    response::Response,
};
use tracing::instrument;

use super::super::{
    cluster,
    error::{Failures, Refusal},
    request,
    response::{
        Frame,
        groups::{self as answer, GroupNames, Groups, UserGroup},
    },
};
use crate::{
    api::{
        Entrance,
        problem::{Missing, Problem, ProblemKind},
    },
    cluster::Group,
};

/// List groups.
#[utoipa::path(
    get,
    path = "/platform/ws/usergroups",
    tag = "platform",
    operation_id = "listPlatformUserGroups",
    responses(
        (status = 200, description = "The groups, by their names; XML or JSON.", content(
            (GroupNames = "application/xml"), (GroupNames = "application/json"))),
        Failures
    ),
    security(("platform_token" = []))
)]
#[instrument(name = "api.platform.groups", level = "error", skip_all)]
pub(crate) async fn list_groups(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    request::admit(&entrance, request.headers()).await?;
    request::no_query(request.uri())?;
    let groups = cluster::groups(&entrance).await?;
    if groups.is_empty() {
        return Err(no_group().into());
    }
    let names = groups.into_iter().map(|group| group.name).collect();
    Ok(answer::group_names(&Frame::of(&request), names)?)
}

/// See groups with their members.
#[utoipa::path(
    get,
    path = "/platform/ws/usergroups/{names}",
    tag = "platform",
    operation_id = "getPlatformUserGroups",
    params(("names" = String, Path, description = "The groups' names, by commas; or `all`.")),
    responses(
        (status = 200, description = "The groups, the only one by itself; XML or JSON.", content(
            (Groups = "application/xml"), (Groups = "application/json"))),
        Failures
    ),
    security(("platform_token" = []))
)]
#[instrument(name = "api.platform.group", level = "error", skip_all)]
pub(crate) async fn get_groups(
    State(entrance): State<Entrance>,
    request: Request,
) -> Result<Response, Refusal> {
    let principal = request::admit(&entrance, request.headers()).await?;
    request::no_query(request.uri())?;
    let names = request::names(request.uri())?;
    let mut groups = cluster::groups(&entrance).await?;
    groups.retain(|group| names.include(&group.name));
    if groups.is_empty() {
        return Err(no_group().into());
    }
    let users = entrance.service.usernames_among(&principal, &members(&groups)).await?;
    let frame = Frame::of(&request);
    let groups = groups.iter().map(|group| UserGroup::of(&frame, group, &users)).collect();
    Ok(answer::groups(&frame, groups)?)
}

/// Everybody in these groups, once.
fn members(groups: &[Group]) -> Vec<String> {
    let all = groups.iter().flat_map(|group| group.admins.iter().chain(&group.users));
    let mut all: Vec<_> = all.cloned().collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn no_group() -> Problem {
    Problem::new(ProblemKind::NotFound(Missing::UserGroup), "There is no such group of users.")
}
