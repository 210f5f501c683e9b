//! The settings of the `staged_config` dialect (IBM `QRadar`, Juniper JSA): their meaning and their bounds.
//!
//! Owns which releases of the interface are spoken, and what is asked of passwords. Easy to get wrong: they are a list and not a range, because the original
//! skipped numbers, and one that never was is refused; what lies below the first of the list has been removed.

use serde::{Deserialize, Deserializer, de};
use std::{fmt, str::FromStr};
use url::Url;

use super::validation::Faults;

/// The origin that stands for all.
pub const ANY_ORIGIN: &str = "*";
/// The longest name of a release.
const NAME_MAX_CHARS: usize = 100;
/// The most characters that every password can be asked to have.
const PASSWORD_MIN_CHARS_MAX: usize = 128;

/// The `staged_config` dialect, under `/api`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StagedConfigSettings {
    /// The releases of the interface that are served, oldest first; what is older has been removed.
    #[serde(deserialize_with = "list")]
    pub versions: Vec<Release>,
    /// The newest release that is deprecated, with all before it. Without it none is.
    pub deprecated_up_to: Option<Release>,
    /// What `/system/about` gives as `external_version`: the product's release whose interface is spoken.
    pub external_version: String,
    /// What `/system/about` gives as `release_name`.
    pub release_name: String,
    /// Origins whose pages may call from a browser, `https://console.example`; `*` is all of them.
    #[serde(deserialize_with = "list")]
    pub cors_origins: Vec<String>,
    /// Seconds without use after which the session of a caller who came with a password stops working.
    pub session_idle_s: u64,
    /// Users log in with the password that they have here, so that a new one needs it. Where it is false they log in elsewhere,
    /// and a password here is for those who may fall back on it, or have no other.
    pub system_authentication: bool,
    /// Users may be allowed to fall back on their password here.
    pub system_authentication_fallback: bool,
    /// Characters that a password set through this dialect has at least.
    pub password_min_chars: usize,
}

impl StagedConfigSettings {
    /// The newest release.
    #[must_use]
    pub fn newest(&self) -> Release {
        self.versions.last().copied().unwrap_or_default()
    }

    pub(super) fn check(&self, faults: &mut Faults) {
        let name = "staged_config.versions";
        if self.versions.is_empty() {
            faults.add(name, "must name one at least, or no client would be served");
        }
        if !self.versions.is_sorted_by(|one, next| one < next) {
            faults.add(name, "must stand oldest first, each once");
        }
        if self.deprecated_up_to.is_some_and(|last| !self.versions.contains(&last)) {
            faults.add("staged_config.deprecated_up_to", "must be one of staged_config.versions");
        }
        for origin in self.cors_origins.iter().filter(|origin| !is_origin(origin)) {
            faults.add(
                "staged_config.cors_origins",
                format!("{origin:?} is not an origin: SCHEME://HOST or SCHEME://HOST:PORT without anything behind it, or *"),
            );
        }
        for (name, text) in [
            ("staged_config.external_version", &self.external_version),
            ("staged_config.release_name", &self.release_name),
        ] {
            if text.chars().count() > NAME_MAX_CHARS || text.chars().any(char::is_control) {
                faults.add(
                    name,
                    format!(
                        "must have at most {NAME_MAX_CHARS} characters, none of them a control character"
                    ),
                );
            }
        }
        if !(1..=PASSWORD_MIN_CHARS_MAX).contains(&self.password_min_chars) {
            faults.add(
                "staged_config.password_min_chars",
                format!("must lie between 1 and {PASSWORD_MIN_CHARS_MAX}"),
            );
        }
        faults.check_time("staged_config.session_idle_s", self.session_idle_s.saturating_mul(1_000), false);
    }
}

impl Default for StagedConfigSettings {
    fn default() -> Self {
        let old =
            [(6, 0), (7, 0), (8, 0), (8, 1), (9, 0), (9, 1), (9, 2), (10, 0), (10, 1), (11, 0), (12, 0)];
        let with_minors = old.into_iter().chain([(12, 1), (13, 0), (13, 1)]);
        let versions = with_minors.chain((14..=26).map(|major| (major, 0)));
        Self {
            versions: versions.map(|(major, minor)| Release::new(major, minor)).collect(),
            deprecated_up_to: Some(Release::new(14, 0)),
            external_version: "7.5.0".to_owned(),
            release_name: "7.5.0 UpdatePackage 12".to_owned(),
            cors_origins: Vec::new(),
            session_idle_s: 3_600,
            system_authentication: true,
            system_authentication_fallback: true,
            password_min_chars: 8,
        }
    }
}

/// A release of the interface, `13.1`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    major: u16,
    minor: u16,
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for Release {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "a version is two numbers with a dot between them, as text: \"13.1\"";
        let (major, minor) = text.split_once('.').ok_or(FORM)?;
        Ok(Self { major: Self::number(major).ok_or(FORM)?, minor: Self::number(minor).ok_or(FORM)? })
    }
}

impl Release {
    /// Before any that there is: what has been there always came with it.
    pub const FIRST: Self = Self::new(0, 0);

    /// The release of these numbers.
    #[must_use]
    pub const fn new(major: u16, minor: u16) -> Self {
        Self { major, minor }
    }

    /// What stands before the dot.
    #[must_use]
    pub const fn major(self) -> u16 {
        self.major
    }

    /// A number of one to four plain digits.
    #[must_use]
    pub fn number(text: &str) -> Option<u16> {
        let plain = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if plain { text.parse().ok() } else { None }
    }
}

impl<'de> Deserialize<'de> for Release {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        String::deserialize(source)?.trim().parse().map_err(de::Error::custom)
    }
}

/// A list; or text with commas, as a variable has it.
fn list<'de, D: Deserializer<'de>, T>(source: D) -> Result<Vec<T>, D::Error>
where
    T: FromStr<Err: fmt::Display>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Given {
        Text(String),
        List(Vec<String>),
    }
    let given = match Given::deserialize(source)? {
        Given::Text(text) => {
            text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
        }
        Given::List(list) => list,
    };
    given.iter().map(|part| part.trim().parse().map_err(de::Error::custom)).collect()
}

/// What a browser would say of itself in `Origin`; `null`, which any sandboxed page says, is none.
fn is_origin(text: &str) -> bool {
    text == ANY_ORIGIN
        || Url::parse(text)
            .is_ok_and(|url| url.origin().is_tuple() && url.origin().ascii_serialization() == text)
}
