//! One delivery: load, check, decide, settle.
//!
//! Facts are gathered here, `domain::plan` decides, one step is applied with a compare-and-set on the fence. An attempt
//! can be interrupted between any two awaits: its future is dropped, and [`handle`] says what became of it. An effect
//! outside Redis is not dropped: it is told to stop (`effect`).
//!
//! Easy to get wrong: the deletion may be refused at the last moment (a dependent turned up, an answer grew too old).
//! Then everything that can have changed is asked again, and decided again; nothing is taken over from the look before.

mod attempt;
mod deploy;
mod effect;
mod on_record;
mod outcome;

pub use outcome::Outcome;

use futures::FutureExt;
use offstage::{
    domain::{
        checklist::Checklist,
        plan::{Step, decide, try_again},
        reason::Reason,
        retry::RetryPolicy,
        state::Event,
        task::Effect,
    },
    store::{
        Store,
        queue::{Commit, Committed, Delivery, Finisher, Interruption, Lease, Settled, Settlement},
    },
    telemetry::trace,
};
use std::{panic::AssertUnwindSafe, time::Instant};
use tracing::{Instrument, Span, field::Empty};

use crate::{
    checks::Checks,
    effects::Effects,
    ledger::{Entry, Ledger},
};

/// Looks at one user before an attempt is given up as unsettled.
const MOST_ROUNDS: u32 = 5;

/// What every attempt needs.
#[derive(Debug, Clone)]
pub struct Context {
    /// Redis.
    pub store: Store,
    /// The way to end attempts.
    pub finisher: Finisher,
    /// The checks that are configured.
    pub checks: Checks,
    /// What takes place outside Redis.
    pub effects: Effects,
    /// Where effects are written down, if anywhere.
    pub ledger: Option<Ledger>,
    /// How often and how soon to try again.
    pub retry: RetryPolicy,
}

/// Runs one attempt from claim to end. A panic of ours is caught here, where the lease is known, and ends the attempt.
pub async fn handle(context: Context, delivery: Delivery) -> Outcome {
    let claimed = &delivery.claimed;
    let span = tracing::info_span!(
        "worker.task.run",
        task.id = claimed.lease.task.0,
        user.id = claimed.subject.user().map(|user| user.0),
        task.attempt = claimed.attempt,
        lease.fence = claimed.lease.fence.0,
        trace.id = Empty,
        outcome = Empty,
    );
    if let Some(cause) = claimed.trace {
        trace::link(&span, cause);
        span.record("trace.id", cause.trace_id());
    }
    run(&context, &delivery).instrument(span).await
}

async fn run(context: &Context, delivery: &Delivery) -> Outcome {
    let begun = Instant::now();
    let settler = Settler { context, delivery };
    let outcome = match AssertUnwindSafe(settler.run()).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(_) => settler.panicked().await,
    };
    let span = Span::current();
    span.record("outcome", outcome.name());
    if outcome.is_failure() {
        trace::failed(&span);
    }
    let seconds = begun.elapsed().as_secs_f64();
    metrics::counter!("offstage_attempts_total", "outcome" => outcome.name()).increment(1);
    metrics::histogram!("offstage_task_run_seconds").record(seconds);
    tracing::info!(outcome = outcome.name(), duration_ms = seconds * 1e3, "attempt ended");
    outcome
}

/// An effect outside Redis that is promised, and that the ledger knows of where there is one.
struct Due {
    entry: Option<Entry>,
}

/// Where an attempt to let a deletion take effect has led.
enum Taken {
    /// To the attempt's end.
    Ended(Outcome),
    /// To a promise, which is to be kept now.
    Due(Due),
    /// Back to looking: the ground has moved, and so.
    Moved(Reason),
}

/// Carries one attempt to its end.
struct Settler<'a> {
    context: &'a Context,
    delivery: &'a Delivery,
}

