//! Tasks: read one, its dependents, its history; cancel, pause and resume it; how many there are.

use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};

use super::{
    Store, StoreError, moves, must_be_the_same,
    records::{self, Fields},
    reply::number,
    scripts, tallies,
    workers::COUNTED,
};
use crate::domain::{
    dependents::Dependent,
    state::{Event, TaskState},
    task::{Task, TaskId},
};

/// What became of a cancel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// It is kept: the task is cancelled, or can end in no other way.
    Kept,
    /// The task has ended, or is past the point of no return.
    TooLate,
    /// No such task.
    NotFound,
}

/// What became of a pause or a resume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steered {
    /// Done.
    Done,
    /// Not from the state the task is in.
    NotNow,
    /// No such task.
    NotFound,
}

/// One line of a task's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// When.
    pub at: DateTime<Utc>,
    /// The state before; none for the first line.
    pub from: Option<TaskState>,
    /// The state after.
    pub to: TaskState,
    /// The caller or the worker.
    pub by: String,
    /// The event, and the reason where there is one.
    pub why: String,
}

/// How much there is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Depth {
    /// Tasks in every state.
    pub states: BTreeMap<TaskState, u64>,
    /// How long the task that has waited longest for a worker has waited.
    pub oldest_age_ms: Option<u64>,
    /// Who paused the queue, so that nothing is claimed for now.
    pub paused_by: Option<String>,
    /// Workers that were heard of just now.
    pub workers: u64,
    /// Tasks whose effect outside Redis was promised and has not ended.
    pub committed: u64,
    /// How long ago the oldest of those promises was given.
    pub oldest_commit_ms: Option<u64>,
}

impl Depth {
    /// Nothing is claimed for now.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.paused_by.is_some()
    }
}

