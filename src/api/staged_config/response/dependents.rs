//! What depends on a user, in the field names of this dialect.

use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    api::{
        problem::Problem,
        service::FoundDependent,
        staged_config::{
            call::Call,
            fields::{Kind, Known},
        },
    },
    domain::dependents::Database,
};

/// The fields of a dependent.
pub(in crate::api::staged_config) static DEPENDENT_FIELDS: [Known; 8] = [
    Known::text("dependent_id"),
    Known::text("dependent_name"),
    Known::text("dependent_owner"),
    Known::text("dependent_type"),
    Known::text("dependent_database"),
    Known::list("dependent_group_ids", &Kind::Number),
    Known::flag("user_has_edit_permissions"),
    Known::flag("blocking"),
];

/// Something that depends on the user.
#[derive(Serialize, ToSchema)]
#[schema(as = Dependent)]
pub(in crate::api::staged_config) struct DependentResult {
    /// Its identifier.
    dependent_id: String,
    /// Its name; null when it is not known.
    #[schema(required)]
    dependent_name: Option<String>,
    /// Whose it is; null when it is not known.
    #[schema(required)]
    dependent_owner: Option<String>,
    /// What it is.
    dependent_type: String,
    /// Which database it lives in (EVENTS, FLOWS, ASSETS); null when it is not known.
    #[schema(required)]
    dependent_database: Option<&'static str>,
    /// The groups it is in.
    dependent_group_ids: Vec<u64>,
    /// Whoever asked for the deletion may edit it.
    user_has_edit_permissions: bool,
    /// It stops the deletion.
    blocking: bool,
}

impl DependentResult {
    fn of(found: FoundDependent) -> Self {
        let FoundDependent { dependent, requester_may_edit } = found;
        Self {
            dependent_id: dependent.id,
            dependent_name: dependent.name,
            dependent_owner: dependent.owner,
            dependent_type: dependent.kind.as_str().to_owned(),
            dependent_database: dependent.database.map(Database::name),
            dependent_group_ids: dependent.group_ids,
            user_has_edit_permissions: requester_may_edit,
            blocking: dependent.blocking,
        }
    }
}

/// What a task has found.
pub(in crate::api::staged_config) fn dependents(
    call: &Call,
    found: Vec<FoundDependent>,
) -> Result<Response, Problem> {
    let all: Vec<_> = found.into_iter().map(DependentResult::of).collect();
    call.answer(StatusCode::OK, &all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dependents::{Dependent, Label};

    #[test]
    fn the_known_fields_are_those_of_the_shape() {
        let dependent = Dependent {
            kind: Label::new("REPORT").unwrap(),
            id: "17".into(),
            name: None,
            owner: None,
            database: None,
            group_ids: vec![],
            blocking: true,
        };
        let found = DependentResult::of(FoundDependent { dependent, requester_may_edit: true });
        let value = serde_json::to_value(found).unwrap();
        assert_eq!(value["dependent_name"], serde_json::Value::Null);
        let names: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, DEPENDENT_FIELDS.iter().map(|known| known.name).collect::<Vec<_>>());
    }
}
