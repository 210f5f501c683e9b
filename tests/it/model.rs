//! Random events, through a pure model that knows `domain::state::next` and through Redis: after every step both say the
//! same, and everything in Redis agrees with the records.

mod steps;

use offstage::{
    domain::{
        state::{Event, Place, TaskState},
        task::{Fence, TaskId},
    },
    store::{
        queue::{Claim, Committed, Lease, Report, Standing},
        submit::{Submission, Submitted},
        tasks::{Cancelled, Steered},
    },
};
use offstage_tests::{
    audit::audit,
    fixtures,
    redis::PrivateRedis,
    world::{LONG, NONE, World, stale},
};
use proptest::{prelude::*, test_runner::TestRunner};
use std::collections::BTreeMap;

use self::steps::{Model, Modelled, Step, USERS, step};

const CASES: u32 = 48;
const STEPS: usize = 60;
const MOST_ATTEMPTS: u32 = 3;

/// Both sides, and what was seen of Redis before.
struct Run<'a> {
    world: &'a World,
    model: Model,
    modified: BTreeMap<u64, u64>,
}

impl Run<'_> {
    async fn step(&mut self, step: &Step) {
        match *step {
            Step::Submit { user, later } => self.submit(USERS[user], later).await,
            Step::Claim { limit, expired } => self.claim(limit, expired).await,
            Step::Promote => self.promote().await,
            Step::Reclaim => self.reclaim().await,
            Step::Reconcile => self.reconcile().await,
            Step::Cancel(number)
            | Step::Pause(number)
            | Step::Resume(number)
            | Step::Heartbeat(number)
            | Step::Commit(number)
            | Step::Stale(number)
            | Step::MarkCommitted(number)
            | Step::Settle { task: number, .. } => {
                if let Some(id) = self.model.nth(number) {
                    let waited = self.model.is_claimable(id);
                    self.step_on(step, id).await;
                    if !waited && self.model.is_claimable(id) {
                        self.model.pending.push_back(id);
                    }
                }
            }
        }
    }

    async fn step_on(&mut self, step: &Step, id: u64) {
        let store = &self.world.store;
        let task = self.model.get(id);
        let lease = Lease { task: TaskId(id), fence: Fence(task.fence) };
        match *step {
            Step::Cancel(_) => {
                let taken = task.take(Event::Cancel);
                task.due &= !taken;
                let expected = if taken { Cancelled::Kept } else { Cancelled::TooLate };
                assert_eq!(store.cancel(lease.task, "c").await.unwrap(), expected);
            }
            Step::Pause(_) => {
                let held = task.state == TaskState::Processing;
                let paused = task.take(Event::Pause);
                if paused && held {
                    task.fence += 1;
                    task.attempt -= 1;
                }
                let expected = if paused { Steered::Done } else { Steered::NotNow };
                assert_eq!(store.pause(lease.task, "op").await.unwrap(), expected);
            }
            Step::Resume(_) => {
                let event = if task.later { Event::ResumeEarly } else { Event::Resume };
                let resumed = task.take(event);
                task.due &= !resumed;
                let expected = if resumed { Steered::Done } else { Steered::NotNow };
                assert_eq!(store.resume(lease.task, "op").await.unwrap(), expected);
            }
            Step::Heartbeat(_) => {
                let expected = match task.state.place() {
                    Place::Held if task.state.is_being_cancelled() => Standing::Cancel,
                    Place::Held => Standing::Kept,
                    Place::Delayed | Place::Claimable | Place::Parked | Place::Ended => Standing::Lost,
                };
                assert_eq!(store.extend(&[lease], LONG).await.unwrap(), [expected]);
                task.expired &= expected == Standing::Lost;
            }
            Step::Settle { event, delayed, .. } => self.settle(lease, event, delayed).await,
            Step::Commit(_) => self.commit(lease).await,
            Step::Stale(_) => self.write_late(lease).await,
            Step::MarkCommitted(_) => {
                // As it comes about: by the worker that holds the task.
                if task.state == TaskState::Processing {
                    task.committed = true;
                    self.world.mark_committed(TaskId(id));
                }
            }
            Step::Submit { .. } | Step::Claim { .. } | Step::Promote | Step::Reclaim | Step::Reconcile => {}
        }
    }

    async fn submit(&mut self, user: u64, later: bool) {
        let not_before = later.then(|| self.world.ahead(3_600));
        let answer = self.world.submit(Submission { not_before, ..fixtures::submission(user) }).await;
        if self.model.deleted.contains(&user) {
            return assert_eq!(answer, Submitted::NotFound);
        }
        let Some(id) = self.model.live(user) else {
            let Submitted::Created { id, .. } = answer else { panic!("{answer:?}") };
            let state = if later { TaskState::Initializing } else { TaskState::Queued };
            let task = Modelled {
                user,
                state,
                committed: false,
                fence: 0,
                attempt: 0,
                due: false,
                later,
                expired: false,
            };
            assert_eq!(self.model.tasks.insert(id.0, task).map(|_| ()), None, "its number is new");
            if !later {
                self.model.pending.push_back(id.0);
            }
            return;
        };
        let task = self.model.get(id);
        if task.state.is_being_cancelled() {
            return assert_eq!(answer, Submitted::BeingCancelled(TaskId(id)));
        }
        assert_eq!(answer, Submitted::Live(TaskId(id)));
        if !later && task.take(Event::BringForward) {
            task.later = false;
            self.model.pending.push_back(id);
        }
    }

    async fn claim(&mut self, limit: usize, expired: bool) {
        let lease = if expired { NONE } else { LONG };
        let Claim::Taken { tasks, .. } = self.world.store.claim(limit, "w", lease).await.unwrap() else {
            panic!("the queue is not paused")
        };
        let hints = limit.min(self.model.pending.len());
        let mut expected = Vec::new();
        for id in self.model.pending.drain(..hints).collect::<Vec<_>>() {
            let task = self.model.get(id);
            if task.take(Event::Claim) {
                task.fence += 1;
                task.attempt += 1;
                task.expired = expired;
                expected.push((id, task.fence, task.attempt));
            }
        }
        let claimed: Vec<_> = tasks
            .iter()
            .map(|claimed| (claimed.lease.task.0, claimed.lease.fence.0, claimed.attempt))
            .collect();
        assert_eq!(claimed, expected);
    }

    async fn reconcile(&mut self) {
        assert_eq!(self.world.store.reconcile(0).await.unwrap().mended, 0, "nothing was lost");
        while self.model.pending.front().is_some_and(|id| !self.model.is_claimable(*id)) {
            self.model.pending.pop_front();
        }
    }

    async fn promote(&mut self) {
        self.world.store.promote("p").await.unwrap();
        for task in self.model.tasks.values_mut().filter(|task| task.due) {
            task.due = false;
            assert!(task.take(Event::Promote));
        }
        // Which of them came first depends on the millisecond; that they are there is what audit() looks at.
        let dump = self.world.dump();
        let list = dump.list("pending").iter().map(|id| id.parse().unwrap());
        self.model.pending = list.collect();
    }

    async fn reclaim(&mut self) {
        self.world.store.reclaim(MOST_ATTEMPTS, "r").await.unwrap();
        for task in self.model.tasks.values_mut().filter(|task| task.state.place() == Place::Held) {
            if !std::mem::take(&mut task.expired) {
                continue;
            }
            let failed = task.attempt >= MOST_ATTEMPTS && task.take(Event::Fail);
            assert!(failed || task.take(Event::LoseLease));
            task.due = task.state == TaskState::Interrupted;
        }
    }

    async fn settle(&mut self, lease: Lease, event: Event, delayed: bool) {
        let task = self.model.get(lease.task.0);
        let before = task.state;
        let settled = task.take(event);
        if settled {
            task.attempt -= u32::from(event == Event::HandBack);
            task.due = task.state == TaskState::Interrupted && !delayed;
        }
        let held = self.world.settle(lease, event, if delayed { 3_600_000 } else { 0 }).await;
        if settled {
            assert!(held, "{event:?} of {before}");
        } else if held {
            let repeated = self.world.unchanged("settle again", self.world.settle(lease, event, 0)).await;
            assert!(repeated, "{event:?} of {before}");
        }
    }

    async fn commit(&mut self, lease: Lease) {
        let task = self.model.get(lease.task.0);
        let was = task.state;
        let user = task.user;
        let done = task.take(Event::Complete);
        let expected = if done || was == TaskState::Completed {
            Committed::Done
        } else if was.is_being_cancelled() {
            Committed::Cancelled
        } else {
            Committed::Lost
        };
        if done {
            self.model.deleted.push(user);
        }
        assert_eq!(self.world.commit(lease).await, expected, "commit of {was}");
    }

    /// Everything that a worker can write, by one that lost the task.
    async fn write_late(&self, lease: Lease) {
        let late = stale(lease);
        let world = self.world;
        let report = Report::default();
        let writes = async {
            assert_eq!(world.store.extend(&[late], LONG).await.unwrap(), [Standing::Lost]);
            assert_eq!(world.store.report(late, &report).await.unwrap(), Standing::Lost);
            assert_eq!(world.commit(late).await, Committed::Lost);
            for event in [Event::Refuse, Event::Retry, Event::Fail, Event::GiveUp] {
                assert!(!world.settle(late, event, 0).await);
            }
        };
        world.unchanged("late writes", writes).await;
    }

    /// Both sides say the same, and Redis agrees with itself.
    fn compare(&mut self) {
        let dump = self.world.dump();
        audit(&dump);
        assert_eq!(offstage_tests::audit::records(&dump).len(), self.model.tasks.len());
        for (id, task) in &self.model.tasks {
            let record = dump.hash(&format!("task:{id}"));
            let number = |field: &str| record[field].parse::<u64>().unwrap();
            assert_eq!(record["state"], task.state.name(), "{id}");
            assert_eq!((number("fence"), number("attempt")), (task.fence, task.attempt.into()), "{id}");
            let before = self.modified.insert(*id, number("modified"));
            assert!(before <= Some(number("modified")), "{id}: modified ran backwards");
        }
        let hints: Vec<_> = self.model.pending.iter().map(u64::to_string).collect();
        assert_eq!(dump.list("pending"), hints, "pending");
    }
}

#[test]
fn redis_does_what_the_table_says() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let redis = runtime.block_on(PrivateRedis::with(&["--appendonly", "no"]));
    let config = ProptestConfig {
        cases: CASES,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let steps = prop::collection::vec(step(), STEPS);
    let outcome = TestRunner::new(config).run(&steps, |steps| {
        runtime.block_on(async {
            let world = World::new(&redis).await;
            fixtures::users(&world.store, USERS).await;
            let mut run = Run { world: &world, model: Model::default(), modified: BTreeMap::new() };
            for step in &steps {
                run.step(step).await;
                run.compare();
            }
        });
        Ok(())
    });
    outcome.unwrap();
}
