//! Refuses settings that cannot work, before anything starts.
//!
//! Every fault is reported at once, each on a line with the setting's dotted name and the reason. The rules are
//! those of the promises: a lease outlives three heartbeats, an answer stays young for as long as the slowest
//! check may take, nothing waits for ever or not at all. It must never quote an address or a token, because
//! both may hold secrets.

use anyhow::bail;
use secrecy::ExposeSecret as _;
use url::Url;

use super::{HttpCheckSettings, Settings};
use crate::domain::sub_type::{PREFIX, SubType};

/// In a check's address: the user's id.
pub const PLACEHOLDER_ID: &str = "{id}";
/// In a check's address: the user's name, percent-encoded.
pub const PLACEHOLDER_USERNAME: &str = "{username}";

/// Heartbeats that have to fit into a lease.
const HEARTBEATS_PER_LEASE: u64 = 3;
/// Leases that have to fit into the time for which a removal's mark is kept.
const LEASES_PER_RETENTION: u64 = 3;
/// Characters that a token needs at least.
const TOKEN_LENGTH_MIN: usize = 8;
/// Tasks that one worker may work on at once.
const CONCURRENCY_MAX: usize = 10_000;
/// The longest time that makes sense anywhere: ten years in milliseconds. It keeps sums far from overflow.
const TIME_MAX_MS: u64 = 10 * 366 * 24 * 60 * 60 * 1_000;
/// Names that our own checks have.
const OWN_CHECKS: &[&str] = &["registered", "pause", "containers", "workspace"];

impl Settings {
    /// Refuses impossible settings.
    ///
    /// # Errors
    /// One line for each fault: the setting's dotted name, and why.
    pub fn validate(&self) -> anyhow::Result<()> {
        let mut faults = Faults(Vec::new());
        self.check_general(&mut faults);
        self.check_times(&mut faults);
        self.check_worker(&mut faults);
        self.check_checks(&mut faults);
        self.durability.check(&mut faults);
        self.staged_config.check(&mut faults);
        self.platform.check(&mut faults);
        self.notebooks.check(&mut faults);
        self.telemetry.check(&mut faults);
        if faults.0.is_empty() {
            return Ok(());
        }
        bail!("impossible settings:\n  {}", faults.0.join("\n  "))
    }

    fn check_general(&self, faults: &mut Faults) {
        if let Err(why) = redis_address(&self.redis_url) {
            faults.add("redis_url", why);
        }
        if !has_hash_tag(&self.key_prefix) {
            faults.add(
                "key_prefix",
                "must hold a hash tag such as {offstage}, so that all keys share one slot",
            );
        }
        if self.key_prefix.chars().any(|c| c.is_whitespace() || c.is_control()) {
            faults.add("key_prefix", "must not hold white space or control characters");
        }
        if let Some(token) = &self.admin_token {
            let token = token.expose_secret();
            if token.chars().count() < TOKEN_LENGTH_MIN {
                faults.add("admin_token", format!("must have at least {TOKEN_LENGTH_MIN} characters"));
            }
            if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
                faults.add(
                    "admin_token",
                    "must be printable ASCII without spaces: it travels in an HTTP header",
                );
            }
        }
        if self.api.tls_cert.is_some() != self.api.tls_key.is_some() {
            faults.add("api.tls_cert", "and api.tls_key are set together or not at all");
        }
        if tracing_subscriber::EnvFilter::builder().parse(&self.log).is_err() {
            faults.add("log", "is not a level or a filter such as info,offstage=debug");
        }
    }

    fn check_times(&self, faults: &mut Faults) {
        let worker = &self.worker;
        let retention_ms = self.tasks.retention_s.saturating_mul(1_000);
        for (name, ms, may_be_zero) in [
            ("worker.lease_ms", worker.lease_ms, false),
            ("worker.heartbeat_ms", worker.heartbeat_ms, false),
            ("worker.retry_delay_ms", worker.retry_delay_ms, false),
            ("worker.retry_delay_max_ms", worker.retry_delay_max_ms, false),
            ("worker.stop_ms", worker.stop_ms, true),
            ("tasks.retention_s", retention_ms, false),
            ("checks.max_answer_age_ms", self.checks.max_answer_age_ms, false),
            ("checks.pause.ms", self.checks.pause.ms, true),
        ] {
            faults.check_time(name, ms, may_be_zero);
        }
        let retention_min_ms = worker.lease_ms.saturating_mul(LEASES_PER_RETENTION);
        if self.notebooks.workspace_root.is_some() && retention_ms < retention_min_ms {
            faults.add(
                "tasks.retention_s",
                format!(
                    "{} is shorter than three leases ({retention_min_ms} ms, see worker.lease_ms): a late worker could take \
                     a workspace that was made since, because the mark of its removal would be gone",
                    self.tasks.retention_s
                ),
            );
        }
    }

    fn check_worker(&self, faults: &mut Faults) {
        let worker = &self.worker;
        let lease_min_ms = worker.heartbeat_ms.saturating_mul(HEARTBEATS_PER_LEASE);
        if worker.lease_ms < lease_min_ms {
            faults.add(
                "worker.lease_ms",
                format!(
                    "{} is shorter than three heartbeats ({lease_min_ms}, see worker.heartbeat_ms)",
                    worker.lease_ms
                ),
            );
        }
        faults.check_concurrency("worker.concurrency", worker.concurrency);
        if worker.max_attempts == 0 {
            faults.add("worker.max_attempts", "must be at least 1, or no task would ever be tried");
        }
        if worker.retry_delay_max_ms < worker.retry_delay_ms {
            faults.add("worker.retry_delay_max_ms", "is shorter than worker.retry_delay_ms");
        }
    }

    fn check_checks(&self, faults: &mut Faults) {
        let checks = &self.checks.http;
        for (i, check) in checks.iter().enumerate() {
            let at = |field: &str| format!("checks.http[{i}].{field}");
            if let Err(why) = check_name(&check.name) {
                faults.add(&at("name"), why);
            } else if checks[..i].iter().any(|other| other.name == check.name) {
                faults.add(&at("name"), format!("{:?} is there twice", check.name));
            }
            if check.known_sub_type().is_none() {
                let known = SubType::ALL.map(|sub_type| format!("{PREFIX}{}", sub_type.name())).join(", ");
                faults.add(&at("sub_type"), format!("{:?} is none of {known}", check.sub_type));
            }
            if let Err(why) = check_address(&check.url) {
                faults.add(&at("url"), why);
            }
            faults.check_time(&at("timeout_ms"), check.timeout_ms, false);
            faults.check_concurrency(&at("concurrency"), check.concurrency);
            if check.max_body_bytes == 0 {
                faults.add(&at("max_body_bytes"), "must be at least 1, or no answer could be read");
            }
        }
        self.check_answer_age(faults);
    }

    fn check_answer_age(&self, faults: &mut Faults) {
        let slowest: Option<&HttpCheckSettings> =
            self.checks.http.iter().max_by_key(|check| check.timeout_ms);
        let Some(slowest) = slowest else { return };
        if self.checks.max_answer_age_ms < slowest.timeout_ms {
            faults.add(
                "checks.max_answer_age_ms",
                format!(
                    "{} is shorter than the time limit of the check {:?} ({}): an answer could be too old on arrival",
                    self.checks.max_answer_age_ms, slowest.name, slowest.timeout_ms
                ),
            );
        }
    }
}

