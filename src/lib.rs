//! offstage deletes users safely.
pub mod domain;
pub mod store;
