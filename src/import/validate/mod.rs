//! Everything that is checked before the first write.
//!
//! Owns the rules for what a file may hold: [`check`] reads all of it and either has a [`Draft`] that can be loaded as
//! it stands, or every fault with its place. It does no I/O; what the directory has already comes in as [`Known`], and
//! users that only the directory can know go out as [`Outside`].
//!
//! It must never let a password or a token out: the first stay in a `SecretString`, of the second only the hash is kept.
//! Easy to get wrong: an entry with a fault still counts as being there, or one typing error would be told again by
//! everything that refers to it.

mod dependents;
mod named;
mod tokens;
mod users;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    faults::{Faults, Invalid, Place},
    parse::{self, Entry, Members, Reason, number},
};
use crate::{
    domain::{dependents::Dependent, task::UserId},
    store::directory::Named,
};
pub(super) use tokens::NewToken;
pub(super) use users::Draftee;

/// A tenant is named that there is not.
const NO_TENANT: &str = "no such tenant in the file or in the directory";

/// What the directory has already.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The ids of its roles.
    pub(super) roles: BTreeSet<u64>,
    /// The ids of its security profiles.
    pub(super) profiles: BTreeSet<u64>,
    /// The ids of its tenants.
    pub(super) tenants: BTreeSet<u64>,
    /// The ids of its domains.
    pub(super) domains: BTreeSet<u64>,
}

/// What a file asks for, once nothing is wrong with it.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) roles: Vec<Named>,
    pub(super) profiles: Vec<Named>,
    pub(super) tenants: Vec<Named>,
    pub(super) domains: Vec<Named>,
    pub(super) users: Vec<Draftee>,
    pub(super) dependents: Vec<(UserId, Dependent)>,
    pub(super) tokens: Vec<NewToken>,
}

/// A dependent whose user the file does not have: the directory must.
#[derive(Debug)]
pub(super) struct Outside {
    pub(super) user: UserId,
    pub(super) place: Place,
}

/// A file that has been read.
#[derive(Default)]
pub(super) struct Checked {
    pub(super) draft: Draft,
    pub(super) outside: Vec<Outside>,
    pub(super) faults: Faults,
}

/// Reads and checks a whole file.
///
/// # Errors
/// [`Invalid`] for text that is not JSON; every other fault is in [`Checked`], because one more kind may join them.
pub(super) fn check(text: &str, known: &Known) -> Result<Checked, Invalid> {
    let mut checked = Checked::default();
    let faults = &mut checked.faults;
    let lists = parse::lists(text, faults)?;
    let draft = &mut checked.draft;

    let (mut roles, mut profiles) = (Ids::default(), Ids::default());
    let (mut tenants, mut domains) = (Ids::default(), Ids::default());
    draft.roles = each(&lists.user_roles, text, faults, |members| named::role(members, &mut roles));
    draft.tenants = each(&lists.tenants, text, faults, |members| named::tenant(members, &mut tenants));
    let is_tenant = |id| tenants.has(id) || known.tenants.contains(&id);
    draft.domains =
        each(&lists.domains, text, faults, |members| named::domain(members, &mut domains, is_tenant));
    let is_domain = |id| domains.has(id) || known.domains.contains(&id);
    draft.profiles = each(&lists.security_profiles, text, faults, |members| {
        named::profile(members, &mut profiles, is_domain)
    });

    let mut reader = users::Reader::new(known, &roles, &profiles, &tenants);
    draft.users = each(&lists.users, text, faults, |members| reader.read(members));

    let mut dependents = dependents::Reader::default();
    draft.dependents = each(&lists.dependents, text, faults, |members| {
        let (place, (user, dependent)) = (members.place(), dependents.read(members));
        if let Some(user) = user.filter(|user| !reader.ids().has(user.0)) {
            checked.outside.push(Outside { user, place });
        }
        user.zip(dependent)
    });

    let mut tokens = tokens::Reader::new(reader.names());
    draft.tokens = each(&lists.service_tokens, text, faults, |members| tokens.read(members));
    Ok(checked)
}

/// Reads the entries of one list; those with faults give nothing.
fn each<'a, T>(
    entries: &[Entry<'a>],
    text: &'a str,
    faults: &mut Faults,
    mut read: impl FnMut(&mut Members<'a, '_>) -> Option<T>,
) -> Vec<T> {
    let mut values = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some(mut members) = Members::of(*entry, text, faults) else { continue };
        values.extend(read(&mut members));
        members.finish();
    }
    values
}

/// The ids of one list, with the entry that had each first.
#[derive(Debug, Default)]
struct Ids(BTreeMap<u64, Place>);

impl Ids {
    fn has(&self, id: u64) -> bool {
        self.0.contains_key(&id)
    }

    /// The entry's `id`, at least that number, which no other entry of the list may have.
    fn read(&mut self, members: &mut Members<'_, '_>, least: u64) -> Option<u64> {
        let id = members.needed("id", number(least))?;
        if let Some(first) = self.0.get(&id) {
            members.fault("id", format!("{id} is that of {first} already"));
            return None;
        }
        self.0.insert(id, members.place());
        Some(id)
    }
}

#[cfg(test)]
mod tests;