/// The faults found so far, one line each.
pub(super) struct Faults(Vec<String>);

impl Faults {
    pub(super) fn add(&mut self, setting: &str, why: impl std::fmt::Display) {
        self.0.push(format!("{setting}: {why}"));
    }

    pub(super) fn check_time(&mut self, setting: &str, ms: u64, may_be_zero: bool) {
        if ms == 0 && !may_be_zero {
            self.add(setting, "must be more than 0");
        }
        if ms > TIME_MAX_MS {
            self.add(setting, "is longer than ten years");
        }
    }

    fn check_concurrency(&mut self, setting: &str, value: usize) {
        if !(1..=CONCURRENCY_MAX).contains(&value) {
            self.add(setting, format!("{value} is not between 1 and {CONCURRENCY_MAX}"));
        }
    }
}

/// Whether Redis Cluster finds a tag: something between the first brace and the next closing one.
fn has_hash_tag(prefix: &str) -> bool {
    prefix.split_once('{').and_then(|(_, rest)| rest.split_once('}')).is_some_and(|(tag, _)| !tag.is_empty())
}

fn redis_address(text: &str) -> Result<(), &'static str> {
    const KINDS: &str =
        "must be an address: redis://HOST:PORT, rediss://HOST:PORT, redis+unix:///PATH or unix:///PATH";
    let url = Url::parse(text).map_err(|_| KINDS)?;
    match url.scheme() {
        "redis" | "rediss" if url.host_str().is_none_or(str::is_empty) => Err("names no host"),
        "redis" | "rediss" if !is_database(url.path()) => {
            Err("the path is the number of a database, such as /0")
        }
        "redis+unix" | "unix" if url.path().len() < 2 => Err("names no socket: unix:///PATH"),
        "redis" | "rediss" | "redis+unix" | "unix" => Ok(()),
        _ => Err(KINDS),
    }
}

fn is_database(path: &str) -> bool {
    let number = path.strip_prefix('/').unwrap_or(path);
    number.is_empty() || number.parse::<u16>().is_ok()
}

fn check_name(name: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    if name.is_empty() || name.len() > 64 || !name.chars().all(allowed) {
        return Err("must have 1 to 64 characters of A-Z, a-z, 0-9, _, - and .".to_owned());
    }
    if OWN_CHECKS.contains(&name) {
        return Err(format!("{name:?} is the name of a built-in check"));
    }
    Ok(())
}

/// An `http` or `https` address whose braces are placeholders we know, and not in the host.
fn check_address(text: &str) -> Result<(), &'static str> {
    const PLACEHOLDERS: &str = "the only placeholders are {id} and {username}";
    let plain = text.replace(PLACEHOLDER_ID, "0").replace(PLACEHOLDER_USERNAME, "0");
    if plain.contains(['{', '}']) {
        return Err(PLACEHOLDERS);
    }
    let url = Url::parse(&plain).map_err(|_| "is not an address")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("must begin with http:// or https://");
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("names no host");
    }
    if authority(text).contains('{') {
        return Err("a placeholder cannot be part of the host: a user's name would choose whom we ask");
    }
    Ok(())
}

/// What stands before the path, the query or the fragment, scheme included; a backslash counts as a slash there.
fn authority(text: &str) -> &str {
    let start = text.find("://").map_or(0, |at| at + 3);
    let end = text[start..].find(['/', '\\', '?', '#']).map_or(text.len(), |at| start + at);
    &text[..end]
}
