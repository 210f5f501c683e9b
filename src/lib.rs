//! offstage deletes users safely: accepted at once, checked by workers, and never over a dependent.
//!
//! The library of both programs. Direction of dependence: `domain` <- `store` <- `api::service` <- dialects <- `cli`;
//! `import` stands beside `api`, the workers' package on `domain` and `store`. `http`, `telemetry`, `shutdown`,
//! `cluster` and `config` stand below and know none of them. ARCHITECTURE.md has the map.

pub mod api;
pub mod cli;
pub mod cluster;
pub mod config;
pub mod domain;
pub mod engine;
pub mod http;
pub mod import;
mod passwords;
pub mod shutdown;
pub mod store;
pub mod telemetry;
pub mod workspaces;
