//! Roles: which there are, and who may give which.
//!
//! Owns the rule. A role is given by its name; what it lets its users do, whoever gives it must have, and the built-in
//! administrator's role is given by nobody.
//!
//! Easy to get wrong: a role never changes once it is there, which is why it is safe to look at it before the script that
//! gives it runs. Who is an administrator is decided here, and applied there.

use std::collections::BTreeMap;

use super::{Operation, Principal, Problem, Service, within};
use crate::{
    api::problem::ProblemKind,
    domain::{capability::Capability, task::BUILT_IN_ADMINISTRATOR},
    store::{
        accounts::{Grant, MOST_ROLES, NORMAL_USER, TO_BE_MADE},
        directory::{Collection, Named},
    },
};

/// A role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// What it lets its users do.
    pub capabilities: Vec<Capability>,
    /// It belongs to the service, and stays.
    pub is_built_in: bool,
}

impl Service {
    /// All roles, in the order of their numbers.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn roles(&self, principal: &Principal) -> Result<Vec<Role>, Problem> {
        Operation::ConfigureUsers.permit(principal)?;
        let (roles, own) = within(self.known_roles()).await?;
        let role = |role: Named| Role {
            is_built_in: own == Some(role.id) || role.name == NORMAL_USER,
            capabilities: capabilities(&role),
            name: role.name,
        };
        Ok(roles.into_values().map(role).collect())
    }

    /// All roles, and the number of the built-in administrator's.
    async fn known_roles(&self) -> Result<(BTreeMap<u64, Named>, Option<u64>), Problem> {
        let store = &self.inner.store;
        let own = store.first_role(BUILT_IN_ADMINISTRATOR).await?;
        Ok((store.named(Collection::Roles).await?, own))
    }

    /// These roles, if this caller may give them.
    pub(super) async fn grant(&self, principal: &Principal, names: &[String]) -> Result<Grant, Problem> {
        let (known, own) = self.known_roles().await?;
        let refused = |said: &str| Problem::new(ProblemKind::RoleNotAssignable, said);
        let to_be_made = to_be_made();
        let mut roles: Vec<&Named> = Vec::new();
        for name in names {
            let role = known.values().chain([&to_be_made]).find(|role| role.name == *name);
            let role = role.ok_or_else(|| refused("There is no role of that name."))?;
            if own == Some(role.id) {
                return Err(refused("The role of the built-in administrator cannot be assigned."));
            }
            if !capabilities(role).iter().all(|capability| principal.may_grant(*capability)) {
                return Err(refused("You may not assign a role that lets its users do more than you may."));
            }
            if roles.iter().all(|known| known.id != role.id) {
                roles.push(role);
            }
        }
        if !(1..=MOST_ROLES).contains(&roles.len()) {
            return Err(Problem::new(ProblemKind::Full, format!("A user has 1 to {MOST_ROLES} roles.")));
        }
        Ok(granting(&roles))
    }

    /// The role of those who are given none; made with the first who gets it.
    pub(super) async fn normal_grant(&self) -> Result<Grant, Problem> {
        let (known, _) = self.known_roles().await?;
        let role = known.into_values().find(|role| role.name == NORMAL_USER);
        Ok(granting(&[&role.unwrap_or_else(to_be_made)]))
    }
}

fn to_be_made() -> Named {
    Named { id: TO_BE_MADE, name: NORMAL_USER.to_owned(), ..Named::default() }
}

fn granting(roles: &[&Named]) -> Grant {
    let is_administrators = |role: &&Named| capabilities(role).contains(&Capability::Admin);
    Grant {
        roles: roles.iter().map(|role| role.id).collect(),
        is_administrators: roles.iter().any(is_administrators),
    }
}

pub(super) fn capabilities(role: &Named) -> Vec<Capability> {
    role.capabilities.iter().filter_map(|word| Capability::from_name(word)).collect()
}
