//! Transitions as they happen, for listeners. The scripts write them to a stream that keeps the last few thousand; whoever
//! comes back says what it saw last, and is told what came since.
//!
//! It must never be what anything is decided by: records are the truth, this only tells.
//!
//! Easy to get wrong: an entry of the stream holds many transitions, so that a listener's place is an entry and a line in
//! it. And a stream that was trimmed says so ([`EventPage::gap`]): a listener must not believe that it saw everything.

use std::{collections::HashMap, fmt, str::FromStr, sync::Arc, time::Duration};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{
    Store, StoreError, calls, must_be_the_same,
    patience::Backoff,
    tasks::{Transition, read_transition},
};
use crate::domain::task::{TaskId, TaskKind, UserId};

/// How long one blocking wait for an event lasts.
const BLOCK: Duration = Duration::from_secs(5);
/// Entries of the stream read at once; each holds twenty transitions at most.
const ENTRIES_AT_ONCE: usize = 50;

/// A place in the stream: an entry's two numbers, and how many of its lines were seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct EventId {
    millis: u64,
    sequence: u64,
    line: u64,
}

/// The text is not an [`EventId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of an event")]
pub struct NotAnEventId;

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.millis, self.sequence, self.line)
    }
}

impl FromStr for EventId {
    type Err = NotAnEventId;

    fn from_str(text: &str) -> Result<Self, NotAnEventId> {
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            if digits { text.parse().ok() } else { None }
        };
        let numbers: Option<Vec<u64>> = text.split('-').map(number).collect();
        match numbers.as_deref() {
            Some([millis, sequence, line]) => Ok(Self { millis: *millis, sequence: *sequence, line: *line }),
            _ => Err(NotAnEventId),
        }
    }
}

impl EventId {
    fn entry(self) -> String {
        format!("{}-{}", self.millis, self.sequence)
    }

    /// Before all of its entry.
    fn first_line(self) -> Self {
        Self { line: 0, ..self }
    }

    /// Behind all of its entry.
    fn behind(self) -> Self {
        Self { line: u64::MAX, ..self }
    }

    fn of_entry(entry: &str) -> Option<Self> {
        format!("{entry}-0").parse().ok()
    }
}

/// One transition of one task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskEvent {
    /// Its place in the stream.
    pub id: EventId,
    /// The task.
    pub task: TaskId,
    /// What it is for.
    pub kind: TaskKind,
    /// The user it is about; none where it is about a workspace, which the task's record names.
    pub user: Option<UserId>,
    /// What happened.
    pub transition: Transition,
}

/// What came after a place in the stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventPage {
    /// In the order in which it happened; empty when there is nothing new that this version can read.
    pub events: Vec<TaskEvent>,
    /// The place behind all that was looked at; where it is the place asked for, there is nothing new.
    pub end: EventId,
    /// There was more, and it is forgotten.
    pub gap: bool,
}

type Entry = (String, Vec<(String, String)>);

impl Store {
    /// The place behind everything that has happened so far.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn latest_event(&self) -> Result<EventId, StoreError> {
        let (epoch, key) = (self.epoch().await?, self.inner.keys.named("events"));
        let mut commands = redis::pipe();
        commands.get(self.inner.keys.epoch());
        commands.cmd("XREVRANGE").arg(&key).arg("+").arg("-").arg("COUNT").arg(1);
        let (now, entries): (Option<String>, Vec<Entry>) = self.inner.link.look("events", &commands).await?;
        must_be_the_same(epoch, now.as_deref())?;
        Ok(place(&entries).map_or_else(EventId::default, EventId::behind))
    }

    /// What came after that place; a few hundred events at most. A place that lies ahead of all that has happened was given
    /// out by another Redis, or before its clock went back: what came since is not known.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn events_after(&self, after: &EventId) -> Result<EventPage, StoreError> {
        let (epoch, key) = (self.epoch().await?, self.inner.keys.named("events"));
        let mut commands = redis::pipe();
        commands.get(self.inner.keys.epoch());
        commands.cmd("XRANGE").arg(&key).arg("-").arg("+").arg("COUNT").arg(1);
        commands.cmd("XREVRANGE").arg(&key).arg("+").arg("-").arg("COUNT").arg(1);
        commands.cmd("XRANGE").arg(&key).arg(after.entry()).arg("+").arg("COUNT").arg(ENTRIES_AT_ONCE);
        let (now, oldest, newest, entries): (Option<String>, Vec<Entry>, Vec<Entry>, Vec<Entry>) =
            self.inner.link.pipeline("events", &commands).await?;
        must_be_the_same(epoch, now.as_deref())?;
        let (oldest, newest) = (place(&oldest), place(&newest));
        if newest.is_none_or(|newest| newest < after.first_line()) && *after != EventId::default() {
            let end = newest.map_or_else(EventId::default, EventId::behind);
            return Ok(EventPage { events: Vec::new(), end, gap: true });
        }
        let gap = if *after == EventId::default() {
            self.was_trimmed(&key, oldest).await?
        } else {
            oldest.is_some_and(|oldest| oldest > after.first_line())
        };
        let (mut events, mut end) = (Vec::new(), *after);
        for (entry, fields) in &entries {
            let Some(first) = EventId::of_entry(entry) else { continue };
            let lines = fields.iter().flat_map(|(_, text)| text.split('\n'));
            for (line, text) in (1..).zip(lines) {
                let id = EventId { line, ..first };
                if id > *after {
                    end = id;
                    events.extend(read_event(id, text));
                }
            }
        }
        Ok(EventPage { events, end, gap })
    }

    /// Something that happened is not in the stream any more.
    async fn was_trimmed(&self, key: &str, oldest: Option<EventId>) -> Result<bool, StoreError> {
        if oldest.is_none() {
            return Ok(false);
        }
        let mut commands = redis::pipe();
        commands.cmd("XINFO").arg("STREAM").arg(key);
        let (facts,): (HashMap<String, redis::Value>,) =
            self.inner.link.pipeline("events", &commands).await?;
        let number = |name: &str| {
            facts.get(name).cloned().and_then(|value| redis::from_redis_value::<u64>(value).ok())
        };
        Ok(number("entries-added") > number("length"))
    }
}

