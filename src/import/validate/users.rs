//! Users: the members of QRadar's user object (spec/qradar.md, section 2.5), so that a list that QRadar gave can be
//! loaded as it is.
//!
//! All of its members are known. `old_password` can only be null, as QRadar shows it. Null members are left out of the
//! record; the others are kept as text, numbers in decimal and booleans as `true` and `false`. `inactivity_timeout` is
//! kept as it stands, in milliseconds; who shows it truncates it.
//!
//! Easy to get wrong: a clear-text password must not become part of the record's fields; it is hashed at loading.

use argon2::{Algorithm, Params, password_hash::phc::PasswordHash};
use secrecy::SecretString;
use serde_json::value::RawValue;
use std::collections::{BTreeMap, HashMap};

use super::{Ids, Known, Members, NO_TENANT, Place, Reason, number, parse, words};
use crate::{
    domain::{task::UserId, username::MOST_USERNAME_CHARS},
    store::directory::NewUser,
};

const MOST_EMAIL_CHARS: usize = 255;
const MOST_DESCRIPTION_CHARS: usize = 2_048;
const MOST_LOCALE_CHARS: usize = 35;
const MOST_THEME_CHARS: usize = 64;
const MOST_PASSWORD_CHARS: usize = 1_024;
/// Memory that checking one password may take: 256 MiB, in KiB.
const MOST_MEMORY_KIB: u32 = 262_144;
/// Passes over that memory.
const MOST_PASSES: u32 = 16;
const HASHED: &str = "$argon2id$";
const NOTIFICATION_FLAGS: [&str; 3] =
    ["LDAP_SYNC_USER_NOT_FOUND", "LDAP_SYNC_REPO_NOT_FOUND", "LDAP_SYNC_SP_NOT_FOUND"];

/// A user who is to be loaded. Whether he is an administrator, his role says when the roles are loaded.
pub(in crate::import) struct Draftee {
    /// The user, without a password that is still to be hashed.
    pub(in crate::import) user: NewUser,
    /// His role.
    pub(in crate::import) role: u64,
    /// His password in clear text.
    pub(in crate::import) password: Option<SecretString>,
}

/// A password as the file has it.
enum Password {
    Clear(SecretString),
    Hashed(String),
}

/// Reads the users of one file.
pub(super) struct Reader<'k> {
    known: &'k Known,
    roles: &'k Ids,
    profiles: &'k Ids,
    tenants: &'k Ids,
    ids: Ids,
    names: HashMap<String, Place>,
}

impl<'k> Reader<'k> {
    pub(super) fn new(known: &'k Known, roles: &'k Ids, profiles: &'k Ids, tenants: &'k Ids) -> Self {
        Self { known, roles, profiles, tenants, ids: Ids::default(), names: HashMap::new() }
    }

    /// The ids read so far.
    pub(super) fn ids(&self) -> &Ids {
        &self.ids
    }

    /// The usernames read so far.
    pub(super) fn names(&self) -> &HashMap<String, Place> {
        &self.names
    }

    pub(super) fn read(&mut self, members: &mut Members<'_, '_>) -> Option<Draftee> {
        let id = self.ids.read(members, 1);
        let username = members.needed("username", words::name(MOST_USERNAME_CHARS));
        if let Some(name) = &username {
            if let Some(first) = self.names.get(name) {
                members.fault("username", format!("that of {first} already"));
            } else {
                self.names.insert(name.clone(), members.place());
            }
        }
        let role = members.needed("user_role_id", number(1));
        if role.is_some_and(|role| !self.roles.has(role) && !self.known.roles.contains(&role)) {
            members.fault("user_role_id", "no such role in the file or in the directory");
        }
        let profile = members.needed("security_profile_id", number(1));
        if profile
            .is_some_and(|profile| !self.profiles.has(profile) && !self.known.profiles.contains(&profile))
        {
            members.fault("security_profile_id", "no such security profile in the file or in the directory");
        }
        let mut fields = optional_fields(members);
        let tenant = members.optional("tenant_id", number(1));
        if tenant.is_some_and(|tenant| !self.tenants.has(tenant) && !self.known.tenants.contains(&tenant)) {
            members.fault("tenant_id", NO_TENANT);
        }
        fields.extend(tenant.map(|tenant| ("tenant_id".to_owned(), tenant.to_string())));
        let password = match members.optional("password", password) {
            Some(Password::Clear(clear)) => Some(clear),
            Some(Password::Hashed(hash)) => {
                fields.insert("password".to_owned(), hash);
                None
            }
            None => None,
        };
        let (role, profile) = (role?, profile?);
        fields.insert("user_role_id".to_owned(), role.to_string());
        fields.insert("security_profile_id".to_owned(), profile.to_string());
        let user = NewUser { id: UserId(id?), username: username?, is_administrator: false, fields };
        Some(Draftee { user, role, password })
    }
}

