//! Dependents that other systems registered: kept with the user, gone with the user.

use std::collections::BTreeMap;

use super::{Store, StoreError, records, scripts};
use crate::domain::{
    dependents::{Dependent, Label},
    sub_type::{SubType, TYPES},
    task::UserId,
};

/// Most dependents of one user.
const MOST_PER_USER: u64 = 100_000;
/// Most dependents in one script call.
pub const MOST_AT_ONCE: usize = 100;

/// What became of one that was to be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// It is new.
    Created,
    /// It was there and says something else now.
    Updated,
    /// It was there and stays as it was.
    Kept,
    /// No such user in the staged configuration, or no longer.
    NotFound,
    /// The user has as many as one may have.
    Full,
}

/// Whether one that is there already is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// The new one replaces it.
    Replaced,
    /// It stays.
    Kept,
}

/// A page of a user's dependents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// In the order of type and id.
    pub items: Vec<Dependent>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

impl Store {
    /// Registers up to [`MOST_AT_ONCE`] dependents, each in one step with deletions.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn register(
        &self,
        dependents: &[(UserId, Dependent)],
        existing: Existing,
    ) -> Result<Vec<Registered>, StoreError> {
        let keep = u8::from(existing == Existing::Kept);
        let mut args = vec![keep.to_string(), MOST_PER_USER.to_string()];
        for (user, dependent) in dependents {
            args.push(user.to_string());
            args.push(member(&dependent.kind, &dependent.id));
            args.push(records::write_dependent(dependent));
            args.push(u8::from(dependent.blocking).to_string());
        }
        let name = scripts::PUT_DEPENDENTS.name;
        let tags = self.run(&scripts::PUT_DEPENDENTS, args).await?.ok(name)?.texts()?;
        tags.into_iter()
            .map(|tag| match tag.as_str() {
                "CREATED" => Ok(Registered::Created),
                "UPDATED" => Ok(Registered::Updated),
                "KEPT" => Ok(Registered::Kept),
                "NOT_FOUND" => Ok(Registered::NotFound),
                "FULL" => Ok(Registered::Full),
                _ => Err(StoreError::UnknownReply { script: name, what: tag }),
            })
            .collect()
    }

    /// Forgets one. False: there was no such user, or no such dependent.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn unregister(&self, user: UserId, kind: &Label, id: &str) -> Result<bool, StoreError> {
        let reply = self.run(&scripts::DELETE_DEPENDENT, vec![user.to_string(), member(kind, id)]).await?;
        match reply.tag() {
            "DONE" => Ok(true),
            "NOT_FOUND" => Ok(false),
            _ => Err(reply.unexpected()),
        }
    }

    /// A page of a user's dependents, from behind `after` on; none when there is no such user.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn registered(
        &self,
        user: UserId,
        after: &str,
        limit: usize,
    ) -> Result<Option<Page>, StoreError> {
        let args = vec![user.to_string(), after.to_owned(), (limit + 1).to_string()];
        let reply = self.run(&scripts::LIST_DEPENDENTS, args).await?;
        if reply.tag() == "NOT_FOUND" {
            return Ok(None);
        }
        let mut values = reply.ok(scripts::LIST_DEPENDENTS.name)?.texts()?;
        let more = values.len() > 2 * limit;
        values.truncate(2 * limit);
        let next = more.then(|| values[2 * limit - 2].clone());
        let key = self.inner.keys.named(&format!("user:{user}:dependents"));
        // The first byte says whether it blocks; the JSON says so too.
        let items = values
            .chunks_exact(2)
            .map(|pair| records::read_dependent(&key, pair[1].get(1..).unwrap_or_default()))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Some(Page { items, next }))
    }

    /// How many dependents a user has for each kind of search, without reading them.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn count_registered(&self, user: UserId) -> Result<BTreeMap<SubType, u64>, StoreError> {
        let order = self.inner.keys.named(&format!("user:{user}:order"));
        let all = |commands: &mut redis::Pipeline| {
            for (kind, _) in TYPES {
                // A type has no `/`; `0` is what comes right behind it.
                commands.cmd("ZLEXCOUNT").arg(&order).arg(format!("[{kind}/")).arg(format!("({kind}0"));
            }
            commands.zcard(&order);
        };
        let mut counts: Vec<u64> = self.read("count_registered", all).await?;
        let total = counts.pop().unwrap_or_default();
        Ok(SubType::share_out(&counts, total))
    }
}

/// Type and id as one member. A type has no `/`, so the first one divides.
fn member(kind: &Label, id: &str) -> String {
    format!("{}/{id}", kind.as_str())
}
