//! Users as an administrator adds, changes and lists them: the deployed side with its roles.
//!
//! Owns the order of the steps of each operation. It must never decide which role may be given; `roles` does.
//!
//! Easy to get wrong: nothing is done by half. Whatever can be refused is refused before the one script that changes users,
//! and that script checks once more what can have changed meanwhile.

use std::collections::BTreeSet;
use tracing::info;

use super::{Operation, Principal, Problem, Service, within};
use crate::{
    api::problem::{Missing, ProblemKind},
    domain::{
        task::{BUILT_IN_ADMINISTRATOR, UserId},
        username::Username,
    },
    store::{
        accounts::{self, Added, Change, Changed, MOST_AT_ONCE, MOST_ROLES, NewAccount},
        directory::Collection,
    },
};

/// Most users in one list.
const MOST_LISTED: usize = 100_000;

/// A deployed user, with his roles by their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// His number.
    pub id: UserId,
    /// His name.
    pub username: String,
    /// His address.
    pub email: Option<String>,
    /// His roles, the first one first.
    pub roles: Vec<String>,
}

/// A user who is to be added, or what is to become of one.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// His address; none leaves it as it is.
    pub email: Option<String>,
    /// His roles by their names; none leaves them as they are, and gives a new user `Normal User`.
    pub roles: Option<Vec<String>>,
}

