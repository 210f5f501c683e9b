//! The worker: claims tasks, finds out what depends on a user, and lets the deletion take effect or refuses it.
//!
//! Stands on offstage's `domain` (which decides) and `store` (which applies). [`handler`] reads like a list; [`checks`] and
//! [`effects`] are plug-ins; [`ledger`] says what they did; [`maintenance`] keeps tasks moving that nobody holds; [`runner`] drives apalis.
//!
//! It must never write without a fence, and never end because Redis is away.

pub mod checks;
pub mod effects;
pub mod handler;
pub mod ledger;
pub mod maintenance;
pub mod runner;
pub mod status;
