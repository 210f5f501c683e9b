//! What idempotency keys stand for.
//!
//! Owns the look-up of many keys at once. It must never write: keys are kept by `submit.lua`, in one step with the task
//! they name, and go with it.
//!
//! Easy to get wrong: a key is absent for three reasons that look alike. Nobody used it, the request that used it was
//! refused, or its task is past its retention.

use super::{Store, StoreError, must_be_the_same};
use crate::domain::task::{TaskId, UserId};

/// What a key stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownKey {
    /// The hash of the request that it came with.
    pub request: String,
    /// The task that it names.
    pub task: TaskId,
    /// The user whom the task is about.
    pub user: UserId,
    /// The request made the task; otherwise it joined one that was live.
    pub made: bool,
}

impl Store {
    /// What these keys stand for, in their order; none where a key stands for nothing.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn known_keys(&self, keys: &[String]) -> Result<Vec<Option<KnownKey>>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let epoch = self.epoch().await?;
        let hash = self.inner.keys.named("idempotency");
        let mut commands = redis::pipe();
        commands.get(self.inner.keys.epoch()).hmget(&hash, keys);
        let (now, kept): (Option<String>, Vec<Option<String>>) =
            self.inner.link.pipeline("known_keys", &commands).await?;
        must_be_the_same(epoch, now.as_deref())?;
        let corrupt = || StoreError::Corrupt { key: hash.clone(), field: "task" };
        let named = |kept: Option<String>| kept.map(|text| read(&text).ok_or_else(corrupt)).transpose();
        let named = kept.into_iter().map(named).collect::<Result<Vec<_>, _>>()?;
        self.with_records(keys, named).await
    }

    async fn with_records(
        &self,
        keys: &[String],
        named: Vec<Option<(String, TaskId)>>,
    ) -> Result<Vec<Option<KnownKey>>, StoreError> {
        let mut commands = redis::pipe();
        for (_, task) in named.iter().flatten() {
            commands.hmget(self.inner.keys.task(task.0), &["key", "user"]);
        }
        let records: Vec<(Option<String>, Option<u64>)> = if commands.is_empty() {
            Vec::new()
        } else {
            self.inner.link.pipeline("known_keys", &commands).await?
        };
        let mut records = records.into_iter();
        let known = keys.iter().zip(named).map(|(key, named)| {
            let (request, task) = named?;
            let (made_by, user) = records.next()?;
            let made = made_by.as_deref() == Some(key);
            // The record went between the two looks, and its key with it.
            Some(KnownKey { request, task, user: UserId(user?), made })
        });
        Ok(known.collect())
    }
}

/// `<request's hash>:<task>`
fn read(kept: &str) -> Option<(String, TaskId)> {
    let (request, task) = kept.split_once(':')?;
    Some((request.to_owned(), task.parse().ok()?))
}
