//! What may happen in the model, and the model itself: it knows the table and no Redis.

use offstage::domain::state::{Event, Place, TaskState, next};
use proptest::prelude::*;
use std::collections::{BTreeMap, VecDeque};

/// How many users there are.
pub(super) const USERS: [u64; 4] = [10, 11, 12, 13];

/// What may happen. A task is named by a number; which task that is, is its remainder by how many there are.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Submit { user: usize, later: bool },
    Cancel(usize),
    Pause(usize),
    Resume(usize),
    Claim { limit: usize, expired: bool },
    Heartbeat(usize),
    Settle { task: usize, event: Event, delayed: bool },
    Commit(usize),
    Stale(usize),
    Promote,
    Reclaim,
    MarkCommitted(usize),
    Reconcile,
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let task = || 0..64_usize;
    let settling = prop::sample::select(vec![
        Event::Refuse,
        Event::Retry,
        Event::HandBack,
        Event::Fail,
        Event::NoticeCancel,
        Event::GiveUp,
    ]);
    prop_oneof![
        4 => (0..USERS.len(), any::<bool>()).prop_map(|(user, later)| Step::Submit { user, later }),
        2 => task().prop_map(Step::Cancel),
        2 => task().prop_map(Step::Pause),
        2 => task().prop_map(Step::Resume),
        6 => (1..4_usize, any::<bool>()).prop_map(|(limit, expired)| Step::Claim { limit, expired }),
        1 => task().prop_map(Step::Heartbeat),
        4 => (task(), settling, any::<bool>())
            .prop_map(|(task, event, delayed)| Step::Settle { task, event, delayed }),
        1 => task().prop_map(Step::Commit),
        1 => task().prop_map(Step::Stale),
        2 => Just(Step::Promote),
        2 => Just(Step::Reclaim),
        1 => task().prop_map(Step::MarkCommitted),
        1 => Just(Step::Reconcile),
    ]
}

/// A task as the model sees it.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone)]
pub(super) struct Modelled {
    pub(super) user: u64,
    pub(super) state: TaskState,
    pub(super) committed: bool,
    pub(super) fence: u64,
    pub(super) attempt: u32,
    /// It waits for a time that has come.
    pub(super) due: bool,
    /// Its start time lies ahead.
    pub(super) later: bool,
    /// Its lease has run out.
    pub(super) expired: bool,
}

impl Modelled {
    /// Takes an event, if the table allows it.
    pub(super) fn take(&mut self, event: Event) -> bool {
        let to = next(self.state, self.committed, event);
        self.state = to.unwrap_or(self.state);
        to.is_ok()
    }
}

#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) tasks: BTreeMap<u64, Modelled>,
    /// The hints in Redis's list, stale ones among them.
    pub(super) pending: VecDeque<u64>,
    pub(super) deleted: Vec<u64>,
}

impl Model {
    pub(super) fn nth(&self, number: usize) -> Option<u64> {
        self.tasks.keys().copied().nth(number.checked_rem(self.tasks.len())?)
    }

    pub(super) fn live(&self, user: u64) -> Option<u64> {
        let live = |(_, task): &(&u64, &Modelled)| task.user == user && !task.state.is_terminal();
        self.tasks.iter().find(live).map(|(id, _)| *id)
    }

    /// That task waits for a worker.
    pub(super) fn is_claimable(&self, id: u64) -> bool {
        self.tasks[&id].state.place() == Place::Claimable
    }

    pub(super) fn get(&mut self, id: u64) -> &mut Modelled {
        self.tasks.get_mut(&id).unwrap()
    }
}
