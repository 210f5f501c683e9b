//! The queue, as a worker sees it: claim, extend, report, commit, settle. And our own apalis backend on top of them.
//!
//! Owns the typed functions before the worker's scripts, and (in `queue/`) what
//! apalis needs to run a worker on them. The record is the truth; an entry in the list is a hint.
//!
//! It must never decide what becomes of a task: the handler does, with `domain::plan`.
//!
//! Easy to get wrong: every write carries the fence of its claim. An answer of `Lost` means that somebody else may hold
//! the task by now: stop, and touch nothing.

pub mod backend;
mod delivery;
mod exchange;
mod fetcher;
mod finisher;
mod held;

use std::time::{Duration, Instant};

use super::{
    Store, StoreError, moves, records,
    reply::{columns, number},
    scripts::{self, Script},
    tallies,
};
use crate::{
    domain::{
        reason::Reason,
        state::{Event, TaskState},
        task::{Effect, Fence, TaskId, TaskKind},
    },
    telemetry::trace::TraceParent,
};

pub use self::{
    backend::{Queue, QueueConfig},
    delivery::Delivery,
    exchange::{
        Claim, Claimed, Commit, Committed, Lease, Promised, RedisMoment, Report, Settled, Settlement,
        Standing,
    },
    finisher::Finisher,
    held::Interruption,
};

/// What a claim tells of a task.
const CLAIMED_COLUMNS: usize = 10;
/// Most dependents kept with a task; more are counted, not listed.
const MOST_DEPENDENTS: usize = 10_000;
/// Most dependents in one report.
pub const MOST_PER_REPORT: usize = 100;

impl Store {
    /// Takes up to `limit` tasks that wait.
    ///
    /// # Errors
    /// [`StoreError`]. If the outcome is unknown, tasks may be held that nobody knows of; their leases run out.
    pub async fn claim(&self, limit: usize, worker: &str, lease: Duration) -> Result<Claim, StoreError> {
        let name = scripts::CLAIM.name;
        let args = vec![
            moves::of(Event::Claim),
            limit.to_string(),
            worker.to_owned(),
            lease.as_millis().to_string(),
            moves::NEEDS.clone(),
        ];
        let reply = self.run(&scripts::CLAIM, args).await?;
        let received = Instant::now();
        if reply.tag() == "PAUSED" {
            return Ok(Claim::Paused);
        }
        let (entries, rest) = reply.ok(name)?.split_first()?;
        let (now, rest) = rest.split_first()?;
        let at = RedisMoment { millis: number(name, &now)?, at: received };
        let (mut tasks, mut strangers) = (Vec::new(), Vec::new());
        for line in rest.texts()? {
            let columns = columns(&line).ok_or_else(|| other_shape(name))?;
            let lease = read_lease(&columns)?;
            match read_claimed(lease, at, &columns) {
                Ok(task) => tasks.push(task),
                Err(error) => {
                    let why = crate::telemetry::chain(&error);
                    tracing::warn!(task.id = lease.task.0, error = %why, "a task that this version cannot read");
                    strangers.push(lease);
                }
            }
        }
        if !tasks.is_empty() {
            tallies::claimed_at(at.millis);
        }
        Ok(Claim::Taken { entries: number(name, &entries)?, tasks, strangers })
    }

    /// Renews leases, and learns how each task stands.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn extend(&self, leases: &[Lease], lease: Duration) -> Result<Vec<Standing>, StoreError> {
        let mut args = vec![moves::HELD.clone(), lease.as_millis().to_string()];
        for lease in leases {
            args.push(lease.task.to_string());
            args.push(lease.fence.to_string());
        }
        let tags = self.run(&scripts::EXTEND, args).await?.ok(scripts::EXTEND.name)?.texts()?;
        tags.iter().map(|tag| standing(&scripts::EXTEND, tag)).collect()
    }

    /// Writes down what a running attempt found and how far it is.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn report(&self, lease: Lease, report: &Report<'_>) -> Result<Standing, StoreError> {
        let mut args = vec![
            moves::HELD.clone(),
            lease.task.to_string(),
            lease.fence.to_string(),
            report.checks.counts().found.saturating_sub(report.found.len() as u64).to_string(),
            report.checks.to_string(),
            MOST_DEPENDENTS.to_string(),
        ];
        args.extend(report.found.iter().map(records::write_dependent));
        standing(&scripts::REPORT, self.run(&scripts::REPORT, args).await?.tag())
    }

    /// Lets deletions take effect, each in one step with its task's end.
    ///
    /// # Errors
    /// [`StoreError`]. Where the outcome is unknown, repeating tells.
    pub async fn commit(
        &self,
        commits: &[Commit],
        worker: &str,
        max_answer_age: Duration,
    ) -> Result<Vec<Committed>, StoreError> {
        let name = scripts::COMMIT.name;
        let mut args = vec![
            moves::of(Event::Complete),
            TaskState::Completed.name().to_owned(),
            max_answer_age.as_millis().to_string(),
            moves::EFFECTS.clone(),
        ];
        for commit in commits {
            args.extend([
                commit.lease.task.to_string(),
                commit.lease.fence.to_string(),
                commit.oldest_answer_ms.map_or_else(String::new, |millis| millis.to_string()),
                worker.to_owned(),
                commit.checks.to_string(),
            ]);
        }
        let lines = self.run(&scripts::COMMIT, args).await?.ok(name)?.texts()?;
        lines.iter().map(|line| read_committed(line)).collect()
    }

    /// Ends attempts otherwise.
    ///
    /// # Errors
    /// [`StoreError`]. Where the outcome is unknown, repeating is safe.
    pub async fn settle(&self, settlements: &[Settlement], worker: &str) -> Result<Vec<Settled>, StoreError> {
        let name = scripts::SETTLE.name;
        let mut args = vec![moves::SETTLE.clone()];
        for settlement in settlements {
            let reason = settlement.reason.as_ref();
            args.extend([
                settlement.lease.task.to_string(),
                settlement.lease.fence.to_string(),
                settlement.event.name().to_owned(),
                reason.map_or("", Reason::name).to_owned(),
                reason.map_or("", Reason::detail).to_owned(),
                settlement.delay_ms.to_string(),
                worker.to_owned(),
                settlement.checks.as_ref().map_or_else(String::new, ToString::to_string),
            ]);
        }
        let rows = self.run(&scripts::SETTLE, args).await?.ok(name)?.rows()?;
        settlements.iter().zip(&rows).map(|(settlement, row)| read_settled(settlement.event, row)).collect()
    }
}

