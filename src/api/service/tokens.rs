//! Service tokens: see, make, revoke.
//!
//! Owns how a token is made: 32 random bytes, given to the caller once. The store gets its hash, and nobody gets it
//! again; it is never logged.
//!
//! Easy to get wrong: whoever makes tokens must not raise himself by it. A token can carry what its maker has, and no
//! more.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};
use tracing::info;

use super::{Operation, Principal, Problem, Service, within};
use crate::{
    api::problem::{Missing, ProblemKind},
    domain::capability::Capability,
    store::principals::{TokenEntry, TokenHash, TokenKept},
};

/// The name of the token that the settings give. It comes back with every start, so it is not ours to make or to revoke.
pub const ADMINISTRATOR: &str = "administrator";

/// Random bytes in a token.
const TOKEN_BYTES: usize = 32;
/// The longest name of a token that is made here.
const MAX_NAME_CHARS: usize = 64;

/// The name of a token: 1 to 64 letters, digits, `_`, `-`, `.` or `@`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenName(String);

impl TokenName {
    /// The name of that text, if it is one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@');
        let well_formed = (1..=MAX_NAME_CHARS).contains(&text.len()) && text.bytes().all(allowed);
        well_formed.then(|| Self(text.to_owned()))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn must_be_free_to_choose(&self) -> Result<(), Problem> {
        if self.0 != ADMINISTRATOR {
            return Ok(());
        }
        let said = "The token of that name is given by the server's settings; change it there.";
        Err(Problem::new(ProblemKind::NameTaken, said))
    }
}

/// A token that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    /// Whose it is.
    pub name: TokenName,
    /// What he may do.
    pub capabilities: Vec<Capability>,
    /// When it ends to be valid; never without.
    pub expires: Option<DateTime<Utc>>,
}

/// A token that was made. Has no `Debug` on purpose.
pub struct MadeToken {
    /// What was asked for.
    pub asked: NewToken,
    /// The token, to be shown once.
    pub token: SecretString,
}

impl Service {
    /// All service tokens, without the tokens themselves.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn tokens(&self, principal: &Principal) -> Result<Vec<TokenEntry>, Problem> {
        Operation::ManageTokens.permit(principal)?;
        within(self.inner.store.tokens()).await
    }

    /// Makes a service token.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn make_token(&self, principal: &Principal, asked: NewToken) -> Result<MadeToken, Problem> {
        Operation::ManageTokens.permit(principal)?;
        asked.capabilities.iter().try_for_each(|capability| may_grant(principal, *capability))?;
        asked.name.must_be_free_to_choose()?;
        let token = SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; TOKEN_BYTES]>()));
        let hash = TokenHash::of(token.expose_secret().as_bytes());
        let name = asked.name.as_str();
        let kept = self.inner.store.create_token(name, &hash, &asked.capabilities, asked.expires);
        match within(kept).await? {
            TokenKept::Created => {
                info!(capabilities = asked.capabilities.len(), "a service token was made");
                Ok(MadeToken { asked, token })
            }
            TokenKept::Kept | TokenKept::Taken => Err(Problem::new(
                ProblemKind::NameTaken,
                "The name has a token already; revoke that first, or choose another name.",
            )),
            TokenKept::UsersName => {
                Err(Problem::new(ProblemKind::NameTaken, "A user has the name; choose another one."))
            }
            TokenKept::Full => {
                Err(Problem::new(ProblemKind::Full, "There are as many tokens as there may be; revoke some."))
            }
            TokenKept::Expired => Err(Problem::new(
                ProblemKind::BadBody,
                "The expiry is past: it must be a time to come, in milliseconds since the epoch.",
            )),
            TokenKept::Replaced => Err(Problem::internal().caused_by("a new token took another's place")),
        }
    }

    /// Makes a service token nobody's.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn revoke_token(&self, principal: &Principal, name: &TokenName) -> Result<(), Problem> {
        Operation::ManageTokens.permit(principal)?;
        name.must_be_free_to_choose()?;
        if !within(self.inner.store.revoke_token(name.as_str())).await? {
            return Err(Problem::new(ProblemKind::NotFound(Missing::Token), "No token has that name."));
        }
        self.inner.doorman.forget_everybody();
        info!("a service token was revoked");
        Ok(())
    }
}

fn may_grant(principal: &Principal, capability: Capability) -> Result<(), Problem> {
    if principal.may_grant(capability) {
        return Ok(());
    }
    let said = format!("You do not have the capability {}, so you cannot hand it on.", capability.name());
    Err(Problem::new(ProblemKind::NotAllowed, said))
}
