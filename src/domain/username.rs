//! The name of a user who is added while the service runs.
//!
//! Owns which names may be given. A user whom an import brought may have another one: whoever is there can be looked for,
//! logged in and deleted by any name.
//!
//! Easy to get wrong: a client that does not encode its paths turns `a#b`, `a?b`, `a/b` and `a%41` into somebody else's
//! path, and `<` and a back-tick are in no path at all. Nobody gets such a name, so that nobody is deleted in another's
//! place, and everybody who is added can be deleted. Nor do two names look alike because of what is not seen of them.

use std::fmt;

/// The longest name, in characters.
pub const MOST_USERNAME_CHARS: usize = 60;
/// Characters that a path would take for its own, or that no path may have.
const PATH_CHARACTERS: [char; 7] = ['#', '?', '/', '%', '<', '>', '`'];

/// A name that may be given to a new user.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Username(String);

/// Why a name may not be given. Says nothing of the name itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadUsername {
    /// There is nothing but white space.
    Empty,
    /// It is longer than [`MOST_USERNAME_CHARS`].
    TooLong,
    /// It has a control character, or one that turns the direction of writing.
    Control,
    /// It has a character that a path would take for its own, or that no path may have.
    PathCharacter,
    /// It is what a path calls a folder itself, or the one above it.
    Dots,
    /// It begins or ends with white space.
    OuterSpace,
}

impl Username {
    /// The name of that text.
    ///
    /// # Errors
    /// [`BadUsername`]
    pub fn new(text: &str) -> Result<Self, BadUsername> {
        if text.trim().is_empty() {
            Err(BadUsername::Empty)
        } else if text.chars().count() > MOST_USERNAME_CHARS {
            Err(BadUsername::TooLong)
        } else if text.chars().any(is_control) {
            Err(BadUsername::Control)
        } else if text.contains(PATH_CHARACTERS) {
            Err(BadUsername::PathCharacter)
        } else if text == "." || text == ".." {
            Err(BadUsername::Dots)
        } else if text.trim() != text {
            Err(BadUsername::OuterSpace)
        } else {
            Ok(Self(text.to_owned()))
        }
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The control characters, and those of Unicode's property `Bidi_Control`.
fn is_control(char: char) -> bool {
    let turns = matches!(
        char,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    char.is_control() || turns
}

impl fmt::Display for BadUsername {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a user's name must not be empty"),
            Self::TooLong => {
                write!(f, "a user's name must not be longer than {MOST_USERNAME_CHARS} characters")
            }
            Self::Control => f.write_str("a user's name must have no control characters"),
            Self::PathCharacter => {
                f.write_str("a user's name must have none of the characters # ? / % < > `")
            }
            Self::Dots => f.write_str("a user's name must be more than one or two dots"),
            Self::OuterSpace => f.write_str("a user's name must not begin or end with white space"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_path_would_swallow_may_not_be_in_a_name() {
        for name in [
            "x",
            r"DOMAIN\user1",
            "user@realm",
            "a b",
            "üser",
            "a&b",
            "x\"y",
            "a;b,c",
            "名",
            "a'b",
            "...",
            ".a",
        ] {
            assert_eq!(Username::new(name).as_ref().map(Username::as_str), Ok(name), "{name}");
        }
        for (name, why) in [
            ("", BadUsername::Empty),
            (" \u{a0}", BadUsername::Empty),
            ("a\0", BadUsername::Control),
            ("a\tb", BadUsername::Control),
            ("a#b", BadUsername::PathCharacter),
            ("a?b", BadUsername::PathCharacter),
            ("a/b", BadUsername::PathCharacter),
            ("a%b", BadUsername::PathCharacter),
            ("a<b", BadUsername::PathCharacter),
            ("a>b", BadUsername::PathCharacter),
            ("a`b", BadUsername::PathCharacter),
            (".", BadUsername::Dots),
            ("..", BadUsername::Dots),
            (" a", BadUsername::OuterSpace),
            ("a\u{a0}", BadUsername::OuterSpace),
            ("a\u{61c}b", BadUsername::Control),
            ("a\u{200f}b", BadUsername::Control),
            ("a\u{202e}b", BadUsername::Control),
            ("a\u{2066}b", BadUsername::Control),
        ] {
            assert_eq!(Username::new(name), Err(why), "{name:?}");
        }
        assert!(Username::new(&"ü".repeat(MOST_USERNAME_CHARS)).is_ok());
        assert_eq!(Username::new(&"u".repeat(MOST_USERNAME_CHARS + 1)), Err(BadUsername::TooLong));
    }
}
