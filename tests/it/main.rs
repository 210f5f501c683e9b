//! The integration tests: one binary, one module per subject.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test fails by panicking")]

mod api;
mod benchmarks;
mod checks;
mod conformance;
mod crashes;
mod deploys;
mod durability;
mod engine;
mod invariants;
mod layers;
mod ledger;
mod model;
mod outcomes;
mod programs;
mod queue;
mod removal;
mod scripts;
mod states;
mod traces;
mod unwritable;
mod waiting;
