//! What goes between a worker and the queue: what it is handed, what it says, what it is told.

use chrono::{DateTime, Utc};
use std::time::Instant;

use crate::{
    domain::{
        checklist::Checklist,
        dependents::Dependent,
        reason::Reason,
        state::Event,
        task::{Fence, Subject, TaskId, TaskKind},
    },
    store::{keys, records},
    telemetry::trace::TraceParent,
};

/// A task and the fence under which it is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The task.
    pub task: TaskId,
    /// The claim.
    pub fence: Fence,
}

/// A task that was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// What is held.
    pub lease: Lease,
    /// When it was claimed: all times of the attempt go by this.
    pub at: RedisMoment,
    /// What it is for.
    pub kind: TaskKind,
    /// Whom or what it is about.
    pub subject: Subject,
    /// Its effect was promised before: there is nothing to be checked any more.
    pub committed: bool,
    /// The user's name, if he is still there; a workspace's own. For asking outside systems, not for logs.
    pub username: Option<String>,
    /// How many dependents were registered when it was claimed.
    pub registered: u64,
    /// Which attempt this is; 1 is the first.
    pub attempt: u32,
    /// The span that asked for it.
    pub trace: Option<TraceParent>,
}

impl Claimed {
    /// Whom or what it is about, by number or hash: `user:5`, `workspace:<sha1>`, `configuration`.
    #[must_use]
    pub fn subject_without_name(&self) -> String {
        keys::subject(&self.subject)
    }
}

/// What a claim brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// So many entries were taken off the list; these tasks came of them.
    Taken {
        /// Entries, stale ones among them.
        entries: u64,
        /// Tasks that are held now.
        tasks: Vec<Claimed>,
        /// And these, which this version cannot read: a newer one's kind. They are held, and must be handed back.
        strangers: Vec<Lease>,
    },
    /// Nothing is claimed while the queue is paused, or this worker is to be quiet.
    Paused,
}

/// What the holder of a task learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is still held.
    Kept,
    /// It is still held, and a cancel was accepted: give it up.
    Cancel,
    /// It is not held any more.
    Lost,
}

/// What a running attempt reports.
#[derive(Debug, Clone, Default)]
pub struct Report<'a> {
    /// How the checks stand. What they found by now has `found` among it; where that is all, what stood there before is
    /// forgotten.
    pub checks: Checklist,
    /// What is new, at most [`MOST_PER_REPORT`](super::MOST_PER_REPORT).
    pub found: &'a [Dependent],
}

/// A moment by Redis's clock, as a worker's own clock places it: never later than it really was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RedisMoment {
    pub(super) millis: u64,
    pub(super) at: Instant,
}

impl RedisMoment {
    /// Milliseconds by Redis's clock at `instant` or a little before.
    #[must_use]
    pub fn millis_at(&self, instant: Instant) -> u64 {
        let later = instant.saturating_duration_since(self.at);
        self.millis + u64::try_from(later.as_millis()).unwrap_or(u64::MAX / 2)
    }

    /// The same as a time.
    #[must_use]
    pub fn time_at(&self, instant: Instant) -> DateTime<Utc> {
        records::time(self.millis_at(instant))
    }
}

/// A deletion that is to take effect.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The task.
    pub lease: Lease,
    /// When the oldest outside answer was asked for, by Redis's clock; none if nobody outside was asked.
    pub oldest_answer_ms: Option<u64>,
    /// How the checks ended.
    pub checks: Checklist,
}

/// What became of a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// It took effect, now or when the same worker tried before.
    Done,
    /// The task is not held any more.
    Lost,
    /// A cancel was accepted.
    Cancelled,
    /// The user is gone.
    UserGone,
    /// A blocking dependent is registered.
    Blocked,
    /// He is the last administrator.
    LastAdministrator,
    /// What outside systems said is too old.
    TooOld,
    /// Nobody could tell: Redis has lost what it had, or refused to say.
    Unknown,
}

/// What became of the promise to remove a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promised {
    /// It is given, now or when the same worker tried before: the task only goes forward.
    Done,
    /// The task is not held any more.
    Lost,
    /// A cancel was accepted.
    Cancelled,
    /// A container of the user is registered.
    Running,
    /// A container of the user was registered and has lapsed: nobody can tell whether it runs.
    Silent,
    /// Somebody moves the workspace's files right now.
    Occupied,
    /// What outside systems said is too old.
    TooOld,
}

/// An attempt that ends otherwise than by a deletion.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// The task.
    pub lease: Lease,
    /// How it ends: one of refuse, retry, hand back, fail, notice the cancel, give up; complete, where the task has no
    /// effect.
    pub event: Event,
    /// Why.
    pub reason: Option<Reason>,
    /// The wait before the next attempt.
    pub delay_ms: u64,
    /// How the checks ended; none leaves what was reported last.
    pub checks: Option<Checklist>,
}

/// What became of an attempt that was to end otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It has ended so, now or when the same worker tried before.
    Done,
    /// The task is not held any more.
    Lost,
    /// It was to be completed, but a cancel was accepted.
    Cancelled,
    /// It was to be completed, but the user is gone.
    UserGone,
}
