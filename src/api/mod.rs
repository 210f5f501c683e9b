//! The HTTP interfaces: one service, and a dialect for each kind of caller.
//!
//! Owns what lies between a request and the store: [`service`] decides and acts, [`problem`] says what went wrong, the
//! dialects translate. [`router`] puts them together.
//!
//! It must never name Redis. The service knows no dialect, and a dialect names neither the store nor another dialect:
//! what it needs of either comes through [`service`] or `domain`.
//!
//! Easy to get wrong: the order of refusals. Who calls (401), whether he may (403), what he says (4xx), whether it
//! exists (404): each handler reads in that order, so that nobody learns what he may not.

mod accept;
pub mod language;
pub mod message;
mod notebooks;
mod openapi;
mod ops;
mod parameters;
mod platform;
mod probes;
pub mod problem;
pub mod router;
pub mod serve;
pub mod service;
mod staged_config;

use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

use crate::{
    cluster::Cluster,
    config::{NotebookSettings, PlatformSettings, StagedConfigSettings},
};
use service::Service;

/// The settings of the dialects that have any.
#[derive(Debug, Clone, Default)]
pub struct DialectSettings {
    /// The `staged_config` dialect's.
    pub staged_config: StagedConfigSettings,
    /// The platform dialect's.
    pub platform: PlatformSettings,
    /// The cluster whose users the platform dialect knows.
    pub cluster: Arc<Cluster>,
    /// The notebooks dialect's.
    pub notebooks: NotebookSettings,
}

/// What every handler of a dialect is given.
#[derive(Clone)]
struct Entrance {
    service: Service,
    /// How long a body may take.
    body_timeout: Duration,
    /// What the dialects are set to.
    settings: Arc<DialectSettings>,
    /// Cancelled when the program is to stop: answers without an end end then.
    stop: CancellationToken,
}
