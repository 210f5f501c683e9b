//! Hashes as keys, scripts and the ledger write them: SHA-1, in hex.

use sha1::{Digest, Sha1};
use std::fmt::Write;

/// The hash of that.
#[must_use]
pub fn sha1_hex(text: impl AsRef<[u8]>) -> String {
    Sha1::digest(text).iter().fold(String::new(), |mut hash, byte| {
        write!(hash, "{byte:02x}").expect("a string takes text");
        hash
    })
}