impl Store {
    /// The record of a task.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn task(&self, id: TaskId) -> Result<Option<Task>, StoreError> {
        let epoch = self.epoch().await?;
        let key = self.inner.keys.task(id.0);
        let mut commands = redis::pipe();
        commands.get(self.inner.keys.epoch()).hgetall(&key);
        let (now, values): (Option<String>, HashMap<String, String>) =
            self.inner.link.pipeline("task", &commands).await?;
        must_be_the_same(epoch, now.as_deref())?;
        if values.is_empty() { Ok(None) } else { Fields::new(key, values).into_task(id).map(Some) }
    }

    /// What the last attempt of a task found, in the order found; bounded by what a report keeps.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn found_dependents(&self, id: TaskId) -> Result<Vec<Dependent>, StoreError> {
        let key = self.inner.keys.task_dependents(id.0);
        let mut commands = redis::pipe();
        commands.lrange(&key, 0, -1);
        let (lines,): (Vec<String>,) = self.inner.link.pipeline("found_dependents", &commands).await?;
        lines.iter().map(|line| records::read_dependent(&key, line)).collect()
    }

    /// The transitions of these lines, led by the task's acceptance, which no line tells.
    pub(super) fn chain(&self, task: &Task, lines: &[String]) -> Result<Vec<Transition>, StoreError> {
        let corrupt =
            || StoreError::Corrupt { key: self.inner.keys.task_history(task.id.0), field: "history" };
        let later = lines
            .iter()
            .map(|line| read_transition(line).ok_or_else(corrupt))
            .collect::<Result<Vec<_>, _>>()?;
        let into = later.first().and_then(|transition| transition.from).unwrap_or(task.state);
        Ok(std::iter::once(acceptance(task, into)).chain(later).collect())
    }

    /// Takes a request back; `by` is the caller's name.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn cancel(&self, id: TaskId, by: &str) -> Result<Cancelled, StoreError> {
        let args = vec![moves::of(Event::Cancel), id.to_string(), by.to_owned()];
        let reply = self.run(&scripts::CANCEL, args).await?;
        match reply.tag() {
            "DONE" => {
                if let [kind, state] = reply.into_rest().texts()?.as_slice() {
                    tallies::came_to(kind, state);
                }
                Ok(Cancelled::Kept)
            }
            "TOO_LATE" => {
                tallies::refused(&reply.into_rest().text(0)?, Event::Cancel);
                Ok(Cancelled::TooLate)
            }
            "NOT_FOUND" => Ok(Cancelled::NotFound),
            "CORRUPT" => Err(self.corrupt(id)),
            _ => Err(reply.unexpected()),
        }
    }

    /// Stops one task. Whoever works on it loses it.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn pause(&self, id: TaskId, by: &str) -> Result<Steered, StoreError> {
        let args = vec![moves::of(Event::Pause), id.to_string(), by.to_owned()];
        self.steer(id, Event::Pause, &scripts::PAUSE, args).await
    }

    /// Lets a paused task go on.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn resume(&self, id: TaskId, by: &str) -> Result<Steered, StoreError> {
        let args =
            vec![moves::of(Event::Resume), moves::of(Event::ResumeEarly), id.to_string(), by.to_owned()];
        self.steer(id, Event::Resume, &scripts::RESUME, args).await
    }

    async fn steer(
        &self,
        id: TaskId,
        event: Event,
        script: &scripts::Script,
        args: Vec<String>,
    ) -> Result<Steered, StoreError> {
        let reply = self.run(script, args).await?;
        match reply.tag() {
            "DONE" => Ok(Steered::Done),
            "NOT_NOW" => {
                tallies::refused(&reply.into_rest().text(0)?, event);
                Ok(Steered::NotNow)
            }
            "NOT_FOUND" => Ok(Steered::NotFound),
            "CORRUPT" => Err(self.corrupt(id)),
            _ => Err(reply.unexpected()),
        }
    }

    /// Stops claiming altogether, or lets it go on. Tasks keep their states.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn pause_queue(&self, paused: bool, by: &str) -> Result<(), StoreError> {
        let args = vec![u8::from(paused).to_string(), by.to_owned()];
        let reply = self.run(&scripts::PAUSE_QUEUE, args).await?;
        if reply.tag() == "DONE" { Ok(()) } else { Err(reply.unexpected()) }
    }

    /// How much there is to do, whatever the backlog, in constant time.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn depth(&self) -> Result<Depth, StoreError> {
        let name = scripts::DEPTH.name;
        let args = vec![COUNTED.as_millis().to_string()];
        let values = self.run(&scripts::DEPTH, args).await?.ok(name)?.texts()?;
        let [now, oldest, paused_by, workers, committed, promised, counts @ ..] = values.as_slice() else {
            return Err(StoreError::UnknownReply { script: name, what: "too few values".into() });
        };
        let now = number(name, now)?;
        let mut states: BTreeMap<_, _> = TaskState::ALL.into_iter().map(|state| (state, 0)).collect();
        for pair in counts.chunks_exact(2) {
            if let Some(state) = TaskState::from_name(&pair[0]) {
                // Somebody who edits records by hand may drive a counter below zero.
                let below_zero = pair[1].starts_with('-');
                states.insert(state, if below_zero { 0 } else { number(name, &pair[1])? });
            }
        }
        let age = |since: &str| {
            if since.is_empty() { Ok(None) } else { Ok(Some(now.saturating_sub(number(name, since)?))) }
        };
        Ok(Depth {
            states,
            oldest_age_ms: age(oldest)?,
            paused_by: Some(paused_by.clone()).filter(|name| !name.is_empty()),
            workers: number(name, workers)?,
            committed: number(name, committed)?,
            oldest_commit_ms: age(promised)?,
        })
    }

    fn corrupt(&self, id: TaskId) -> StoreError {
        StoreError::Corrupt { key: self.inner.keys.task(id.0), field: "state" }
    }
}

/// The first line of a task's history, which is made from its record.
pub(super) fn acceptance(task: &Task, into: TaskState) -> Transition {
    let by = task.requester.name.clone();
    let why = task.retry_of.map_or_else(|| "submit".to_owned(), |old| format!("submit: retry of task {old}"));
    Transition { at: task.created, from: None, to: into, by, why }
}

/// A line of a history, or of an event; the first one of a task comes from no state.
pub(super) fn read_transition(line: &str) -> Option<Transition> {
    let mut parts = line.split('\t');
    let (at, from, to) = (parts.next()?, parts.next()?, parts.next()?);
    let (by, event, reason) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Transition {
        at: records::time(at.parse().ok()?),
        from: if from.is_empty() { None } else { Some(TaskState::from_name(from)?) },
        to: TaskState::from_name(to)?,
        by: by.to_owned(),
        why: if reason.is_empty() { event.to_owned() } else { format!("{event}: {reason}") },
    })
}
