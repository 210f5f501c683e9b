//! Finding out what depends on a user, as his deletion would, without the effect: a dry run.
//!
//! Owns how one is asked for; what is found is read like a deletion's, of another family.
//!
//! Easy to get wrong: it is asked for at the deployed side. A user whose staged record is gone already can still be looked
//! at, and one who was never deployed is not there.

use super::{
    Acceptance, Accepted, ClientKey, Operation, Principal, Problem, Service,
    refusals::{key_reused, no_user},
    submission::{idempotency, submit_of},
    within,
};
use crate::domain::{
    task::{TaskKind, UserId},
    user::Side,
};

const KIND: TaskKind = TaskKind::Dependents;

impl Service {
    /// Asks what depends on a deployed user. Every request makes a task of its own, unless a key says that it is repeated.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn find_dependents(
        &self,
        principal: &Principal,
        user: UserId,
        key: Option<&ClientKey>,
    ) -> Result<Accepted, Problem> {
        Operation::FindDependents.permit(principal)?;
        let found =
            within(async { Ok::<_, Problem>(self.inner.store.users(Side::Deployed, &[user]).await?) });
        if found.await?.iter().any(Option::is_some) {
            return self.ask(principal, KIND, user.into(), key).await;
        }
        // Whoever repeats himself gets the task that he was told of, although the user is gone by now.
        match key {
            Some(key) => within(self.asked_before(principal, user, key)).await,
            None => Err(no_user(user)),
        }
    }

    async fn asked_before(
        &self,
        principal: &Principal,
        user: UserId,
        key: &ClientKey,
    ) -> Result<Accepted, Problem> {
        let own = idempotency(principal, &submit_of(KIND), &user.into(), key);
        let known = self.inner.store.known_keys(&[own.key]).await?.into_iter().flatten().next();
        match known {
            Some(known) if known.request == own.request => self.known(known.task, Acceptance::Repeated).await,
            Some(_) => Err(key_reused()),
            None => Err(no_user(user)),
        }
    }
}
