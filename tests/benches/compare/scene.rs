//! offstage on a private Redis: users, an API and workers as people run them, with the settings that they have by default.
//!
//! A task's first start and last end are those in its record, by Redis's clock. Easy to get wrong: asking for the counters
//! all the time would be part of what is measured, so they are asked ten times a second.

use futures::{StreamExt as _, stream};
use offstage::{
    config::WorkerSettings,
    domain::{
        state::TaskState,
        task::{Task, TaskId},
    },
};
use offstage_tests::{api::Api, bench::report::Fsync, programs::Program, stack::Stack, within};
use std::{ops::RangeInclusive, time::Duration};

use crate::ground;

/// The first user's number.
pub(crate) const FIRST_USER: u64 = 1_000;
/// The most a drain may take: a million at two thousand a second.
const LIMIT: Duration = Duration::from_mins(10);
/// How often it is asked whether it is through.
const STEP: Duration = Duration::from_millis(100);
/// Tasks at either end of a queue among which the first start and the last end are: several batches of all workers.
const AT_EITHER_END: u64 = 4_096;
/// Records read at once.
const READS: usize = 64;

/// See the module's header.
pub(crate) struct Scene {
    pub(crate) stack: Stack,
    pub(crate) api: Api,
    pub(crate) server: Program,
    url: String,
}

impl Scene {
    /// One with so many users who can be deleted.
    pub(crate) async fn start(fsync: Fsync, users: u64) -> Self {
        let (redis, url) = ground::start(fsync).await;
        Self::on(Stack::on(redis, FIRST_USER..FIRST_USER + users).await, url).await
    }

    /// The same where Redis has users already.
    pub(crate) async fn on(stack: Stack, url: String) -> Self {
        let (server, api) = stack.api_at(&url, &[("OFFSTAGE_LOG", "warn")]).await;
        Self { stack, api, server, url }
    }

    pub(crate) fn worker(&self, more: &[(&str, &str)]) -> Program {
        // The test stack's have a shorter lease than workers have by default.
        let default = WorkerSettings::default();
        let (lease, heartbeat) = (default.lease_ms.to_string(), default.heartbeat_ms.to_string());
        let settings = [
            ("OFFSTAGE_WORKER__LEASE_MS", lease.as_str()),
            ("OFFSTAGE_WORKER__HEARTBEAT_MS", &heartbeat),
            ("OFFSTAGE_LOG", "warn"),
        ];
        self.stack.worker_at(&self.url, &[&settings, more].concat())
    }

    /// Waits until so many deletions have taken effect.
    pub(crate) async fn until_completed(&self, number: u64) {
        let asking = async {
            let mut tick = tokio::time::interval(STEP);
            loop {
                tick.tick().await;
                let depth = self.stack.store.depth().await.expect("Redis answers");
                if depth.states[&TaskState::Completed] >= number {
                    return;
                }
            }
        };
        within("all deletions have taken effect", LIMIT, asking).await;
    }

    /// Seconds from the first start to the last end of these tasks, which have all ended.
    pub(crate) async fn drained_in(&self, tasks: RangeInclusive<u64>) -> f64 {
        let (first, last) = (*tasks.start(), *tasks.end());
        let head = self.read(first..=last.min(first + AT_EITHER_END)).await;
        let tail = self.read(first.max(last.saturating_sub(AT_EITHER_END))..=last).await;
        let start = head.iter().filter_map(|task| task.started).min().expect("one was started");
        let end = tail.iter().filter_map(|task| task.completed).max().expect("one has ended");
        (end - start).as_seconds_f64()
    }

    /// When the last of these tasks ended, in microseconds since 1970.
    pub(crate) async fn last_end_us(&self, tasks: RangeInclusive<u64>) -> u64 {
        let last = *tasks.end();
        let tail = self.read((*tasks.start()).max(last.saturating_sub(AT_EITHER_END))..=last).await;
        let end = tail.iter().filter_map(|task| task.completed).max().expect("one has ended");
        u64::try_from(end.timestamp_micros()).expect("a time of this age")
    }

    async fn read(&self, tasks: RangeInclusive<u64>) -> Vec<Task> {
        stream::iter(tasks)
            .map(async |id| self.stack.store.task(TaskId(id)).await.expect("Redis answers"))
            .buffer_unordered(READS)
            .filter_map(async |task| task)
            .collect()
            .await
    }
}