fn place(entries: &[Entry]) -> Option<EventId> {
    entries.first().and_then(|(entry, _)| EventId::of_entry(entry))
}

/// A line that this version cannot read (a newer one's kind of task) is left out.
fn read_event(id: EventId, text: &str) -> Option<TaskEvent> {
    let mut parts = text.splitn(4, '\t');
    let (task, kind, user) = (parts.next()?, parts.next()?, parts.next()?);
    Some(TaskEvent {
        id,
        task: task.parse().ok()?,
        kind: TaskKind::from_name(kind)?,
        user: if user.is_empty() { None } else { Some(user.parse().ok()?) },
        transition: read_transition(parts.next()?)?,
    })
}

/// Tells listeners that something has happened, with one blocking read for all of them.
#[derive(Debug, Clone)]
pub struct EventTail {
    happened: watch::Receiver<u64>,
    _reading: Arc<DropGuard>,
}

impl EventTail {
    /// Starts reading; it ends with the last clone of this. Call it inside the tokio runtime.
    #[must_use]
    pub fn start(store: Store) -> Self {
        let (tell, happened) = watch::channel(0);
        let stop = CancellationToken::new();
        let reading = stop.clone();
        tokio::spawn(async move { reading.run_until_cancelled(read(store, tell)).await });
        Self { happened, _reading: Arc::new(stop.drop_guard()) }
    }

    /// Waits until something has happened since the last call. Whoever looks before he waits misses nothing.
    pub async fn changed(&mut self) {
        if self.happened.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

async fn read(store: Store, tell: watch::Sender<u64>) {
    let mut failures = Backoff::default();
    loop {
        if let Err(error) = follow(&store, &tell, &mut failures).await {
            tracing::debug!(error = %crate::telemetry::chain(&error), "events cannot be followed");
            tokio::time::sleep(failures.next_wait()).await;
            // What happened meanwhile has to be looked for.
            tell.send_modify(|count| *count += 1);
        }
    }
}

async fn follow(store: &Store, tell: &watch::Sender<u64>, failures: &mut Backoff) -> Result<(), StoreError> {
    let mut connection = store.inner.link.dedicated(BLOCK).await?;
    let key = store.inner.keys.named("events");
    let mut last = store.latest_event().await?.entry();
    tell.send_modify(|count| *count += 1);
    loop {
        let mut command = redis::cmd("XREAD");
        command.arg("COUNT").arg(ENTRIES_AT_ONCE).arg("BLOCK").arg(BLOCK.as_millis());
        command.arg("STREAMS").arg(&key).arg(&last);
        let read = command.query_async(&mut connection).await.map_err(StoreError::Unavailable);
        let reply: Option<Vec<(String, Vec<Entry>)>> = read.inspect_err(calls::failed)?;
        failures.reset();
        let entries = reply.into_iter().flatten().flat_map(|(_, entries)| entries);
        if let Some((entry, _)) = entries.last() {
            last = entry;
            tell.send_modify(|count| *count += 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EventId, NotAnEventId};

    #[test]
    fn ids_are_three_numbers_in_order() {
        let id: EventId = "17-2-3".parse().unwrap();
        assert_eq!(id.to_string(), "17-2-3");
        assert!("17-2-4".parse::<EventId>().unwrap() > id && "17-10-0".parse::<EventId>().unwrap() > id);
        for bad in ["", "1", "1-2", "1-2-3-4", "1-2-x", "+1-2-3", "1--3", "99999999999999999999-0-0"] {
            assert_eq!(bad.parse::<EventId>(), Err(NotAnEventId), "{bad:?}");
        }
    }
}
