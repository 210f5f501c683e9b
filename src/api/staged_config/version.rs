//! The `Version` header: which release of the interface a client was written for.
//!
//! Owns which releases are known, deprecated and removed, and what differs between them. Without the header a client
//! gets the newest; with a major number alone, the newest of that.
//!
//! Easy to get wrong: real clients send versions as old as 9.1 and 12.0. They are served, and told by a `Deprecated`
//! header.

use http::{HeaderMap, HeaderName};

use crate::api::problem::Problem;

const NAME: HeaderName = HeaderName::from_static("version");
/// The newest release.
const NEWEST: Version = Version { major: 26, minor: 0 };
/// The oldest release that is still served.
const OLDEST_MAJOR: u16 = 6;
/// The newest release that is deprecated.
const LAST_DEPRECATED_MAJOR: u16 = 14;
/// Releases came as x.0 and x.1 up to this one, and as x.0 after it.
const LAST_MAJOR_WITH_MINORS: u16 = 14;

/// A release of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    major: u16,
    minor: u16,
}

impl Version {
    /// Before any that is served: what has been there always came with it.
    pub(super) const FIRST: Self = Self { major: 0, minor: 0 };

    /// The release that a request asks for.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut given = headers.get_all(NAME).iter();
        match (given.next(), given.next()) {
            (None, _) => Ok(NEWEST),
            (Some(only), None) => {
                only.to_str().map_or_else(|_| Err(unknown()), |text| Self::parse(text.trim()))
            }
            (Some(_), Some(_)) => Err(unknown()),
        }
    }

    fn parse(text: &str) -> Result<Self, Problem> {
        let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
        let (major, minor) = (number(major).ok_or_else(unknown)?, number(minor).ok_or_else(unknown)?);
        if major < OLDEST_MAJOR {
            return Err(removed(major, minor));
        }
        let newest_minor = u16::from(major <= LAST_MAJOR_WITH_MINORS);
        if major > NEWEST.major || minor > newest_minor {
            return Err(unknown());
        }
        Ok(Self { major, minor })
    }

    /// The newest release.
    pub(super) const fn newest() -> Self {
        NEWEST
    }

    /// Its first number.
    pub(super) const fn major(self) -> u16 {
        self.major
    }

    /// What the `Deprecated` header says, where there is one.
    pub(super) fn deprecation(self) -> Option<String> {
        (self.major <= LAST_DEPRECATED_MAJOR).then(|| {
            let Self { major, minor } = self;
            format!("Version {major}.{minor} is deprecated; the newest is {}.{}", NEWEST.major, NEWEST.minor)
        })
    }
}

/// A number of one to four plain digits.
fn number(text: &str) -> Option<u16> {
    let plain = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

fn unknown() -> Problem {
    Problem::bad_parameter("Version", "The value of the header Version is not a valid version.")
}

fn removed(major: u16, minor: u16) -> Problem {
    Problem::bad_parameter("Version", format!("Version {major}.{minor} has been removed."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn of(values: &[&'static str]) -> Result<Version, String> {
        let headers = values.iter().map(|value| (NAME, HeaderValue::from_static(value))).collect();
        Version::of(&headers).map_err(|problem| problem.public)
    }

    #[test]
    fn known_versions_are_served_and_old_ones_marked() {
        assert_eq!(of(&[]), Ok(NEWEST));
        for (text, deprecated) in [
            ("26.0", false),
            ("17", false),
            (" 15.0 ", false),
            ("14.0", true),
            ("13.1", true),
            ("9.1", true),
            ("6", true),
        ] {
            assert_eq!(of(&[text]).unwrap().deprecation().is_some(), deprecated, "{text}");
        }
    }

    #[test]
    fn unknown_versions_are_refused() {
        for text in ["", "27.0", "322.0123", "17.5", "12.2", "17.", ".0", "x", "+17", "17.0.0", "99999"] {
            assert!(of(&[text]).unwrap_err().contains("is not a valid version"), "{text}");
        }
        assert!(of(&["17.0", "17.0"]).unwrap_err().contains("is not a valid version"));
    }

    #[test]
    fn versions_of_long_ago_have_been_removed() {
        for text in ["5.1", "3.0", "3"] {
            assert!(of(&[text]).unwrap_err().contains("has been removed"), "{text}");
        }
    }
}
