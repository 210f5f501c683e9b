//! LIKE and ILIKE: `%` is any run of characters, `_` is one, a backslash takes the meaning of either away.
//!
//! The whole text must fit. It must never be tried in every way there is: only the last `%` is ever widened, which is
//! enough, so that the time is bounded by pattern times text, whatever a caller writes.
//!
//! Easy to get wrong: the case of letters is that of all scripts, and a letter is one character whichever case it has; so
//! those few letters that become two in another case (ß, for one) are only like themselves.

use std::str::Chars;

use super::syntax::Quoted;

const ESCAPED: [char; 5] = ['%', '_', '\\', '"', '\''];

/// What a text must be like.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    pieces: Vec<Piece>,
    any_case: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    Exactly(char),
    One,
    Run,
}

impl Pattern {
    pub(super) fn new(quoted: &Quoted, any_case: bool) -> Self {
        let piece = |(character, escaped): (char, bool)| match character {
            '%' if !escaped => Piece::Run,
            '_' if !escaped => Piece::One,
            other => Piece::Exactly(if any_case { fold(other) } else { other }),
        };
        Self { pieces: quoted.characters(&ESCAPED).map(piece).collect(), any_case }
    }

    /// The whole text fits.
    pub(super) fn fits(&self, text: &str) -> bool {
        let (mut rest, mut at) = (text.chars(), 0);
        // Where the last run ended, and what follows it in the pattern.
        let mut last_run: Option<(Chars<'_>, usize)> = None;
        loop {
            if self.pieces.get(at) == Some(&Piece::Run) {
                at += 1;
                last_run = Some((rest.clone(), at));
                continue;
            }
            let mut ahead = rest.clone();
            let fits = match (self.pieces.get(at), ahead.next()) {
                (None, None) => return true,
                (Some(_), None) => return false,
                (Some(Piece::One | Piece::Run), Some(_)) => true,
                (Some(Piece::Exactly(wanted)), Some(found)) => self.same(*wanted, found),
                (None, Some(_)) => false,
            };
            if fits {
                (rest, at) = (ahead, at + 1);
                continue;
            }
            let Some((end, after)) = &mut last_run else { return false };
            if end.next().is_none() {
                return false;
            }
            (rest, at) = (end.clone(), *after);
        }
    }

    fn same(&self, wanted: char, found: char) -> bool {
        wanted == found || (self.any_case && wanted == fold(found))
    }
}

/// A letter without its case. By way of the upper one: some have two lower ones, as sigma has.
pub(super) fn fold(letter: char) -> char {
    if letter.is_ascii() {
        return letter.to_ascii_lowercase();
    }
    only(only(letter, char::to_uppercase), char::to_lowercase)
}

fn only<I: Iterator<Item = char>>(letter: char, cased: fn(char) -> I) -> char {
    let mut letters = cased(letter);
    match (letters.next(), letters.next()) {
        (Some(one), None) => one,
        (_, _) => letter,
    }
}
