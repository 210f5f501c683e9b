//! Lists of tasks, newest first, however many there are.
//!
//! Every task stands in three sets by its id: that of its kind and state, its user's, its requester's. A list reads the
//! set, or the few sets, that promise least, from the last page's end on, then the records, and drops what another
//! filter does not want.
//!
//! It must never read more than `MOST_LOOKED_AT` records for one page: a page may be short, or empty, and still have
//! more behind it.
//!
//! Easy to get wrong: the sets and the records are read one after the other. A task that moves in between is judged by
//! its record, and by nothing else.

use std::collections::HashMap;

use super::{Store, StoreError, records::Fields};
use crate::domain::{
    state::TaskState,
    task::{Task, TaskId, TaskKind, UserId},
};

/// Most records looked at for one page.
const MOST_LOOKED_AT: usize = 400;
/// Most records in one round trip.
const MOST_AT_ONCE: usize = 200;

/// Which tasks; an empty one wants all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// In that state.
    pub state: Option<TaskState>,
    /// Of that kind.
    pub kind: Option<TaskKind>,
    /// About that user.
    pub user: Option<UserId>,
    /// Asked for by the caller of that name.
    pub created_by: Option<String>,
}

/// Some of the tasks that were asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskPage {
    /// Newest first.
    pub items: Vec<Task>,
    /// The id to go on below; none at the end.
    pub next: Option<TaskId>,
}

/// Sets that together hold every task that is wanted, and how many tasks they hold.
struct Source {
    sets: Vec<String>,
    tasks: u64,
}

/// State, kind, user and requester, as a record has them.
type Said = (Option<String>, Option<String>, Option<String>, Option<String>);

impl TaskFilter {
    fn fits(&self, (state, kind, user, created_by): &Said) -> bool {
        let is = |said: &Option<String>, wanted: Option<&str>| {
            wanted.is_none_or(|one| said.as_deref() == Some(one))
        };
        is(state, self.state.map(TaskState::name))
            && is(kind, self.kind.map(TaskKind::name))
            && is(user, self.user.map(|user| user.to_string()).as_deref())
            && is(created_by, self.created_by.as_deref())
    }

    fn wants(&self, task: &Task) -> bool {
        self.state.is_none_or(|state| task.state == state)
            && self.kind.is_none_or(|kind| task.kind == kind)
            && self.user.is_none_or(|user| task.user() == Some(user))
            && self.created_by.as_ref().is_none_or(|name| task.requester.name == *name)
    }
}

