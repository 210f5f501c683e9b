//! The administrator's token of a `dev` run.
//!
//! Given by the settings, or 32 random bytes made for this start. The store keeps only its hash, so a made token
//! cannot be shown again later: every start without a given one makes a new one, which replaces the former. It
//! is shown by the tour, whose commands must work in any shell, and goes nowhere else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore as _;
use secrecy::SecretString;

use crate::config::Settings;

/// Random bytes in a token that is made here.
const TOKEN_BYTES: usize = 32;

/// The token, and where it came from.
#[derive(Debug)]
pub(super) enum AdminToken {
    /// From the settings.
    Given(SecretString),
    /// Made for this start.
    Made(SecretString),
}

impl AdminToken {
    /// The settings' token; one is made and put there if they have none.
    pub(super) fn of(settings: &mut Settings) -> Self {
        if let Some(token) = &settings.admin_token {
            return Self::Given(token.clone());
        }
        let mut bytes = [0; TOKEN_BYTES];
        rand::rng().fill_bytes(&mut bytes);
        let token = SecretString::from(URL_SAFE_NO_PAD.encode(bytes));
        settings.admin_token = Some(token.clone());
        Self::Made(token)
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_made_token_is_valid_and_never_the_same() {
        let (mut a, mut b) = (Settings::default(), Settings::default());
        assert!(matches!(AdminToken::of(&mut a), AdminToken::Made(_)));
        AdminToken::of(&mut b);
        a.validate().unwrap();
        let text = |settings: Settings| settings.admin_token.unwrap().expose_secret().to_owned();
        assert!(matches!(AdminToken::of(&mut a), AdminToken::Given(_)));
        assert_ne!(text(a), text(b));
    }
}
