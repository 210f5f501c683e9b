//! What is wrong with a file, and where.
//!
//! Owns the list of faults that a refused file is answered with: the first ones by their place in the file, and the
//! number of all. Lines are counted only when the list is made, because a good file never needs them.
//!
//! It must never show a value of the file: a password that slipped into another member would be read by everybody
//! who sees the terminal. A fault is a place and a sentence of ours.

use std::{collections::BTreeMap, fmt};

/// Most faults that are listed; the rest are counted.
pub const MOST_LISTED: usize = 100;
/// Most characters of a member's name that are shown.
const MOST_NAME_CHARS: usize = 64;

/// Where an entry stands: the 18th of `users`, 512 bytes from the start of the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The list; empty for the file's own object.
    pub(super) list: &'static str,
    /// Which of the list, from 0.
    pub(super) index: usize,
    /// Bytes before it in the file.
    pub(super) offset: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.list.is_empty() { f.write_str("file") } else { write!(f, "{}[{}]", self.list, self.index) }
    }
}

#[derive(Debug)]
struct Fault {
    entry: Place,
    what: String,
}

/// The faults found so far, ordered by where they stand in the file.
#[derive(Debug, Default)]
pub(super) struct Faults {
    first: BTreeMap<(usize, u64), Fault>,
    total: u64,
}

impl Faults {
    /// One more, about that entry as a whole.
    pub(super) fn about(&mut self, entry: Place, what: impl Into<String>) {
        self.at(entry.offset, entry, what);
    }

    /// One more, about a part of that entry that begins at `offset`.
    pub(super) fn at(&mut self, offset: usize, entry: Place, what: impl Into<String>) {
        self.first.insert((offset, self.total), Fault { entry, what: what.into() });
        self.total += 1;
        if self.first.len() > MOST_LISTED {
            self.first.pop_last();
        }
    }

    /// Nothing was found, or the refusal of that file.
    pub(super) fn refuse(self, text: &str) -> Result<(), Invalid> {
        if self.total == 0 {
            return Ok(());
        }
        let listed = self.first.iter().map(|((offset, _), fault)| {
            format!("{} (line {}): {}", fault.entry, line(text.as_bytes(), *offset), fault.what)
        });
        Err(Invalid { listed: listed.collect(), total: self.total })
    }
}

/// The line, from 1, in which that byte stands.
pub(super) fn line(text: &[u8], offset: usize) -> usize {
    1 + text.iter().take(offset).filter(|byte| **byte == b'\n').count()
}

/// A member's name as it is shown: quoted, escaped and not too long.
pub(super) fn quoted(name: &str) -> String {
    let short: String = name.chars().take(MOST_NAME_CHARS).collect();
    if short.len() < name.len() { format!("{short:?}...") } else { format!("{short:?}") }
}

/// A file that was refused: nothing of it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// The first [`MOST_LISTED`] faults in the order of the file, each with its place and reason.
    pub listed: Vec<String>,
    /// How many there are in all.
    pub total: u64,
}

impl Invalid {
    /// A file that is wrong as a whole.
    pub(super) fn whole(what: String) -> Self {
        Self { listed: vec![what], total: 1 }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}; nothing was written",
            self.total,
            if self.total == 1 { "fault" } else { "faults" }
        )?;
        for fault in &self.listed {
            write!(f, "\n  {fault}")?;
        }
        match self.total.saturating_sub(self.listed.len() as u64) {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}

impl std::error::Error for Invalid {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_hundred_in_the_order_of_the_file_are_listed_and_the_rest_counted() {
        let text = "\n".repeat(300);
        let mut faults = Faults::default();
        for offset in (0..250).rev() {
            faults.about(Place { list: "users", index: offset, offset }, "no");
        }
        let invalid = faults.refuse(&text).unwrap_err();
        assert_eq!((invalid.listed.len(), invalid.total), (MOST_LISTED, 250));
        assert_eq!(invalid.listed[0], "users[0] (line 1): no");
        assert_eq!(invalid.listed[99], "users[99] (line 100): no");
        assert!(invalid.to_string().starts_with("250 faults; nothing was written\n  users[0]"));
        assert!(invalid.to_string().ends_with("\n  and 150 more"));
    }

    #[test]
    fn names_are_shown_short_and_escaped() {
        assert_eq!(quoted("a\u{1b}b"), r#""a\u{1b}b""#);
        assert_eq!(quoted(&"x".repeat(65)), format!("\"{}\"...", "x".repeat(64)));
    }
}