impl Settler<'_> {
    /// Works until it is through or is interrupted. A deploy asks nobody. What was promised before is carried out and not
    /// asked about again; what cannot be done here is left to other workers.
    async fn run(&self) -> Outcome {
        if self.delivery.claimed.kind.effect() == Effect::Configuration {
            return self.deploy().await;
        }
        if self.is_for_others() {
            return self.leave_to_others().await;
        }
        if self.delivery.claimed.committed {
            return self.resume().await;
        }
        let attempted = tokio::select! {
            biased;
            interruption = self.delivery.interrupted() => Err(self.interrupted(interruption).await),
            attempted = self.attempt() => attempted,
        };
        match attempted {
            Ok(due) => self.carry_out(due.entry).await,
            Err(ended) => ended,
        }
    }

    /// Checks and decides, again and again while the ground moves.
    ///
    /// # Errors
    /// How the attempt ended; otherwise an effect is promised and due.
    async fn attempt(&self) -> Result<Due, Outcome> {
        let attempt = self.delivery.claimed.attempt;
        let Some(username) = self.delivery.claimed.username.clone() else {
            return Err(self.fail(Reason::UserGone).await);
        };
        let mut unsettled = Reason::Unsettled;
        for round in 1..=MOST_ROUNDS {
            let look = match attempt::look(self.context, &self.delivery.claimed, &username, round).await {
                Ok(look) => look,
                Err(interruption) => return Err(self.interrupted(interruption).await),
            };
            let kind = self.delivery.claimed.kind;
            let step = decide(kind, attempt, &look.findings, &self.context.retry, jitter());
            if step != Step::Commit {
                return Err(self.apply(step, Some(look.findings.checks)).await);
            }
            let commit = look.commit(self.lease());
            let taken = match kind.effect() {
                Effect::Outside => self.promise(commit).await,
                Effect::None | Effect::Staged | Effect::Everywhere | Effect::Configuration => {
                    self.commit(commit).await
                }
            };
            unsettled = match taken {
                Taken::Ended(outcome) => return Err(outcome),
                Taken::Due(due) => return Ok(due),
                Taken::Moved(reason) => reason,
            };
            tracing::info!(round, why = unsettled.name(), "the ground has moved: looking again");
        }
        Err(self.retry(unsettled).await)
    }

    /// Lets a deletion take effect inside Redis.
    async fn commit(&self, commit: Commit) -> Taken {
        let Ok(committed) = on_record::commit(self.context, &self.delivery.claimed, commit).await else {
            return Taken::Ended(self.retry(Reason::LedgerUnwritable).await);
        };
        Taken::Ended(match committed {
            Committed::Done => Outcome::Completed,
            Committed::Lost | Committed::Unknown => Outcome::Lost,
            Committed::Cancelled => self.give_up().await,
            Committed::UserGone => self.fail(Reason::UserGone).await,
            Committed::LastAdministrator => self.fail(Reason::LastAdministrator).await,
            Committed::Blocked => return Taken::Moved(Reason::Unsettled),
            Committed::TooOld => return Taken::Moved(Reason::AnswersTooOld),
        })
    }

    /// Another attempt is to follow, if one is left.
    async fn retry(&self, reason: Reason) -> Outcome {
        let attempt = self.delivery.claimed.attempt;
        self.apply(try_again(attempt, reason, &self.context.retry, jitter()), None).await
    }

    async fn fail(&self, reason: Reason) -> Outcome {
        self.apply(Step::Fail { reason }, None).await
    }

    async fn apply(&self, step: Step, checks: Option<Checklist>) -> Outcome {
        let (event, reason, delay_ms, outcome) = match step {
            Step::Finish => (Event::Complete, None, 0, Outcome::Completed),
            Step::Refuse => (Event::Refuse, Some(Reason::Dependents), 0, Outcome::Conflict),
            Step::Retry { reason, delay_ms } => (Event::Retry, Some(reason), delay_ms, Outcome::Retry),
            Step::Fail { reason } => (Event::Fail, Some(reason), 0, Outcome::Failed),
            Step::Commit => unreachable!("a commit is applied where it is decided"),
        };
        let settlement = Settlement { lease: self.lease(), event, reason, delay_ms, checks };
        match self.context.finisher.settle(settlement).await {
            Settled::Done => outcome,
            Settled::Lost => Outcome::Lost,
            Settled::Cancelled => self.give_up().await,
            Settled::UserGone => self.leave(Event::Fail, Some(Reason::UserGone), Outcome::Failed).await,
        }
    }

    /// Stops, and says so if there is anything to say.
    async fn interrupted(&self, interruption: Interruption) -> Outcome {
        match interruption {
            Interruption::Lost => Outcome::Lost,
            Interruption::Stopped => {
                self.leave(Event::HandBack, Some(Reason::WorkerStopped), Outcome::HandedBack).await
            }
            Interruption::Cancelled => self.give_up().await,
        }
    }

    async fn give_up(&self) -> Outcome {
        self.leave(Event::NoticeCancel, None, Outcome::Cancelled).await;
        self.leave(Event::GiveUp, None, Outcome::Cancelled).await
    }

    async fn leave(&self, event: Event, reason: Option<Reason>, outcome: Outcome) -> Outcome {
        self.leave_for(0, event, reason, outcome).await
    }

    /// The same, and nobody takes it up for so long.
    async fn leave_for(
        &self,
        delay_ms: u64,
        event: Event,
        reason: Option<Reason>,
        outcome: Outcome,
    ) -> Outcome {
        let settlement = Settlement { lease: self.lease(), event, reason, delay_ms, checks: None };
        match self.context.finisher.settle(settlement).await {
            Settled::Done => outcome,
            Settled::Lost | Settled::Cancelled | Settled::UserGone => Outcome::Lost,
        }
    }

    /// An attempt whose code panicked is tried again, like any other that ended without an outcome.
    async fn panicked(&self) -> Outcome {
        tracing::error!("an attempt panicked");
        let attempt = self.delivery.claimed.attempt;
        let reason = Reason::WorkerPanicked;
        let (event, delay_ms) = match try_again(attempt, reason.clone(), &self.context.retry, jitter()) {
            Step::Retry { delay_ms, .. } => (Event::Retry, delay_ms),
            Step::Fail { .. } | Step::Refuse | Step::Commit | Step::Finish => (Event::Fail, 0),
        };
        let settlement =
            Settlement { lease: self.lease(), event, reason: Some(reason), delay_ms, checks: None };
        self.context.finisher.settle(settlement).await;
        Outcome::Panicked
    }

    fn lease(&self) -> Lease {
        self.delivery.claimed.lease
    }
}

/// From 0 to 1.
fn jitter() -> f64 {
    rand::random()
}
