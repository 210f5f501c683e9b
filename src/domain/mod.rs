//! The rules of deleting a user, and nothing else.
//!
//! Owns the words (task, state, event, dependent, reason) and the decisions: which state may follow which, what to do
//! with what the checks found, how long to wait before trying again.
//!
//! It must never do I/O, read a clock or draw a random number: whatever it needs is an argument. It knows neither
//! Redis nor HTTP; the words on the wire belong to the dialects.
//!
//! Easy to get wrong: a new state or event must appear in [`state::next`] by name. There are no wildcard arms, so the
//! compiler lists the places; the test that prints the table lists the rest.

pub mod capability;
pub mod checklist;
pub mod components;
pub mod dependents;
pub mod deploy;
pub mod kind;
pub mod place;
pub mod plan;
pub mod reason;
pub mod retry;
pub mod state;
pub mod sub_type;
pub mod task;
pub mod user;
pub mod username;
pub mod workspace;
