//! Notebook containers as this dialect shows them.
//!
//! Owns the names of the fields. What only the original's own machinery knows (hosts, ports, memory) is left out, not made
//! up.

use serde::Serialize;
use utoipa::ToSchema;

use super::Reply;
use crate::api::{notebooks::status, problem::Problem, service::NotebookContainer};

/// Containers.
#[derive(Serialize, ToSchema)]
#[schema(as = ArcGisContainers)]
pub(in crate::api::notebooks) struct Containers {
    /// The registered ones, and those that the engine has.
    containers: Vec<Container>,
}

/// A container.
#[derive(Serialize, ToSchema)]
#[schema(as = ArcGisContainer)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "the names are the original's")]
pub(in crate::api::notebooks) struct Container {
    /// Its id in paths.
    id: String,
    /// Its id where it runs.
    container_id: String,
    /// Whose it is.
    username: String,
    /// `openNotebook` or `executeNotebook`.
    r#type: &'static str,
    /// When it was registered, or made, in milliseconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    date_created: Option<i64>,
    /// The image it was made from, where the engine says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    image_name: Option<String>,
}

impl Container {
    fn of(container: &NotebookContainer) -> Self {
        Self {
            id: container.id.clone(),
            container_id: container.id.clone(),
            username: container.username.clone(),
            r#type: status::container(container.kind),
            date_created: container.created.map(|at| at.timestamp_millis()),
            image_name: container.image.clone(),
        }
    }
}

/// A list of containers.
pub(in crate::api::notebooks) fn containers(all: &[NotebookContainer]) -> Result<Reply, Problem> {
    Reply::of(&Containers { containers: all.iter().map(Container::of).collect() })
}

/// One container.
pub(in crate::api::notebooks) fn container(one: &NotebookContainer) -> Result<Reply, Problem> {
    Reply::of(&Container::of(one))
}
