//! User roles and security profiles: who sees which.
//!
//! Owns that rule. Both sides have the same roles and profiles; what differs is who may ask.
//!
//! Easy to get wrong: somebody who administers nothing sees what he himself has, and a service token has neither a role nor a
//! profile. What a caller does not see is not there for him.

use std::collections::BTreeSet;

use super::{Operation, Principal, Problem, Service, roles::capabilities, within};
use crate::{
    api::problem::{Missing, ProblemKind},
    domain::{
        capability::Capability,
        user::{Side, Sight, User},
    },
    store::directory::{Collection, Named},
};

/// A user role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRole {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// What it lets its users do.
    pub capabilities: Vec<Capability>,
}

/// A security profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityProfile {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// The domains that it covers.
    pub domain_ids: Vec<u64>,
}

/// Which of the security profiles that somebody sees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProfileChoice {
    /// Those that cover a domain of that tenant.
    pub tenant: Option<u64>,
    /// The caller's own.
    pub only_own: bool,
}

impl Service {
    /// The roles of a side that this caller sees, in the order of their numbers; or only his own.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn user_roles(
        &self,
        principal: &Principal,
        side: Side,
        only_own: bool,
    ) -> Result<Vec<UserRole>, Problem> {
        let operation = match side {
            Side::Staged => Operation::ReadRoles,
            Side::Deployed => Operation::ReadDeployedRoles,
        };
        operation.permit(principal)?;
        within(self.seen_roles(principal, only_own)).await
    }

    /// That role of a side, if this caller sees it.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn user_role(&self, principal: &Principal, id: u64) -> Result<UserRole, Problem> {
        Operation::ReadRoles.permit(principal)?;
        let seen = within(self.seen_roles(principal, false)).await?;
        let no_role = || {
            Problem::new(ProblemKind::NotFound(Missing::Role), format!("No user role found with id: {id}"))
        };
        seen.into_iter().find(|role| role.id == id).ok_or_else(no_role)
    }

    async fn seen_roles(&self, principal: &Principal, only_own: bool) -> Result<Vec<UserRole>, Problem> {
        let own = self.own(principal, only_own, |user| user.user_role_id).await?;
        let known = self.inner.store.named(Collection::Roles).await?.into_values();
        let role = |role: Named| UserRole { id: role.id, capabilities: capabilities(&role), name: role.name };
        let seen = |role: &UserRole| match (Sight::of(principal), &own) {
            (_, Some(own)) => *own == Some(role.id),
            (Sight::NoAdministrators, None) => !role.capabilities.contains(&Capability::Admin),
            (Sight::Everybody | Sight::Himself(_), None) => true,
        };
        Ok(known.map(role).filter(seen).collect())
    }

    /// The security profiles of a side that this caller sees, in the order of their numbers.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn security_profiles(
        &self,
        principal: &Principal,
        side: Side,
        choice: ProfileChoice,
    ) -> Result<Vec<SecurityProfile>, Problem> {
        reading_profiles(side).permit(principal)?;
        let mut seen = within(self.seen_profiles(principal, choice.only_own)).await?;
        if let Some(tenant) = choice.tenant {
            let domains = within(self.domains_of(tenant)).await?;
            seen.retain(|profile| profile.domain_ids.iter().any(|id| domains.contains(id)));
        }
        Ok(seen)
    }

    /// That security profile of a side, if this caller sees it.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn security_profile(
        &self,
        principal: &Principal,
        side: Side,
        id: u64,
    ) -> Result<SecurityProfile, Problem> {
        reading_profiles(side).permit(principal)?;
        let seen = within(self.seen_profiles(principal, false)).await?;
        let no_profile = || {
            let said = format!("No security profile found with id: {id}");
            Problem::new(ProblemKind::NotFound(Missing::Profile), said)
        };
        seen.into_iter().find(|profile| profile.id == id).ok_or_else(no_profile)
    }

    async fn seen_profiles(
        &self,
        principal: &Principal,
        only_own: bool,
    ) -> Result<Vec<SecurityProfile>, Problem> {
        let own = self.own(principal, only_own, |user| user.security_profile_id).await?;
        let known = self.inner.store.named(Collection::Profiles).await?.into_values();
        let profile = |Named { id, name, domain_ids, .. }| SecurityProfile { id, name, domain_ids };
        let seen = |profile: &SecurityProfile| own.is_none_or(|own| own == Some(profile.id));
        Ok(known.map(profile).filter(seen).collect())
    }

    /// What a caller has himself, where that is all he sees or wants to see.
    async fn own(
        &self,
        principal: &Principal,
        only_own: bool,
        of: fn(User) -> Option<u64>,
    ) -> Result<Option<Option<u64>>, Problem> {
        let sees_others = match Sight::of(principal) {
            Sight::Everybody | Sight::NoAdministrators => true,
            Sight::Himself(_) => false,
        };
        if sees_others && !only_own {
            return Ok(None);
        }
        let Some(himself) = principal.user else { return Ok(Some(None)) };
        let found = self.inner.store.users(Side::Deployed, &[himself]).await?.pop().flatten();
        Ok(Some(found.and_then(of)))
    }

    /// The domains of a tenant.
    async fn domains_of(&self, tenant: u64) -> Result<BTreeSet<u64>, Problem> {
        let store = &self.inner.store;
        if !store.named(Collection::Tenants).await?.contains_key(&tenant) {
            let said = format!("No tenant found with id: {tenant}");
            return Err(Problem::new(ProblemKind::NotFound(Missing::Tenant), said));
        }
        let domains = store.named(Collection::Domains).await?.into_values();
        Ok(domains.filter(|domain| domain.tenant_id == Some(tenant)).map(|domain| domain.id).collect())
    }
}

const fn reading_profiles(side: Side) -> Operation {
    match side {
        Side::Staged => Operation::ReadStagedProfiles,
        Side::Deployed => Operation::ReadDeployedProfiles,
    }
}
