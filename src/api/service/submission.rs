//! What every request for a task has in common: who asks, the key that makes repeating safe, and how it is counted.
//!
//! Easy to get wrong: an idempotency key is its caller's own, and one operation's; it is kept hashed together with both.

use super::Principal;
use crate::{
    domain::task::{Requester, Subject, TaskKind},
    store::{
        principals::sha256_half_hex,
        submit::{IdempotencyKey, Submission},
    },
    telemetry::trace,
};

/// The longest idempotency key, in characters.
const MAX_KEY_CHARS: usize = 255;

/// An idempotency key as the caller gave it: 1 to 255 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientKey(String);

impl ClientKey {
    /// The key of that text, if it is one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let well_formed =
            (1..=MAX_KEY_CHARS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        well_formed.then(|| Self(text.to_owned()))
    }
}

/// A request for something to be done with that user or workspace, now, by whoever calls.
pub(super) fn request(principal: &Principal, kind: TaskKind, subject: impl Into<Subject>) -> Submission {
    Submission {
        kind,
        subject: subject.into(),
        requester: Requester { name: principal.name.clone(), is_administrator: principal.may_delete_users() },
        may_delete_administrators: principal.may_delete_administrators(),
        not_before: None,
        idempotency: None,
        retry_of: None,
        trace: trace::cause(),
    }
}

/// Counts a request for a task; `outcome` is one of few words.
pub(super) fn count_submission(kind: TaskKind, outcome: &'static str) {
    metrics::counter!("offstage_tasks_submitted_total", "kind" => kind.name(), "outcome" => outcome)
        .increment(1);
}

/// The key is the caller's own: two callers who choose the same one do not meet, nor do two operations.
pub(super) fn own_key(principal: &Principal, operation: &str, key: &ClientKey, more: &[&[u8]]) -> String {
    let caller = principal.user.map_or_else(|| "token".to_owned(), |user| format!("user {user}"));
    let parts = [caller.as_bytes(), principal.name.as_bytes(), operation.as_bytes(), key.0.as_bytes()];
    sha256_half_hex(&[&parts, more].concat())
}

/// What the operation of asking for a task of that kind is called in a key.
pub(super) fn submit_of(kind: TaskKind) -> String {
    format!("submit {}", kind.name())
}

/// The key of a request for one task about that user or workspace.
pub(super) fn idempotency(
    principal: &Principal,
    operation: &str,
    subject: &Subject,
    key: &ClientKey,
) -> IdempotencyKey {
    let about = match subject {
        Subject::User(user) => user.to_string(),
        Subject::Workspace(name) => format!("workspace {}", name.as_str()),
        Subject::Configuration(order) => format!("configuration {}", order.kind.name()),
    };
    IdempotencyKey {
        key: own_key(principal, operation, key, &[]),
        request: sha256_half_hex(&[operation.as_bytes(), about.as_bytes()]),
    }
}
