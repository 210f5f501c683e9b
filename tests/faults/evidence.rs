//! All that the checker is given: what clients saw, what the ledger says, what Redis holds at the end.

use offstage::domain::state::TaskState;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::SystemTime,
};

use crate::{ledger::Line, log::Op};

/// See the module's header.
#[derive(Debug, Clone)]
pub(crate) struct Evidence {
    /// The machine's clock when the clients' log began.
    pub(crate) began_at: SystemTime,
    /// Nobody has turned the clock of one of the programs.
    pub(crate) clocks_agree: bool,
    pub(crate) ops: Vec<Op>,
    pub(crate) ledger: Vec<Line>,
    /// Lines of it that make no sense.
    pub(crate) unreadable: Vec<String>,
    /// The ledger was kept, so that an effect without a line is one that nobody wrote down.
    pub(crate) has_ledger: bool,
    /// No worker was killed or held up, and Redis always answered: whatever was done, its worker lived to write it down.
    pub(crate) ends_are_written: bool,
    /// The tasks that are there at the end, by number.
    pub(crate) tasks: BTreeMap<u64, Kept>,
    /// The staged users at the beginning.
    pub(crate) users: BTreeSet<u64>,
    /// And at the end.
    pub(crate) left: BTreeSet<u64>,
}

/// A task as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// The user whom it is to delete; none for other kinds.
    pub(crate) user: Option<u64>,
    pub(crate) state: TaskState,
    /// The number of its last claim.
    pub(crate) fence: u64,
    pub(crate) history: Vec<Step>,
}

/// A line of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// None for the acceptance.
    pub(crate) from: Option<TaskState>,
    pub(crate) to: TaskState,
    pub(crate) by: String,
    /// The event's name.
    pub(crate) event: String,
    pub(crate) at_ms: u64,
}
