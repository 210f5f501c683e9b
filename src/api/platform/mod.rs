//! The dialect of IBM Spectrum LSF Application Center, under `/platform`.
//!
//! Owns that interface's paths, shapes and manners: XML or JSON, tokens with quotation marks in cookies, refusals that are
//! 403 with a message because the real client shows no other status. Five parts as in every dialect; beside them the
//! reading of XML (`xml`), the writing of both (`format`), how a token travels (`token`), what the cluster is asked
//! (`cluster`), and the loop that loads its users (`sync`).
//!
//! It must never decide anything: it parses, asks the service, renders.
//!
//! Easy to get wrong: the real client shows a message at 200 and 403 only, takes an empty 403 for success and falls over
//! JSON and over an empty message. So every refusal that a user can do something about is a 403 with a sentence.

mod cluster;
mod error;
mod format;
mod request;
mod response;
mod routes;
mod status;
mod sync;
mod token;
mod xml;

pub(super) use self::{
    error::{in_the_callers_form, render},
    routes::router,
    sync::keep_in_step,
};
