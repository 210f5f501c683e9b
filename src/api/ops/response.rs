//! What this dialect answers when all is well: one file for each resource.
//!
//! Owns the shapes. Easy to get wrong: what is not known is null and written out, so that a reader need not guess whether
//! a member exists.

pub(super) mod dependents;
