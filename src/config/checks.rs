//! The settings of the checks that look for what depends on a user. Their bounds stand with the others, in `validation`.

use serde::Deserialize;

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
