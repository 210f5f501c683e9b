//! The directory of users: staged and deployed, roles, profiles. A narrow face, because a later home for users may be
//! elsewhere.

use redis::{Pipeline, pipe};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Store, StoreError, moves, must_be_the_same, scripts, sides::Sides};
use crate::domain::{capability::Capability, state::TaskState, task::UserId, user::Side};

/// Most users in one script call.
pub const MOST_AT_ONCE: usize = 100;

/// A user as he is loaded, into both configurations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUser {
    /// His number.
    pub id: UserId,
    /// His name.
    pub username: String,
    /// His role is an administrator's.
    pub is_administrator: bool,
    /// Every other field of the record, by its name on the wire; null ones are left out. `password` is a hash in PHC form.
    pub fields: BTreeMap<String, String>,
}

/// A role, a security profile, a tenant or a domain. What the others have is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its number.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// What it lets its users do, by the words of [`Capability::name`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<String>,
    /// The domains of a security profile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domain_ids: Vec<u64>,
    /// The tenant of a domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<u64>,
    /// The domain was deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
}

/// Which of the collections of named things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    /// User roles.
    Roles,
    /// Security profiles.
    Profiles,
    /// Tenants.
    Tenants,
    /// Domains.
    Domains,
}

impl Collection {
    const fn key(self) -> &'static str {
        match self {
            Self::Roles => "roles",
            Self::Profiles => "profiles",
            Self::Tenants => "tenants",
            Self::Domains => "domains",
        }
    }
}

/// What became of a user that was to be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loaded {
    /// He is new.
    Added,
    /// He had been deleted and is back.
    Restored,
    /// He was there and stays as he was.
    Kept,
    /// He was deleted: skipped.
    Deleted,
    /// His deletion runs: skipped.
    BeingDeleted,
    /// Another user has the name: skipped.
    NameTaken,
}

/// A user, as a caller names him.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// By his number.
    Id(UserId),
    /// By his name.
    Name(String),
}

impl Store {
    /// Loads up to [`MOST_AT_ONCE`] users.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn load_users(&self, users: &[NewUser], restore: bool) -> Result<Vec<Loaded>, StoreError> {
        let name = scripts::IMPORT_USERS.name;
        let mut args = vec![
            u8::from(restore).to_string(),
            moves::DELETIONS.clone(),
            TaskState::Completed.name().to_owned(),
        ];
        for user in users {
            let fields = serde_json::to_string(&user.fields)
                .unwrap_or_else(|error| unreachable!("a map of strings is JSON: {error}"));
            args.extend([
                user.id.to_string(),
                user.username.clone(),
                u8::from(user.is_administrator).to_string(),
                fields,
            ]);
        }
        let tags = self.run(&scripts::IMPORT_USERS, args).await?.ok(name)?.texts()?;
        tags.into_iter()
            .map(|tag| match tag.as_str() {
                "ADDED" => Ok(Loaded::Added),
                "RESTORED" => Ok(Loaded::Restored),
                "KEPT" => Ok(Loaded::Kept),
                "DELETED" => Ok(Loaded::Deleted),
                "LIVE" => Ok(Loaded::BeingDeleted),
                "NAME_TAKEN" => Ok(Loaded::NameTaken),
                _ => Err(StoreError::UnknownReply { script: name, what: tag }),
            })
            .collect()
    }

    /// Loads things of one collection; those that are there stay. Returns how many are new.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn load_named(&self, collection: Collection, items: &[Named]) -> Result<u64, StoreError> {
        if items.is_empty() {
            return Ok(0);
        }
        self.epoch().await?;
        let key = self.inner.keys.named(collection.key());
        let mut commands = pipe();
        for item in items {
            let json = serde_json::to_string(item)
                .unwrap_or_else(|error| unreachable!("names and numbers are JSON: {error}"));
            commands.hset_nx(&key, item.id, json);
        }
        let added: Vec<bool> = self.inner.link.pipeline("load_named", &commands).await?;
        Ok(added.into_iter().map(u64::from).sum())
    }

    /// All of a collection; there are few.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn named(&self, collection: Collection) -> Result<BTreeMap<u64, Named>, StoreError> {
        let key = self.inner.keys.named(collection.key());
        let mut commands = pipe();
        commands.hgetall(&key);
        let (values,): (HashMap<u64, String>,) = self.inner.link.pipeline("named", &commands).await?;
        let corrupt = || StoreError::Corrupt { key: key.clone(), field: "json" };
        values
            .into_iter()
            .map(|(id, json)| serde_json::from_str(&json).map(|named| (id, named)).map_err(|_| corrupt()))
            .collect()
    }

    /// Those of the users whom the staged or the deployed configuration has.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn users_among(&self, users: &[UserId]) -> Result<BTreeSet<UserId>, StoreError> {
        if users.is_empty() {
            return Ok(BTreeSet::new());
        }
        let ids: Vec<u64> = users.iter().map(|user| user.0).collect();
        let there = |sides: &Sides, commands: &mut Pipeline| {
            for side in Side::BOTH {
                commands.zscore_multiple(format!("{}users", sides.of(side)), &ids);
            }
        };
        let (staged, deployed): (Vec<Option<f64>>, Vec<Option<f64>>) =
            self.read_users("users_among", there).await?;
        let there = staged.into_iter().zip(deployed).map(|(staged, deployed)| staged.or(deployed).is_some());
        Ok(users.iter().zip(there).filter(|(_, there)| *there).map(|(user, _)| *user).collect())
    }

    /// Number and name of staged users; none for one who is not there.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn resolve(&self, users: &[Reference]) -> Result<Vec<Option<(UserId, String)>>, StoreError> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let epoch = self.epoch().await?;
        let names = self.inner.keys.named("staged:names");
        let mut commands = pipe();
        commands.get(self.inner.keys.epoch());
        for user in users {
            match user {
                Reference::Id(id) => {
                    commands.hget(self.inner.keys.named(&format!("staged:user:{id}")), "username")
                }
                Reference::Name(name) => commands.hget(&names, name),
            };
        }
        let mut found: Vec<Option<String>> = self.inner.link.pipeline("resolve", &commands).await?;
        must_be_the_same(epoch, found.remove(0).as_deref())?;
        let corrupt = || StoreError::Corrupt { key: names.clone(), field: "id" };
        let both = |(user, found): (&Reference, Option<String>)| match (user, found) {
            (_, None) => Ok(None),
            (Reference::Id(id), Some(name)) => Ok(Some((*id, name))),
            (Reference::Name(name), Some(id)) => {
                id.parse().map(|id| Some((id, name.clone()))).map_err(|_| corrupt())
            }
        };
        users.iter().zip(found).map(both).collect()
    }

    /// How many users the staged configuration has.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn staged_users(&self) -> Result<u64, StoreError> {
        let mut commands = pipe();
        commands.zcard(self.inner.keys.named("staged:users"));
        let (count,): (u64,) = self.inner.link.pipeline("staged_users", &commands).await?;
        Ok(count)
    }
}

/// The capabilities in the records of roles, each once.
pub(super) fn role_capabilities(records: &[String]) -> Vec<Capability> {
    let roles = records.iter().filter_map(|json| serde_json::from_str::<Named>(json).ok());
    let words: BTreeSet<String> = roles.flat_map(|role| role.capabilities).collect();
    Capability::ALL.into_iter().filter(|capability| words.contains(capability.name())).collect()
}
