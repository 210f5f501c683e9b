//! offstage deletes users safely: accepted at once, checked by workers, and never over a dependent.
//!
//! Direction of dependence: `domain` <- `store` <- `import`, and `api::service` <- dialects, both <- `cli`. `http`,
//! `telemetry`, `shutdown` and `config` stand below all of them and know none; ARCHITECTURE.md has the map.

pub mod cli;
pub mod config;
pub mod domain;
pub mod http;
pub mod import;
pub mod shutdown;
pub mod store;
pub mod telemetry;
