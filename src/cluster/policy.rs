//! `pmc.conf`: which of its settings let a deleted user come back.
//!
//! Owns the `KEY=VALUE` lines that concern users; the other settings of a real file are passed over. A setting that the
//! file does not name has the original's default (Y, Y, 3600 s), while without a file nothing comes from the cluster.
//!
//! Easy to get wrong: the group setting has two spellings in the original's documents. Both are read, and two lines that
//! contradict each other are refused rather than weighed.

use std::{fmt, time::Duration};

use super::error::Fault;

const GROUP_SPELLINGS: [&str; 2] = ["ENABLE_USER_GROUP", "ENABLE_USERGROUP"];
const DEFAULT_SYNC_INTERVAL_S: u64 = 3_600;
/// Ten years.
const MOST_SYNC_INTERVAL_S: u64 = 10 * 366 * 24 * 60 * 60;

/// What `pmc.conf` says about users.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policy {
    /// Whoever the operating system knows may log on: `ALLOW_UNKNOWN_USER`.
    pub allow_unknown_user: bool,
    /// Users and groups are loaded from the cluster: `ENABLE_USER_GROUP`.
    pub enable_user_group: bool,
    /// How often they are, after the first time; 0: never, not even once. `ACL_SYNC_INTERVAL`.
    pub acl_sync_interval_s: u64,
}

/// A setting through which a deleted user can come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// He logs on, and is made anew.
    AllowUnknownUser,
    /// The next synchronisation makes him anew.
    EnableUserGroup,
}

impl Setting {
    /// What the file calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AllowUnknownUser => "ALLOW_UNKNOWN_USER",
            Self::EnableUserGroup => "ENABLE_USER_GROUP",
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Policy {
    /// How long to wait between two synchronisations; none where there is none.
    #[must_use]
    pub fn sync_interval(&self) -> Option<Duration> {
        let is_on = self.enable_user_group && self.acl_sync_interval_s > 0;
        is_on.then(|| Duration::from_secs(self.acl_sync_interval_s))
    }

    /// The settings that let a deleted user come back, in the order in which they would.
    #[must_use]
    pub fn ways_back(&self, cluster_knows_him: bool) -> Vec<Setting> {
        let by_logon = (self.allow_unknown_user && cluster_knows_him).then_some(Setting::AllowUnknownUser);
        let by_sync =
            (self.sync_interval().is_some() && cluster_knows_him).then_some(Setting::EnableUserGroup);
        by_logon.into_iter().chain(by_sync).collect()
    }

    /// What a file says.
    pub(super) fn parse(text: &str) -> Result<Self, Fault> {
        let mut found = Found::default();
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                found.read(line).map_err(|why| Fault { line: index + 1, why })?;
            }
        }
        Ok(Self {
            allow_unknown_user: found.allow_unknown_user.unwrap_or(true),
            enable_user_group: found.enable_user_group.unwrap_or(true),
            acl_sync_interval_s: found.acl_sync_interval_s.unwrap_or(DEFAULT_SYNC_INTERVAL_S),
        })
    }
}

#[derive(Default)]
struct Found {
    allow_unknown_user: Option<bool>,
    enable_user_group: Option<bool>,
    acl_sync_interval_s: Option<u64>,
}

impl Found {
    fn read(&mut self, line: &str) -> Result<(), String> {
        let (key, value) =
            line.split_once('=').ok_or("KEY=VALUE, or a comment that begins with #, is wanted")?;
        let (key, value) = (key.trim(), without_comment(value));
        if key == "ALLOW_UNKNOWN_USER" {
            keep(&mut self.allow_unknown_user, key, yes_or_no(key, value)?)
        } else if GROUP_SPELLINGS.contains(&key) {
            keep(&mut self.enable_user_group, key, yes_or_no(key, value)?)
        } else if key == "ACL_SYNC_INTERVAL" {
            keep(&mut self.acl_sync_interval_s, key, seconds(key, value)?)
        } else {
            Ok(())
        }
    }
}

/// The value, without a comment behind it and without quotation marks around it.
fn without_comment(value: &str) -> &str {
    let value = value.find(" #").or_else(|| value.find("\t#")).map_or(value, |at| &value[..at]).trim();
    value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(value)
}

fn keep<T: PartialEq>(kept: &mut Option<T>, key: &str, value: T) -> Result<(), String> {
    if kept.as_ref().is_some_and(|known| *known != value) {
        return Err(format!("{key} contradicts an earlier line"));
    }
    *kept = Some(value);
    Ok(())
}

fn yes_or_no(key: &str, value: &str) -> Result<bool, String> {
    match value {
        "Y" | "y" => Ok(true),
        "N" | "n" => Ok(false),
        _ => Err(format!("{key} must be Y or N")),
    }
}

fn seconds(key: &str, value: &str) -> Result<u64, String> {
    let plain = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let number = if plain { value.parse().ok() } else { None };
    number
        .filter(|number| *number <= MOST_SYNC_INTERVAL_S)
        .ok_or_else(|| format!("{key} must be a number of seconds from 0 to {MOST_SYNC_INTERVAL_S}"))
}
