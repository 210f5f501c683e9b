//! Why a request failed, in one line that says what to do.
//!
//! Owns that line, and whether trying again can help. A problem (RFC 9457) is the server's own words; everything else is
//! what a person meets on the way there: no connection, no answer, a certificate, a proxy's error page.
//!
//! It must never show the token. The server's words are made printable first: they end up on a terminal.

use std::{error::Error, io, time::Duration};

use reqwest::StatusCode;
use rustls::CertificateError;
use serde_json::Value;
use thiserror::Error;

use crate::cli::table::printable;
use crate::telemetry::chain;

/// The longest Retry-After that is believed.
const MOST_RETRY_AFTER: Duration = Duration::from_secs(30);

/// A request without the answer that was wanted.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// There is no connection.
    #[error("cannot reach {server}: {why}")]
    Unreachable {
        /// The server's address.
        server: String,
        /// What the network says.
        why: String,
    },
    /// The certificate is not trusted.
    #[error("the certificate of {server} is not trusted: {why}")]
    Certificate {
        /// The server's address.
        server: String,
        /// What is wrong with it, and the remedy.
        why: String,
    },
    /// The server did not answer in time.
    #[error("{server} did not answer in time; what was asked for may have been done")]
    TimedOut {
        /// The server's address.
        server: String,
    },
    /// The answer broke off, or is no answer.
    #[error("the answer of {server} cannot be used: {why}")]
    Unusable {
        /// The server's address.
        server: String,
        /// What is wrong with it.
        why: String,
    },
    /// The server says no.
    #[error("{said}")]
    Refused {
        /// The status.
        status: StatusCode,
        /// The line to show.
        said: String,
        /// When to try again, if the server says so.
        retry_after: Option<Duration>,
    },
}

impl Failure {
    /// What the client met before there was an answer.
    pub(crate) fn of_client(server: &str, error: reqwest::Error) -> Self {
        let server = server.to_owned();
        let error = error.without_url();
        if let Some(why) = certificate_trouble(&error) {
            return Self::Certificate { server, why };
        }
        if error.is_connect() {
            let why = deepest(&error);
            return Self::Unreachable { server, why };
        }
        if error.is_timeout() {
            return Self::TimedOut { server };
        }
        Self::Unusable { server, why: chain(&error) }
    }

    /// What an answer says that is not a success.
    pub(crate) fn of_answer(
        server: &str,
        status: StatusCode,
        retry_after: Option<Duration>,
        body: &[u8],
    ) -> Self {
        let retry_after = retry_after.map(|wait| wait.min(MOST_RETRY_AFTER));
        let problem: Option<Value> = serde_json::from_slice(body).ok();
        let detail =
            problem.as_ref().and_then(|problem| problem["detail"].as_str()).filter(|text| !text.is_empty());
        let said = match detail {
            Some(detail) => format!("{} ({status})", printable(detail)),
            None if status.is_redirection() => {
                format!("{server} answers {status}: it is not offstage's API; check the address (--url)")
            }
            None => {
                format!("{server} answers {status}, and not in offstage's words; check the address (--url)")
            }
        };
        Self::Refused { status, said: said + &advice(status, retry_after), retry_after }
    }

    /// The status, if there was an answer.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            Self::Unreachable { .. }
            | Self::Certificate { .. }
            | Self::TimedOut { .. }
            | Self::Unusable { .. } => None,
        }
    }

    /// Whether the same request may succeed later.
    pub(crate) fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::Unusable { .. } => true,
            Self::Certificate { .. } => false,
            Self::Refused { status, .. } => {
                matches!(
                    *status,
                    StatusCode::SERVICE_UNAVAILABLE
                        | StatusCode::BAD_GATEWAY
                        | StatusCode::GATEWAY_TIMEOUT
                        | StatusCode::TOO_MANY_REQUESTS
                )
            }
        }
    }

    /// How long the server wants to be left alone.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            Self::Unreachable { .. }
            | Self::Certificate { .. }
            | Self::TimedOut { .. }
            | Self::Unusable { .. } => None,
        }
    }
}

/// What to do about that status, where it is not plain from the server's words.
fn advice(status: StatusCode, retry_after: Option<Duration>) -> String {
    match (status, retry_after) {
        (StatusCode::UNAUTHORIZED, _) => {
            "; log in again with `offstage login`, or give another token".to_owned()
        }
        (_, Some(wait)) => format!("; try again in {} s", wait.as_secs()),
        (_, None) => String::new(),
    }
}

/// What is wrong with the server's certificate, if that is what failed.
fn certificate_trouble(error: &reqwest::Error) -> Option<String> {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    while let Some(current) = cause {
        if let Some(rustls::Error::InvalidCertificate(trouble)) = current.downcast_ref() {
            return Some(remedy(trouble));
        }
        // What an I/O error wraps is not its source; its source is that of what it wraps.
        let wrapped = current.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        cause = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => current.source(),
        };
    }
    None
}

fn remedy(trouble: &CertificateError) -> String {
    if matches!(trouble, CertificateError::UnknownIssuer) {
        return "this machine does not know who issued it; name your authority's file with SSL_CERT_FILE"
            .to_owned();
    }
    trouble.to_string()
}

/// The network's own words, without the layers above them.
fn deepest(error: &reqwest::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(current) = cause {
        said = current.to_string();
        cause = current.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, retry_after_s: Option<u64>, body: &str) -> Failure {
        let status = StatusCode::from_u16(status).unwrap();
        Failure::of_answer(
            "https://a.example/",
            status,
            retry_after_s.map(Duration::from_secs),
            body.as_bytes(),
        )
    }

    #[test]
    fn a_problem_is_one_line_in_the_servers_words() {
        let gone = answer(404, None, r#"{"title":"Not Found","status":404,"detail":"No task 7."}"#);
        assert_eq!(gone.to_string(), "No task 7. (404 Not Found)");
        assert!(!gone.is_transient());
        let evil = answer(409, None, r#"{"detail":"a\u001b[2J\nb"}"#).to_string();
        assert!(!evil.contains(['\x1b', '\n']), "{evil:?}");
    }

    #[test]
    fn unavailable_says_when_to_try_again_and_unauthorized_how_to_log_in() {
        let busy = answer(503, Some(7), r#"{"detail":"The storage does not answer."}"#);
        assert_eq!(
            busy.to_string(),
            "The storage does not answer. (503 Service Unavailable); try again in 7 s"
        );
        assert!(busy.is_transient());
        assert_eq!(answer(503, Some(86_400), "").retry_after(), Some(MOST_RETRY_AFTER));
        assert!(answer(401, None, r#"{"detail":"No."}"#).to_string().contains("offstage login"));
    }

    #[test]
    fn what_is_not_offstage_is_said() {
        for body in ["<html>proxy</html>", "", "{}", "[]"] {
            assert!(answer(502, None, body).to_string().contains("check the address"), "{body}");
        }
        assert!(answer(301, None, "").to_string().contains("--url"));
    }
}
