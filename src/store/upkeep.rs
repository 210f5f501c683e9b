//! What keeps tasks moving when nobody else does: promote, reclaim, prune, reconcile. Each call is one bounded script;
//! the loops that repeat them are the worker's (`maintenance/`).

use std::time::Duration;

use super::{Store, StoreError, moves, reply::number, scripts, tallies};
use crate::domain::{state::Event, task::TaskId};

/// Most tasks in one script call.
pub const MOST_AT_ONCE: u64 = 100;

/// How long a stretch is left to the worker that took it.
const WALK_LEASE: Duration = Duration::from_secs(10);

/// Whether the walk over all records is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walk {
    /// It is this worker's, for one stretch.
    Taken {
        /// The task id to go on after.
        cursor: u64,
    },
    /// It is due then.
    Later(Duration),
}

/// One stretch of a reconciler's walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reconciled {
    /// The task id to go on after; zero when the walk is through and begins again.
    pub cursor: u64,
    /// How many places were mended.
    pub mended: u64,
    /// How many of the tasks that were looked at have not ended.
    pub open: u64,
}

impl Store {
    /// Makes delayed tasks claimable whose time has come. Returns how many it looked at, at most [`MOST_AT_ONCE`].
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn promote(&self, by: &str) -> Result<u64, StoreError> {
        let args = vec![moves::of(Event::Promote), MOST_AT_ONCE.to_string(), by.to_owned()];
        self.run(&scripts::PROMOTE, args).await?.ok(scripts::PROMOTE.name)?.number(0)
    }

    /// Takes tasks back whose lease has run out. Returns how many it looked at, at most [`MOST_AT_ONCE`].
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn reclaim(&self, max_attempts: u32, by: &str) -> Result<u64, StoreError> {
        let args = vec![
            moves::of(Event::LoseLease),
            moves::of(Event::Fail),
            MOST_AT_ONCE.to_string(),
            max_attempts.to_string(),
            by.to_owned(),
        ];
        let name = scripts::RECLAIM.name;
        let (looked_at, rest) = self.run(&scripts::RECLAIM, args).await?.ok(name)?.split_first()?;
        let taken_back = rest.rows()?;
        tallies::leases_expired(taken_back.len() as u64);
        for row in taken_back {
            let [kind, state, took] = row.as_slice() else {
                return Err(StoreError::UnknownReply {
                    script: name,
                    what: "a task of another shape".into(),
                });
            };
            tallies::came_to(kind, state);
            tallies::cancelled_after(took);
        }
        number(name, &looked_at)
    }

    /// Forgets terminal tasks that ended longer ago than `retention_ms`. Returns how many, at most [`MOST_AT_ONCE`].
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn prune(&self, retention_ms: u64) -> Result<u64, StoreError> {
        let args = vec![retention_ms.to_string(), MOST_AT_ONCE.to_string()];
        self.run(&scripts::PRUNE, args).await?.ok(scripts::PRUNE.name)?.number(0)
    }

    /// Which of these tasks are gone: their numbers were given out here, and no record is left. For whoever keeps something
    /// of a task outside Redis.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn gone(&self, tasks: &[TaskId]) -> Result<Vec<TaskId>, StoreError> {
        let args = tasks.iter().map(TaskId::to_string).collect();
        let gone = self.run(&scripts::FIND_GONE, args).await?.ok(scripts::FIND_GONE.name)?.texts()?;
        gone.iter().map(|id| number(scripts::FIND_GONE.name, id).map(TaskId)).collect()
    }

    /// Compares a stretch of the records with the places they should stand in, and mends what is missing.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn reconcile(&self, cursor: u64) -> Result<Reconciled, StoreError> {
        let name = scripts::RECONCILE.name;
        let args = vec![
            moves::PLACES.clone(),
            cursor.to_string(),
            MOST_AT_ONCE.to_string(),
            moves::EXCLUSIVE.clone(),
        ];
        let values = self.run(&scripts::RECONCILE, args).await?.ok(name)?.texts()?;
        let [cursor, mended, open] = values.as_slice() else {
            return Err(StoreError::UnknownReply { script: name, what: "another number of values".into() });
        };
        let refilled = self.run(&scripts::REFILL, vec![MOST_AT_ONCE.to_string()]).await?;
        let refilled = refilled.ok(scripts::REFILL.name)?.number(0)?;
        let cursor = if cursor.is_empty() { 0 } else { number(name, cursor)? };
        Ok(Reconciled { cursor, mended: number(name, mended)? + refilled, open: number(name, open)? })
    }

    /// Takes the walk over all records, if it is due: all workers share one, so that it costs Redis the same however many
    /// there are.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn take_walk(&self) -> Result<Walk, StoreError> {
        let reply = self.run(&scripts::TAKE_WALK, vec![WALK_LEASE.as_millis().to_string()]).await?;
        match reply.tag() {
            "OK" => Ok(Walk::Taken { cursor: reply.into_rest().number(0)? }),
            "LATER" => Ok(Walk::Later(Duration::from_millis(reply.into_rest().number(0)?))),
            _ => Err(reply.unexpected()),
        }
    }

    /// Leaves the walk to whoever comes next, `pause` from now.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn leave_walk(&self, cursor: u64, pause: Duration) -> Result<(), StoreError> {
        let args = vec![cursor.to_string(), pause.as_millis().to_string()];
        let reply = self.run(&scripts::LEAVE_WALK, args).await?;
        if reply.tag() == "DONE" { Ok(()) } else { Err(reply.unexpected()) }
    }
}