/// The members that may be left out, as the record keeps them.
fn optional_fields(members: &mut Members<'_, '_>) -> BTreeMap<String, String> {
    let texts = [
        ("email", members.optional("email", email)),
        ("description", members.optional("description", description)),
        ("locale_id", members.optional("locale_id", locale)),
        ("display_theme", members.optional("display_theme", words::name(MOST_THEME_CHARS))),
        ("notification_flag", members.optional("notification_flag", notification_flag)),
    ];
    let numbers = ["inactivity_timeout", "password_creation_time"]
        .map(|name| (name, members.optional(name, number(0)).map(|value| value.to_string())));
    let truths = ["enable_popup_notifications", "allow_system_authentication_fallback", "local_only_account"]
        .map(|name| (name, members.optional(name, parse::truth).map(|value| value.to_string())));
    members.optional("old_password", |_| Err::<(), _>("only null will do".to_owned()));
    let all = texts.into_iter().chain(numbers).chain(truths);
    all.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

fn email(raw: &RawValue) -> Result<String, Reason> {
    let email = words::name(MOST_EMAIL_CHARS)(raw)?;
    if email.contains('@') { Ok(email) } else { Err("an @ is wanted".to_owned()) }
}

fn description(raw: &RawValue) -> Result<String, Reason> {
    let text = parse::text(raw)?;
    if text.chars().count() > MOST_DESCRIPTION_CHARS {
        return Err(format!("at most {MOST_DESCRIPTION_CHARS} characters are wanted"));
    }
    if text.chars().any(|char| char.is_control() && !matches!(char, '\n' | '\r' | '\t')) {
        return Err("control characters other than line ends and tabs are not allowed".to_owned());
    }
    Ok(text)
}

fn locale(raw: &RawValue) -> Result<String, Reason> {
    let text = parse::text(raw)?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if (1..=MOST_LOCALE_CHARS).contains(&text.len()) && text.bytes().all(allowed) {
        Ok(text)
    } else {
        Err(format!("1 to {MOST_LOCALE_CHARS} letters, digits, _ or - are wanted"))
    }
}

fn notification_flag(raw: &RawValue) -> Result<String, Reason> {
    let text = parse::text(raw)?;
    if NOTIFICATION_FLAGS.contains(&text.as_str()) {
        Ok(text)
    } else {
        Err(format!("one of {} is wanted", NOTIFICATION_FLAGS.join(", ")))
    }
}

/// Clear text, or a hash that somebody made: it must parse, and checking it must not cost a fortune.
fn password(raw: &RawValue) -> Result<Password, Reason> {
    let text = parse::text(raw)?;
    if !(1..=MOST_PASSWORD_CHARS).contains(&text.chars().count()) {
        return Err(format!("1 to {MOST_PASSWORD_CHARS} characters are wanted"));
    }
    if !text.starts_with(HASHED) {
        return Ok(Password::Clear(text.into()));
    }
    let hash = PasswordHash::new(&text).ok();
    let whole = hash.filter(|hash| {
        hash.algorithm == Algorithm::Argon2id.ident() && hash.salt.is_some() && hash.hash.is_some()
    });
    let params = whole.as_ref().and_then(|hash| Params::try_from(hash).ok());
    match params {
        None => Err(format!("begins with {HASHED} but is no such hash in PHC form")),
        Some(params) if params.m_cost() > MOST_MEMORY_KIB || params.t_cost() > MOST_PASSES => {
            Err(format!("a hash with m up to {MOST_MEMORY_KIB} and t up to {MOST_PASSES} is wanted"))
        }
        Some(_) => Ok(Password::Hashed(text)),
    }
}
