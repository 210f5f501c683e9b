//! The dialect of the staged configuration: the REST interface of IBM `QRadar` and Juniper JSA.
//!
//! Owns that interface's paths, parameters, codes and words, as `spec/qradar.md` has them; what is ours (the cancel and
//! the results of a deletion's task, which the original lacks) has the shape of its nearest relative there.
//!
//! It must never decide anything: it parses, asks the service, renders.
//!
//! Easy to get wrong: the order in which a request is read, which clients and tests rely on: credentials (401),
//! capability (403), version, `fields` (31 before 30), path id (11), body, and only then what exists.

mod error;
mod fields;
mod filter;
mod range;
mod request;
mod response;
mod routes;
mod sort;
mod status;
mod version;

pub(super) use self::{error::render, routes::router};
