//! What this worker holds right now, and how a running attempt learns that it must stop.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;

use super::{Lease, Standing};
use crate::domain::task::{Fence, TaskId};

/// Why a running attempt must stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interruption {
    /// A cancel was accepted: give up, and say so.
    Cancelled,
    /// The lease is lost: somebody else may hold the task. Touch nothing.
    Lost,
    /// This worker is being stopped and its time is up: hand the task back.
    Stopped,
}

/// The attempts that run here, by task.
#[derive(Debug, Default)]
pub(super) struct Held {
    running: Mutex<HashMap<TaskId, Running>>,
}

#[derive(Debug)]
struct Running {
    fence: Fence,
    interrupt: watch::Sender<Option<Interruption>>,
}

impl Held {
    /// Notes an attempt; none if the task still runs here under an older fence.
    pub(super) fn begin(&self, lease: Lease) -> Option<watch::Receiver<Option<Interruption>>> {
        let mut running = self.lock();
        if let Some(older) = running.get(&lease.task) {
            tell(older, Interruption::Lost);
            return None;
        }
        let (interrupt, interrupted) = watch::channel(None);
        running.insert(lease.task, Running { fence: lease.fence, interrupt });
        Some(interrupted)
    }

    /// The attempt is over.
    pub(super) fn end(&self, lease: Lease) {
        let mut running = self.lock();
        if running.get(&lease.task).is_some_and(|held| held.fence == lease.fence) {
            running.remove(&lease.task);
        }
    }

    /// Everything that runs.
    pub(super) fn leases(&self) -> Vec<Lease> {
        self.lock().iter().map(|(task, held)| Lease { task: *task, fence: held.fence }).collect()
    }

    /// The lease of a task, if it runs here.
    pub(super) fn lease_of(&self, task: TaskId) -> Option<Lease> {
        self.lock().get(&task).map(|held| Lease { task, fence: held.fence })
    }

    /// How a task stands, as Redis told it.
    pub(super) fn learn(&self, lease: Lease, standing: Standing) {
        let interruption = match standing {
            Standing::Kept => return,
            Standing::Cancel => Interruption::Cancelled,
            Standing::Lost => Interruption::Lost,
        };
        if let Some(held) = self.lock().get(&lease.task).filter(|held| held.fence == lease.fence) {
            tell(held, interruption);
        }
    }

    /// Everything that runs is to be handed back.
    pub(super) fn stop_all(&self) {
        self.lock().values().for_each(|held| tell(held, Interruption::Stopped));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TaskId, Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first word stands, except that a lost lease overrides every other.
fn tell(held: &Running, interruption: Interruption) {
    held.interrupt.send_if_modified(|told| {
        let news =
            told.is_none() || (interruption == Interruption::Lost && *told != Some(Interruption::Lost));
        if news {
            *told = Some(interruption);
        }
        news
    });
}
