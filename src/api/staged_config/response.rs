//! What this dialect answers when all is well: tasks and dependents, cut down to the fields that are wanted.
//!
//! Owns the names and the order of the fields, which are the original's. It must never make up a value: what is not
//! known is null, and null is written out.

pub(super) mod dependent_tasks;
pub(super) mod dependents;
pub(super) mod deploy;
pub(super) mod help;
pub(super) mod roles;
pub(super) mod sessions;
pub(super) mod tasks;
pub(super) mod users;
