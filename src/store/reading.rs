//! Reading as many values as the caller likes, without a script of its own.
//!
//! Easy to get wrong: a Redis that has forgotten says "it is not there" of everything. So the epoch is read with the rest, in
//! one step, and compared.

use redis::{FromRedisValue, Pipeline, Value, pipe};

use super::{Store, StoreError, must_be_the_same};

impl Store {
    /// Reads, all in one step; `commands` add what is read, whose answers come as a list.
    pub(super) async fn read<T: FromRedisValue>(
        &self,
        name: &'static str,
        commands: impl FnOnce(&mut Pipeline),
    ) -> Result<T, StoreError> {
        let epoch = self.epoch().await?;
        let mut all = pipe();
        all.get(self.inner.keys.epoch());
        commands(&mut all);
        let mut answers: Vec<Value> = self.inner.link.look(name, &all).await?;
        let read = answers.split_off(answers.len().min(1));
        let (now,): (Option<String>,) = typed(name, answers)?;
        must_be_the_same(epoch, now.as_deref())?;
        typed(name, read)
    }
}

/// A list of answers as what they must be.
pub(super) fn typed<T: FromRedisValue>(name: &'static str, answers: Vec<Value>) -> Result<T, StoreError> {
    T::from_redis_value(Value::Array(answers))
        .map_err(|_| StoreError::UnknownReply { script: name, what: "values of other types".into() })
}
