//! Where the users of a configuration stand: the staged ones always in one place, the deployed ones in the generation of the
//! last deploy.
//!
//! Owns the one way to read users without a script. Scripts have `side` (`_sides.lua`) for the same.
//!
//! Easy to get wrong: between learning which generation is in effect and reading from it, a deploy may turn. So every read
//! asks again which one it is, in the same step, and is repeated when it was another.

use redis::{FromRedisValue, Pipeline, Value};
use std::sync::{Mutex, PoisonError};

use super::{Store, StoreError, reading::typed};
use crate::domain::user::Side;

/// Deploys that may turn while something is read; each of them takes longer than any read.
const MOST_TURNS: usize = 8;

/// What the keys of both sides' users begin with.
#[derive(Debug)]
pub(super) struct Sides {
    staged: String,
    deployed: String,
}

impl Sides {
    /// Those of one side.
    pub(super) fn of(&self, side: Side) -> &str {
        match side {
            Side::Staged => &self.staged,
            Side::Deployed => &self.deployed,
        }
    }
}

/// The generation that was in effect when it was last looked at.
#[derive(Debug, Default)]
pub(super) struct LastSeen(Mutex<Option<String>>);

impl LastSeen {
    fn get(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, generation: Option<String>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = generation;
    }
}

impl Store {
    /// How many users a side has.
    pub(super) async fn count_users(&self, side: Side) -> Result<u64, StoreError> {
        let count = |sides: &Sides, commands: &mut Pipeline| {
            commands.zcard(format!("{}users", sides.of(side)));
        };
        let (users,): (u64,) = self.read_users("count_users", count).await?;
        Ok(users)
    }

    /// Reads users, all in one step. `commands` are told where the users of both sides stand; their answers come as a list.
    pub(super) async fn read_users<T: FromRedisValue>(
        &self,
        name: &'static str,
        commands: impl Fn(&Sides, &mut Pipeline),
    ) -> Result<T, StoreError> {
        let keys = &self.inner.keys;
        for _ in 0..MOST_TURNS {
            let supposed = self.inner.generation.get();
            let [staged, deployed] = Side::BOTH.map(|side| keys.side(side, supposed.as_deref()));
            let all = |all: &mut Pipeline| commands(&Sides { staged, deployed }, all.get(keys.generation()));
            let mut answers: Vec<Value> = self.read(name, all).await?;
            let read = answers.split_off(answers.len().min(1));
            let (generation,): (Option<String>,) = typed(name, answers)?;
            if generation == supposed {
                return typed(name, read);
            }
            self.inner.generation.set(generation);
        }
        Err(StoreError::UnknownReply { script: name, what: "another generation at every look".into() })
    }
}
