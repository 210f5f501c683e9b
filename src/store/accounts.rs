//! Users as a dialect adds, changes and lists them while the service runs: the deployed ones, with their roles.
//!
//! A user has one role or several. The first stands in `user_role_id`, where everybody else looks; the others stand in
//! `further_roles`. What he may do is what all of them together let him.
//!
//! Easy to get wrong: who is an administrator stands in several places (his records, `staged:admins` and `deployed:admins`), which
//! the scripts change in one step; and a number that a deleted user had is never given to a new one.

use redis::Pipeline;

use super::{Store, StoreError, scripts, sides::Sides};
use crate::domain::{
    task::{LARGEST_ID, UserId},
    user::Side,
};

/// Most users in one script call.
pub const MOST_AT_ONCE: usize = 100;
/// Most roles that a user has.
pub const MOST_ROLES: usize = 32;
/// Stands for the role [`NORMAL_USER`], which is made with the first user who gets it.
pub const TO_BE_MADE: u64 = 0;
/// The role of whoever is given none.
pub const NORMAL_USER: &str = "Normal User";
/// Where numbers begin that are given here: above those that a file is likely to bring later.
pub(super) const FIRST_NUMBER: u64 = 1_000_000;
/// Users read in one round trip.
const MOST_READ_AT_ONCE: usize = 500;

/// A user who is to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// His name.
    pub username: String,
    /// His address.
    pub email: Option<String>,
}

/// Roles that users are given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// The roles' numbers, at least one; [`TO_BE_MADE`] for the one that is made when there is none of that name.
    pub roles: Vec<u64>,
    /// One of them is an administrator's.
    pub is_administrators: bool,
}

/// What became of a user who was to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// He is new.
    Added(UserId),
    /// He is there already.
    Exists(UserId),
    /// He is there, and his deletion runs.
    BeingDeleted(UserId),
    /// A service token has the name.
    TokensName,
    /// There are no numbers left.
    Full,
}

/// A change of users.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Roles that they are given.
    pub grant: Option<Grant>,
    /// The roles come to those they have, instead of taking their place.
    pub keeps_roles: bool,
    /// The caller may take an administrator's roles away.
    pub may_change_administrators: bool,
    /// A new address.
    pub email: Option<String>,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It is done.
    Done,
    /// One of them is not deployed.
    NotFound,
    /// The deletion of one of them runs.
    BeingDeleted,
    /// One of them would have more than [`MOST_ROLES`].
    Full,
    /// One of them is an administrator, whom this caller must leave alone.
    Forbidden,
    /// No administrator would be left.
    LastAdministrator,
}

/// A deployed user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// His number.
    pub id: UserId,
    /// His name.
    pub username: String,
    /// His address.
    pub email: Option<String>,
    /// His roles, the first one first.
    pub roles: Vec<u64>,
    /// He has a password here.
    pub has_password: bool,
}

/// The fields of a record that an [`Account`] is made of.
const FIELDS: [&str; 5] = ["username", "email", "user_role_id", "further_roles", "password"];

impl Store {
    /// Adds users to both configurations, up to [`MOST_AT_ONCE`].
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn add_users(&self, users: &[NewAccount], grant: &Grant) -> Result<Vec<Added>, StoreError> {
        let name = scripts::ADD_USERS.name;
        let mut args = vec![
            numbers(&grant.roles),
            u8::from(grant.is_administrators).to_string(),
            FIRST_NUMBER.to_string(),
            LARGEST_ID.to_string(),
            NORMAL_USER.to_owned(),
        ];
        for user in users {
            args.extend([user.username.clone(), user.email.clone().unwrap_or_default()]);
        }
        let lines = self.run(&scripts::ADD_USERS, args).await?.ok(name)?.texts()?;
        let unknown = |line: &str| StoreError::UnknownReply { script: name, what: line.to_owned() };
        let added = |line: String| {
            let (tag, id) = line.split_once('\t').ok_or_else(|| unknown(&line))?;
            let id = UserId(id.parse().map_err(|_| unknown(&line))?);
            match tag {
                "ADDED" => Ok(Added::Added(id)),
                "EXISTS" => Ok(Added::Exists(id)),
                "LIVE" => Ok(Added::BeingDeleted(id)),
                "TOKENS" => Ok(Added::TokensName),
                "FULL" => Ok(Added::Full),
                _ => Err(unknown(&line)),
            }
        };
        lines.into_iter().map(added).collect()
    }

