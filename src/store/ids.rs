//! Numbers of users and of tasks, upwards, as far as the indexes can choose among them.
//!
//! Owns the walk over a sorted set, or over several at once: in windows of numbers, each read in one step, so that no
//! reply grows with the directory and what moves from set to set meanwhile is met exactly once.
//!
//! It must never read a record: an index says who may be meant, and whoever asks looks at the record himself.
//!
//! Easy to get wrong: a window ends where the first of its sets was cut off. Behind that number another set may have been
//! read further, and what it gave there is read again.

use redis::{FromRedisValue, Pipeline};
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

/// Sets of numbers.
#[derive(Clone, Copy)]
enum Sets<'a> {
    /// The users of a side.
    Users(Side),
    /// Sets of tasks.
    Tasks(&'a [String]),
}

impl Store {
    /// The numbers of the users of a side, among these.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn user_ids(&self, side: Side, numbers: &Numbers) -> Result<Vec<UserId>, StoreError> {
        Ok(self.members(Sets::Users(side), numbers).await?.into_iter().map(UserId).collect())
    }

    /// How many users a side has, and the numbers of those at these places, both ends included; upwards or downwards.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn user_ids_at(
        &self,
        side: Side,
        (first, last): (isize, isize),
        downwards: bool,
    ) -> Result<(u64, Vec<UserId>), StoreError> {
        let places = |sides: &Sides, commands: &mut Pipeline| {
            let set = format!("{}users", sides.of(side));
            commands.zcard(&set);
            if downwards {
                commands.zrevrange(&set, first, last);
            } else {
                commands.zrange(&set, first, last);
            }
        };
        let (total, ids): (u64, Vec<u64>) = self.read_users("user_ids", places).await?;
        Ok((total, ids.into_iter().map(UserId).collect()))
    }

    /// The numbers of the users of a side who have one of these names.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn user_ids_named(&self, side: Side, names: &[String]) -> Result<Vec<UserId>, StoreError> {
        let mut found = Vec::new();
        for some in names.chunks(MOST_LOOKED_UP) {
            let by_name = |sides: &Sides, commands: &mut Pipeline| {
                commands.hmget(format!("{}names", sides.of(side)), some);
            };
            let (ids,): (Vec<Option<u64>>,) = self.read_users("user_ids", by_name).await?;
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
            let next = |sides: &Sides, commands: &mut Pipeline| {
                commands.cmd("SSCAN").arg(format!("{}admins", sides.of(side))).arg(cursor);
                commands.arg("COUNT").arg(MOST_LOOKED_UP);
            };
            let ((next, ids),): ((u64, Vec<u64>),) = self.read_users("administrators", next).await?;
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
        let ids = self.members(Sets::Tasks(&sets), &choice.numbers).await?;
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
            found.extend(self.members(Sets::Tasks(&[set]), numbers).await?);
        }
        Ok(in_order(found).into_iter().map(TaskId).collect())
    }

    /// The members of all these sets together that are among these numbers, upwards.
    async fn members(&self, sets: Sets<'_>, numbers: &Numbers) -> Result<Vec<u64>, StoreError> {
        match numbers {
            Numbers::These(numbers) => self.members_among(sets, in_order(numbers.clone())).await,
            Numbers::Between(from, to) => self.members_between(sets, *from, *to).await,
        }
    }

    async fn members_among(&self, sets: Sets<'_>, numbers: Vec<u64>) -> Result<Vec<u64>, StoreError> {
        let mut found = Vec::new();
        for some in numbers.chunks(MOST_LOOKED_UP) {
            let scores = |set: &str, commands: &mut Pipeline| {
                commands.zscore_multiple(set, some);
            };
            let scores: Vec<Vec<Option<f64>>> = self.of_each(sets, scores).await?;
            let is_there =
                |place: usize| scores.iter().any(|set| set.get(place).is_some_and(Option::is_some));
            found.extend(some.iter().enumerate().filter(|(place, _)| is_there(*place)).map(|(_, id)| *id));
        }
        Ok(found)
    }

    async fn members_between(&self, sets: Sets<'_>, mut from: u64, to: u64) -> Result<Vec<u64>, StoreError> {
        let each = MOST_AT_ONCE / sets.number().max(1);
        let count = isize::try_from(each).unwrap_or(isize::MAX);
        let mut found = Vec::new();
        while from <= to {
            let window = |set: &str, commands: &mut Pipeline| {
                commands.zrangebyscore_limit(set, from, to, 0, count);
            };
            let read: Vec<Vec<u64>> = self.of_each(sets, window).await?;
            let cut_off = read.iter().filter(|ids| ids.len() >= each).filter_map(|ids| ids.last()).min();
            let end = cut_off.copied().unwrap_or(to);
            found.extend(in_order(read.into_iter().flatten().filter(|id| *id <= end).collect()));
            from = end.saturating_add(1);
        }
        Ok(found)
    }

    /// What the same command answers of each of these sets, in one step.
    async fn of_each<T: FromRedisValue>(
        &self,
        sets: Sets<'_>,
        command: impl Fn(&str, &mut Pipeline),
    ) -> Result<Vec<T>, StoreError> {
        const NAME: &str = "ids";
        let keys = match sets {
            Sets::Users(side) => {
                let users = |sides: &Sides, commands: &mut Pipeline| {
                    command(&format!("{}users", sides.of(side)), commands);
                };
                return self.read_users(NAME, users).await;
            }
            Sets::Tasks(keys) => keys,
        };
        self.read(NAME, |commands| keys.iter().for_each(|key| command(key, commands))).await
    }
}

impl Sets<'_> {
    const fn number(self) -> usize {
        match self {
            Self::Users(_) => 1,
            Self::Tasks(keys) => keys.len(),
        }
    }
}

fn in_order(mut ids: Vec<u64>) -> Vec<u64> {
    ids.sort_unstable();
    ids.dedup();
    ids
}
