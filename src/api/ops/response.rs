//! What this dialect answers when all is well: one file for each resource.
//!
//! Owns the shapes. It must never ask anybody anything; what it shows, it was given.
//!
//! Easy to get wrong: what is not known is null and written out, so that a reader need not guess whether a member exists.
//! All times are milliseconds since the epoch.

pub(super) mod containers;
pub(super) mod deletions;
pub(super) mod dependents;
pub(super) mod doctor;
pub(super) mod events;
pub(super) mod queue;
pub(super) mod tasks;
pub(super) mod tokens;
pub(super) mod workers;

use chrono::{DateTime, Utc};

fn millis(time: DateTime<Utc>) -> i64 {
    time.timestamp_millis()
}
