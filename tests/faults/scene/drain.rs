//! The end of a scene: clients stop, what waits is worked off, a quiet period passes, and everything is read and checked.

use futures::{StreamExt, stream};
use offstage::{
    domain::{
        state::TaskState,
        task::{TaskId, TaskKind},
    },
    store::story::Story,
};
use offstage_tests::{audit, dump::Dump, eventually, fixtures};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::Scene;
use crate::{
    checker::{self, Invariant, Violation},
    evidence::{Evidence, Kept, Step},
    hush::hushed,
    ledger::{self, Stage},
    load::Running,
    log::{Answer, Outcome},
    run::Run,
};

/// How long it may take until every task has ended, once nothing is broken any more.
const DRAIN_LIMIT: Duration = Duration::from_mins(1);
/// Leases that pass in quiet before anything is read: whoever is late has come by then.
const QUIET_LEASES: u32 = 2;
/// How much longer that may take, on a machine that is busy.
const QUIET_LIMIT: Duration = Duration::from_mins(1);
/// Histories that are read side by side.
const READ_AT_ONCE: usize = 32;

impl Scene {
    /// Stops the clients, lets everything end, and checks all of it.
    pub(crate) async fn finish(self, run: &mut Run, load: Running) {
        load.stop().await;
        self.drained().await;
        self.is_quiet().await;
        if let Some(swap) = &self.swap {
            assert!(swap.is_planted(), "the script with the bug was never loaded");
        }
        let dump = Dump::read(&mut self.redis.connection(), fixtures::PREFIX);
        if let Err(panic) = hushed(|| audit::audit(&dump)) {
            run.violated(Invariant::Store, panic);
        }
        let evidence = self.evidence(&dump).await;
        count(run, &evidence);
        self.judge(run, checker::check(&evidence));
    }

    /// The same where the records were taken away: what is left is that no effect took place twice, and none over a
    /// dependent. Requests without an answer stay so.
    pub(crate) async fn finish_forgotten(mut self, run: &mut Run, load: Running) {
        load.abandon().await;
        self.is_quiet().await;
        // Some may still have had something to do: nobody writes into the ledger while it is read.
        self.end_workers();
        let (ledger, unreadable) = ledger::read(&self.ledger);
        let evidence = Evidence {
            began_at: self.log.began_at(),
            clocks_agree: self.clocks_agree,
            ops: self.log.ops(),
            ledger,
            unreadable,
            has_ledger: self.has_ledger,
            ends_are_written: false,
            tasks: BTreeMap::new(),
            users: self.everybody(),
            left: self.everybody(),
        };
        count(run, &evidence);
        self.judge(run, checker::check_effects_alone(&evidence));
    }

    /// Keeps the scene if anything is wrong in it that is not meant to be.
    fn judge(mut self, run: &mut Run, violations: Vec<Violation>) {
        for complaint in self.complaints() {
            run.violated(Invariant::Row, complaint);
        }
        run.violations.extend(violations);
        if !run.violations.is_empty() && !run.is_aside {
            self.redis.keep_folder();
            run.folders.push(self.redis.folder().to_owned());
        }
    }

    /// Waits until so many tasks are COMPLETED.
    pub(crate) async fn has_completed(&self, tasks: u64) {
        eventually("tasks are completed", DRAIN_LIMIT, async || {
            let depth = self.store.depth().await.ok()?;
            (depth.states[&TaskState::Completed] >= tasks).then_some(())
        })
        .await;
    }

    /// Waits until no task is open.
    async fn drained(&self) {
        let mut open = Vec::new();
        let drained = async || {
            let depth = self.store.depth().await.ok()?;
            open = depth
                .states
                .into_iter()
                .filter(|(state, number)| !state.is_terminal() && *number > 0)
                .collect();
            open.is_empty().then_some(())
        };
        eventually("every task has ended", DRAIN_LIMIT, drained).await;
    }

    /// Lets two leases pass, by the clock that they run out by.
    async fn is_quiet(&self) {
        let mut connection = self.redis.connection();
        let mut now = || -> Duration {
            let (seconds, micros) = redis::cmd("TIME").query(&mut connection).expect("Redis answers");
            Duration::from_secs(seconds) + Duration::from_micros(micros)
        };
        let quiet = self.lease() * QUIET_LEASES;
        let until = now() + quiet;
        eventually("it is quiet", quiet + QUIET_LIMIT, async || (now() >= until).then_some(())).await;
    }

    /// Reads everything that the checker is given.
    async fn evidence(&self, dump: &Dump) -> Evidence {
        let number = |text: &String| text.parse::<u64>().expect("a number");
        let records = audit::records(dump);
        let read = stream::iter(&records).map(|(id, record)| async {
            let id = number(id);
            let story = self.store.story(TaskId(id)).await.expect("Redis answers").expect("it has a record");
            (id, kept(story, record))
        });
        let tasks = read.buffer_unordered(READ_AT_ONCE).collect::<Vec<_>>().await;
        let (ledger, unreadable) = ledger::read(&self.ledger);
        Evidence {
            began_at: self.log.began_at(),
            clocks_agree: self.clocks_agree,
            ops: self.log.ops(),
            ledger,
            unreadable,
            has_ledger: self.has_ledger,
            ends_are_written: self.workers_are_let_alone,
            tasks: tasks.into_iter().collect(),
            users: self.everybody(),
            left: dump.sorted("staged:users").keys().map(number).collect(),
        }
    }
}

fn kept(story: Story, record: &BTreeMap<String, String>) -> Kept {
    let step = |line: offstage::store::tasks::Transition| Step {
        from: line.from,
        to: line.to,
        event: line.why.split(':').next().unwrap_or_default().to_owned(),
        by: line.by,
        at_ms: u64::try_from(line.at.timestamp_millis()).expect("after 1970"),
    };
    let deletes = match story.task.kind {
        TaskKind::StagedUser | TaskKind::PlatformUser => true,
        TaskKind::Dependents | TaskKind::Workspace | TaskKind::Deploy => false,
    };
    Kept {
        user: story.task.subject.user().map(|user| user.0).filter(|_| deletes),
        state: story.task.state,
        fence: record["fence"].parse().expect("a number"),
        history: story.history.into_iter().map(step).collect(),
    }
}

/// What the row's line shows of it.
fn count(run: &mut Run, evidence: &Evidence) {
    let outcomes = || evidence.ops.iter().map(|op| &op.outcome);
    let accepted: BTreeSet<_> = outcomes()
        .filter_map(|outcome| match outcome {
            Outcome::Ok(Answer::Task(task) | Answer::Joined(task)) => Some(*task),
            Outcome::Ok(Answer::Seen { .. } | Answer::Done)
            | Outcome::Fail(_)
            | Outcome::Unknown(_)
            | Outcome::Broke(_) => None,
        })
        .collect();
    run.figures.accepted += accepted.len() as u64;
    run.figures.unknown += outcomes().filter(|outcome| matches!(outcome, Outcome::Unknown(_))).count() as u64;
    let completed = evidence.tasks.values().filter(|task| task.state == TaskState::Completed).count();
    let done = evidence.ledger.iter().filter(|line| line.what == Stage::Done).count();
    run.figures.effects += done.max(completed) as u64;
}
