//! Service tokens. Only their hashes are kept, here too.

use serde_json::value::RawValue;
use std::collections::HashMap;

use super::{Members, Place, Reason, parse, words};
use crate::{domain::capability::Capability, store::principals::TokenHash};

const MOST_NAME_CHARS: usize = 60;
const LEAST_TOKEN_CHARS: usize = 32;
const MOST_TOKEN_CHARS: usize = 1_024;

/// A service token that is to be kept.
#[derive(Debug)]
pub(in crate::import) struct NewToken {
    /// Its name.
    pub(in crate::import) name: String,
    /// The token's hash.
    pub(in crate::import) hash: TokenHash,
    /// What it may do.
    pub(in crate::import) capabilities: Vec<Capability>,
}

/// Reads the tokens of one file.
pub(super) struct Reader<'u> {
    usernames: &'u HashMap<String, Place>,
    names: HashMap<String, Place>,
    hashes: HashMap<TokenHash, Place>,
}

impl<'u> Reader<'u> {
    /// A token may not be called as one of those users: who asked for a task is told by his name.
    pub(super) fn new(usernames: &'u HashMap<String, Place>) -> Self {
        Self { usernames, names: HashMap::new(), hashes: HashMap::new() }
    }

    pub(super) fn read(&mut self, members: &mut Members<'_, '_>) -> Option<NewToken> {
        let name = members.needed("name", words::name(MOST_NAME_CHARS));
        if let Some(name) = &name {
            if let Some(first) = self.names.get(name).or_else(|| self.usernames.get(name)) {
                members.fault("name", format!("that of {first} already"));
            } else {
                self.names.insert(name.clone(), members.place());
            }
        }
        let hash = members.needed("token", token);
        if let Some(hash) = &hash {
            if let Some(first) = self.hashes.get(hash) {
                members.fault("token", format!("that of {first} already"));
            } else {
                self.hashes.insert(hash.clone(), members.place());
            }
        }
        let capabilities = members.needed("capabilities", words::capabilities);
        Some(NewToken { name: name?, hash: hash?, capabilities: capabilities? })
    }
}

fn token(raw: &RawValue) -> Result<TokenHash, Reason> {
    let text = parse::text(raw)?;
    let long_enough = (LEAST_TOKEN_CHARS..=MOST_TOKEN_CHARS).contains(&text.len());
    if long_enough && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(TokenHash::of(text.as_bytes()))
    } else {
        Err(format!("{LEAST_TOKEN_CHARS} to {MOST_TOKEN_CHARS} visible ASCII characters are wanted"))
    }
}
