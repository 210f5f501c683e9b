//! A deploy: prepare all users beside the deployed ones, then let them take effect.
//!
//! Nothing of it is to be seen before the last step, which is one with the task's end: an attempt that breaks off has done
//! nothing, and the next one prepares users of its own.
//!
//! Easy to get wrong: users are written meanwhile, so the last step may ask for more calls. Each of them can be interrupted.

use offstage::{
    domain::reason::Reason,
    store::{
        StoreError,
        deploys::{Prepared, Turned},
        patience::until_answered,
    },
};

use super::{Outcome, Settler, on_record};

/// Calls for users who were written meanwhile, before an attempt gives its place up: an import may write faster than this.
const MOST_CALLS: u32 = 10_000;

impl Settler<'_> {
    /// Works until it is through, or is interrupted.
    pub(super) async fn deploy(&self) -> Outcome {
        tokio::select! {
            biased;
            interruption = self.delivery.interrupted() => self.interrupted(interruption).await,
            ended = self.prepare_and_turn() => match ended {
                Ok(outcome) => outcome,
                Err(error) => self.broken(&error).await,
            }
        }
    }

    async fn prepare_and_turn(&self) -> Result<Outcome, StoreError> {
        let store = &self.context.store;
        let mut after = None;
        loop {
            let prepared =
                until_answered("prepare_deploy", || store.prepare_deploy(self.lease(), after)).await?;
            after = match prepared {
                Prepared::Upto(user) => Some(user),
                Prepared::All => break,
                Prepared::Cancelled => return Ok(self.give_up().await),
                Prepared::Lost => return Ok(Outcome::Lost),
            };
        }
        let Ok(entry) = self.begin().await else { return Ok(self.retry(Reason::LedgerUnwritable).await) };
        // What was refused did not take place; where Redis does not say, neither does the ledger.
        let turned = self.turn().await?;
        on_record::end(entry, turned == Turned::Done).await;
        Ok(match turned {
            Turned::Done => Outcome::Completed,
            Turned::More => self.retry(Reason::Unsettled).await,
            Turned::Cancelled => self.give_up().await,
            Turned::Lost => Outcome::Lost,
            Turned::LastAdministrator => self.fail(Reason::LastAdministrator).await,
        })
    }

    /// Lets the users take effect, as soon as those who were written meanwhile are prepared too; `More` when they never were.
    async fn turn(&self) -> Result<Turned, StoreError> {
        let store = &self.context.store;
        let worker = self.context.finisher.worker();
        for _ in 0..MOST_CALLS {
            let turned = until_answered("turn_deploy", || store.turn_deploy(self.lease(), worker)).await?;
            if turned != Turned::More {
                return Ok(turned);
            }
        }
        Ok(Turned::More)
    }

    /// Redis refused a step of ours, which waiting does not mend.
    async fn broken(&self, error: &StoreError) -> Outcome {
        tracing::error!(error = %offstage::telemetry::chain(error), "a deploy cannot be carried out");
        self.retry(Reason::Unsettled).await
    }
}
