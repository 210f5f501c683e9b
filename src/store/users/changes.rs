//! Creating a staged user, and changing one on one side or on both.
//!
//! Owns which field of what was sent goes to which side. It must never decide who may change what: it says what was read
//! ([`Snapshot`]), and writes if it is still so.
//!
//! Easy to get wrong: role, security profile, tenant and description wait for a deploy and go to the staged side alone;
//! everything else goes to both sides in the same step, or a deploy would take it back.

use redis::Pipeline;
use serde_json::{Map, Value};

use super::{FIELDS, read_user};
use crate::{
    domain::{
        task::{LARGEST_ID, UserId},
        user::{
            Side,
            judge::{BothSides, NewUser},
            patch::{Patch, UserPatch},
            rules::whole_minutes,
        },
    },
    store::{Store, StoreError, accounts::FIRST_NUMBER, scripts, sides::Sides},
};

const PASSWORD: &str = "password";

/// A user as he was read for a change.
#[derive(Clone)]
pub struct Snapshot {
    /// How he stands.
    pub sides: BothSides,
    /// His password's hash, the one that he logs in with.
    pub password_hash: Option<String>,
    read: Map<String, Value>,
}

/// What became of a user who was to be created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// He is there.
    Created(UserId),
    /// A user or a service token has the name.
    NameTaken,
    /// There are no numbers left.
    Full,
}

/// What is to become of a user.
#[derive(Debug, Clone, Copy)]
pub struct Update<'a> {
    /// What was sent.
    pub wanted: &'a UserPatch,
    /// The hash of the password that was.
    pub password_hash: Option<&'a str>,
    /// It waits for a deploy: what is the staged side's alone is written too.
    pub staged_fields: bool,
    /// Whether the staged user is an administrator from now on; none if that stays.
    pub makes_administrator: Option<bool>,
    /// There is something new to deploy.
    pub awaits_deploy: bool,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Updated {
    /// It is done.
    Done,
    /// He is another one than was read.
    Changed,
    /// His deletion runs.
    BeingDeleted,
    /// No administrator would be left.
    LastAdministrator,
}

impl Store {
    /// Creates a staged user.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn create_user(
        &self,
        user: &NewUser,
        wanted: &UserPatch,
        password_hash: Option<&str>,
    ) -> Result<Created, StoreError> {
        let mut args = vec![
            user.username.clone(),
            u8::from(user.is_administrator).to_string(),
            FIRST_NUMBER.to_string(),
            LARGEST_ID.to_string(),
            u8::from(password_hash.is_some()).to_string(),
        ];
        let mut fields = staged_fields(wanted);
        fields.extend(common_fields(wanted, password_hash));
        let values = fields.into_iter().filter_map(|(field, value)| Some([field.to_owned(), value?]));
        args.extend(values.flatten());
        let reply = self.run(&scripts::CREATE_USER, args).await?;
        match reply.tag() {
            "CREATED" => Ok(Created::Created(UserId(reply.into_rest().number(0)?))),
            "TAKEN" => Ok(Created::NameTaken),
            "FULL" => Ok(Created::Full),
            _ => Err(reply.unexpected()),
        }
    }

    /// A user on both sides, as he is now.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn snapshot(&self, id: UserId) -> Result<Snapshot, StoreError> {
        let fields = FIELDS.iter().copied().chain([PASSWORD]).collect::<Vec<_>>();
        let records = |sides: &Sides, commands: &mut Pipeline| {
            for side in Side::BOTH {
                commands.hmget(format!("{}user:{id}", sides.of(side)), &fields);
            }
        };
        let [mut staged, mut deployed]: [Vec<Option<String>>; 2] =
            self.read_users("snapshot", records).await?;
        let sides = [(Side::Staged, &staged), (Side::Deployed, &deployed)];
        let there = sides.into_iter().filter(|(_, values)| values.first().is_some_and(Option::is_some));
        let read = there.map(|(side, values)| (side.name().to_owned(), object(&fields, values))).collect();
        let passwords = [deployed.pop().flatten(), staged.pop().flatten()];
        let sides = BothSides {
            staged: read_user(Side::Staged, id, staged)?,
            deployed: read_user(Side::Deployed, id, deployed)?,
            has_password: passwords.iter().any(Option::is_some),
        };
        let password_hash = passwords.into_iter().flatten().next();
        Ok(Snapshot { sides, password_hash, read })
    }

    /// Changes a user who is still as he was read.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn update_user(
        &self,
        id: UserId,
        snapshot: &Snapshot,
        update: &Update<'_>,
    ) -> Result<Updated, StoreError> {
        let args = vec![
            id.to_string(),
            Value::Object(snapshot.read.clone()).to_string(),
            Value::Object(update.written(snapshot)).to_string(),
            u8::from(update.password_hash.is_some()).to_string(),
            u8::from(update.awaits_deploy).to_string(),
        ];
        let reply = self.run(&scripts::UPDATE_USER, args).await?;
        match reply.tag() {
            "DONE" => Ok(Updated::Done),
            "CHANGED" => Ok(Updated::Changed),
            "LIVE" => Ok(Updated::BeingDeleted),
            "LAST" => Ok(Updated::LastAdministrator),
            _ => Err(reply.unexpected()),
        }
    }
}

