//! The cluster file: users and groups as LSF and the operating system would know them.
//!
//! Owns its form, `{"users":[{"name","password"}],"groups":[{"name","admins":[],"users":[]}]}`, read strictly: objects are
//! objects, no other member, none twice, no name twice, bounded in number.
//!
//! Easy to get wrong: serde takes an array for a struct, and its messages quote the value that they complain about, which
//! may be a password. So entries are looked at before they are read, and of a message only the line is kept.

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, fmt};
use subtle::ConstantTimeEq as _;

use super::error::{self, Fault};
use crate::domain::username::Username;

const MOST_USERS: usize = 20_000;
const MOST_GROUPS: usize = 2_000;
const MOST_GROUP_MEMBERS: usize = 20_000;

/// Everybody in the cluster.
#[derive(Default)]
pub struct Roster {
    users: BTreeMap<Username, Member>,
    groups: BTreeMap<String, Group>,
}

/// A user of the cluster.
#[derive(Debug, Clone)]
pub struct Member {
    password: Option<SecretString>,
}

/// A group of users.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What it is called.
    pub name: String,
    /// Who looks after it.
    #[serde(default)]
    pub admins: Vec<String>,
    /// Who is in it.
    #[serde(default)]
    pub users: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'a> {
    #[serde(default, borrow)]
    users: Vec<&'a RawValue>,
    #[serde(default, borrow)]
    groups: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    name: String,
    #[serde(default)]
    password: Option<SecretString>,
}

impl fmt::Debug for Roster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Roster({} users, {} groups)", self.users.len(), self.groups.len())
    }
}

impl Roster {
    /// The user of that name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.users.get(&Username::new(name).ok()?)
    }

    /// All users' names, in order.
    pub fn names(&self) -> impl Iterator<Item = &Username> {
        self.users.keys()
    }

    /// All groups, in the order of their names.
    pub fn groups(&self) -> impl Iterator<Item = &Group> {
        self.groups.values()
    }

    /// The group of that name.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.get(name)
    }

    /// What a file says.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let file: File<'_> = object(text, text, "users and groups, which are lists, and no other member")?;
        must_not_exceed(&file.users, MOST_USERS, "users", text)?;
        must_not_exceed(&file.groups, MOST_GROUPS, "groups", text)?;
        let mut roster = Self::default();
        for raw in file.users {
            roster.add_user(raw, text)?;
        }
        for raw in file.groups {
            roster.add_group(raw, text)?;
        }
        Ok(roster)
    }

    fn add_user(&mut self, raw: &RawValue, text: &str) -> Result<(), Fault> {
        let fault = |why: String| Fault { line: line(raw, text), why };
        let user: User = object(
            raw.get(),
            text,
            "a name and perhaps a password, both of them texts, and no other member",
        )?;
        let name = Username::new(&user.name).map_err(|bad| fault(bad.to_string()))?;
        if user.password.as_ref().is_some_and(|password| password.expose_secret().is_empty()) {
            return Err(fault("a password must not be empty; leave it out where there is none".to_owned()));
        }
        if self.users.insert(name, Member { password: user.password }).is_some() {
            return Err(fault("another user has that name already".to_owned()));
        }
        Ok(())
    }

    fn add_group(&mut self, raw: &RawValue, text: &str) -> Result<(), Fault> {
        let fault = |why: &str| Fault { line: line(raw, text), why: why.to_owned() };
        let group: Group =
            object(raw.get(), text, "a name, admins and users, lists of names, and no other member")?;
        if Username::new(&group.name).is_err() {
            return Err(fault("a group's name follows the rules of users' names"));
        }
        if group.admins.len().max(group.users.len()) > MOST_GROUP_MEMBERS {
            return Err(fault("the group has too many members"));
        }
        if self.groups.insert(group.name.clone(), group).is_some() {
            return Err(fault("another group has that name already"));
        }
        Ok(())
    }
}

impl Member {
    /// Whether that is his password; he may have none. Takes as long for a wrong one as for the right one.
    #[must_use]
    pub fn has_password(&self, given: &SecretString) -> bool {
        let digest = |secret: &SecretString| Sha256::digest(secret.expose_secret().as_bytes());
        self.password.as_ref().is_some_and(|own| digest(own).ct_eq(&digest(given)).into())
    }
}

/// Reads an object out of the file's text; `wanted` is what it must have.
fn object<'a, T: Deserialize<'a>>(piece: &'a str, text: &str, wanted: &str) -> Result<T, Fault> {
    let before = offset(piece, text);
    let at = |bytes: usize| error::line(&text.as_bytes()[..bytes]);
    let trimmed = piece.trim_start();
    if !trimmed.starts_with('{') {
        let why = format!("an object is wanted here, with {wanted}");
        return Err(Fault { line: at(before + piece.len() - trimmed.len()), why });
    }
    serde_json::from_str(piece).map_err(|error| {
        let why = if error.is_data() {
            format!("this is not what is wanted here: {wanted}")
        } else {
            "this is not valid JSON".to_owned()
        };
        Fault { line: at(before) + error.line().saturating_sub(1), why }
    })
}

fn must_not_exceed(entries: &[&RawValue], most: usize, what: &str, text: &str) -> Result<(), Fault> {
    entries.get(most).map_or(Ok(()), |first_too_many| {
        Err(Fault { line: line(first_too_many, text), why: format!("there are more than {most} {what}") })
    })
}

fn line(raw: &RawValue, text: &str) -> usize {
    error::line(&text.as_bytes()[..offset(raw.get(), text)])
}

/// Bytes before that piece of the text.
fn offset(piece: &str, text: &str) -> usize {
    (piece.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}
