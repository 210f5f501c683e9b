//! The moment before somebody is told "accepted": is it as safe as `durability` promises?
//!
//! Owns the connection on which acceptances are written, and the round that follows each: a write that leaves nothing
//! (`witness.lua`), the server's fsync setting, and WAIT for the replicas. Who goes through here is said in the table of
//! `scripts.rs`. Where nothing is promised, nobody does, and acceptances cost what they always did.
//!
//! It must never say yes for another connection: WAIT on a new one, perhaps to a server that was started again, says
//! nothing of what went before. One round serves all whose write was answered before it began; WAIT holds the connection up
//! meanwhile, which is why it is not the one that everything else uses.
//!
//! Easy to get wrong: a round that comes short leaves the write where it is. It is unknown, not undone: the caller hears
//! 503, and his repetition finds the task and is confirmed anew, since a round covers what others wrote before it.

use redis::{RedisError, RedisResult as Answer, pipe};
use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};
use tokio::sync::Mutex;

use super::{
    StoreError, calls,
    connection::{Here, Link},
    durability::{Durability, fsync_of},
    reply::Reply,
    scripts::{Script, Told, WITNESS},
};
use crate::config::{DurabilitySettings, FsyncPromise};

/// A promise that is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Shortfall {
    /// Redis writes to disk later than is promised, or does not say when.
    #[error("Redis has appendfsync {}, and durability.fsync promises {}", given.name(), promised.name())]
    Fsync {
        /// What is promised.
        promised: FsyncPromise,
        /// What the server is set to.
        given: Durability,
    },
    /// Too few replicas have it.
    #[error("{have} replicas have it in time, and durability.replicas promises {promised}")]
    Replicas {
        /// What is promised.
        promised: u32,
        /// How many have it.
        have: u32,
    },
}

/// Where acceptances are written and confirmed.
pub(super) struct Acceptances {
    link: Link,
    promised: DurabilitySettings,
    witness: String,
    /// Rounds begun so far.
    begun: AtomicU64,
    /// The last round that ended. Whoever holds this has a round under way.
    last: Mutex<Option<Round>>,
    /// The last round came short.
    is_short: AtomicBool,
}

struct Round {
    number: u64,
    generation: u64,
    outcome: Result<(), Miss>,
}

/// Why a round confirmed nothing.
#[derive(Debug, Clone)]
enum Miss {
    Short(Shortfall),
    Failed(RedisError),
}

impl Acceptances {
    /// `witness` is a key that nobody else uses.
    pub(super) fn new(link: Link, promised: DurabilitySettings, witness: String) -> Self {
        let (begun, is_short) = (AtomicU64::new(0), AtomicBool::new(false));
        Self { link, promised, witness, begun, last: Mutex::default(), is_short }
    }

    /// What is promised.
    pub(super) const fn promised(&self) -> DurabilitySettings {
        self.promised
    }

    /// Runs a script whose answer is told to somebody, and passes the answer on once it is confirmed.
    pub(super) async fn run(
        &self,
        script: &Script,
        keys: &[String],
        args: &[String],
    ) -> Result<Reply, StoreError> {
        if script.told == Told::Begins && self.is_short.load(Ordering::Relaxed) {
            self.look().await?;
        }
        let mut here = self.link.here().await?;
        let reply = self.link.run_here(&mut here, script, keys, args).await?;
        let confirmed = self.confirm(&mut here).await.map_err(|miss| match miss {
            Miss::Short(shortfall) => StoreError::Unconfirmed(shortfall),
            Miss::Failed(error) => StoreError::Unknown(error),
        });
        confirmed.inspect_err(calls::failed)?;
        Ok(reply)
    }

    /// A round of its own, for nothing but to see whether the promise is kept.
    ///
    /// # Errors
    /// [`StoreError::Withheld`] where it is not.
    pub(super) async fn look(&self) -> Result<(), StoreError> {
        let mut here = self.link.here().await?;
        let looked = self.confirm(&mut here).await.map_err(|miss| match miss {
            Miss::Short(shortfall) => StoreError::Withheld(shortfall),
            Miss::Failed(error) => StoreError::Unavailable(error),
        });
        looked.inspect_err(calls::failed)
    }

    /// The same, with what comes short as the answer.
    ///
    /// # Errors
    /// Redis takes no writes, or does not answer.
    pub(super) async fn shortfall(&self) -> Result<Option<Shortfall>, StoreError> {
        match self.look().await {
            Ok(()) => Ok(None),
            Err(StoreError::Withheld(shortfall)) => Ok(Some(shortfall)),
            Err(error) => Err(error),
        }
    }

    /// Waits for a round that begins from now on; makes it where nobody else does.
    async fn confirm(&self, here: &mut Here) -> Result<(), Miss> {
        let too_early = self.begun.load(Ordering::Acquire);
        let mut last = self.last.lock().await;
        if let Some(round) = &*last
            && round.number > too_early
            && round.generation == here.generation()
        {
            return round.outcome.clone();
        }
        let number = self.begun.fetch_add(1, Ordering::AcqRel) + 1;
        let outcome = self.round(here).await;
        self.note(&outcome);
        *last = Some(Round { number, generation: here.generation(), outcome: outcome.clone() });
        outcome
    }

    async fn round(&self, here: &mut Here) -> Result<(), Miss> {
        let DurabilitySettings { fsync, replicas, replicas_timeout_ms } = self.promised;
        let mut commands = pipe();
        commands.cmd("EVAL").arg(WITNESS).arg(1).arg(&self.witness);
        // Behind the write, and with it in one step: where it is `always` now, the write is on the disk before the answer.
        commands.cmd("CONFIG").arg("GET").arg("appendonly").arg("appendfsync");
        commands.cmd("WAIT").arg(replicas).arg(replicas_timeout_ms);
        // Each by itself: a server may refuse to tell its settings, and that is no failure of the others.
        commands.ignore_errors();
        let (witness, settings, have): (Answer<u32>, Answer<HashMap<String, String>>, Answer<u32>) =
            self.link.pipeline_here(here, "confirm", &commands).await.map_err(Miss::Failed)?;
        witness.map_err(Miss::Failed)?;
        let given = settings.map_or(Durability::Unknown, |settings| fsync_of(&settings));
        if !given.keeps(fsync) {
            return Err(Miss::Short(Shortfall::Fsync { promised: fsync, given }));
        }
        let have = have.map_err(Miss::Failed)?;
        if have < replicas {
            return Err(Miss::Short(Shortfall::Replicas { promised: replicas, have }));
        }
        Ok(())
    }

    /// Says in the log that it began, and that it is over; once each.
    fn note(&self, outcome: &Result<(), Miss>) {
        match outcome {
            Err(Miss::Short(shortfall)) => {
                if !self.is_short.swap(true, Ordering::Relaxed) {
                    tracing::error!(%shortfall, "acceptances are answered with 503 from now on");
                }
            }
            Ok(()) => {
                if self.is_short.swap(false, Ordering::Relaxed) {
                    tracing::info!("acceptances are confirmed again");
                }
            }
            // The connection broke, or Redis takes no writes: that is told by whoever is refused.
            Err(Miss::Failed(_)) => {}
        }
    }
}
