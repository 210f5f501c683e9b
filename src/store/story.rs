//! A task with all that is kept beside its record, as of one moment.
//!
//! Owns the reading of what an operator looks at: the record, what was found, the history. It must never be asked for
//! lists of tasks; it reads up to a thousand dependents for one.
//!
//! Easy to get wrong: the parts are read in one transaction. Read one after the other, a history could end in another
//! state than the record shows, and the chain that operators trust would be broken.

use std::collections::HashMap;

use super::{
    Store, StoreError, must_be_the_same,
    records::{self, Fields},
    tasks::{Transition, acceptance},
};
use crate::domain::{
    dependents::Dependent,
    task::{Task, TaskId},
};

/// Most dependents that come with a task.
const MOST_DEPENDENTS: isize = 1_000;

/// See the module's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    /// The record.
    pub task: Task,
    /// The first of what the last attempt found, in the order found.
    pub dependents: Vec<Dependent>,
    /// How it came to where it stands, an unbroken chain from its acceptance on.
    pub history: Vec<Transition>,
}

impl Story {
    /// That of a task as it is accepted, which nobody has touched yet.
    #[must_use]
    pub fn accepted(task: Task) -> Self {
        let history = vec![acceptance(&task, task.state)];
        Self { task, dependents: Vec::new(), history }
    }
}

impl Store {
    /// All about a task, in one round trip.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn story(&self, id: TaskId) -> Result<Option<Story>, StoreError> {
        let epoch = self.epoch().await?;
        let keys = &self.inner.keys;
        let (key, found) = (keys.task(id.0), keys.task_dependents(id.0));
        let mut commands = redis::pipe();
        commands.get(keys.epoch()).hgetall(&key);
        commands.lrange(&found, 0, MOST_DEPENDENTS - 1).lrange(keys.task_history(id.0), 0, -1);
        let (now, values, dependents, lines): (Option<String>, HashMap<_, _>, Vec<String>, Vec<String>) =
            self.inner.link.look("story", &commands).await?;
        must_be_the_same(epoch, now.as_deref())?;
        if values.is_empty() {
            return Ok(None);
        }
        let task = Fields::new(key, values).into_task(id)?;
        let dependents = dependents.iter().map(|line| records::read_dependent(&found, line));
        Ok(Some(Story {
            dependents: dependents.collect::<Result<_, _>>()?,
            history: self.chain(&task, &lines)?,
            task,
        }))
    }
}