impl Update<'_> {
    /// What is written, by sides; null for what goes.
    fn written(&self, snapshot: &Snapshot) -> Map<String, Value> {
        let common = common_fields(self.wanted, self.password_hash);
        let mut staged = common.clone();
        if self.staged_fields {
            staged.extend(staged_fields(self.wanted));
        }
        if let Some(is_one) = self.makes_administrator {
            // The role that was sent takes the place of all that he had.
            staged.extend([("admin", Some(u8::from(is_one).to_string())), ("further_roles", None)]);
        }
        let sides = [(Side::Staged, staged), (Side::Deployed, common)];
        let there = sides.into_iter().filter(|(side, _)| snapshot.read.contains_key(side.name()));
        there.map(|(side, fields)| (side.name().to_owned(), fields.into_iter().map(json).collect())).collect()
    }
}

type Field = (&'static str, Option<String>);

fn json((field, value): Field) -> (String, Value) {
    (field.to_owned(), value.map_or(Value::Null, Value::String))
}

fn object(fields: &[&str], values: &[Option<String>]) -> Value {
    let text = |value: &Option<String>| value.clone().map_or(Value::Null, Value::String);
    Value::Object(
        fields.iter().zip(values).map(|(field, value)| ((*field).to_owned(), text(value))).collect(),
    )
}

/// What was sent of the fields that wait for a deploy.
fn staged_fields(wanted: &UserPatch) -> Vec<Field> {
    let UserPatch { description, user_role_id, security_profile_id, tenant_id, .. } = wanted;
    sent([
        ("description", text(description)),
        ("user_role_id", text(user_role_id)),
        ("security_profile_id", text(security_profile_id)),
        ("tenant_id", text(tenant_id)),
    ])
}

/// What was sent of the other fields.
fn common_fields(wanted: &UserPatch, password_hash: Option<&str>) -> Vec<Field> {
    let timeout = match wanted.inactivity_timeout {
        Patch::Value(timeout) => Patch::Value(whole_minutes(timeout)),
        Patch::Null => Patch::Null,
        Patch::Unsent => Patch::Unsent,
    };
    sent([
        ("email", text(&wanted.email)),
        ("locale_id", text(&wanted.locale_id)),
        ("enable_popup_notifications", text(&wanted.enable_popup_notifications)),
        ("allow_system_authentication_fallback", text(&wanted.allow_system_authentication_fallback)),
        ("local_only_account", text(&wanted.local_only_account)),
        ("inactivity_timeout", text(&timeout)),
        (PASSWORD, password_hash.map_or(Patch::Unsent, |hash| Patch::Value(hash.to_owned()))),
    ])
}

fn text<T: ToString>(patch: &Patch<T>) -> Patch<String> {
    match patch {
        Patch::Unsent => Patch::Unsent,
        Patch::Null => Patch::Null,
        Patch::Value(value) => Patch::Value(value.to_string()),
    }
}

fn sent<const N: usize>(fields: [(&'static str, Patch<String>); N]) -> Vec<Field> {
    let sent = fields.into_iter().filter(|(_, patch)| patch.is_sent());
    sent.map(|(field, patch)| (field, patch.value().cloned())).collect()
}
