//! What became of each of many deletions.
//!
//! Easy to get wrong: the order is the caller's. He may match answers to questions by their place alone.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::{
    ops::{status, words::VerdictWord},
    service::Judged,
};

/// One user, and what became of the request for him.
#[derive(Serialize, ToSchema)]
#[schema(as = DeletionVerdict)]
pub(crate) struct VerdictView {
    /// His number, where it is known.
    #[schema(required)]
    id: Option<u64>,
    /// His name, where it is known. A repeated request that asked by number no longer knows that of a user who is gone.
    #[schema(required)]
    username: Option<String>,
    /// What became of it.
    #[schema(value_type = VerdictWord)]
    verdict: &'static str,
    /// The task.
    #[schema(required)]
    task_id: Option<u64>,
}

/// The verdicts.
#[derive(Serialize, ToSchema)]
#[schema(as = DeletionVerdicts)]
pub(crate) struct VerdictItems {
    /// In the order asked.
    items: Vec<VerdictView>,
}

impl From<Judged> for VerdictView {
    fn from(judged: Judged) -> Self {
        Self {
            id: judged.user.map(|user| user.0),
            username: judged.username,
            verdict: status::verdict(judged.verdict),
            task_id: judged.task.map(|task| task.0),
        }
    }
}

/// What became of each.
pub(crate) fn verdicts(judged: Vec<Judged>) -> Response {
    Json(VerdictItems { items: judged.into_iter().map(VerdictView::from).collect() }).into_response()
}