    /// Changes users, up to [`MOST_AT_ONCE`]: all of them or none.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn update_users(&self, users: &[UserId], change: &Change) -> Result<Changed, StoreError> {
        let grant = change.grant.as_ref();
        let mut args = vec![
            grant.map_or_else(String::new, |grant| numbers(&grant.roles)),
            u8::from(grant.is_some_and(|grant| grant.is_administrators)).to_string(),
            u8::from(change.keeps_roles).to_string(),
            MOST_ROLES.to_string(),
            u8::from(change.may_change_administrators).to_string(),
            change.email.clone().unwrap_or_default(),
            NORMAL_USER.to_owned(),
        ];
        args.extend(users.iter().map(UserId::to_string));
        let reply = self.run(&scripts::UPDATE_USERS, args).await?;
        match reply.tag() {
            "DONE" => Ok(Changed::Done),
            "NOT_FOUND" => Ok(Changed::NotFound),
            "LIVE" => Ok(Changed::BeingDeleted),
            "FULL" => Ok(Changed::Full),
            "FORBIDDEN" => Ok(Changed::Forbidden),
            "LAST" => Ok(Changed::LastAdministrator),
            _ => Err(reply.unexpected()),
        }
    }

    /// The deployed user of that name.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn account(&self, username: &str) -> Result<Option<Account>, StoreError> {
        Ok(self.accounts_named(std::slice::from_ref(&username.to_owned())).await?.pop().flatten())
    }

    /// The deployed users of these names, in their order; none for one who is not there.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn accounts_named(&self, names: &[String]) -> Result<Vec<Option<Account>>, StoreError> {
        let mut accounts = Vec::with_capacity(names.len());
        for some in names.chunks(MOST_READ_AT_ONCE) {
            let ids = self.ids_of(some).await?;
            let there: Vec<u64> = ids.iter().flatten().copied().collect();
            let mut found = self.read_accounts(&there).await?.into_iter();
            accounts.extend(ids.into_iter().map(|id| id.and_then(|_| found.next().flatten())));
        }
        Ok(accounts)
    }

    /// The deployed users with larger numbers than that one, in order; fewer than asked for only at the end.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn accounts_after(
        &self,
        after: Option<UserId>,
    ) -> Result<(Vec<Account>, Option<UserId>), StoreError> {
        let from = after.map_or_else(|| "-inf".to_owned(), |after| format!("({after}"));
        let most = isize::try_from(MOST_READ_AT_ONCE).unwrap_or(isize::MAX);
        let page = |sides: &Sides, commands: &mut Pipeline| {
            commands.zrangebyscore_limit(
                format!("{}users", sides.of(Side::Deployed)),
                &from,
                "+inf",
                0,
                most,
            );
        };
        let (ids,): (Vec<u64>,) = self.read_users("accounts", page).await?;
        let next = ids.last().filter(|_| ids.len() == MOST_READ_AT_ONCE).map(|last| UserId(*last));
        Ok((self.read_accounts(&ids).await?.into_iter().flatten().collect(), next))
    }

    /// The first role of a deployed user.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn first_role(&self, user: UserId) -> Result<Option<u64>, StoreError> {
        let found = self.read_accounts(&[user.0]).await?.pop().flatten();
        Ok(found.and_then(|account| account.roles.first().copied()))
    }

    /// Numbers of deployed users, by their names.
    async fn ids_of(&self, names: &[String]) -> Result<Vec<Option<u64>>, StoreError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let look_up = |sides: &Sides, commands: &mut Pipeline| {
            commands.hmget(format!("{}names", sides.of(Side::Deployed)), names);
        };
        let (ids,): (Vec<Option<u64>>,) = self.read_users("accounts", look_up).await?;
        Ok(ids)
    }

    async fn read_accounts(&self, ids: &[u64]) -> Result<Vec<Option<Account>>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let records = |sides: &Sides, commands: &mut Pipeline| {
            for id in ids {
                commands.hmget(format!("{}user:{id}", sides.of(Side::Deployed)), &FIELDS);
            }
        };
        let found: Vec<Vec<Option<String>>> = self.read_users("accounts", records).await?;
        Ok(ids.iter().zip(found).map(|(id, values)| account(*id, values)).collect())
    }
}

fn account(id: u64, values: Vec<Option<String>>) -> Option<Account> {
    let [username, email, first, further, password] = <[_; FIELDS.len()]>::try_from(values).ok()?;
    let lists = [first.unwrap_or_default(), further.unwrap_or_default()];
    let roles = lists.iter().flat_map(|list| list.split(',')).filter_map(|role| role.parse().ok());
    Some(Account {
        id: UserId(id),
        username: username?,
        email,
        roles: roles.collect(),
        has_password: password.is_some(),
    })
}

fn numbers(roles: &[u64]) -> String {
    roles.iter().map(u64::to_string).collect::<Vec<_>>().join(",")
}
