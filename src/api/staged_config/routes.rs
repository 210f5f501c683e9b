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
mod deployed_users;
mod help;
mod parameters;
mod profiles;
mod roles;
mod sessions;
mod user_lists;
mod users;

use axum::{Extension, middleware::from_fn_with_state};
use serde_json::Value;
use std::sync::Arc;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

use super::{
    call, cors,
    error::{self, Shapes, render_refusals},
    help::Help,
};
use crate::api::Entrance;

/// The name of this dialect in the log.
const DIALECT: &str = "staged_config";

/// The routes of this dialect, with their documentation.
pub(in crate::api) fn router(entrance: &Entrance) -> OpenApiRouter {
    let entrance = Entrance { service: entrance.service.speaking(DIALECT), ..entrance.clone() };
    let mut routes = OpenApiRouter::with_openapi(Shapes::openapi())
        .merge(users::router())
        .merge(deployed_users::router())
        .merge(user_lists::router())
        .merge(roles::router())
        .merge(profiles::router())
        .merge(delete_tasks::router())
        .merge(deploy::router())
        .merge(dependent_tasks::router())
        .merge(sessions::router())
        .merge(help::router())
        .route_layer(from_fn_with_state(entrance.clone(), call::read))
        .route_layer(from_fn_with_state(entrance.clone(), render_refusals));
    error::document(routes.get_openapi_mut());
    let settings = &entrance.settings.staged_config;
    let help = Help::of(&document(&routes), settings);
    cors::open(routes.layer(Extension(Arc::new(help))), settings).with_state(entrance)
}

/// What the handlers say of themselves.
fn document(routes: &OpenApiRouter<Entrance>) -> Value {
    serde_json::to_value(routes.get_openapi())
        .unwrap_or_else(|error| unreachable!("a document made of strings and maps is JSON: {error}"))
}
