//! What a row asks for itself while something is broken: that nothing is accepted, and that an answer comes at all.

use std::time::{Duration, Instant};

use offstage_tests::eventually;

use super::Scene;
use crate::{
    checker::Invariant,
    log::{Answer, Op, Outcome, What},
    run::Run,
};

/// How long it may take until a broken Redis is answered with 503.
const NOTICED_WITHIN: Duration = Duration::from_secs(20);
/// The longest that a request may take, whatever is broken; a client's patience is half a second longer.
const ANSWERED_WITHIN: Duration = Duration::from_millis(5_500);
/// Submits that must all be refused once one was.
const MORE_REFUSED: usize = 5;

impl Scene {
    /// Asks, gives up after a while, and notes that nobody knows.
    pub(crate) async fn ask_impatiently(&self, what: What, patience: Duration) -> Outcome {
        let begun = self.log.now();
        let asked = tokio::time::timeout(patience, self.doors.first().ask(&what, false)).await;
        let outcome = asked.unwrap_or(Outcome::Unknown(None));
        let op = Op { client: usize::MAX, begun, ended: self.log.now(), what, outcome };
        self.log.add(op.clone());
        op.outcome
    }

    /// Waits until a submit is answered with 503, and sees that from then on all are, and soon.
    pub(crate) async fn takes_nothing(&self, run: &mut Run) {
        let user = self.spare_user();
        let ask = async || {
            let begun = Instant::now();
            let outcome = self.ask(What::Submit { user, key: format!("refused-{user}") }).await;
            (outcome, begun.elapsed())
        };
        let refused = Outcome::Unknown(Some(503));
        eventually("a submit is refused", NOTICED_WITHIN, async || (ask().await.0 == refused).then_some(()))
            .await;
        for _ in 0..MORE_REFUSED {
            let (outcome, took) = ask().await;
            if outcome != refused || took > ANSWERED_WITHIN {
                let what = format!("a submit that must be refused: {outcome:?} after {took:?}");
                run.violated(Invariant::Row, what);
            }
        }
    }

    /// Looks until a task is in that state.
    pub(crate) async fn becomes(&self, task: u64, state: offstage::domain::state::TaskState) {
        let what = format!("task {task} becomes {state}");
        eventually(&what, NOTICED_WITHIN, async || {
            let looked = self.ask(What::Look { task }).await;
            matches!(looked, Outcome::Ok(Answer::Seen { state: seen, .. }) if seen == state).then_some(())
        })
        .await;
    }

    /// Submits until it is accepted; the task.
    pub(crate) async fn accepted(&self, user: u64) -> u64 {
        let what = || What::Submit { user, key: format!("own-{user}") };
        eventually("it is accepted", NOTICED_WITHIN, async || match self.ask(what()).await {
            Outcome::Ok(Answer::Task(task) | Answer::Joined(task)) => Some(task),
            Outcome::Ok(Answer::Seen { .. } | Answer::Done)
            | Outcome::Fail(_)
            | Outcome::Unknown(_)
            | Outcome::Broke(_) => None,
        })
        .await
    }
}
