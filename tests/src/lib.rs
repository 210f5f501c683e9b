//! What the tests stand on: real Redis, real programs, real HTTP.
//!
//! [`redis::PrivateRedis`] is a server of the test's own; [`programs`] starts offstage's programs as processes;
//! [`api::Api`] speaks HTTP and looks at every answer; [`eventually()`] is the only way to wait for something that gives no
//! signal, with a stated deadline. [`world::World`] brings a task into any state, [`dump::Dump`] and [`audit::audit()`] look at
//! everything that stands in Redis. There are no sleeps and no retries here.

#![allow(clippy::missing_panics_doc, reason = "a test fails by panicking; every function here may")]

pub mod api;
pub mod audit;
pub mod backlog;
pub mod bench;
pub mod collector;
pub mod crowd;
pub mod dev;
pub mod disk;
pub mod dump;
pub mod engine;
mod eventually;
pub mod fixtures;
pub mod hash;
pub mod identity;
pub mod listening;
pub mod metrics;
pub mod platform;
pub mod programs;
pub mod proxy;
pub mod raw;
pub mod redis;
pub mod replica;
pub mod stack;
pub mod tasks;
pub mod world;

pub use eventually::{eventually, within};
