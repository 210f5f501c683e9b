//! offstage deletes users safely: accepted at once, checked by workers, and never over a dependent.
//!
//! Direction of dependence: `domain` <- `store` <- `api::service` <- dialects <- `cli`. `http`, `telemetry`, `shutdown`
//! and `config` stand below all of them and know none.

pub mod api;
pub mod domain;
pub mod http;
pub mod shutdown;
pub mod store;
pub mod telemetry;
