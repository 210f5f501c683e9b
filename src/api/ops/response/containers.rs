//! Registered containers as this dialect shows them.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::millis;
use crate::api::{
    ops::words::ContainerTypeWord,
    service::{Container, ContainerRegistration},
};

/// A container that a notebook server has registered.
#[derive(Serialize, ToSchema)]
#[schema(as = Container)]
pub(crate) struct ContainerView {
    /// Its id.
    id: String,
    /// Whose workspace it mounts.
    username: String,
    /// What it is for.
    #[schema(value_type = ContainerTypeWord)]
    r#type: &'static str,
    /// When it was first registered.
    created: i64,
    /// Until when it is believed.
    expires: i64,
    /// That time is over: for as long again, nobody can tell whether it runs.
    lapsed: bool,
}

/// Containers.
#[derive(Serialize, ToSchema)]
#[schema(as = Containers)]
pub(crate) struct ContainerItems {
    /// Those that are gone first, first.
    items: Vec<ContainerView>,
}

impl From<Container> for ContainerView {
    fn from(container: Container) -> Self {
        Self {
            id: container.id,
            username: container.username,
            r#type: container.kind.name(),
            created: millis(container.created),
            expires: millis(container.expires),
            lapsed: container.lapsed,
        }
    }
}

/// All of them.
pub(crate) fn containers(all: Vec<Container>) -> Response {
    Json(ContainerItems { items: all.into_iter().map(ContainerView::from).collect() }).into_response()
}

/// It is registered.
pub(crate) fn registered(registration: ContainerRegistration) -> Response {
    match registration {
        ContainerRegistration::Created => StatusCode::CREATED.into_response(),
        ContainerRegistration::Renewed => StatusCode::NO_CONTENT.into_response(),
    }
}
