//! What a user is given: roles, security profiles, tenants; and what the installation says of passwords.
//!
//! Owns two questions that need more than one of them: may somebody do more than the caller, and does a security profile go
//! with a tenant. It must never change: roles, profiles, tenants and domains stay as they are once they are there, which is
//! why they may be looked at before a user is written.
//!
//! Easy to get wrong: who may hand out a role could hand himself one. So a role that can do what the caller could not hand
//! on is like an administrator's: it takes a manager of administrators.

use std::collections::{BTreeMap, BTreeSet};

use super::{User, UserRule};
use crate::domain::capability::{Capability, Principal};

/// The name of the security profile that administrators have.
const ADMINISTRATORS_PROFILE: &str = "Admin";

/// All roles, security profiles, tenants and domains.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    /// What each role lets its users do.
    pub roles: BTreeMap<u64, Vec<Capability>>,
    /// The security profiles.
    pub profiles: BTreeMap<u64, SecurityProfile>,
    /// The tenants.
    pub tenants: BTreeSet<u64>,
    /// The domains.
    pub domains: BTreeMap<u64, Domain>,
}

/// A security profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecurityProfile {
    /// Its name.
    pub name: String,
    /// Its domains.
    pub domains: Vec<u64>,
}

/// A domain.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Domain {
    /// Whose it is; none for nobody's.
    pub tenant: Option<u64>,
    /// It is there no more.
    pub deleted: bool,
}

/// What the installation says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// People log in with the passwords that are kept here, not with those of an outside system.
    pub system_authentication: bool,
    /// Users may be allowed to fall back on their password here.
    pub fallback_enabled: bool,
    /// The shortest password, in characters.
    pub password_min_chars: usize,
    /// The security profile of a tenant's user must have a domain: releases up to 14.0 say so.
    pub needs_domain: bool,
}

impl Directory {
    /// Whether that role is an administrator's; none if there is no such role.
    #[must_use]
    pub fn is_administrators(&self, role: u64) -> Option<bool> {
        Some(self.roles.get(&role)?.contains(&Capability::Admin))
    }

    /// It takes a manager of administrators to hand out that role.
    pub(super) fn role_needs_manager(&self, caller: &Principal, role: u64) -> bool {
        let needs =
            |capability: &Capability| *capability == Capability::Admin || !caller.may_grant(*capability);
        !caller.has(Capability::AdminManager)
            && self.roles.get(&role).is_some_and(|can| can.iter().any(needs))
    }

    /// It takes a manager of administrators to change that user.
    pub(super) fn user_needs_manager(&self, caller: &Principal, user: &User) -> bool {
        // What a role lets him do that is not known here, the caller may not be able to hand on.
        let stands_above = |role| !self.roles.contains_key(&role) || self.role_needs_manager(caller, role);
        !caller.has(Capability::AdminManager) && (user.is_administrator || user.roles().any(stands_above))
    }

    /// A user of that role, security profile and tenant may be.
    pub(super) fn suit(
        &self,
        role: u64,
        profile: u64,
        tenant: Option<u64>,
        policy: Policy,
    ) -> Result<(), UserRule> {
        let can = self.roles.get(&role).ok_or(UserRule::NoRole)?;
        if tenant.is_some_and(|tenant| !self.tenants.contains(&tenant)) {
            return Err(UserRule::NoTenant);
        }
        if tenant.is_some() && can.contains(&Capability::Admin) {
            return Err(UserRule::TenantOfAdministrator);
        }
        let profile = self.profiles.get(&profile).ok_or(UserRule::NoProfile)?;
        let administers = can.contains(&Capability::Admin) || can.contains(&Capability::SaasAdmin);
        if administers && profile.name != ADMINISTRATORS_PROFILE {
            return Err(UserRule::AdministratorsProfile);
        }
        tenant.map_or(Ok(()), |tenant| self.suits_tenant(profile, tenant, policy))
    }

    fn suits_tenant(&self, profile: &SecurityProfile, tenant: u64, policy: Policy) -> Result<(), UserRule> {
        let domains = profile.domains.iter().filter_map(|id| self.domains.get(id));
        let there: Vec<&Domain> = domains.filter(|domain| !domain.deleted).collect();
        if there.is_empty() && policy.needs_domain {
            return Err(UserRule::ProfileWithoutDomain);
        }
        if there.iter().any(|domain| domain.tenant != Some(tenant)) {
            return Err(UserRule::ProfileOfAnotherTenant);
        }
        Ok(())
    }
}
