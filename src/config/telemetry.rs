//! The settings of what is sent to an OpenTelemetry collector: their meaning, their bounds, how they are shown.
//!
//! It must never show a password inside the collector's address, not even one that is refused. Easy to get wrong: the address is that of the collector,
//! and `/v1/traces` is added to it; OpenTelemetry's other settings (headers for a key, the batches' times) are read from its
//! own `OTEL_` variables by the exporter.

use std::fmt;

use serde::Deserialize;
use url::Url;

use super::{redaction::address, validation::Faults};
use crate::telemetry::Export;

/// The export of traces to an OpenTelemetry collector.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetrySettings {
    /// The collector that spans are sent to, by OTLP over HTTP: `http://HOST:4318`. Without it none are sent.
    pub otlp_endpoint: Option<String>,
    /// The part of the traces that begin here that is sent, 0 to 1. A caller's trace is sent if he says that it is.
    pub sampling_ratio: f64,
}

impl TelemetrySettings {
    /// How a program that is called `service` there sends its spans, if it does.
    #[must_use]
    pub fn export(&self, service: &'static str) -> Option<Export> {
        let endpoint = self.otlp_endpoint.clone()?;
        Some(Export { service, endpoint, sampling_ratio: self.sampling_ratio })
    }

    /// Refuses what cannot work.
    pub(super) fn check(&self, faults: &mut Faults) {
        if let Some(endpoint) = &self.otlp_endpoint
            && let Err(why) = collector_address(endpoint)
        {
            faults.add("telemetry.otlp_endpoint", why);
        }
        if !(0.0..=1.0).contains(&self.sampling_ratio) {
            let ratio = self.sampling_ratio;
            faults.add("telemetry.sampling_ratio", format!("{ratio} is not between 0 and 1"));
        }
    }
}

impl Default for TelemetrySettings {
    fn default() -> Self {
        Self { otlp_endpoint: None, sampling_ratio: 1.0 }
    }
}

impl fmt::Debug for TelemetrySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelemetrySettings")
            .field("otlp_endpoint", &self.otlp_endpoint.as_deref().map(address))
            .field("sampling_ratio", &self.sampling_ratio)
            .finish()
    }
}

/// What `/v1/traces` can be put behind.
fn collector_address(text: &str) -> Result<(), &'static str> {
    let url = Url::parse(text).map_err(|_| "must be an address such as http://127.0.0.1:4318")?;
    match url.scheme() {
        "http" | "https" if url.host_str().is_none_or(str::is_empty) => Err("names no host"),
        "http" | "https" if !url.username().is_empty() || url.password().is_some() => {
            Err("must name no user and no password: none would be sent; \
                 put a key into OTEL_EXPORTER_OTLP_HEADERS, such as authorization=Basic%20...")
        }
        "http" | "https" if url.query().is_some() || url.fragment().is_some() => {
            Err("must end with a host, a port or a path: /v1/traces is added")
        }
        "http" | "https" => Ok(()),
        _ => Err("must begin with http:// or https://: OTLP over HTTP, not gRPC"),
    }
}
