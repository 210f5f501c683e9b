//! What `make bench` finds out, without finding it out: the figures that are measured, the report that holds them, and the
//! page made from it.
//!
//! The bench `compare` fills a [`report::Report`], writes it as JSON, and renders it; a test renders the JSON that is in
//! the repository and compares it with BENCHMARKS.md. Nothing here measures, starts a program or asks a clock.

pub mod figures;
pub mod page;
pub mod report;
pub mod summary;
