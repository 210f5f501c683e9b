//! Users as both configurations have them: who sees whom.
//!
//! Owns the order of the steps. It must never show a user whom the caller does not see: for him there is no such user.
//!
//! Easy to get wrong: on the deployed side everybody may ask, and most see nobody but themselves.

use super::{Operation, Principal, Problem, Service, refusals::no_user, within};
use crate::domain::{
    task::UserId,
    user::{Side, Sight, User},
};

impl Service {
    /// That user of a side, if this caller sees him.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn user(&self, principal: &Principal, side: Side, id: UserId) -> Result<User, Problem> {
        reading(side).permit(principal)?;
        let found = within(self.inner.store.users(side, &[id])).await?.pop().flatten();
        found.filter(|user| Sight::of(principal).covers(user)).ok_or_else(|| no_user(id))
    }
}

/// What it takes to see users of a side at all.
pub(super) const fn reading(side: Side) -> Operation {
    match side {
        Side::Staged => Operation::ReadStagedUsers,
        Side::Deployed => Operation::ReadDeployedUsers,
    }
}
