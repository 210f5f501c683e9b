//! One client: many cases at a time, one request after the other.
//!
//! Easy to get wrong: a step without an answer stays the case's next one. A client that gave it up would leave a task
//! behind that nobody knows whether it was accepted.

use rand::{Rng, rngs::StdRng};
use std::sync::Arc;
use tokio::{sync::watch, time::MissedTickBehavior};

use super::{
    Load, Users,
    case::{Case, Step},
    door::Doors,
};
use crate::log::{Answer, Log, Op, Outcome, What};

/// Cases of one client at a time.
const MOST_OPEN: usize = 12;

pub(super) struct Client {
    number: usize,
    load: Load,
    rng: StdRng,
    log: Arc<Log>,
    doors: Doors,
    users: Arc<Users>,
    open: Vec<Case>,
    /// Tasks that it was told of, to be looked at once more.
    known: Vec<u64>,
}

impl Client {
    pub(super) const fn new(
        number: usize,
        load: Load,
        rng: StdRng,
        log: Arc<Log>,
        doors: Doors,
        users: Arc<Users>,
    ) -> Self {
        Self { number, load, rng, log, doors, users, open: Vec::new(), known: Vec::new() }
    }

    /// Works until it is told to stop, and then until everything that was asked for is answered.
    pub(super) async fn run(mut self, stopping: watch::Receiver<bool>) {
        let mut tick = tokio::time::interval(self.load.pace);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !*stopping.borrow() {
            tick.tick().await;
            self.begin_cases();
            if self.open.is_empty() {
                self.look_back().await;
            } else {
                let which = self.rng.random_range(0..self.open.len());
                self.step(which).await;
            }
        }
        while !self.open.is_empty() {
            tick.tick().await;
            self.step(0).await;
            // Of a case that was answered the rest need not be asked.
            self.open.retain(|case| case.unanswered);
        }
    }

    fn begin_cases(&mut self) {
        while self.open.len() < MOST_OPEN {
            let Some(user) = self.users.take() else { return };
            self.open.push(Case::make_up(user, self.load.mix, &mut self.rng));
        }
    }

    /// The next step of a case.
    async fn step(&mut self, which: usize) {
        let case = &mut self.open[which];
        let step = case.steps.pop();
        if step == Some(Step::SubmitAnew) && !case.unanswered {
            case.keys += 1;
        }
        let what = step.and_then(|step| case.what(step));
        let Some((step, what)) = step.zip(what) else {
            case.unanswered = false;
            if case.steps.is_empty() {
                self.open.swap_remove(which);
            }
            return;
        };
        let by_batch = case.by_batch;
        let outcome = self.ask(what, by_batch).await;
        let case = &mut self.open[which];
        case.unanswered = matches!(outcome, Outcome::Unknown(_));
        if case.unanswered {
            case.steps.push(step);
        } else if let Outcome::Ok(Answer::Task(task) | Answer::Joined(task)) = outcome {
            case.task = Some(task);
            self.known.push(task);
        }
    }

    /// Once more at one of the tasks of earlier on.
    async fn look_back(&mut self) {
        if self.known.is_empty() {
            return;
        }
        let task = self.known[self.rng.random_range(0..self.known.len())];
        self.ask(What::Look { task }, false).await;
    }

    async fn ask(&mut self, what: What, by_batch: bool) -> Outcome {
        let door = self.doors.any(&mut self.rng);
        let begun = self.log.now();
        let outcome = door.ask(&what, by_batch).await;
        let ended = self.log.now();
        self.log.add(Op { client: self.number, begun, ended, what, outcome: outcome.clone() });
        outcome
    }
}
