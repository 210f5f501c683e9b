//! An effect between the two lines of the ledger that it is written down in. Without a ledger nothing of this costs anything.
//!
//! It must never let an effect begin whose first line is not on disk.
//!
//! Easy to get wrong: an attempt can be dropped between any two awaits, and the deletion that it was about to let take
//! effect may take effect all the same. So what is between the lines goes on by itself, and writes the second one. It is
//! harmless where the task was handed back or cancelled meanwhile: the fence and the state decide.

use offstage::store::queue::{Claimed, Commit, Committed};
use tokio::sync::oneshot;

use super::{Context, Settler};
use crate::ledger::{Entry, Unwritable};

impl Settler<'_> {
    /// Writes down that the effect of this attempt may take place from now on; none where there is no ledger.
    pub(super) async fn begin(&self) -> Result<Option<Entry>, Unwritable> {
        match &self.context.ledger {
            Some(ledger) => Ok(Some(ledger.begin(&self.delivery.claimed).await?)),
            None => Ok(None),
        }
    }
}

/// Writes down how an effect ended.
pub(super) async fn end(entry: Option<Entry>, took_place: bool) {
    if let Some(entry) = entry {
        entry.end(took_place).await;
    }
}

/// Lets a deletion take effect, on record where there is a ledger.
pub(super) async fn commit(
    context: &Context,
    claimed: &Claimed,
    commit: Commit,
) -> Result<Committed, Unwritable> {
    let finisher = context.finisher.clone();
    let Some(ledger) = context.ledger.clone() else { return Ok(finisher.commit(commit).await) };
    let claimed = claimed.clone();
    let (tell, told) = oneshot::channel();
    tokio::spawn(async move {
        let committed = match ledger.begin(&claimed).await {
            Ok(entry) => {
                let committed = finisher.commit(commit).await;
                if let Some(took_place) = took_place(committed) {
                    entry.end(took_place).await;
                }
                Ok(committed)
            }
            Err(unwritable) => Err(unwritable),
        };
        if tell.send(committed).is_err() {
            tracing::debug!("an attempt ended before its outcome was known");
        }
    });
    // Without an answer it broke off: what became of the deletion is for others to find out.
    told.await.unwrap_or(Ok(Committed::Unknown))
}

const fn took_place(committed: Committed) -> Option<bool> {
    match committed {
        Committed::Done => Some(true),
        Committed::Lost
        | Committed::Cancelled
        | Committed::UserGone
        | Committed::Blocked
        | Committed::LastAdministrator
        | Committed::TooOld => Some(false),
        Committed::Unknown => None,
    }
}
