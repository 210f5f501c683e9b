//! Dependents that other systems register with us.
//!
//! Owns who may, and what a page is. It must never check a dependent's form: a [`Dependent`] that exists is well formed,
//! and the dialect made it.
//!
//! Easy to get wrong: whether the user exists is decided in the same script as the deletion, never asked beforehand.

use super::{DependentsPage, Operation, Principal, Problem, Service, refusals::no_user, within};
use crate::{
    api::problem::{Missing, ProblemKind},
    domain::{
        dependents::{Dependent, Label},
        task::UserId,
    },
    store::dependents::{Existing, Registered},
};

/// What became of a dependent that was registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// It is new.
    Created,
    /// It takes the place of what was said about it before.
    Updated,
}

impl Service {
    /// Registers a dependent, or says something else about one.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn put_dependent(
        &self,
        principal: &Principal,
        user: UserId,
        dependent: Dependent,
    ) -> Result<Registration, Problem> {
        Operation::WriteDependents.permit(principal)?;
        let one = [(user, dependent)];
        let outcomes = within(self.inner.store.register(&one, Existing::Replaced)).await?;
        match outcomes.first() {
            Some(Registered::Created) => Ok(Registration::Created),
            Some(Registered::Updated | Registered::Kept) => Ok(Registration::Updated),
            Some(Registered::NotFound) => Err(no_user(user)),
            Some(Registered::Full) => {
                Err(Problem::new(ProblemKind::Full, "The user has as many dependents as one may have."))
            }
            None => Err(Problem::internal().caused_by("no answer for the one dependent registered")),
        }
    }

    /// Forgets a dependent.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn delete_dependent(
        &self,
        principal: &Principal,
        user: UserId,
        kind: &Label,
        id: &str,
    ) -> Result<(), Problem> {
        Operation::WriteDependents.permit(principal)?;
        if within(self.inner.store.unregister(user, kind, id)).await? {
            return Ok(());
        }
        Err(Problem::new(
            ProblemKind::NotFound(Missing::Dependent),
            format!("User {user} has no such dependent, or there is no such user."),
        ))
    }

    /// A page of a user's dependents, from behind `after` on.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn list_dependents(
        &self,
        principal: &Principal,
        user: UserId,
        after: &str,
        limit: usize,
    ) -> Result<DependentsPage, Problem> {
        Operation::ReadDependents.permit(principal)?;
        within(self.inner.store.registered(user, after, limit)).await?.ok_or_else(|| no_user(user))
    }
}
