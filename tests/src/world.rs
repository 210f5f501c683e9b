//! A store of its own for each case: one private Redis, a fresh key prefix, and tasks in whatever state a test wants.
//!
//! Tasks come into their states by the roads that the store offers. `committed` alone is written by hand, so that the
//! deletion of a user can be tried with it too.

use chrono::{DateTime, Utc};
use offstage::{
    domain::{
        checklist::Counts,
        deploy::DeployType,
        state::{Event, TaskState},
        task::{Fence, TaskId, UserId},
    },
    store::{
        Store,
        deploys::{Ordered, Prepared, Turned},
        queue::{Claim, Claimed, Commit, Committed, Lease, Promised, Settled, Settlement},
        submit::{Submission, Submitted},
        tasks::{Cancelled, Steered},
    },
};
use std::{cell::RefCell, time::Duration};

use crate::{audit::audit, dump::Dump, fixtures, redis::PrivateRedis};

/// A lease that no test outlives.
pub const LONG: Duration = Duration::from_hours(1);
/// A lease, an age or a wait that is over at once.
pub const NONE: Duration = Duration::ZERO;
/// The user whom [`World::task_in`] is about.
pub const USER: u64 = 5;
/// The age that outside answers may have, where a test does not care.
pub const ANY_AGE: Duration = Duration::from_secs(30);

/// See the module's header.
pub struct World {
    /// The store under test.
    pub store: Store,
    /// Its key prefix.
    pub prefix: String,
    connection: RefCell<redis::Connection>,
}

impl World {
    /// One with users 1 (the built-in administrator), 5 and 6.
    pub async fn new(redis: &PrivateRedis) -> Self {
        let prefix = format!("{{t{:016x}}}", rand::random::<u64>());
        let store = Store::new(&redis.url(), &prefix, "offstage-test").expect("the URL is good");
        fixtures::users(&store, [USER, 6]).await;
        Self { store, prefix, connection: RefCell::new(redis.connection()) }
    }

    /// Everything under the prefix.
    #[must_use]
    pub fn dump(&self) -> Dump {
        Dump::read(&mut self.connection.borrow_mut(), &self.prefix)
    }

    /// Panics where records and places disagree.
    #[track_caller]
    pub fn audit(&self) {
        audit(&self.dump());
    }

    /// Runs a call that must leave everything as it was.
    pub async fn unchanged<T: std::fmt::Debug>(&self, what: &str, call: impl Future<Output = T>) -> T {
        let before = self.dump();
        let answer = call.await;
        before.assert_same(&self.dump(), &format!("{what} answered {answer:?} and"));
        answer
    }

    /// A command past offstage; the key's name comes without the prefix.
    pub fn raw<T: redis::FromRedisValue>(&self, command: &str, key: &str, args: &[&str]) -> T {
        let mut full = redis::cmd(command);
        full.arg(format!("{}:{key}", self.prefix)).arg(args);
        full.query(&mut *self.connection.borrow_mut()).expect("Redis does it")
    }

    /// Such a command whose answer does not matter.
    pub fn set(&self, command: &str, key: &str, args: &[&str]) {
        let _: redis::Value = self.raw(command, key, args);
    }

    /// What a task holds by: its number and the fence in its record.
    #[must_use]
    pub fn lease(&self, task: TaskId) -> Lease {
        let fence: Option<u64> = self.raw("HGET", &format!("task:{task}"), &["fence"]);
        Lease { task, fence: Fence(fence.unwrap_or(0)) }
    }

    /// Redis's clock, in milliseconds.
    pub fn now_ms(&self) -> u64 {
        let time = redis::cmd("TIME").query::<(u64, u64)>(&mut *self.connection.borrow_mut());
        let (seconds, micros) = time.expect("Redis has a clock");
        seconds * 1_000 + micros / 1_000
    }

    /// A time that lies so many seconds ahead.
    #[must_use]
    pub fn ahead(&self, seconds: u64) -> DateTime<Utc> {
        let millis = i64::try_from(self.now_ms() + seconds * 1_000).expect("a time of this age");
        DateTime::from_timestamp_millis(millis).expect("a time of this age")
    }

    /// Submits one request.
    pub async fn submit(&self, submission: Submission) -> Submitted {
        self.store.submit(&[submission]).await.expect("Redis answers")[0]
    }

    /// Claims exactly one task.
    pub async fn claim(&self, lease: Duration) -> Claimed {
        let claim = self.store.claim(1, "w", lease).await.expect("Redis answers");
        let Claim::Taken { mut tasks, .. } = claim else { panic!("the queue is paused") };
        assert_eq!(tasks.len(), 1, "one task was to be claimed");
        tasks.remove(0)
    }

    /// Ends an attempt so; true if it was held.
    pub async fn settle(&self, lease: Lease, event: Event, delay_ms: u64) -> bool {
        let settlement = Settlement { lease, event, reason: None, delay_ms, checks: None };
        self.store.settle(&[settlement], "w").await.expect("Redis answers")[0] == Settled::Done
    }

