//! The dialect of the staged configuration: the REST interface of IBM `QRadar` and Juniper JSA.
//!
//! Owns that interface's paths, parameters, codes and words, as `spec/qradar.md` has them; what is ours (the cancel and
//! the results of a deletion's task, which the original lacks) has the shape of its nearest relative there.
//!
//! It must never decide anything: it parses, asks the service, renders.
//!
//! [`endpoints`] is its table: what each route may be asked by whom, and refuses with. [`call`] reads what all requests have in
//! common, in the order that clients and tests rely on; handlers read the rest.
//!
//! Easy to get wrong: a code belongs to an endpoint and a version, not to a reason alone.

mod call;
mod cors;
mod endpoint;
mod endpoints;
mod error;
mod fields;
mod filter;
mod help;
mod listing;
mod query;
mod range;
mod request;
mod response;
mod routes;
mod session;
mod sort;
mod source;
mod status;
mod sub_type;
mod version;

pub(super) use self::{error::render, routes::router};
