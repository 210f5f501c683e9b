//! The body of a deploy: the deploy status, of which the type counts.

use utoipa::ToSchema;

use crate::{
    api::{
        problem::{Problem, ProblemKind},
        staged_config::fields::Known,
    },
    domain::deploy::DeployType,
    http::members,
};

const TYPE: &str = "type";

/// The body of a deploy. The status's other fields may be sent along, and are ignored.
#[derive(ToSchema)]
#[schema(as = Deploy)]
#[expect(dead_code, reason = "bodies are read member by member; this only describes them")]
pub(in crate::api::staged_config) struct DeployBody {
    /// `INCREMENTAL` deploys if there are changes, `FULL` in any case.
    #[schema(example = "INCREMENTAL", pattern = "^(INCREMENTAL|FULL)$", rename = "type")]
    kind: String,
}

/// Reads it; `known` are the status's fields.
pub(in crate::api::staged_config) fn read(body: &[u8], known: &[Known]) -> Result<DeployType, Problem> {
    let mut status = members(body)?;
    let kind = status.take_string(TYPE)?;
    for field in known {
        status.ignore(field.name);
    }
    status.finish()?;
    DeployType::from_name(&kind)
        .ok_or_else(|| Problem::new(ProblemKind::BadBody, "The type of a deploy is INCREMENTAL or FULL."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::staged_config::response::deploy::DEPLOY_FIELDS;

    #[test]
    fn the_type_counts_and_the_other_fields_may_be_there() {
        let read = |body: &str| read(body.as_bytes(), &DEPLOY_FIELDS).map_err(|problem| problem.kind);
        assert_eq!(read(r#"{"type":"INCREMENTAL"}"#), Ok(DeployType::Incremental));
        let whole = r#"{"hosts":[],"initiated_by":"a","initiated_from":"b","percent_complete":7,"status":"COMPLETE","type":"FULL"}"#;
        assert_eq!(read(whole), Ok(DeployType::Full));
        for bad in ["{}", r#"{"type":"full"}"#, r#"{"type":1}"#, r#"{"type":"FULL","x":1}"#, "[]"] {
            assert_eq!(read(bad), Err(ProblemKind::BadBody), "{bad}");
        }
    }
}
