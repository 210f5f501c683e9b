//! What `offstage dev` wants to know of a directory: was it ever loaded, how far did that come, and on whom may a tour try
//! a deletion.

use redis::pipe;

use super::{Store, StoreError};
use crate::domain::{task::UserId, user::Side};

/// How far the first load of an empty directory came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seeded {
    /// It never began.
    Never,
    /// It began and did not end.
    Partly,
    /// It is through.
    Whole,
}

/// A user one may try a deletion on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// The user.
    pub user: UserId,
    /// Something that is registered blocks his deletion.
    pub blocked: bool,
}

impl Store {
    /// Nobody was ever loaded: neither configuration has a user.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn directory_is_empty(&self) -> Result<bool, StoreError> {
        Ok(self.count_users(Side::Staged).await? == 0 && self.count_users(Side::Deployed).await? == 0)
    }

    /// How far the first load came.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn seeded(&self) -> Result<Seeded, StoreError> {
        let mut commands = pipe();
        commands.get(self.inner.keys.named("seeded"));
        let (mark,): (Option<String>,) = self.inner.link.pipeline("seeded", &commands).await?;
        Ok(match mark.as_deref() {
            None => Seeded::Never,
            Some("loading") => Seeded::Partly,
            Some(_) => Seeded::Whole,
        })
    }

    /// Notes that the first load begins, or that it is through.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn mark_seeded(&self, whole: bool) -> Result<(), StoreError> {
        self.epoch().await?;
        let mut commands = pipe();
        commands.set(self.inner.keys.named("seeded"), if whole { "done" } else { "loading" }).ignore();
        self.inner.link.pipeline("mark_seeded", &commands).await
    }

    /// A few users with low ids whose deletion is not under way, for a tour.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn candidates(&self) -> Result<Vec<Candidate>, StoreError> {
        let mut commands = pipe();
        commands.zrange(self.inner.keys.named("staged:users"), 0, 19);
        let (ids,): (Vec<u64>,) = self.inner.link.pipeline("candidates", &commands).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut commands = pipe();
        for id in &ids {
            let key = self.inner.keys.named(&format!("staged:user:{id}"));
            commands.hmget(&key, &["admin", "blocking"]);
        }
        let facts: Vec<(Option<String>, Option<u64>)> =
            self.inner.link.pipeline("candidates", &commands).await?;
        let users: Vec<_> = ids.iter().map(|id| format!("user:{id}")).collect();
        let mut commands = pipe();
        commands.hmget(self.inner.keys.named("live"), &users);
        let (live,): (Vec<Option<u64>>,) = self.inner.link.pipeline("candidates", &commands).await?;
        let mut candidates = Vec::new();
        for ((id, (admin, blocking)), live) in ids.into_iter().zip(facts).zip(live) {
            if admin.as_deref() != Some("1") && live.is_none() {
                candidates.push(Candidate { user: UserId(id), blocked: blocking > Some(0) });
            }
        }
        Ok(candidates)
    }

    /// The id that the next task will have, if nobody else submits first.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn next_task(&self) -> Result<u64, StoreError> {
        let mut commands = pipe();
        commands.get(self.inner.keys.named("seq"));
        let (last,): (Option<u64>,) = self.inner.link.pipeline("next_task", &commands).await?;
        Ok(last.unwrap_or(0) + 1)
    }
}
