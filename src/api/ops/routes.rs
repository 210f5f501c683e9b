//! Which paths this dialect answers: one file of handlers for each resource.
//!
//! Owns the list. Each handler reads credentials, then path, query and body, asks the service, renders; none may hold a
//! rule.
//!
//! Easy to get wrong: methods of one path must be given to one `routes!`, or the later ones would take the place of the
//! earlier ones. And who acts is admitted twice: a stranger's body is not waited for, and a caller who was shut out while
//! his own came acts no more.

mod containers;
mod deletions;
mod dependents;
mod doctor;
mod events;
mod queue;
mod tasks;
mod tokens;
mod workers;

use utoipa::OpenApi as _;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::error::Shapes;
use crate::api::Entrance;

/// The name of this dialect in the log.
const DIALECT: &str = "ops";

/// The routes of this dialect, with their documentation.
pub(in crate::api) fn router(entrance: &Entrance) -> OpenApiRouter {
    let entrance = Entrance { service: entrance.service.speaking(DIALECT), ..entrance.clone() };
    OpenApiRouter::with_openapi(Shapes::openapi())
        .routes(routes!(dependents::put_dependent, dependents::delete_dependent))
        .routes(routes!(dependents::list_dependents))
        .routes(routes!(queue::get_queue))
        .routes(routes!(queue::pause_queue))
        .routes(routes!(queue::resume_queue))
        .routes(routes!(tasks::list_tasks))
        .routes(routes!(tasks::get_task))
        .routes(routes!(tasks::cancel_task))
        .routes(routes!(tasks::pause_task))
        .routes(routes!(tasks::resume_task))
        .routes(routes!(tasks::retry_task))
        .routes(routes!(deletions::submit_deletions))
        .routes(routes!(workers::list_workers))
        .routes(routes!(workers::quiet_worker))
        .routes(routes!(workers::wake_worker))
        .routes(routes!(events::listen))
        .routes(routes!(containers::list_containers))
        .routes(routes!(containers::put_container, containers::delete_container))
        .routes(routes!(tokens::list_tokens, tokens::make_token))
        .routes(routes!(tokens::revoke_token))
        .routes(routes!(doctor::diagnose))
        .with_state(entrance)
}
