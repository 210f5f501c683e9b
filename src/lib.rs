//! offstage deletes users safely: asynchronously, cancellable, never over a dependent.
//!
//! The library of both programs. The way of dependence is one: `domain <- store <- api::service <- dialects <-
//! cli`, and the workers' package stands on `domain` and `store`; ARCHITECTURE.md has the map.

pub mod cli;
pub mod config;