impl Store {
    /// A page of at most `limit` tasks with ids below `before`.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn list_tasks(
        &self,
        filter: &TaskFilter,
        before: Option<TaskId>,
        limit: usize,
    ) -> Result<TaskPage, StoreError> {
        let source = self.smallest_source(filter).await?;
        let mut page = TaskPage { items: Vec::new(), next: before };
        let (mut looked_at, mut wanted) = (0, limit + 1);
        loop {
            let ids = self.newest(&source.sets, page.next, wanted).await?;
            let mut fitting = self.fitting(&ids, filter).await?;
            let more = fitting.len() > limit - page.items.len();
            fitting.truncate(limit - page.items.len());
            page.items.extend(self.tasks(&fitting).await?.into_iter().filter(|task| filter.wants(task)));
            if more {
                page.next = fitting.last().copied();
                return Ok(page);
            }
            looked_at += wanted;
            page.next = if ids.len() < wanted { None } else { ids.last().copied() };
            if page.next.is_none() || page.items.len() == limit || looked_at >= MOST_LOOKED_AT {
                return Ok(page);
            }
            wanted = MOST_AT_ONCE;
        }
    }

    /// How many tasks of that kind there are, whatever became of them.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn count_of_kind(&self, kind: TaskKind) -> Result<u64, StoreError> {
        let all = TaskFilter { kind: Some(kind), ..TaskFilter::default() };
        Ok(self.smallest_source(&all).await?.tasks)
    }

    /// Of the ways to find what is wanted, the one that leads past the fewest tasks.
    async fn smallest_source(&self, filter: &TaskFilter) -> Result<Source, StoreError> {
        let candidates = self.sources(filter);
        let all = |commands: &mut redis::Pipeline| {
            for set in candidates.iter().flatten() {
                commands.zcard(set);
            }
        };
        let mut sizes = self.read::<Vec<u64>>("list_tasks", all).await?.into_iter();
        let mut sources = Vec::with_capacity(candidates.len());
        for sets in candidates {
            let tasks = sizes.by_ref().take(sets.len()).sum::<u64>();
            sources.push(Source { sets, tasks });
        }
        let smallest = sources.into_iter().min_by_key(|source| source.tasks);
        Ok(smallest.unwrap_or_else(|| unreachable!("there is always a candidate")))
    }

    fn sources(&self, filter: &TaskFilter) -> Vec<Vec<String>> {
        let keys = &self.inner.keys;
        let mut candidates = Vec::new();
        candidates.extend(filter.user.map(|user| vec![keys.tasks_of_user(user.0)]));
        candidates.extend(filter.created_by.as_ref().map(|name| vec![keys.tasks_asked_by(name)]));
        if filter.state.is_some() || filter.kind.is_some() || candidates.is_empty() {
            let kinds = TaskKind::ALL.into_iter().filter(|kind| filter.kind.is_none_or(|one| one == *kind));
            let states = |kind: TaskKind| {
                let wanted = |state: &TaskState| filter.state.is_none_or(|one| one == *state);
                let name = move |state: TaskState| keys.tasks_in(kind.name(), state.name());
                TaskState::ALL.into_iter().filter(wanted).map(name).collect::<Vec<_>>()
            };
            candidates.push(kinds.flat_map(states).collect());
        }
        candidates
    }

    /// The newest ids of all the sets together, in one step.
    async fn newest(
        &self,
        sets: &[String],
        before: Option<TaskId>,
        limit: usize,
    ) -> Result<Vec<TaskId>, StoreError> {
        let below = before.map_or_else(|| "+inf".to_owned(), |id| format!("({id}"));
        let mut commands = redis::pipe();
        for set in sets {
            let count = isize::try_from(limit).unwrap_or(isize::MAX);
            commands.zrevrangebyscore_limit(set, &below, "-inf", 0, count);
        }
        let found: Vec<Vec<u64>> = self.inner.link.look("list_tasks", &commands).await?;
        let mut ids: Vec<_> = found.into_iter().flatten().map(TaskId).collect();
        ids.sort_unstable_by(|one, other| other.cmp(one));
        ids.truncate(limit);
        Ok(ids)
    }

    /// Those of the tasks that are wanted, by the few fields that say so.
    async fn fitting(&self, ids: &[TaskId], filter: &TaskFilter) -> Result<Vec<TaskId>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut commands = redis::pipe();
        for id in ids {
            commands.hmget(self.inner.keys.task(id.0), &["state", "kind", "user", "created_by"]);
        }
        let found: Vec<Said> = self.inner.link.pipeline("list_tasks", &commands).await?;
        let fits = ids.iter().zip(found).filter(|(_, said)| filter.fits(said));
        Ok(fits.map(|(id, _)| *id).collect())
    }

    /// The records of these tasks, without those that are gone by now, or that this version cannot read.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn tasks(&self, ids: &[TaskId]) -> Result<Vec<Task>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut commands = redis::pipe();
        for id in ids {
            commands.hgetall(self.inner.keys.task(id.0));
        }
        let records: Vec<HashMap<String, String>> = self.inner.link.pipeline("list_tasks", &commands).await?;
        let there = ids.iter().zip(records).filter(|(_, values)| !values.is_empty());
        let read = |(id, values): (&TaskId, _)| {
            let task = Fields::new(self.inner.keys.task(id.0), values).into_task(*id);
            task.inspect_err(|error| tracing::warn!(task.id = id.0, %error, "a task cannot be listed")).ok()
        };
        Ok(there.filter_map(read).collect())
    }
}
