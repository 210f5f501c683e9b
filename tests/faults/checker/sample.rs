//! Evidence made by hand: three users, of whom one is deleted, one kept by a dependent, one spared by a cancel.

use offstage::domain::state::TaskState;
use std::time::{Duration, SystemTime};

use crate::{
    evidence::{Evidence, Kept, Step},
    ledger::{Line, Stage},
    log::{Answer, Op, Outcome, What},
};

/// With nothing wrong in it.
pub(super) fn good() -> Evidence {
    let submit = |user, key: &str, task| {
        op(task, What::Submit { user, key: key.to_owned() }, Outcome::Ok(Answer::Task(task)))
    };
    let register = What::Register { user: 12, dependent: "search-12".to_owned() };
    Evidence {
        began_at: SystemTime::UNIX_EPOCH,
        clocks_agree: true,
        ops: vec![
            op(0, register, Outcome::Ok(Answer::Done)),
            submit(11, "a", 1),
            submit(12, "b", 2),
            submit(13, "c", 3),
            op(8, What::Cancel { task: 3 }, Outcome::Ok(Answer::Done)),
        ],
        ledger: vec![line(5, Stage::Begin, 1, 1, 11), line(6, Stage::Done, 1, 1, 11)],
        unreadable: Vec::new(),
        has_ledger: true,
        ends_are_written: true,
        tasks: [
            (1, ended(11, TaskState::Completed, "complete")),
            (2, ended(12, TaskState::Conflict, "refuse")),
            (3, cancelled(13)),
        ]
        .into(),
        users: [11, 12, 13].into(),
        left: [12, 13].into(),
    }
}

fn ended(user: u64, state: TaskState, event: &str) -> Kept {
    let history = vec![
        step(None, TaskState::Queued, "submit", 1),
        step(Some(TaskState::Queued), TaskState::Processing, "claim", 4),
        step(Some(TaskState::Processing), state, event, 6),
    ];
    Kept { user: Some(user), state, fence: 1, history }
}

fn cancelled(user: u64) -> Kept {
    let history = vec![
        step(None, TaskState::Queued, "submit", 1),
        step(Some(TaskState::Queued), TaskState::Cancelled, "cancel", 9),
    ];
    Kept { user: Some(user), state: TaskState::Cancelled, fence: 0, history }
}

/// A line of a history; whoever does something is the first worker.
pub(super) fn step(from: Option<TaskState>, to: TaskState, event: &str, at_ms: u64) -> Step {
    Step { from, to, event: event.to_owned(), by: "worker-1".to_owned(), at_ms }
}

/// A request that took a millisecond.
pub(super) fn op(begun_ms: u64, what: What, outcome: Outcome) -> Op {
    let begun = Duration::from_millis(begun_ms);
    Op { client: 0, begun, ended: begun + Duration::from_millis(1), what, outcome }
}

/// A line of the ledger.
pub(super) fn line(ms: u64, what: Stage, task: u64, fence: u64, user: u64) -> Line {
    Line {
        at: SystemTime::UNIX_EPOCH + Duration::from_millis(ms),
        what,
        task,
        fence,
        subject: format!("user:{user}"),
        worker: "worker-1".to_owned(),
    }
}
