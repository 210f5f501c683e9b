//! The `Version` header: which release of the interface a client was written for.
//!
//! Owns how the header is read; which releases are served, deprecated and removed is a setting. Without the header a client gets
//! the newest; with a major number alone, the newest of that.
//!
//! Easy to get wrong: real clients send versions as old as 9.1 and 12.0. They are served, and told by a `Deprecated`
//! header.

use http::{HeaderMap, HeaderName};

use crate::{api::problem::Problem, config::StagedConfigSettings, http::presentable};

/// A release of the interface.
pub(super) use crate::config::Release as Version;

const NAME: HeaderName = HeaderName::from_static("version");
/// How much of a version that there is not is quoted back.
const MAX_QUOTED_CHARS: usize = 32;

/// The release that a request asks for.
pub(super) fn asked(headers: &HeaderMap, settings: &StagedConfigSettings) -> Result<Version, Problem> {
    let mut given = headers.get_all(NAME).iter();
    match (given.next(), given.next()) {
        (None, _) => Ok(settings.newest()),
        (Some(only), None) => {
            only.to_str().map_or_else(|_| Err(unreadable()), |text| parse(text.trim(), settings))
        }
        (Some(_), Some(_)) => Err(unreadable()),
    }
}

fn parse(text: &str, settings: &StagedConfigSettings) -> Result<Version, Problem> {
    let served = &settings.versions;
    let unknown = || unknown(text, settings);
    let (found, numbers) = if text.contains('.') {
        let exact: Version = text.parse().map_err(|_| unknown())?;
        (served.iter().find(|one| **one == exact), exact)
    } else {
        let major = Version::number(text).ok_or_else(unknown)?;
        (served.iter().rfind(|one| one.major() == major), Version::new(major, 0))
    };
    let is_older = || served.first().is_some_and(|oldest| numbers < *oldest);
    found.copied().ok_or_else(|| if is_older() { removed(text) } else { unknown() })
}

/// What the `Deprecated` header says to a client of that release, where there is one.
pub(super) fn deprecation(version: Version, settings: &StagedConfigSettings) -> Option<String> {
    let is_deprecated = settings.deprecated_up_to.is_some_and(|last| version <= last);
    is_deprecated.then(|| format!("Version {version} is deprecated; the newest is {}", settings.newest()))
}

/// It came twice, or is no text.
fn unreadable() -> Problem {
    Problem::bad_parameter("Version", "The value of the header Version is not a valid version.")
}

fn unknown(text: &str, settings: &StagedConfigSettings) -> Problem {
    let (text, newest) = (presentable(text, MAX_QUOTED_CHARS), settings.newest());
    let said = format!(
        "The value of the header Version is not a valid version: \"{text}\"; the newest is {newest}."
    );
    Problem::bad_parameter("Version", said)
}

fn removed(text: &str) -> Problem {
    Problem::bad_parameter("Version", format!("Version {text} has been removed."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn of(settings: &StagedConfigSettings, values: &[&'static str]) -> Result<Version, String> {
        let headers = values.iter().map(|value| (NAME, HeaderValue::from_static(value))).collect();
        asked(&headers, settings).map_err(|problem| problem.public)
    }

    fn by_default(values: &[&'static str]) -> Result<Version, String> {
        of(&StagedConfigSettings::default(), values)
    }

    #[test]
    fn known_versions_are_served_and_old_ones_marked() {
        let settings = StagedConfigSettings::default();
        assert_eq!(by_default(&[]), Ok(Version::new(26, 0)));
        for (text, served, deprecated) in [
            ("26.0", (26, 0), false),
            ("17", (17, 0), false),
            (" 15.0 ", (15, 0), false),
            ("14.0", (14, 0), true),
            ("13.1", (13, 1), true),
            ("13", (13, 1), true),
            ("9", (9, 2), true),
            ("6", (6, 0), true),
        ] {
            let version = by_default(&[text]).unwrap();
            assert_eq!(version, Version::new(served.0, served.1), "{text}");
            assert_eq!(deprecation(version, &settings).is_some(), deprecated, "{text}");
        }
    }

    #[test]
    fn unknown_versions_are_refused() {
        for text in
            ["", "27.0", "27", "322.0123", "17.5", "12.2", "14.1", "17.", ".0", "x", "+17", "17.0.0", "99999"]
        {
            assert!(by_default(&[text]).unwrap_err().contains("is not a valid version"), "{text}");
        }
        assert!(by_default(&["17.0", "17.0"]).unwrap_err().contains("is not a valid version"));
    }

    #[test]
    fn who_asks_for_what_is_not_there_is_told_what_he_sent_and_what_is_the_newest() {
        let said = by_default(&["17.5"]).unwrap_err();
        assert!(said.contains("\"17.5\"; the newest is 26.0"), "{said}");
        let long: &'static str = "99999999999999999999999999999999999999999999999999";
        assert!(by_default(&[long]).unwrap_err().len() < 150);
    }

    #[test]
    fn versions_of_long_ago_have_been_removed() {
        for text in ["5.1", "3.0", "3", "0.1"] {
            assert!(by_default(&[text]).unwrap_err().contains("has been removed"), "{text}");
        }
    }

    #[test]
    fn which_versions_there_are_is_a_setting() {
        let settings = StagedConfigSettings {
            versions: vec![Version::new(17, 0), Version::new(27, 0), Version::new(27, 1)],
            deprecated_up_to: None,
            ..StagedConfigSettings::default()
        };
        assert_eq!(of(&settings, &[]), Ok(Version::new(27, 1)));
        assert_eq!(of(&settings, &["27"]), Ok(Version::new(27, 1)));
        assert!(of(&settings, &["16.0"]).unwrap_err().contains("has been removed"));
        assert!(of(&settings, &["20.0"]).unwrap_err().contains("is not a valid version"));
        assert_eq!(deprecation(Version::new(17, 0), &settings), None);
    }
}
