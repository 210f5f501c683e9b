//! What one field of a user must keep to, whoever sets it.
//!
//! Owns the lengths and the characters. It must never look at a second field, at the caller or at the directory.
//!
//! Easy to get wrong: lengths count characters, not bytes. And a name must keep the rules of [`Username`] too, which are
//! stricter about characters that a path takes for its own: who is added through one interface is deleted through another.

use super::UserRule;
use crate::domain::username::{MOST_USERNAME_CHARS, Username};

/// The longest address, in characters.
pub const MOST_EMAIL_CHARS: usize = 255;
/// The longest description, in characters.
pub const MOST_DESCRIPTION_CHARS: usize = 2_048;
/// The longest password, in characters: hashing must cost nobody more than the hash itself.
pub const MOST_PASSWORD_CHARS: usize = 1_024;
/// A timeout is kept in whole minutes of so many milliseconds.
const MINUTE_MS: u64 = 60_000;
/// Characters that no name has.
const NO_NAME_CHARACTERS: [char; 4] = ['\'', '"', '/', '\\'];
/// The languages of ISO 639-1.
const LANGUAGES: &str = "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv \
     dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja \
     jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl \
     nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te \
     tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu";

/// A name that a new user may have.
///
/// # Errors
/// [`UserRule::UsernameLength`], then [`UserRule::UsernameCharacters`].
pub fn username(text: &str) -> Result<Username, UserRule> {
    if !(1..=MOST_USERNAME_CHARS).contains(&text.chars().count()) {
        return Err(UserRule::UsernameLength);
    }
    let white = |char: char| char.is_whitespace() && char != ' ';
    if text.contains(NO_NAME_CHARACTERS) || text.contains(white) {
        return Err(UserRule::UsernameCharacters);
    }
    Username::new(text).map_err(|_| UserRule::UsernameCharacters)
}

/// An address: exactly one `@` with something on both sides, and no white space.
///
/// # Errors
/// [`UserRule::EmailLength`], then [`UserRule::EmailSyntax`].
pub fn email(text: &str) -> Result<(), UserRule> {
    if text.chars().count() > MOST_EMAIL_CHARS {
        return Err(UserRule::EmailLength);
    }
    let parts: Vec<&str> = text.split('@').collect();
    let in_shape = matches!(parts.as_slice(), [local, host] if !local.is_empty() && !host.is_empty());
    let readable = !text.contains(|char: char| char.is_whitespace() || char.is_control());
    if in_shape && readable { Ok(()) } else { Err(UserRule::EmailSyntax) }
}

/// A description.
///
/// # Errors
/// [`UserRule::DescriptionLength`]
pub fn description(text: &str) -> Result<(), UserRule> {
    if text.chars().count() > MOST_DESCRIPTION_CHARS { Err(UserRule::DescriptionLength) } else { Ok(()) }
}

/// A locale: a language of ISO 639-1, alone or with a country in two capital letters (`en`, `pt_BR`).
///
/// # Errors
/// [`UserRule::Locale`]
pub fn locale(text: &str) -> Result<(), UserRule> {
    let (language, country) = match text.split_once('_') {
        Some((language, country)) => (language, Some(country)),
        None => (text, None),
    };
    let is_country =
        |country: &str| country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
    let known = LANGUAGES.split(' ').any(|known| known == language);
    if known && country.is_none_or(is_country) { Ok(()) } else { Err(UserRule::Locale) }
}

/// A password of at least that many characters.
///
/// # Errors
/// [`UserRule::PasswordPolicy`]
pub fn password(text: &str, least_chars: usize) -> Result<(), UserRule> {
    let long_enough = (least_chars.max(1)..=MOST_PASSWORD_CHARS).contains(&text.chars().count());
    if long_enough { Ok(()) } else { Err(UserRule::PasswordPolicy) }
}

/// A timeout as it is kept and shown: truncated to whole minutes. 0 is never.
#[must_use]
pub const fn whole_minutes(timeout_ms: u64) -> u64 {
    timeout_ms - timeout_ms % MINUTE_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_1_to_60_characters_and_none_of_some() {
        for name in ["a", "user@realm", "a b", "名", "a&b"] {
            assert!(username(name).is_ok(), "{name}");
        }
        assert!(username(&"ü".repeat(60)).is_ok());
        for name in ["", &"u".repeat(61)] {
            assert_eq!(username(name), Err(UserRule::UsernameLength), "{name}");
        }
        let documented = [" a", "a ", " ", "a\tb", "a\u{a0}b", "a\u{2028}b", "a'b", "a\"b", "a/b", "a\\b"];
        let for_the_sake_of_paths = ["a#b", "a?b", "a%b", "a<b", "..", "a\u{202e}b", "a\0b"];
        for name in documented.iter().chain(&for_the_sake_of_paths) {
            assert_eq!(username(name), Err(UserRule::UsernameCharacters), "{name:?}");
        }
    }

    #[test]
    fn an_address_has_one_at_sign_between_something() {
        for text in ["a@b", "first.last+tag@example.com", "ü@ü"] {
            assert_eq!(email(text), Ok(()), "{text}");
        }
        for text in ["", "@", "a@", "@b", "a@b@c", "ab", "a b@c", "a@b\n", "a@\0b"] {
            assert_eq!(email(text), Err(UserRule::EmailSyntax), "{text:?}");
        }
        let of = |chars: usize| format!("{}@b", "ü".repeat(chars - 2));
        assert_eq!(email(&of(MOST_EMAIL_CHARS)), Ok(()));
        assert_eq!(email(&of(MOST_EMAIL_CHARS + 1)), Err(UserRule::EmailLength));
    }

    #[test]
    fn a_description_has_at_most_2048_characters() {
        assert_eq!(description(&"ü".repeat(2_048)), Ok(()));
        assert_eq!(description(&"u".repeat(2_049)), Err(UserRule::DescriptionLength));
    }

    #[test]
    fn a_locale_is_a_language_that_there_is() {
        for text in ["en", "de", "en_US", "pt_BR", "zh_TW"] {
            assert_eq!(locale(text), Ok(()), "{text}");
        }
        for text in
            ["", "xx", "EN", "en_", "en_us", "en_USA", "en-US", "english", "en_US_x", "_US", " ", "en us"]
        {
            assert_eq!(locale(text), Err(UserRule::Locale), "{text}");
        }
    }

    #[test]
    fn a_password_is_as_long_as_the_settings_say() {
        assert_eq!(password("12345678", 8), Ok(()));
        assert_eq!(password("1234567", 8), Err(UserRule::PasswordPolicy));
        assert_eq!(password("", 0), Err(UserRule::PasswordPolicy), "an empty one is none");
        assert_eq!(password(&"ü".repeat(1_024), 8), Ok(()));
        assert_eq!(password(&"ü".repeat(1_025), 8), Err(UserRule::PasswordPolicy));
    }

    #[test]
    fn a_timeout_is_truncated_to_whole_minutes() {
        let kept = [0, 59_999, 60_000, 119_999, u64::MAX].map(whole_minutes);
        assert_eq!(kept, [0, 0, 60_000, 60_000, u64::MAX - u64::MAX % 60_000]);
    }
}
