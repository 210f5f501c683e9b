//! Dependents: the members that `PUT /ops/v1/users/{id}/dependents/{type}/{id}` takes, with the user's id, type and id
//! beside them.

use serde_json::value::RawValue;
use std::collections::HashMap;

use super::{Members, Place, Reason, number, parse, words};
use crate::domain::{
    dependents::{Database, Dependent, Label, MAX_GROUPS, MAX_ID_BYTES, MAX_NAME_BYTES},
    task::UserId,
};

/// Reads the dependents of one file.
#[derive(Default)]
pub(super) struct Reader {
    seen: HashMap<(u64, String, String), Place>,
}

impl Reader {
    /// The user is given by himself, too: whether he exists can be asked even where the rest is wrong.
    pub(super) fn read(&mut self, members: &mut Members<'_, '_>) -> (Option<UserId>, Option<Dependent>) {
        let user = members.needed("user_id", number(1)).map(UserId);
        let kind = members.needed("type", label);
        let id = members.needed("id", words::plain(MAX_ID_BYTES));
        let name = members.optional("name", words::plain(MAX_NAME_BYTES));
        let owner = members.optional("owner", words::plain(MAX_NAME_BYTES));
        let database = members.optional("database", database);
        let group_ids = members.or("group_ids", Vec::new(), group_ids);
        let blocking = members.or("blocking", true, parse::truth);
        let (Some(user), Some(kind), Some(id)) = (user, kind, id) else { return (user, None) };
        let key = (user.0, kind.as_str().to_owned(), id.clone());
        if let Some(first) = self.seen.get(&key) {
            members.fault("id", format!("the user has that one by {first} already"));
        } else {
            self.seen.insert(key, members.place());
        }
        let dependent = group_ids.zip(blocking).map(|(group_ids, blocking)| Dependent {
            kind,
            id,
            name,
            owner,
            database,
            group_ids,
            blocking,
        });
        (Some(user), dependent)
    }
}

fn label(raw: &RawValue) -> Result<Label, Reason> {
    Label::new(&parse::text(raw)?).ok_or_else(|| "1 to 64 letters, digits, _, - or . are wanted".to_owned())
}

fn database(raw: &RawValue) -> Result<Database, Reason> {
    let known = || Database::ALL.map(Database::name).join(", ");
    Database::from_name(&parse::text(raw)?).ok_or_else(|| format!("one of {} is wanted", known()))
}

fn group_ids(raw: &RawValue) -> Result<Vec<u64>, Reason> {
    let ids = parse::list(raw, number(0))?;
    if ids.len() > MAX_GROUPS { Err(format!("at most {MAX_GROUPS} groups are wanted")) } else { Ok(ids) }
}
