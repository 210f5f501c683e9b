//! Another text for one script, put in on the wire: the programs are the ones that are shipped, and Redis runs a script with
//! a bug in it.
//!
//! A program knows a script by the hash of its text. So the text is exchanged where it is loaded, the hash wherever the
//! script is called, and back again in the answer to the load.
//!
//! Easy to get wrong: a fragment that is not there any more plants nothing, and whoever looks for the bug rightly finds
//! none. [`Swap::is_planted`] says whether the other text ever went through.

use offstage::store::scripts;
use std::sync::OnceLock;

use crate::hash::sha1_hex;

/// No script has this hash: Redis asks for the text.
const NO_HASH: &[u8] = &[b'0'; 40];

/// See the module's header.
#[derive(Debug)]
pub struct Swap {
    fragment: &'static str,
    instead: &'static str,
    hash: String,
    /// That of the text with the bug, once it was loaded.
    planted: OnceLock<String>,
}

impl Swap {
    /// In that script, `instead` stands where `fragment` stood.
    #[must_use]
    pub fn new(script: &str, fragment: &'static str, instead: &'static str) -> Self {
        let script = scripts::ALL.iter().find(|known| known.name == script).expect("a script of that name");
        Self { fragment, instead, hash: script.hash().to_owned(), planted: OnceLock::new() }
    }

    /// Redis was given the other text.
    #[must_use]
    pub fn is_planted(&self) -> bool {
        self.planted.get().is_some_and(|hash| *hash != self.hash)
    }

    /// One argument of a command as it goes on to Redis; none where it stays as it is.
    fn exchanged(&self, argument: &[u8]) -> Option<Vec<u8>> {
        if argument == self.hash.as_bytes() {
            let planted = self.planted.get().map_or(NO_HASH, |hash| hash.as_bytes());
            return Some(planted.to_vec());
        }
        if sha1_hex(argument) != self.hash {
            return None;
        }
        let text = std::str::from_utf8(argument).expect("a script is text");
        if text.matches(self.fragment).count() != 1 {
            // Nothing to plant: the script goes on under its own name.
            self.planted.get_or_init(|| self.hash.clone());
            return None;
        }
        let text = text.replace(self.fragment, self.instead);
        self.planted.get_or_init(|| sha1_hex(text.as_bytes()));
        Some(text.into_bytes())
    }

    /// An answer of Redis as it goes on to the program.
    pub(super) fn answered(&self, bytes: &mut [u8]) {
        let Some(planted) = self.planted.get() else { return };
        let places = bytes.windows(planted.len()).position(|window| window == planted.as_bytes());
        if let Some(at) = places {
            bytes[at..at + planted.len()].copy_from_slice(self.hash.as_bytes());
        }
    }
}

/// The commands of one connection, which come in pieces.
#[derive(Debug, Default)]
pub(super) struct Commands {
    /// What is not yet a whole one.
    rest: Vec<u8>,
}

impl Commands {
    /// Takes bytes of the program; returns what of it can go on to Redis.
    pub(super) fn exchange(&mut self, bytes: &[u8], swap: &Swap) -> Vec<u8> {
        self.rest.extend_from_slice(bytes);
        let (mut out, mut taken) = (Vec::new(), 0);
        while let Some((arguments, length)) = command(&self.rest[taken..]) {
            out.extend(format!("*{}\r\n", arguments.len()).bytes());
            for argument in arguments {
                let exchanged = swap.exchanged(argument);
                let argument = exchanged.as_deref().unwrap_or(argument);
                out.extend(format!("${}\r\n", argument.len()).bytes());
                out.extend_from_slice(argument);
                out.extend(b"\r\n");
            }
            taken += length;
        }
        self.rest.drain(..taken);
        out
    }
}

/// The first command, an array of strings, and its length; none if it is not whole.
fn command(bytes: &[u8]) -> Option<(Vec<&[u8]>, usize)> {
    let (count, mut at) = number(bytes, 0, b'*')?;
    let mut arguments = Vec::with_capacity(count);
    for _ in 0..count {
        let (length, begin) = number(bytes, at, b'$')?;
        arguments.push(bytes.get(begin..begin + length)?);
        at = begin + length + 2;
    }
    (at <= bytes.len()).then_some((arguments, at))
}

/// The number in the line at that place, and where the next one begins.
fn number(bytes: &[u8], at: usize, sign: u8) -> Option<(usize, usize)> {
    let line = bytes.get(at..)?;
    let end = line.windows(2).position(|window| window == b"\r\n")?;
    assert_eq!(line[0], sign, "a command is an array of strings");
    let digits = std::str::from_utf8(&line[1..end]).expect("digits");
    Some((digits.parse().expect("a number"), at + end + 2))
}

#[cfg(test)]
mod tests {
    use super::{Commands, NO_HASH, Swap, sha1_hex};
    use std::sync::OnceLock;

    const TEXT: &str = "return 'yes'";

    fn swap() -> Swap {
        Swap {
            fragment: "yes",
            instead: "perhaps",
            hash: sha1_hex(TEXT.as_bytes()),
            planted: OnceLock::new(),
        }
    }

    fn sent(arguments: &[&str]) -> Vec<u8> {
        let one = |argument: &&str| format!("${}\r\n{argument}\r\n", argument.len());
        format!("*{}\r\n{}", arguments.len(), arguments.iter().map(one).collect::<String>()).into_bytes()
    }

    #[test]
    fn the_text_and_the_hash_are_exchanged_whatever_pieces_they_come_in() {
        let (swap, bug) = (swap(), "return 'perhaps'");
        let (old, new) = (sha1_hex(TEXT.as_bytes()), sha1_hex(bug.as_bytes()));
        let ask = |hash: &str| sent(&["EVALSHA", hash, "0"]);
        let given = [ask(&old), sent(&["SCRIPT", "LOAD", TEXT]), ask(&old), sent(&["PING"])].concat();
        let none = std::str::from_utf8(NO_HASH).unwrap();
        let expected = [ask(none), sent(&["SCRIPT", "LOAD", bug]), ask(&new), sent(&["PING"])].concat();
        let mut commands = Commands::default();
        let passed: Vec<u8> = given.iter().flat_map(|byte| commands.exchange(&[*byte], &swap)).collect();
        assert_eq!(String::from_utf8_lossy(&passed), String::from_utf8_lossy(&expected));
        let mut answer = format!("$40\r\n{new}\r\n").into_bytes();
        swap.answered(&mut answer);
        assert_eq!(answer, format!("$40\r\n{old}\r\n").into_bytes());
    }

    #[test]
    fn a_fragment_that_is_not_there_is_no_bug() {
        let swap = Swap { fragment: "no", ..swap() };
        let given = [sent(&["SCRIPT", "LOAD", TEXT]), sent(&["EVALSHA", &swap.hash, "0"])].concat();
        assert_eq!(Commands::default().exchange(&given, &swap), given);
        assert!(!swap.is_planted());
    }
}
