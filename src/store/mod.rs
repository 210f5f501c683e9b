//! Redis: records, queue, leases, directory of users, tokens. The only place that names it.
//!
//! Owns every key (`keys.rs`) and every script (`lua/`). One typed function stands before each script: named parameters
//! in, an enum out.
//!
//! It must never hold policy. What may follow what is `domain`'s table, handed to the scripts as data; who may do what
//! is the service's business. It knows no HTTP.
//!
//! Easy to get wrong: a command that timed out may have been done. Every operation here is safe to repeat: worker writes
//! carry a fence, submits carry an idempotency key when the caller wants one.

mod acceptance;
pub mod accounts;
mod calls;
mod connection;
pub mod containers;
pub mod dependents;
pub mod deploys;
pub mod directory;
pub mod doctor;
pub mod durability;
pub mod error;
pub mod events;
pub mod gauges;
pub mod idempotency;
pub mod ids;
mod keys;
pub mod listing;
pub mod logins;
mod moves;
pub mod patience;
pub mod principals;
mod promise;
pub mod queue;
mod reading;
mod records;
mod reply;
pub mod scripts;
pub mod seeding;
pub mod sessions;
mod sides;
pub mod story;
pub mod submit;
mod tallies;
pub mod tasks;
pub mod upkeep;
pub mod users;
pub mod workers;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::OnceCell;

use self::{
    acceptance::Acceptances,
    connection::Link,
    keys::Keys,
    reply::Reply,
    scripts::{Script, Told},
};
pub use self::{acceptance::Shortfall, error::StoreError};
use crate::config::{DurabilitySettings, Settings};

/// The door to Redis. Cheap to clone; connects when it is first used and again whenever it must.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    link: Link,
    /// Where something is promised; otherwise acceptances go the way of everything else.
    acceptances: Option<Acceptances>,
    keys: Keys,
    epoch: OnceCell<String>,
    generation: sides::LastSeen,
    highest_task: AtomicU64,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("prefix", &self.inner.keys.prefix()).finish_non_exhaustive()
    }
}

impl Store {
    /// The store that these settings name, with what they promise; `program` is the name Redis shows for its connections.
    /// Does not connect yet.
    ///
    /// # Errors
    /// [`StoreError::Address`] when the URL is not one that Redis clients understand.
    pub fn open(settings: &Settings, program: &'static str) -> Result<Self, StoreError> {
        Self::promising(&settings.redis_url, &settings.key_prefix, program, settings.durability)
    }

    /// A store behind that URL that promises no more than Redis gives. The programs use [`Store::open`].
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn new(url: &str, prefix: &str, program: &'static str) -> Result<Self, StoreError> {
        Self::promising(url, prefix, program, DurabilitySettings::default())
    }

    fn promising(
        url: &str,
        prefix: &str,
        program: &'static str,
        promised: DurabilitySettings,
    ) -> Result<Self, StoreError> {
        let keys = Keys::new(prefix);
        let acceptances = if promised.is_nothing() {
            None
        } else {
            Some(Acceptances::new(Link::new(url, program)?, promised, keys.named("witness")))
        };
        let inner = Inner {
            link: Link::new(url, program)?,
            acceptances,
            keys,
            epoch: OnceCell::new(),
            generation: sides::LastSeen::default(),
            highest_task: AtomicU64::new(0),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Redis answers, and it is the one this program was started with.
    ///
    /// # Errors
    /// [`StoreError`] otherwise.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.depth().await.map(|_| ())
    }

    /// The epoch: a random name that Redis keeps. When it changes, Redis has lost what it acknowledged.
    async fn epoch(&self) -> Result<&str, StoreError> {
        let open = || async {
            // Looked at first: a program that starts while Redis takes no writes can read all the same.
            let mut commands = redis::pipe();
            commands.get(self.inner.keys.epoch());
            let (known,): (Option<String>,) = self.inner.link.pipeline("epoch", &commands).await?;
            if let Some(epoch) = known {
                return Ok(epoch);
            }
            let fresh = format!("{:032x}", rand::random::<u128>());
            let reply = self.inner.link.run(&scripts::OPEN, &[self.inner.keys.epoch()], &[fresh]).await?;
            reply.ok(scripts::OPEN.name)?.text(0)
        };
        self.inner.epoch.get_or_try_init(open).await.map(String::as_str)
    }

    /// Runs a script that has the prelude; `args` follow the prefix and the epoch.
    async fn run(&self, script: &Script, args: Vec<String>) -> Result<Reply, StoreError> {
        let epoch = self.epoch().await?;
        let mut all = Vec::with_capacity(args.len() + 2);
        all.push(self.inner.keys.prefix().to_owned());
        all.push(epoch.to_owned());
        all.extend(args);
        let keys = [self.inner.keys.epoch()];
        let reply = match (script.told, &self.inner.acceptances) {
            // Boxed: rare, and large enough to burden every call otherwise.
            (Told::Begins | Told::Guards, Some(acceptances)) => {
                Box::pin(acceptances.run(script, &keys, &all)).await?
            }
            (Told::Begins | Told::Guards, None) | (Told::Own, _) => {
                self.inner.link.run(script, &keys, &all).await?
            }
        };
        if reply.tag() == "DATA_LOST" {
            return Err(data_lost());
        }
        Ok(reply)
    }

    /// What acceptances wait for.
    fn promised(&self) -> DurabilitySettings {
        self.inner.acceptances.as_ref().map_or_else(DurabilitySettings::default, Acceptances::promised)
    }

    fn highest_task(&self) -> u64 {
        self.inner.highest_task.load(Ordering::Relaxed)
    }

    fn saw_task(&self, id: u64) {
        self.inner.highest_task.fetch_max(id, Ordering::Relaxed);
    }
}

/// Compares the epoch that a plain read came with: where Redis has forgotten, "it is not there" would be a lie.
fn must_be_the_same(epoch: &str, now: Option<&str>) -> Result<(), StoreError> {
    if now == Some(epoch) { Ok(()) } else { Err(data_lost()) }
}

/// Redis is not the one that acknowledged earlier writes; counted, whoever finds out.
fn data_lost() -> StoreError {
    let error = StoreError::DataLost;
    calls::failed(&error);
    error
}