    /// Lets one deletion take effect.
    pub async fn commit(&self, lease: Lease) -> Committed {
        let commit =
            Commit { lease, oldest_answer_ms: None, checks: fixtures::checks(1, 1, Counts::default()) };
        self.store.commit(&[commit], "w", ANY_AGE).await.expect("Redis answers")[0]
    }

    /// Promises the removal of a workspace.
    pub async fn promise(&self, lease: Lease) -> Promised {
        let commit =
            Commit { lease, oldest_answer_ms: None, checks: fixtures::checks(1, 1, Counts::default()) };
        self.store.promise(&commit, "w", ANY_AGE).await.expect("Redis answers")
    }

    /// The state of a task.
    pub async fn state(&self, id: TaskId) -> TaskState {
        self.store.task(id).await.expect("Redis answers").expect("the task is there").state
    }

    /// The deletion of [`USER`], in that state.
    pub async fn task_in(&self, state: TaskState) -> TaskId {
        let later = (state == TaskState::Initializing).then(|| self.ahead(3_600));
        let submission = Submission { not_before: later, ..fixtures::submission(USER) };
        let Submitted::Created { id, .. } = self.submit(submission).await else {
            panic!("the user's deletion runs already")
        };
        self.lead(id, state).await;
        assert_eq!(self.state(id).await, state);
        id
    }

    /// One in that state, committed or not.
    pub async fn task_committed(&self, state: TaskState, committed: bool) -> TaskId {
        let id = self.task_in(state).await;
        if committed {
            self.mark_committed(id);
        }
        if committed && state.is_terminal() {
            self.set("ZREM", "committed", &[&id.to_string()]);
        }
        id
    }

    /// Marks a task as committed, by hand.
    pub fn mark_committed(&self, id: TaskId) {
        self.set("HSET", &format!("task:{id}"), &["committed", "1"]);
        self.set("ZADD", "committed", &["0", &id.to_string()]);
    }

    async fn lead(&self, id: TaskId, state: TaskState) {
        use TaskState as S;
        match state {
            S::Initializing | S::Queued => {}
            S::Paused => assert_eq!(self.store.pause(id, "op").await.expect("Redis answers"), Steered::Done),
            S::Processing => drop(self.claim(LONG).await),
            S::CancelRequested => {
                self.claim(LONG).await;
                assert_eq!(self.store.cancel(id, "c").await.expect("Redis answers"), Cancelled::Kept);
            }
            S::Canceling => {
                Box::pin(self.lead(id, S::CancelRequested)).await;
                assert!(self.settle(self.lease(id), Event::NoticeCancel, 0).await);
            }
            S::Cancelled => {
                Box::pin(self.lead(id, S::Canceling)).await;
                assert!(self.settle(self.lease(id), Event::GiveUp, 0).await);
            }
            S::Completed => assert_eq!(self.commit(self.claim(LONG).await.lease).await, Committed::Done),
            S::Conflict => assert!(self.settle(self.claim(LONG).await.lease, Event::Refuse, 0).await),
            S::Exception => assert!(self.settle(self.claim(LONG).await.lease, Event::Fail, 0).await),
            S::Interrupted => {
                assert!(self.settle(self.claim(LONG).await.lease, Event::Retry, 3_600_000).await);
            }
            S::Resuming => {
                assert!(self.settle(self.claim(LONG).await.lease, Event::Retry, 0).await);
                assert_eq!(self.store.promote("w").await.expect("Redis answers"), 1);
            }
        }
    }

    /// What the keys of the deployed users begin with.
    #[must_use]
    pub fn deployed(&self) -> String {
        let generation = self.raw::<Option<String>>("GET", "generation", &[]);
        generation.map_or_else(|| "deployed:".to_owned(), |generation| format!("deployed:{generation}:"))
    }

    /// Lets the staged configuration take effect, and forgets what was deployed before.
    pub async fn deploy(&self) {
        let Ordered::Created { .. } =
            self.store.submit_deploy(&fixtures::deploy(DeployType::Full)).await.expect("Redis answers")
        else {
            panic!("no deploy runs")
        };
        let lease = self.claim(LONG).await.lease;
        let mut after = None;
        while let Prepared::Upto(user) = self.store.prepare_deploy(lease, after).await.expect("Redis answers")
        {
            after = Some(user);
        }
        assert_eq!(self.store.turn_deploy(lease, "w").await.expect("Redis answers"), Turned::Done);
        while self.store.sweep_generation().await.expect("Redis answers") {}
    }

    /// Whether a user is in the staged and in the deployed configuration.
    #[must_use]
    pub fn sides(&self, user: UserId) -> (bool, bool) {
        let there = |side: &str| self.raw::<bool>("EXISTS", &format!("{side}user:{user}"), &[]);
        (there("staged:"), there(&self.deployed()))
    }
}

/// Every state, committed and not.
pub fn situations() -> impl Iterator<Item = (TaskState, bool)> {
    TaskState::ALL.into_iter().flat_map(|state| [(state, false), (state, true)])
}

/// The same task under a fence that is not its own.
#[must_use]
pub fn stale(lease: Lease) -> Lease {
    Lease { fence: Fence(lease.fence.0 + 7), ..lease }
}
