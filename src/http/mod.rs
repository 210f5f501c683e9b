//! The listening side of HTTP/1.1 and HTTPS, shared by the API and by the workers' health port.
//!
//! This owns everything between an accepted socket and a handler: connections and their limits, the faults
//! that need no knowledge of what is served, reading a body, strict JSON, request ids, panics. It must never
//! know a dialect, the store or the domain: where it has to answer by itself it hands a [`Fault`] to the
//! [`FaultRenderer`] it was given.
//!
//! Easy to get wrong: a router is only protected once it went through [`harden`]; [`serve`] alone bounds
//! sockets and heads, not bodies, hosts or panics.

mod body;
mod connection;
mod fault;
mod files;
mod gate;
mod json;
mod limits;
mod locality;
mod members;
mod panic;
mod request_id;
mod server;
mod stream;
#[cfg(test)]
mod tests;
mod tls;
mod unread;

pub use body::{must_be_json, read, require_form, require_json};
pub use connection::{PeerAddr, Scheme};
pub use fault::{Fault, FaultRenderer, presentable};
pub use files::raise_file_limit;
pub use gate::harden;
pub use json::{MAX_JSON_DEPTH, members};
pub use limits::Limits;
pub use locality::is_local;
pub use members::Members;
pub use request_id::RequestId;
pub use server::{serve, serve_with};
pub use tls::{Tls, TlsError};
