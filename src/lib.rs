//! stub

pub mod http;
pub mod shutdown;
pub mod telemetry;
