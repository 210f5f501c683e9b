//! What Redis promises, and what is not as it should be.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    ops::{status, words::LevelWord},
    service::Finding,
};

/// One thing that was looked at.
#[derive(Serialize, ToSchema)]
#[schema(as = Finding)]
pub(crate) struct FindingView {
    /// What was looked at: a stable word.
    what: String,
    /// How it is.
    #[schema(value_type = LevelWord)]
    level: &'static str,
    /// What was found, for people.
    says: String,
    /// What to do about it, for people; null where there is nothing to do.
    #[schema(required)]
    remedy: Option<String>,
}

/// What was looked at.
#[derive(Serialize, ToSchema)]
#[schema(as = Findings)]
pub(crate) struct FindingItems {
    /// Always the same things, in the same order.
    items: Vec<FindingView>,
}

impl From<Finding> for FindingView {
    fn from(finding: Finding) -> Self {
        Self {
            what: finding.what.into(),
            level: status::level(finding.level),
            says: finding.says,
            remedy: finding.remedy,
        }
    }
}

/// What was found.
pub(crate) fn findings(findings: Vec<Finding>) -> Response {
    Json(FindingItems { items: findings.into_iter().map(FindingView::from).collect() }).into_response()
}
