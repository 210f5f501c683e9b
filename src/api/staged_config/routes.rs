//! The paths of this dialect, a file a group.
//!
//! Each handler reads what is its own (path arguments, then the body), asks the service, renders; it must never hold a rule.
//! What all requests have in common is read before, by [`call`](super::call).
//!
//! Easy to get wrong: [`render_refusals`] must stay around every route, or a refusal would go out as a bare 500. And it
//! stands outside [`call::read`], which refuses too.

mod delete_tasks;
mod dependent_tasks;
mod deploy;
mod users;

use axum::middleware::{from_fn, from_fn_with_state};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

use super::{
    call,
    error::{Shapes, render_refusals},
};
use crate::api::Entrance;

/// The name of this dialect in the log.
const DIALECT: &str = "staged_config";

/// The routes of this dialect, with their documentation.
pub(in crate::api) fn router(entrance: &Entrance) -> OpenApiRouter {
    let entrance = Entrance { service: entrance.service.speaking(DIALECT), ..entrance.clone() };
    OpenApiRouter::with_openapi(Shapes::openapi())
        .merge(users::router())
        .merge(delete_tasks::router())
        .merge(dependent_tasks::router())
        .merge(deploy::router())
        .route_layer(from_fn_with_state(entrance.clone(), call::read))
        .route_layer(from_fn(render_refusals))
        .with_state(entrance)
}
