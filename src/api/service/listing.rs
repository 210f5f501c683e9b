//! Users and tasks in lists: who may be meant, upwards by their numbers, and then some of them at a time.
//!
//! Owns who sees whom in a list. It must never hold a list: whoever asks gets numbers, and reads the records of some.
//!
//! Easy to get wrong: the numbers are a moment's. By the time a record is read, its user may be gone, or not be seen by this
//! caller any more; so each is looked at again.

use super::{Operation, Principal, Problem, Service, users::reading, within};
use crate::{
    domain::{
        task::{Task, TaskId, UserId},
        user::{Side, Sight, User},
    },
    store::ids::{Numbers, TaskChoice},
};

/// Which users may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserChoice {
    /// Those with these numbers.
    Numbers(Numbers),
    /// Those with these names.
    Named(Vec<String>),
}

/// What [`Sight::covers`] looks at, apart from the number.
const SEEN_BY: &str = "admin";

impl Service {
    /// The numbers of the users of a side who may be meant and whom this caller sees, upwards.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn user_ids(
        &self,
        principal: &Principal,
        side: Side,
        choice: &UserChoice,
    ) -> Result<Vec<UserId>, Problem> {
        reading(side).permit(principal)?;
        let store = &self.inner.store;
        let mut ids = match choice {
            UserChoice::Numbers(numbers) => within(store.user_ids(side, numbers)).await?,
            UserChoice::Named(names) => within(store.user_ids_named(side, names)).await?,
        };
        match Sight::of(principal) {
            Sight::Everybody => {}
            Sight::NoAdministrators => {
                let unseen = within(store.administrators(side)).await?;
                ids.retain(|id| !unseen.contains(id));
            }
            Sight::Himself(himself) => ids.retain(|id| himself == Some(*id)),
        }
        Ok(ids)
    }

    /// How many users of a side this caller sees, and the numbers of those at these places, both ends included, upwards or
    /// downwards; none where that cannot be told without a look at all of them.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn user_ids_at(
        &self,
        principal: &Principal,
        side: Side,
        places: (isize, isize),
        downwards: bool,
    ) -> Result<Option<(u64, Vec<UserId>)>, Problem> {
        reading(side).permit(principal)?;
        match Sight::of(principal) {
            Sight::Everybody => within(self.inner.store.user_ids_at(side, places, downwards)).await.map(Some),
            Sight::NoAdministrators | Sight::Himself(_) => Ok(None),
        }
    }

    /// Those of these users of a side whom this caller sees, in their order; whole, or with these fields at least.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn users(
        &self,
        principal: &Principal,
        side: Side,
        ids: &[UserId],
        fields: Option<&[&str]>,
    ) -> Result<Vec<User>, Problem> {
        reading(side).permit(principal)?;
        let store = &self.inner.store;
        let users = match fields {
            None => within(store.users(side, ids)).await?,
            Some(fields) => {
                let fields: Vec<_> = fields.iter().copied().chain([SEEN_BY]).collect();
                within(store.users_in_part(side, ids, &fields)).await?
            }
        };
        let sight = Sight::of(principal);
        Ok(users.into_iter().flatten().filter(|user| sight.covers(user)).collect())
    }

    /// The numbers of the tasks of users' deletions that may be meant, upwards; with names, those that these callers asked
    /// for, among which there may be other tasks of theirs.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn deletion_ids(
        &self,
        principal: &Principal,
        choice: &TaskChoice,
        asked_by: Option<&[String]>,
    ) -> Result<Vec<TaskId>, Problem> {
        Operation::ReadTask.permit(principal)?;
        let store = &self.inner.store;
        match asked_by {
            Some(names) => within(store.task_ids_asked_by(names, &choice.numbers)).await,
            None => within(store.task_ids(choice)).await,
        }
    }

    /// Those of these tasks that are users' deletions, in their order.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn deletions(&self, principal: &Principal, ids: &[TaskId]) -> Result<Vec<Task>, Problem> {
        Operation::ReadTask.permit(principal)?;
        let tasks = within(self.inner.store.tasks(ids)).await?;
        Ok(tasks.into_iter().filter(|task| task.kind.deletes_a_user()).collect())
    }
}
