//! The dependents that other systems registered, read page by page. Always on.
//!
//! What it finds is only for the record: whether a registered dependent blocks is decided again in the commit script, at
//! the moment of the deletion. So where the claim saw none at all, nothing is read.
//!
//! Where there is more than one page, it says first how much there is of what, so that whoever watches a dry run can see
//! how far it is.

use futures::{FutureExt, future::BoxFuture};
use offstage::{
    domain::{sub_type::SubType, task::UserId},
    store::{Store, patience::until_answered},
};

use super::{Check, Findings, Subject, Unanswered};

/// Dependents in one page.
const PAGE: usize = 100;

/// See the module's header.
#[derive(Debug)]
pub struct Registered {
    store: Store,
}

impl Registered {
    /// The check on that store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    async fn read(&self, subject: &Subject, findings: &Findings) -> Result<(), Unanswered> {
        let Some(user) = subject.about.user() else { return Ok(()) };
        let mut after = String::new();
        loop {
            let page = until_answered("registered", || self.store.registered(user, &after, PAGE)).await;
            // A user who is gone has no dependents; the commit says that he is gone.
            let Some(page) = page.map_err(|error| Unanswered(error.to_string()))? else { return Ok(()) };
            if after.is_empty() && page.next.is_some() {
                self.announce(user, findings).await?;
            }
            for dependent in page.items {
                findings.add(dependent).await;
            }
            match page.next {
                Some(next) => after = next,
                None => return Ok(()),
            }
        }
    }
}

impl Registered {
    async fn announce(&self, user: UserId, findings: &Findings) -> Result<(), Unanswered> {
        let counts = until_answered("registered", || self.store.count_registered(user)).await;
        for (sub_type, objects) in counts.map_err(|error| Unanswered(error.to_string()))? {
            findings.expect(sub_type, objects).await;
        }
        Ok(())
    }
}

impl Check for Registered {
    fn name(&self) -> &'static str {
        "registered"
    }

    fn asks_outside(&self) -> bool {
        false
    }

    fn sub_type(&self) -> Option<SubType> {
        None
    }

    fn applies(&self, subject: &Subject) -> bool {
        subject.about.user().is_some()
    }

    fn find<'a>(
        &'a self,
        subject: &'a Subject,
        findings: &'a Findings,
    ) -> BoxFuture<'a, Result<(), Unanswered>> {
        if subject.round == 1 && subject.registered == 0 {
            return async { Ok(()) }.boxed();
        }
        self.read(subject, findings).boxed()
    }
}
