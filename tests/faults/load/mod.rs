//! The clients of a scene: they submit, cancel, register and withdraw dependents, look and repeat, at a steady pace.
//!
//! Every client takes users that nobody else takes, and does with each what a [`case`] says, step by step, many cases
//! at a time. What it is not answered it asks again, the same way and under the same key, until it is.

mod case;
mod client;
mod door;

pub(crate) use door::Doors;

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{sync::watch, task::JoinHandle};

use self::client::Client;
use crate::{log::Log, run::Run};

/// How long clients may take to end, with what nobody answered asked again.
const STOP_LIMIT: Duration = Duration::from_secs(30);

/// How much load, and of what kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Load {
    pub(crate) clients: usize,
    /// Between two requests of one client.
    pub(crate) pace: Duration,
    /// The share of each kind of case.
    pub(crate) mix: Mix,
}

/// How many cases in a hundred are of a kind; the rest are plain submits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mix {
    /// A dependent is registered and stays: the user must never go.
    pub(crate) kept: u32,
    /// A dependent is registered, and withdrawn later on.
    pub(crate) lent: u32,
    /// The deletion is cancelled.
    pub(crate) cancelled: u32,
}

impl Default for Load {
    fn default() -> Self {
        let mix = Mix { kept: 15, lent: 15, cancelled: 20 };
        Self { clients: 8, pace: Duration::from_millis(40), mix }
    }
}

/// The users for whom nothing has been asked yet: numbers in a row, taken from its beginning, and added at its end.
#[derive(Debug)]
pub(crate) struct Users {
    next: AtomicU64,
    end: AtomicU64,
}

impl Users {
    pub(crate) const fn of(range: Range<u64>) -> Self {
        Self { next: AtomicU64::new(range.start), end: AtomicU64::new(range.end) }
    }

    /// One of them, as long as there are any.
    pub(crate) fn take(&self) -> Option<u64> {
        let end = self.end();
        self.next
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| (next < end).then_some(next + 1))
            .ok()
    }

    /// How many are left.
    pub(crate) fn left(&self) -> u64 {
        self.end() - self.next.load(Ordering::Relaxed)
    }

    /// Behind the last one.
    pub(crate) fn end(&self) -> u64 {
        self.end.load(Ordering::Relaxed)
    }

    /// So many more have come.
    pub(crate) fn add(&self, more: u64) {
        self.end.fetch_add(more, Ordering::Relaxed);
    }
}

/// Clients that run.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) log: Arc<Log>,
    stop: watch::Sender<bool>,
    clients: Vec<JoinHandle<()>>,
}

impl Running {
    /// Lets clients loose.
    pub(crate) fn start(
        run: &mut Run,
        load: Load,
        log: &Arc<Log>,
        doors: &Doors,
        users: &Arc<Users>,
    ) -> Self {
        let (stop, stopping) = watch::channel(false);
        let start = |number| {
            let client =
                Client::new(number, load, run.fork(), Arc::clone(log), doors.clone(), Arc::clone(users));
            tokio::spawn(client.run(stopping.clone()))
        };
        let clients = (0..load.clients).map(start).collect();
        Self { log: Arc::clone(log), stop, clients }
    }

    /// Lets every client end its cases, and waits for them.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        let all = futures::future::join_all(self.clients);
        let ended = offstage_tests::within("the clients have their answers", STOP_LIMIT, all).await;
        for client in ended {
            client.expect("a client does not panic");
        }
    }

    /// Takes the clients away, whatever they still wait for.
    pub(crate) async fn abandon(self) {
        self.clients.iter().for_each(JoinHandle::abort);
        futures::future::join_all(self.clients).await;
    }
}
