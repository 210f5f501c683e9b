//! Numbers of users and of tasks, upwards, as far as the indexes can choose among them.
//!
//! Owns the walk over a sorted set, or over several at once: in windows of numbers, each read in one step, so that no
//! reply grows with the directory and what moves from set to set meanwhile is met exactly once.
//!
//! It must never read a record: an index says who may be meant, and whoever asks looks at the record himself.
//!
//! Easy to get wrong: a window ends where the first of its sets was cut off. Behind that number another set may have been
//! read further, and what it gave there is read again.

use redis::Pipeline;
use std::collections::HashSet;

use super::{Store, StoreError, sides::Sides};
use crate::domain::{
    state::TaskState,
    task::{LARGEST_ID, TaskId, TaskKind, UserId},
    user::Side,
};

/// Most numbers read in one step, over all sets of it.
const MOST_AT_ONCE: usize = 6_000;
/// Most names or numbers looked up in one round trip.
const MOST_LOOKED_UP: usize = 1_000;

/// Which numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numbers {
    /// These.
    These(Vec<u64>),
    /// Those that are neither below the first nor above the second.
    Between(u64, u64),
}

impl Numbers {
    /// All there are.
    pub const ALL: Self = Self::Between(0, LARGEST_ID);
}

/// Of the tasks there are, which may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskChoice {
    /// Of these kinds.
    pub kinds: Vec<TaskKind>,
    /// In these states.
    pub states: Vec<TaskState>,
    /// With these numbers.
    pub numbers: Numbers,
}

impl Store {
    /// The numbers of the users of a side, among these.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn user_ids(&self, side: Side, numbers: &Numbers) -> Result<Vec<UserId>, StoreError> {
        let set = |sides: &Sides| vec![format!("{}users", sides.of(side))];
        Ok(self.members("user_ids", set, numbers).await?.into_iter().map(UserId).collect())
    }

    /// The numbers of the users of a side who have one of these names.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn user_ids_named(&self, side: Side, names: &[String]) -> Result<Vec<UserId>, StoreError> {
        let mut found = Vec::new();
        for some in names.chunks(MOST_LOOKED_UP) {
            let look_up = |sides: &Sides, commands: &mut Pipeline| {
                commands.hmget(format!("{}names", sides.of(side)), some);
            };
            let (ids,): (Vec<Option<u64>>,) = self.read_users("user_ids", look_up).await?;
            found.extend(ids.into_iter().flatten());
        }
        Ok(in_order(found).into_iter().map(UserId).collect())
    }

    /// The numbers of the users of a side whose role is an administrator's.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn administrators(&self, side: Side) -> Result<HashSet<UserId>, StoreError> {
        let (mut found, mut cursor) = (HashSet::new(), 0_u64);
        loop {
            let scan = |sides: &Sides, commands: &mut Pipeline| {
                let set = format!("{}admins", sides.of(side));
                commands.cmd("SSCAN").arg(set).arg(cursor).arg("COUNT").arg(MOST_LOOKED_UP);
            };
            let ((next, ids),): ((u64, Vec<u64>),) = self.read_users("administrators", scan).await?;
            found.extend(ids.into_iter().map(UserId));
            if next == 0 {
                return Ok(found);
            }
            cursor = next;
        }
    }

    /// The numbers of the tasks that may be meant.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn task_ids(&self, choice: &TaskChoice) -> Result<Vec<TaskId>, StoreError> {
        let states = |kind: &TaskKind| {
            let kind = kind.name();
            choice.states.iter().map(move |state| self.inner.keys.tasks_in(kind, state.name()))
        };
        let sets: Vec<_> = choice.kinds.iter().flat_map(states).collect();
        let ids = self.members("task_ids", |_| sets.clone(), &choice.numbers).await?;
        Ok(ids.into_iter().map(TaskId).collect())
    }

    /// The numbers of the tasks, of whatever kind, that one of these callers asked for.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn task_ids_asked_by(
        &self,
        names: &[String],
        numbers: &Numbers,
    ) -> Result<Vec<TaskId>, StoreError> {
        let sets: HashSet<_> = names.iter().map(|name| self.inner.keys.tasks_asked_by(name)).collect();
        let mut found = Vec::new();
        for set in sets {
            found.extend(self.members("task_ids", |_| vec![set.clone()], numbers).await?);
        }
        Ok(in_order(found).into_iter().map(TaskId).collect())
    }

    /// The members of all these sets together that are among these numbers, upwards.
    async fn members(
        &self,
        name: &'static str,
        sets: impl Fn(&Sides) -> Vec<String>,
        numbers: &Numbers,
    ) -> Result<Vec<u64>, StoreError> {
        match numbers {
            Numbers::These(numbers) => self.members_among(name, sets, numbers).await,
            Numbers::Between(from, to) => self.members_between(name, sets, *from, *to).await,
        }
    }

    async fn members_among(
        &self,
        name: &'static str,
        sets: impl Fn(&Sides) -> Vec<String>,
        numbers: &[u64],
    ) -> Result<Vec<u64>, StoreError> {
        let numbers = in_order(numbers.to_vec());
        let mut found = Vec::new();
        for some in numbers.chunks(MOST_LOOKED_UP) {
            let look_up = |sides: &Sides, commands: &mut Pipeline| {
                for set in sets(sides) {
                    commands.zscore_multiple(set, some);
                }
            };
            let scores: Vec<Vec<Option<f64>>> = self.read_users(name, look_up).await?;
            let is_there =
                |place: usize| scores.iter().any(|set| set.get(place).is_some_and(Option::is_some));
            found.extend(some.iter().enumerate().filter(|(place, _)| is_there(*place)).map(|(_, id)| *id));
        }
        Ok(found)
    }

    async fn members_between(
        &self,
        name: &'static str,
        sets: impl Fn(&Sides) -> Vec<String>,
        mut from: u64,
        to: u64,
    ) -> Result<Vec<u64>, StoreError> {
        let mut found = Vec::new();
        while from <= to {
            let window = |sides: &Sides, commands: &mut Pipeline| {
                let sets = sets(sides);
                let count = isize::try_from(share(sets.len())).unwrap_or(isize::MAX);
                for set in sets {
                    commands.zrangebyscore_limit(set, from, to, 0, count);
                }
            };
            let read: Vec<Vec<u64>> = self.read_users(name, window).await?;
            let each = share(read.len());
            let cut_off =
                read.iter().filter(|ids| ids.len() >= each).filter_map(|ids| ids.last()).min().copied();
            let end = cut_off.unwrap_or(to);
            found.extend(in_order(read.into_iter().flatten().filter(|id| *id <= end).collect()));
            from = end.saturating_add(1);
        }
        Ok(found)
    }
}

/// How many numbers are read of each of so many sets.
fn share(sets: usize) -> usize {
    (MOST_AT_ONCE / sets.max(1)).max(1)
}

fn in_order(mut ids: Vec<u64>) -> Vec<u64> {
    ids.sort_unstable();
    ids.dedup();
    ids
}