impl Service {
    /// The deployed user of that name.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn account(&self, principal: &Principal, username: &str) -> Result<Account, Problem> {
        Operation::ConfigureUsers.permit(principal)?;
        let (account, roles) = within(async {
            let account = self.inner.store.account(username).await?.ok_or_else(nobody)?;
            Ok::<_, Problem>((account, self.inner.store.named(Collection::Roles).await?))
        })
        .await?;
        let names = account.roles.iter().filter_map(|id| roles.get(id)).map(|role| role.name.clone());
        let roles = names.collect();
        Ok(Account { id: account.id, username: account.username, email: account.email, roles })
    }

    /// The names of all deployed users, or of those who have one of these roles, in order.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn usernames(
        &self,
        principal: &Principal,
        roles: Option<&[String]>,
    ) -> Result<Vec<String>, Problem> {
        Operation::ConfigureUsers.permit(principal)?;
        let mut names = within(self.names_with(roles)).await?;
        names.sort_unstable();
        Ok(names)
    }

    async fn names_with(&self, roles: Option<&[String]>) -> Result<Vec<String>, Problem> {
        let store = &self.inner.store;
        let wanted: Option<BTreeSet<u64>> = match roles {
            None => None,
            Some(names) => {
                let known = store.named(Collection::Roles).await?.into_values();
                Some(known.filter(|role| names.contains(&role.name)).map(|role| role.id).collect())
            }
        };
        let is_wanted = |account: &accounts::Account| {
            wanted.as_ref().is_none_or(|wanted| account.roles.iter().any(|role| wanted.contains(role)))
        };
        let (mut names, mut last) = (Vec::new(), None);
        loop {
            let (page, next) = store.accounts_after(last).await?;
            names.extend(page.into_iter().filter(is_wanted).map(|account| account.username));
            if names.len() > MOST_LISTED {
                let said =
                    format!("There are more than {MOST_LISTED} such users; ask for those of some roles.");
                return Err(Problem::new(ProblemKind::Full, said));
            }
            if next.is_none() {
                return Ok(names);
            }
            last = next;
        }
    }

    /// Those of these names that are deployed users'.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn usernames_among(
        &self,
        principal: &Principal,
        names: &[String],
    ) -> Result<BTreeSet<String>, Problem> {
        Operation::ConfigureUsers.permit(principal)?;
        let found = within(self.inner.store.accounts_named(names)).await?;
        Ok(found.into_iter().flatten().map(|account| account.username).collect())
    }

    /// Adds a user to both configurations.
    ///
    /// # Errors
    /// [`Problem`]; [`ProblemKind::NameTaken`] where there is one of that name.
    pub async fn add_user(
        &self,
        principal: &Principal,
        username: &Username,
        wanted: Wanted,
    ) -> Result<(), Problem> {
        Operation::ConfigureUsers.permit(principal)?;
        let added = within(async {
            let roles = wanted.roles.filter(|roles| !roles.is_empty());
            let grant = match roles {
                Some(roles) => self.grant(principal, &roles).await?,
                None => self.normal_grant().await?,
            };
            let user = NewAccount { username: username.as_str().to_owned(), email: wanted.email };
            self.inner.store.add_users(&[user], &grant).await.map_err(Problem::from)
        })
        .await?;
        match added.first() {
            Some(Added::Added(id)) => {
                info!(user.id = id.0, dialect = self.dialect, "a user was added");
                Ok(())
            }
            Some(Added::Exists(_)) => {
                Err(Problem::new(ProblemKind::NameTaken, "There is a user of that name already."))
            }
            Some(Added::BeingDeleted(_)) => Err(being_deleted()),
            Some(Added::TokensName) => {
                Err(Problem::new(ProblemKind::NameTaken, "There is a service token of that name."))
            }
            Some(Added::Full) | None => {
                Err(Problem::new(ProblemKind::Full, "There are no numbers left for another user."))
            }
        }
    }

    /// Changes a user's address, or his roles.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn update_user(
        &self,
        principal: &Principal,
        username: &str,
        wanted: Wanted,
    ) -> Result<(), Problem> {
        let user = self.account(principal, username).await?.id;
        let grant = match wanted.roles.filter(|roles| !roles.is_empty()) {
            Some(roles) => Some(within(self.grant(principal, &roles)).await?),
            None => None,
        };
        let change = Change { grant, email: wanted.email, ..Change::default() };
        self.change(principal, &[user], change).await
    }

    /// Gives users roles beside those they have: all of them, or none.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn assign_roles(
        &self,
        principal: &Principal,
        usernames: &[String],
        roles: &[String],
    ) -> Result<(), Problem> {
        Operation::ConfigureUsers.permit(principal)?;
        let grant = within(self.grant(principal, roles)).await?;
        let found = within(self.inner.store.accounts_named(usernames)).await?;
        let users: Option<BTreeSet<UserId>> =
            found.into_iter().map(|account| account.map(|account| account.id)).collect();
        let users: Vec<UserId> = users.ok_or_else(nobody)?.into_iter().collect();
        if users.len() > MOST_AT_ONCE {
            let said = format!("At most {MOST_AT_ONCE} users are given roles at once.");
            return Err(Problem::bad_parameter("username", said));
        }
        self.change(principal, &users, Change { grant: Some(grant), keeps_roles: true, ..Change::default() })
            .await
    }

    async fn change(&self, principal: &Principal, users: &[UserId], change: Change) -> Result<(), Problem> {
        if change.grant.is_some() && users.contains(&BUILT_IN_ADMINISTRATOR) {
            let said = "The roles of the built-in administrator stay as they are.";
            return Err(Problem::new(ProblemKind::BuiltInAdministrator, said));
        }
        let may_change_administrators = principal.may_delete_administrators();
        let change = Change { may_change_administrators, ..change };
        match within(self.inner.store.update_users(users, &change)).await? {
            Changed::Done => {
                info!(users = users.len(), dialect = self.dialect, "users were changed");
                Ok(())
            }
            Changed::NotFound => Err(nobody()),
            Changed::BeingDeleted => Err(being_deleted()),
            Changed::Full => {
                Err(Problem::new(ProblemKind::Full, format!("A user has at most {MOST_ROLES} roles.")))
            }
            Changed::Forbidden => Err(Problem::new(
                ProblemKind::NotThisUser,
                "You may not take this user's roles away: he is an administrator.",
            )),
            Changed::LastAdministrator => Err(Problem::new(
                ProblemKind::NotThisUser,
                "The last administrator must keep a role that makes him one.",
            )),
        }
    }
}

fn nobody() -> Problem {
    Problem::new(ProblemKind::NotFound(Missing::User), "There is no user of that name.")
}

pub(super) fn being_deleted() -> Problem {
    Problem::new(ProblemKind::DeletionLive, "The deletion of this user is under way. Nothing was changed.")
}
