//! Keeps secrets out of what people read.
//!
//! The administrator's token is a `SecretString` and hides itself. Three things do not: an address that carries a
//! password, a parser's message that quotes the faulty line, and a struct that holds such an address. Nothing
//! here is for machines: what it returns is shown, never parsed.

use std::fmt;

use url::Url;

use super::{HttpCheckSettings, Settings};

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("redis_url", &address(&self.redis_url))
            .field("key_prefix", &self.key_prefix)
            .field("admin_token", &self.admin_token.as_ref().map(|_| "[hidden]"))
            .field("log", &self.log)
            .field("durability", &self.durability)
            .field("api", &self.api)
            .field("worker", &self.worker)
            .field("tasks", &self.tasks)
            .field("checks", &self.checks)
            .field("staged_config", &self.staged_config)
            .field("platform", &self.platform)
            .field("notebooks", &self.notebooks)
            .field("metrics", &self.metrics)
            .field("telemetry", &self.telemetry)
            .finish()
    }
}

impl fmt::Debug for HttpCheckSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpCheckSettings")
            .field("name", &self.name)
            .field("sub_type", &self.sub_type)
            .field("url", &address(&self.url))
            .field("timeout_ms", &self.timeout_ms)
            .field("concurrency", &self.concurrency)
            .field("max_body_bytes", &self.max_body_bytes)
            .finish()
    }
}

/// Scheme, host, port and path: no user, no password, no query (it may hold a key).
pub(super) fn address(text: &str) -> String {
    let Ok(url) = Url::parse(text) else { return "[unreadable address]".to_owned() };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}{}", url.scheme(), url.host_str().unwrap_or_default(), url.path())
}

/// A parser's message without the lines that quote the file (they begin with a line number and a bar).
pub(super) fn without_excerpt(error: &::config::ConfigError) -> String {
    let text = error.to_string();
    let kept: Vec<&str> =
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.contains('|')).collect();
    kept.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_tokens_do_not_show_in_debug() {
        let mut settings = Settings {
            redis_url: "redis://user:hunter2@redis.example:6380/3".to_owned(),
            admin_token: Some("correct-horse-battery-staple-0001".to_owned().into()),
            ..Settings::default()
        };
        settings.checks.http.push(HttpCheckSettings {
            name: "reports".to_owned(),
            sub_type: "FIND_DEPENDENT_REPORTS".to_owned(),
            url: "http://bob:hunter2@reports.example/x?key=hunter2&id={id}".to_owned(),
            timeout_ms: 1,
            concurrency: 1,
            max_body_bytes: 1,
        });
        settings.telemetry.otlp_endpoint = Some("http://bob:hunter2@collector.example:4318".to_owned());
        let shown = format!("{settings:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("horse"), "{shown}");
        assert!(shown.contains("redis://redis.example:6380/3"), "{shown}");
        assert!(shown.contains("http://reports.example/x"), "{shown}");
    }
}
