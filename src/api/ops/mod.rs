//! The operators' dialect: plain JSON under `/ops/v1`, with RFC 9457 problems.
//!
//! Owns the interface by which operators look and act, by which programs listen, and by which other systems register what
//! depends on a user. Five parts as in every dialect; `routes`, `request` and `response` have a file for each resource.
//! It is our own, so it has no history to be compatible with: what it does not know, it refuses.
//!
//! It must never decide anything: it parses, asks the service, renders.
//!
//! Easy to get wrong: names in a path may contain anything that is plain text, slashes too, which arrive percent-encoded.
//! The path is decoded exactly once.

mod error;
mod request;
mod response;
mod routes;
mod status;
mod words;

pub(super) use self::{
    error::{ErrorBody, Refusal, render},
    request::credentials,
    routes::router,
};
