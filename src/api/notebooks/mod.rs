//! The ArcGIS dialect: notebook workspaces, containers and jobs as ArcGIS Notebook Server and ArcGIS Enterprise have them,
//! under `/arcgis`.
//!
//! Owns what the original's clients see: forms in, pages or JSON out, HTTP 200 for everything. Five parts as in every
//! dialect. Outside it is synchronous; inside, a workspace's deletion is a task like any other, and the caller waits for
//! its end within a bound.
//!
//! It must never decide anything: it parses, asks the service, renders.
//!
//! Easy to get wrong: Esri's Python client repeats a deletion on HTTP 500 and 503, and repeats it without its token when
//! an answer has "invalid token" in it. So neither happens but where it must (`error`).

mod error;
mod request;
mod response;
mod routes;
mod status;

pub(super) use self::{error::render, routes::router};
