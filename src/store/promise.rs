//! The commit of an effect outside Redis: the moment from which a task only goes forward.
//!
//! Easy to get wrong: a promise whose answer was lost is repeated by the same worker, and is given once. Whoever has it
//! carries the effect out, again and again if need be, and then settles the task as completed.

use std::time::Duration;

use super::{
    Store, StoreError, moves,
    queue::{Commit, Promised},
    scripts, tallies,
};
use crate::domain::state::Event;

impl Store {
    /// Promises the removal of a workspace, if all that speaks for it still holds.
    ///
    /// # Errors
    /// [`StoreError`]. Where the outcome is unknown, repeating tells.
    pub async fn promise(
        &self,
        commit: &Commit,
        worker: &str,
        max_answer_age: Duration,
    ) -> Result<Promised, StoreError> {
        let args = vec![
            moves::of(Event::Commit),
            commit.lease.task.to_string(),
            commit.lease.fence.to_string(),
            commit.oldest_answer_ms.map_or_else(String::new, |millis| millis.to_string()),
            max_answer_age.as_millis().to_string(),
            worker.to_owned(),
            commit.checks.to_string(),
        ];
        let reply = self.run(&scripts::PROMISE, args).await?;
        let refused = match reply.tag() {
            "DONE" => return Ok(Promised::Done),
            "RUNNING" => return Ok(Promised::Running),
            "SILENT" => return Ok(Promised::Silent),
            "OCCUPIED" => return Ok(Promised::Occupied),
            "STALE" => return Ok(Promised::TooOld),
            "LOST" => Promised::Lost,
            "CANCEL" => Promised::Cancelled,
            _ => return Err(reply.unexpected()),
        };
        tallies::refused(&reply.into_rest().text(0)?, Event::Commit);
        Ok(refused)
    }
}
