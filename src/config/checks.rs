//! The settings of the checks that look for what depends on a user. Their bounds stand with the others, in `validation`.

use serde::Deserialize;

use crate::domain::sub_type::{PREFIX, SubType};

/// The checks that look for what depends on a user.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CheckSettings {
    /// Milliseconds that an outside system's answer may be old when the deletion is decided.
    pub max_answer_age_ms: u64,
    /// Outside systems that are asked over HTTP (`[[checks.http]]`, file only).
    pub http: Vec<HttpCheckSettings>,
    /// A check that only waits, for trying things out.
    pub pause: PauseSettings,
}

/// One outside system that is asked over HTTP for a user's dependents.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpCheckSettings {
    /// The check's name in messages, logs and metrics: letters, digits, `_`, `-` and `.`, 1 to 64 characters, unique.
    pub name: String,
    /// The kind of search that it is shown as where a dry run is watched: one of QRadar's 24, such as
    /// `FIND_DEPENDENT_REPORTS`.
    #[serde(default = "HttpCheckSettings::default_sub_type")]
    pub sub_type: String,
    /// What is asked; `{id}` and `{username}` are replaced, percent-encoded.
    pub url: String,
    /// Milliseconds for the whole answer.
    #[serde(default = "HttpCheckSettings::default_timeout_ms")]
    pub timeout_ms: u64,
    /// Requests of this check that are under way at the same time, per worker.
    #[serde(default = "HttpCheckSettings::default_concurrency")]
    pub concurrency: usize,
    /// Bytes that an answer's body may have.
    #[serde(default = "HttpCheckSettings::default_max_body_bytes")]
    pub max_body_bytes: usize,
}

/// A check that only waits and finds nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PauseSettings {
    /// Milliseconds to wait; 0 turns the check off.
    pub ms: u64,
}

impl Default for CheckSettings {
    fn default() -> Self {
        Self { max_answer_age_ms: 30_000, http: Vec::new(), pause: PauseSettings::default() }
    }
}

impl HttpCheckSettings {
    /// The kind of search that it is shown as.
    #[must_use]
    pub fn sub_type(&self) -> SubType {
        self.known_sub_type().unwrap_or_default()
    }

    pub(super) fn known_sub_type(&self) -> Option<SubType> {
        self.sub_type.strip_prefix(PREFIX).and_then(SubType::from_name)
    }

    fn default_sub_type() -> String {
        format!("{PREFIX}{}", SubType::default().name())
    }

    fn default_timeout_ms() -> u64 {
        5_000
    }

    fn default_concurrency() -> usize {
        16
    }

    fn default_max_body_bytes() -> usize {
        1_048_576
    }
}
