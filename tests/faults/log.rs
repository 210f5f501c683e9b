//! What the clients saw, one line a request, as Jepsen keeps it: it went well, it was refused, or nobody knows.
//!
//! Easy to get wrong: a time-out, a broken connection and a 503 are *unknown*. What was asked for may have been done, so
//! it is neither counted as accepted nor as lost; the client asks again, under the same idempotency key. Any other failure of
//! the server is none of these: nobody promised that, and it is a violation.

use offstage::domain::state::TaskState;
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};
use tokio::sync::watch;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Op {
    pub(crate) client: usize,
    /// Since the log began.
    pub(crate) begun: Duration,
    pub(crate) ended: Duration,
    pub(crate) what: What,
    pub(crate) outcome: Outcome,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// The deletion of a user, under an idempotency key.
    Submit {
        user: u64,
        key: String,
    },
    Cancel {
        task: u64,
    },
    /// A blocking dependent of a user.
    Register {
        user: u64,
        dependent: String,
    },
    Withdraw {
        user: u64,
        dependent: String,
    },
    Look {
        task: u64,
    },
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ok(Answer),
    /// Refused with that status: nothing was done.
    Fail(u16),
    /// It may have been done. The status, where there was one.
    Unknown(Option<u16>),
    /// No answer that the product may give: a 500, a body that makes no sense, a text that is nobody's business.
    Broke(String),
}

/// What a good answer said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Accepted: the key stands for that task from now on.
    Task(u64),
    /// A deletion of the user runs already: that task. The key may stand for nothing.
    Joined(u64),
    /// A task as it was read.
    Seen { state: TaskState, modified_ms: u64 },
    /// Done.
    Done,
}

/// The log of all clients of a scene.
#[derive(Debug)]
pub(crate) struct Log {
    began: Instant,
    /// The same moment by the machine's clock, which the ledger's lines carry.
    began_at: SystemTime,
    ops: Mutex<Vec<Op>>,
    /// How many requests have ended, and how many of them went well.
    ended: watch::Sender<u64>,
    went_well: watch::Sender<u64>,
}

impl Log {
    /// An empty one that begins now, which is `now` by the machine's clock.
    pub(crate) fn begin(now: SystemTime) -> Self {
        let (ended, _) = watch::channel(0);
        let (went_well, _) = watch::channel(0);
        Self { began: Instant::now(), began_at: now, ops: Mutex::default(), ended, went_well }
    }

    pub(crate) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    pub(crate) const fn began_at(&self) -> SystemTime {
        self.began_at
    }

    pub(crate) fn add(&self, op: Op) {
        let went_well = matches!(op.outcome, Outcome::Ok(_));
        self.ops.lock().unwrap_or_else(PoisonError::into_inner).push(op);
        self.ended.send_modify(|number| *number += 1);
        if went_well {
            self.went_well.send_modify(|number| *number += 1);
        }
    }

    /// Waits until so many more requests have gone well.
    pub(crate) async fn more(&self, more: u64) {
        grown(&self.went_well, more).await;
    }

    /// Waits until so many more requests have ended, however they went.
    pub(crate) async fn more_ended(&self, more: u64) {
        grown(&self.ended, more).await;
    }

    /// All requests so far.
    pub(crate) fn ops(&self) -> Vec<Op> {
        self.ops.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Waits until a number has grown by so many.
async fn grown(number: &watch::Sender<u64>, more: u64) {
    let mut watching = number.subscribe();
    let goal = *watching.borrow() + more;
    watching.wait_for(|number| *number >= goal).await.expect("the log is there");
}
