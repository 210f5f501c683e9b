//! What is sent of a user: to create one, to change a staged one, to change a deployed one's preferences.
//!
//! Owns which members each of the three takes. The others that a user has are tolerated and ignored, so that whoever has
//! read one can send him back; what no release has is refused.
//!
//! Easy to get wrong: null is a value. It takes a field away, but for the two passwords, which every answer shows as null.

use secrecy::SecretString;
use std::net::IpAddr;
use utoipa::ToSchema;

use crate::{
    api::{
        problem::Problem,
        service::Asked,
        staged_config::{response::users::USER_FIELDS, version::Version},
    },
    config::StagedConfigSettings,
    domain::user::{
        patch::{Patch, UserPatch},
        surroundings::Policy,
    },
    http::{Fault, Members, members},
};

/// The release that brought `local_only_account`; an older one knows nothing of it.
const FIRST_WITH_LOCAL_ACCOUNTS: u16 = 19;
/// The last release in which a tenant's user needs a security profile with a domain.
const LAST_WITH_NEEDED_DOMAINS: u16 = 14;
/// Members that some of the documents' samples have beside a user's fields.
const OF_SAMPLES: [&str; 2] = ["show_awf_default_dashboard", "show_analyst_workflow_default_dashboard"];

/// A user as he is sent. Members that cannot be set may be sent along, and are ignored.
#[derive(ToSchema)]
#[schema(as = StagedConfigUserBody)]
#[expect(dead_code, reason = "bodies are read member by member; this only describes them")]
pub(in crate::api::staged_config) struct UserBody {
    /// 1 to 60 characters. Only a new user gets one.
    username: Option<String>,
    /// One `@` with something on both sides; at most 255 characters.
    #[schema(example = "alice@example.com")]
    email: Option<String>,
    /// At most 2048 characters. Waits for a deploy.
    description: Option<String>,
    /// A user role. Waits for a deploy.
    user_role_id: Option<u64>,
    /// A security profile. Waits for a deploy.
    security_profile_id: Option<u64>,
    /// A tenant. Waits for a deploy.
    tenant_id: Option<u64>,
    /// A language, alone or with a country.
    #[schema(example = "en_US")]
    locale_id: Option<String>,
    /// He wants to see notices.
    enable_popup_notifications: Option<bool>,
    /// His password here will do where an outside system does not let him in.
    allow_system_authentication_fallback: Option<bool>,
    /// His password here is the only one. From version 19.0 on.
    local_only_account: Option<bool>,
    /// In milliseconds, truncated to minutes; 0 for never.
    inactivity_timeout: Option<u64>,
    /// A new password.
    #[schema(format = Password)]
    password: Option<String>,
    /// The password so far: needed by whoever changes his own.
    #[schema(format = Password)]
    old_password: Option<String>,
}

/// Which request it is: each takes some of the members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api::staged_config) enum Purpose {
    /// A new user.
    Creation,
    /// A staged user.
    Change,
    /// A deployed user's preferences.
    Preferences,
}

/// What is asked of a user, by a caller from there who speaks that version.
pub(in crate::api::staged_config) fn read(
    body: &[u8],
    purpose: Purpose,
    version: Version,
    settings: &StagedConfigSettings,
    from: Option<IpAddr>,
) -> Result<Asked, Problem> {
    let wanted = patch(members(body)?, purpose, version)?;
    let policy = Policy {
        system_authentication: settings.system_authentication,
        fallback_enabled: settings.system_authentication_fallback,
        password_min_chars: settings.password_min_chars,
        needs_domain: version.major() <= LAST_WITH_NEEDED_DOMAINS,
    };
    Ok(Asked { wanted, policy, from })
}

fn patch(mut given: Members, purpose: Purpose, version: Version) -> Result<UserPatch, Fault> {
    let mut wanted = UserPatch {
        email: text(&mut given, "email")?,
        locale_id: text(&mut given, "locale_id")?,
        enable_popup_notifications: truth(&mut given, "enable_popup_notifications")?,
        allow_system_authentication_fallback: truth(&mut given, "allow_system_authentication_fallback")?,
        inactivity_timeout: number(&mut given, "inactivity_timeout")?,
        password: secret(&mut given, "password")?,
        ..UserPatch::default()
    };
    if version.major() >= FIRST_WITH_LOCAL_ACCOUNTS {
        wanted.local_only_account = truth(&mut given, "local_only_account")?;
    }
    if purpose == Purpose::Creation {
        wanted.username = text(&mut given, "username")?;
    } else {
        wanted.old_password = secret(&mut given, "old_password")?;
    }
    if purpose != Purpose::Preferences {
        wanted.description = lines(&mut given, "description")?;
        wanted.user_role_id = number(&mut given, "user_role_id")?;
        wanted.security_profile_id = number(&mut given, "security_profile_id")?;
        wanted.tenant_id = number(&mut given, "tenant_id")?;
    }
    for name in USER_FIELDS.iter().map(|known| known.name).chain(OF_SAMPLES) {
        given.ignore(name);
    }
    given.finish()?;
    Ok(wanted)
}

fn text(given: &mut Members, name: &str) -> Result<Patch<String>, Fault> {
    sent(given, name, Members::take_optional_string)
}

/// A text of one line or several.
fn lines(given: &mut Members, name: &str) -> Result<Patch<String>, Fault> {
    let sent = text(given, name)?;
    let is_strange = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if sent.value().is_some_and(|text| text.contains(is_strange)) {
        let expected = "a text without control characters but tabs and ends of lines, or null";
        return Err(Fault::WrongType { member: name.to_owned(), expected });
    }
    Ok(sent)
}

/// No larger than the original's numbers can be.
fn number(given: &mut Members, name: &str) -> Result<Patch<u64>, Fault> {
    let number = sent(given, name, Members::take_optional_u64)?;
    if number.value().is_some_and(|number| i64::try_from(*number).is_err()) {
        let expected = "a whole number from 0 to 9223372036854775807, or null";
        return Err(Fault::WrongType { member: name.to_owned(), expected });
    }
    Ok(number)
}

fn truth(given: &mut Members, name: &str) -> Result<Patch<bool>, Fault> {
    sent(given, name, Members::take_optional_bool)
}

fn sent<T>(
    given: &mut Members,
    name: &str,
    take: fn(&mut Members, &str) -> Result<Option<T>, Fault>,
) -> Result<Patch<T>, Fault> {
    if !given.has(name) {
        return Ok(Patch::Unsent);
    }
    Ok(take(given, name)?.map_or(Patch::Null, Patch::Value))
}

fn secret(given: &mut Members, name: &str) -> Result<Option<SecretString>, Fault> {
    Ok(given.take_optional_string(name)?.map(SecretString::from))
}

#[cfg(test)]
mod tests;
