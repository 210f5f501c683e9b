//! The part of an attempt that is about an effect outside Redis: look, promise, carry out, settle.
//!
//! From the promise on the task only goes forward: no check, no cancel, no last attempt. What is not done is tried again
//! for ever, with a wait that has a limit, by whatever worker is there.
//!
//! Easy to get wrong: an effect that is under way when the attempt must stop is waited for, so that nothing is touched any
//! more once the task is handed back or known to be lost.

use offstage::{
    domain::{
        reason::Reason,
        state::Event,
        task::{Effect, TaskId},
        workspace::WorkspaceName,
    },
    store::queue::{Commit, Interruption, Promised},
    telemetry::chain,
    workspaces::Emptied,
};
use std::time::Duration;

use super::{Due, Outcome, Settler, Taken, jitter, on_record};
use crate::{
    effects::workspace::{Before, Fault, Removal},
    ledger::{Entry, Unwritable},
};

/// What could not be asked, in the words of a check: whether the workspace is there.
const DISK: &str = "workspace";
/// How long one attempt empties what was set aside. A container that goes on writing there would never let it end.
const LONGEST: Duration = Duration::from_mins(10);

impl Settler<'_> {
    /// It is about a workspace, and this worker has no folder of workspaces.
    pub(super) fn is_for_others(&self) -> bool {
        self.delivery.claimed.kind.effect() == Effect::Outside && self.context.effects.workspace.is_none()
    }

    /// Hands back what this worker has no means to do, uncounted: its attempts are for those that have.
    pub(super) async fn leave_to_others(&self) -> Outcome {
        tracing::warn!("a removal is left to other workers: notebooks.workspace_root is not set here");
        let delay_ms = self.context.retry.delay_ms(1, jitter());
        let reason = Some(Reason::CheckUnavailable { check: DISK.to_owned() });
        self.leave_for(delay_ms, Event::HandBack, reason, Outcome::HandedBack).await
    }

    /// Promises the effect, which the ledger must know of before.
    pub(super) async fn promise(&self, commit: Commit) -> Taken {
        let Some((removal, name, task)) = self.removal() else {
            return Taken::Ended(self.leave_to_others().await);
        };
        match removal.look(name, task).await {
            Ok(Before::Ready) => {}
            Ok(Before::Gone) => return Taken::Ended(self.fail(Reason::WorkspaceGone).await),
            Ok(Before::InTheWay) => return Taken::Ended(self.fail(Reason::InTheWay).await),
            Err(fault) => return Taken::Ended(self.cannot_begin(&fault).await),
        }
        let Ok(entry) = self.begin().await else {
            return Taken::Ended(self.retry(Reason::LedgerUnwritable).await);
        };
        let refused = match self.context.finisher.promise(commit).await {
            Promised::Done => return Taken::Due(Due { entry }),
            Promised::Lost => Taken::Ended(Outcome::Lost),
            Promised::Cancelled => Taken::Ended(self.give_up().await),
            Promised::Running | Promised::Silent | Promised::Occupied => Taken::Moved(Reason::Unsettled),
            Promised::TooOld => Taken::Moved(Reason::AnswersTooOld),
        };
        on_record::end(entry, false).await;
        refused
    }

    /// Goes on with what was promised in an attempt before.
    pub(super) async fn resume(&self) -> Outcome {
        match self.begin().await {
            Ok(entry) => self.carry_out(entry).await,
            Err(Unwritable) => self.repeat(Reason::LedgerUnwritable).await,
        }
    }

    /// Carries out what was promised. What is not through has no end in the ledger, and is begun there once more.
    pub(super) async fn carry_out(&self, entry: Option<Entry>) -> Outcome {
        let Some((removal, name, task)) = self.removal() else {
            return self.leave_to_others().await;
        };
        let mut under_way = removal.begin(name, task, LONGEST);
        let (ended, interruption) = tokio::select! {
            biased;
            ended = under_way.ended() => (ended, None),
            interruption = self.delivery.interrupted() => {
                under_way.stop();
                (under_way.ended().await, Some(interruption))
            }
        };
        match (ended, interruption) {
            (Ok(Emptied::Done), _) => {
                on_record::end(entry, true).await;
                self.leave(Event::Complete, None, Outcome::Completed).await
            }
            (_, Some(Interruption::Lost)) => Outcome::Lost,
            (Err(fault), _) => self.repeat(report(&fault)).await,
            (Ok(Emptied::Stopped), None) => {
                tracing::warn!("a removal takes long: another attempt goes on with it");
                self.repeat(Reason::EffectIncomplete).await
            }
            (Ok(Emptied::Stopped), Some(Interruption::Stopped | Interruption::Cancelled)) => {
                self.leave(Event::HandBack, Some(Reason::WorkerStopped), Outcome::HandedBack).await
            }
        }
    }

    /// What removes this task's workspace here.
    fn removal(&self) -> Option<(&Removal, &WorkspaceName, TaskId)> {
        let name = self.delivery.claimed.subject.workspace()?;
        Some((self.context.effects.workspace.as_ref()?, name, self.lease().task))
    }

    async fn cannot_look(&self) -> Outcome {
        self.retry(Reason::CheckUnavailable { check: DISK.to_owned() }).await
    }

    /// Nothing is promised that could not be kept.
    async fn cannot_begin(&self, fault: &Fault) -> Outcome {
        tracing::warn!(error = %chain(fault), "a removal cannot begin");
        let reason = match fault {
            Fault::Untouched(_) => Reason::NotSetAside,
            Fault::Disk(_) | Fault::Panicked => return self.cannot_look().await,
        };
        self.retry(reason).await
    }

    /// Comes again later, however often it was tried.
    async fn repeat(&self, reason: Reason) -> Outcome {
        let delay_ms = self.context.retry.delay_ms(self.delivery.claimed.attempt, jitter());
        self.leave_for(delay_ms, Event::Retry, Some(reason), Outcome::Retry).await
    }
}

/// Says in the log what a promised removal met, and why it is not complete.
fn report(fault: &Fault) -> Reason {
    match fault {
        Fault::Disk(_) => {
            tracing::warn!(error = %chain(fault), "a removal is not complete: it is tried again");
            Reason::EffectIncomplete
        }
        Fault::Untouched(_) => {
            tracing::warn!(error = %chain(fault), "a promised removal cannot begin: it is tried again");
            Reason::NotSetAside
        }
        Fault::Panicked => {
            tracing::error!("a removal panicked: it is tried again");
            Reason::WorkerPanicked
        }
    }
}
