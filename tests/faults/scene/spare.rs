//! Users of a row's own, requests that stand in no log, a worker held at an exact point, and what an operator does after a
//! Redis has forgotten.
//!
//! Easy to get wrong: what is asked past the log is not counted and not checked. It is for promises that a row breaks on
//! purpose, such as an acceptance by a server that syncs every second.

use offstage_tests::{fixtures, proxy::Hold, within};
use rustix::process::Signal;
use std::time::Duration;

use super::{PROBES, Scene};
use crate::log::{Outcome, What};

/// How long it may take until a worker comes to the point at which it is to be held.
const HELD_LIMIT: Duration = Duration::from_mins(1);

impl Scene {
    /// A user whom no client takes.
    pub(crate) fn spare_user(&self) -> u64 {
        self.probes.take().expect("as many spare users as there are faults")
    }

    /// The users that clients may take.
    pub(crate) fn load_users(&self) -> impl Iterator<Item = u64> {
        std::iter::from_fn(|| self.users.take())
    }

    /// The deletion of a spare user, to be asked for.
    pub(crate) fn spare_submit(&self) -> What {
        let user = self.spare_user();
        What::Submit { user, key: format!("spare-{user}") }
    }

    /// A request through the first API that stands in no log.
    pub(crate) async fn ask_aside(&self, what: &What) -> Outcome {
        self.doors.first().ask(what, false).await
    }

    /// Those of the [`leases`](Self::leases) that a worker holds.
    pub(crate) fn held_by(&self, worker: usize) -> Vec<String> {
        let name = format!("worker-{}-", self.workers[worker].pid());
        let mut connection = self.redis.connection();
        let mut is_its = |lease: &String| {
            let (task, _) = lease.split_once(':').expect("a lease is a task and a fence");
            let mut ask = redis::cmd("HGET");
            ask.arg(format!("{}:task:{task}", fixtures::PREFIX)).arg("worker");
            let holder = ask.query::<Option<String>>(&mut connection).ok().flatten();
            holder.is_some_and(|holder| holder.starts_with(&name))
        };
        self.leases().into_iter().filter(|lease| is_its(lease)).collect()
    }

    /// Holds a worker that goes through the proxy at that point. A claim counts where it brought something, or nothing would
    /// hang on it: the others stand still meanwhile, so that they do not take it away.
    pub(crate) async fn hold(&mut self, worker: usize, script: &str, hold: Hold) {
        if script != "claim" {
            self.proxy.trap(script, hold);
            return self.proxy.sprung().await;
        }
        let others: Vec<_> = (0..self.workers.len())
            .filter(|other| *other != worker && self.workers[*other].is_running())
            .collect();
        for other in &others {
            self.workers[*other].signal(Signal::STOP);
        }
        let brings = async {
            loop {
                self.proxy.trap(script, hold);
                let before = self.held_by(worker);
                self.proxy.sprung().await;
                // An empty one costs the worker its connection; it comes again by another.
                if self.held_by(worker).iter().any(|lease| !before.contains(lease)) {
                    return;
                }
            }
        };
        within("a claim brings something", HELD_LIMIT, brings).await;
        for other in others {
            self.workers[other].signal(Signal::CONT);
        }
    }

    /// New processes in the place of all programs, as an operator starts them who has looked.
    pub(crate) async fn restart_programs(&mut self) {
        let workers = self.workers.iter_mut().filter_map(|worker| worker.is_running().then_some(())).count();
        self.end_workers();
        for which in 0..self.apis.len() {
            self.restart_api(which, &[]).await;
        }
        for _ in 0..workers {
            self.start_worker(&[]);
        }
    }

    /// Lets the driver's own way into Redis forget what it knew, as a new process would.
    pub(crate) fn open_again(&mut self) {
        self.store = fixtures::store(&self.redis);
    }

    /// Puts back what a Redis has forgotten that rows need: the tokens, and the spare users.
    pub(crate) async fn seed_again(&mut self) {
        self.open_again();
        fixtures::tokens(&self.store).await;
        fixtures::users(&self.store, PROBES).await;
    }
}
