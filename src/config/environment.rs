//! Environment variables as a source of settings.
//!
//! `OFFSTAGE_` and the setting's dotted name in capitals, a dot written as two underscores:
//! `worker.lease_ms` is `OFFSTAGE_WORKER__LEASE_MS`. Empty counts as not set (compose files pass empty ones). A
//! variable that looks like a setting but is none is refused, because a misspelt setting that is ignored costs
//! an evening. Others with our prefix are left alone: some steer a program without being a setting, and
//! Kubernetes invents a dozen for a service that is called offstage.
//!
//! This is the only file that reads the process's environment. It must never show a variable's value.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::bail;

use super::client::{TOKEN_VARIABLE, URL_VARIABLE};

/// Names the configuration file; a flag wins over it.
pub const CONFIG_VARIABLE: &str = "OFFSTAGE_CONFIG";
/// Names the server program for the private Redis of `offstage dev`.
pub const REDIS_SERVER_VARIABLE: &str = "OFFSTAGE_REDIS_SERVER";

const PREFIX: &str = "OFFSTAGE_";

/// Variables with our prefix that mean something, but are no settings.
const NOT_SETTINGS: &[&str] =
    &[CONFIG_VARIABLE, REDIS_SERVER_VARIABLE, "OFFSTAGE_DEV_INSTANCE", URL_VARIABLE, TOKEN_VARIABLE];

/// Every setting that a variable can set: all but lists of tables.
pub(super) const SETTINGS: &[&str] = &[
    "redis_url",
    "key_prefix",
    "admin_token",
    "log",
    "durability.fsync",
    "durability.replicas",
    "durability.replicas_timeout_ms",
    "api.listen",
    "api.tls_cert",
    "api.tls_key",
    "worker.listen",
    "worker.lease_ms",
    "worker.heartbeat_ms",
    "worker.concurrency",
    "worker.max_attempts",
    "worker.retry_delay_ms",
    "worker.retry_delay_max_ms",
    "worker.stop_ms",
    "worker.ledger",
    "tasks.retention_s",
    "checks.max_answer_age_ms",
    "checks.pause.ms",
    "staged_config.versions",
    "staged_config.deprecated_up_to",
    "staged_config.external_version",
    "staged_config.release_name",
    "staged_config.cors_origins",
    "staged_config.session_idle_s",
    "staged_config.system_authentication",
    "staged_config.system_authentication_fallback",
    "staged_config.password_min_chars",
    "platform.pmc_conf",
    "platform.cluster_file",
    "platform.wait_ms",
    "platform.token_idle_s",
    "notebooks.workspace_root",
    "notebooks.wait_ms",
    "notebooks.docker_socket",
    "notebooks.docker_label",
    "metrics.public",
    "telemetry.otlp_endpoint",
    "telemetry.sampling_ratio",
];

/// What the environment says.
pub(super) struct Parsed {
    /// The configuration file, if one is named.
    pub(super) file: Option<PathBuf>,
    /// Settings by their dotted name.
    pub(super) settings: Vec<(&'static str, String)>,
}

/// One variable of this process, if it is set and not empty.
#[allow(clippy::disallowed_methods, reason = "this is where the environment is read")]
pub(super) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The variables of this process that have our prefix; one that is not UTF-8 arrives with replacement characters
/// and is then refused by its setting.
pub(super) fn of_this_process() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
}

/// Sorts variables into settings, the file's name, and those that are none of ours.
///
/// # Errors
/// A variable that looks like a setting and is none; the text names it.
pub(super) fn parse(variables: impl Iterator<Item = (String, String)>) -> anyhow::Result<Parsed> {
    let mut parsed = Parsed { file: None, settings: Vec::new() };
    for (name, value) in variables {
        if !name.starts_with(PREFIX) || value.is_empty() {
            continue;
        }
        if name == CONFIG_VARIABLE {
            parsed.file = Some(PathBuf::from(value));
        } else if let Some(setting) = SETTINGS.iter().find(|setting| variable_name(setting) == name) {
            parsed.settings.push((setting, value));
        } else if !NOT_SETTINGS.contains(&name.as_str()) {
            refuse_lookalike(&name)?;
        }
    }
    Ok(parsed)
}

/// The variable that sets a setting.
fn variable_name(setting: &str) -> String {
    format!("{PREFIX}{}", setting.replace('.', "__").to_ascii_uppercase())
}

/// More slips than these are no slips.
const SLIPS_MOST: usize = 2;

/// Refuses a name with our separator in it, and one that is nearly a setting's.
fn refuse_lookalike(name: &str) -> anyhow::Result<()> {
    /// One slip in so many letters is a slip; in fewer, it is another name.
    const LETTERS_PER_SLIP: usize = 4;
    let (distance, nearest) = SETTINGS
        .iter()
        .map(|setting| variable_name(setting))
        .map(|known| (strsim::levenshtein(name, &known), known))
        .min()
        .unwrap_or((usize::MAX, String::new()));
    let letters = nearest.len().saturating_sub(PREFIX.len());
    if distance <= SLIPS_MOST.min(letters / LETTERS_PER_SLIP) {
        bail!("the environment variable {name} is not a setting; did you mean {nearest}?");
    }
    if name[PREFIX.len()..].contains("__") {
        bail!("the environment variable {name} is not a setting; the nearest one is {nearest}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(names: &[&str]) -> anyhow::Result<Parsed> {
        parse(names.iter().map(|name| ((*name).to_owned(), "1".to_owned())))
    }

    #[test]
    fn variables_that_look_like_settings_are_refused_by_name() {
        for name in [
            "OFFSTAGE_WORKER__LEASE",
            "OFFSTAGE_WORKER_LEASE_MS",
            "OFFSTAGE_REDIS_URI",
            "OFFSTAGE_ADMINTOKEN",
            "OFFSTAGE_CHECKS__HTTP",
            "OFFSTAGE_WHO__KNOWS",
        ] {
            let text = parsed(&[name]).err().unwrap().to_string();
            assert!(text.contains(name), "{text}");
        }
        assert!(parsed(&["OFFSTAGE_WORKER__LEASE"]).err().unwrap().to_string().contains("WORKER__LEASE_MS"));
    }

    #[test]
    fn variables_of_others_are_left_alone() {
        let parsed = parsed(&[
            "OFFSTAGE_URL",
            "OFFSTAGE_TOKEN",
            "OFFSTAGE_LOGS",
            "OFFSTAGE_REDIS_SERVER",
            "OFFSTAGE_DEV_INSTANCE",
            "OFFSTAGE_SERVICE_HOST",
            "OFFSTAGE_PORT_8080_TCP_ADDR",
            "PATH",
        ])
        .unwrap();
        assert!(parsed.settings.is_empty() && parsed.file.is_none());
    }

    #[test]
    fn an_empty_variable_counts_as_not_set() {
        let empty = [("OFFSTAGE_REDIS_URL".to_owned(), String::new())];
        assert!(parse(empty.into_iter()).unwrap().settings.is_empty());
    }
}