fn standing(script: &Script, tag: &str) -> Result<Standing, StoreError> {
    match tag {
        "KEPT" => Ok(Standing::Kept),
        "CANCEL" => Ok(Standing::Cancel),
        "LOST" => Ok(Standing::Lost),
        _ => Err(StoreError::UnknownReply { script: script.name, what: tag.to_owned() }),
    }
}

fn other_shape(script: &'static str) -> StoreError {
    StoreError::UnknownReply { script, what: "an answer of another shape".into() }
}

fn read_lease([task, fence, ..]: &[&str; CLAIMED_COLUMNS]) -> Result<Lease, StoreError> {
    let name = scripts::CLAIM.name;
    Ok(Lease { task: TaskId(number(name, task)?), fence: Fence(number(name, fence)?) })
}

fn read_claimed(
    lease: Lease,
    at: RedisMoment,
    [_, _, kind, user, attempt, registered, waited, trace, committed, name_of]: &[&str; CLAIMED_COLUMNS],
) -> Result<Claimed, StoreError> {
    let name = scripts::CLAIM.name;
    let kind = TaskKind::from_name(kind).ok_or_else(|| StoreError::UnknownReply {
        script: name,
        what: format!("a task of the kind {kind}"),
    })?;
    tallies::waited(number(name, waited)?);
    let about = match kind.effect() {
        Effect::Configuration => records::subject("", "", name_of),
        Effect::None | Effect::Staged | Effect::Everywhere | Effect::Outside => {
            records::subject(user, name_of, "")
        }
    };
    let unreadable = |what: &str| StoreError::UnknownReply { script: name, what: what.to_owned() };
    Ok(Claimed {
        lease,
        at,
        kind,
        subject: about.ok_or_else(|| unreadable("a task about nobody"))?,
        committed: *committed == "1",
        username: (!name_of.is_empty()).then(|| (*name_of).to_owned()),
        registered: number(name, registered)?,
        attempt: u32::try_from(number(name, attempt)?).unwrap_or(u32::MAX),
        trace: TraceParent::parse(trace),
    })
}

/// What became of one commit; counted here, where it is known once.
fn read_committed(line: &str) -> Result<Committed, StoreError> {
    let name = scripts::COMMIT.name;
    let [tag, kind, met] = columns(line).ok_or_else(|| other_shape(name))?;
    let committed = match tag {
        "DONE" => Committed::Done,
        "LOST" => Committed::Lost,
        "CANCEL" => Committed::Cancelled,
        "GONE" => Committed::UserGone,
        "BLOCKED" => Committed::Blocked,
        "LAST" => Committed::LastAdministrator,
        "STALE" => Committed::TooOld,
        _ => return Err(StoreError::UnknownReply { script: name, what: tag.to_owned() }),
    };
    match committed {
        Committed::Done => tallies::came_to(kind, TaskState::Completed.name()),
        Committed::Lost | Committed::Cancelled => tallies::refused(met, Event::Complete),
        Committed::UserGone
        | Committed::Blocked
        | Committed::LastAdministrator
        | Committed::TooOld
        | Committed::Unknown => {}
    }
    Ok(committed)
}

/// What became of one settlement; counted here, where it is known once.
fn read_settled(event: Event, row: &[String]) -> Result<Settled, StoreError> {
    let name = scripts::SETTLE.name;
    let [tag, kind, met, now, took] = row else { return Err(other_shape(name)) };
    let settled = match tag.as_str() {
        "DONE" => Settled::Done,
        "LOST" => Settled::Lost,
        "CANCEL" => Settled::Cancelled,
        "GONE" => Settled::UserGone,
        _ => return Err(StoreError::UnknownReply { script: name, what: tag.clone() }),
    };
    match settled {
        Settled::Done => {
            tallies::came_to(kind, now);
            tallies::cancelled_after(took);
        }
        Settled::Lost | Settled::Cancelled | Settled::UserGone => tallies::refused(met, event),
    }
    Ok(settled)
}
