//! Which paths this dialect answers: one file of handlers for each resource.
//!
//! Owns the list. Each handler reads credentials, then path, query and body, asks the service, renders; none may hold a
//! rule.
//!
//! Easy to get wrong: methods of one path must be given to one `routes!`, or the later ones would take the place of the
//! earlier ones.

mod dependents;

use utoipa::OpenApi as _;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::error::Shapes;
use crate::api::Entrance;

/// The name of this dialect in metrics.
const DIALECT: &str = "ops";

/// The routes of this dialect, with their documentation.
pub(in crate::api) fn router(entrance: &Entrance) -> OpenApiRouter {
    let entrance = Entrance { service: entrance.service.speaking(DIALECT), ..entrance.clone() };
    OpenApiRouter::with_openapi(Shapes::openapi())
        .routes(routes!(dependents::put_dependent, dependents::delete_dependent))
        .routes(routes!(dependents::list_dependents))
        .with_state(entrance)
}
