//! The `fields` parameter: which fields of a response a caller wants, nested in parentheses.
//!
//! Owns its grammar, `a, b(c, d(e))`, the checks against what there is, and cutting a response down to it. It must never
//! know a particular response: the tree of known fields is given.
//!
//! Easy to get wrong: a field named twice at one level is reported before one that does not exist, wherever the two
//! stand; and depth is bounded before the parser recurses.

use serde_json::Value;
use winnow::{
    Parser as _,
    ascii::multispace0,
    combinator::{delimited, opt, separated},
    token::take_while,
};

pub(super) use self::known::{Kind, Known, Shape};
use crate::{
    api::problem::{Problem, ProblemKind},
    http::presentable,
};

mod known;
#[cfg(test)]
mod tests;

/// The longest text, in bytes.
const MAX_BYTES: usize = 4_096;
/// The most levels.
const MAX_DEPTH: usize = 8;
/// How much of a field's name is quoted back.
const MAX_QUOTED_CHARS: usize = 64;

/// The fields that a caller wants.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Selection(Vec<Wanted>);

#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    name: String,
    inside: Option<Selection>,
}

impl Selection {
    /// The selection in that text; none when it is blank, which asks for everything.
    pub(super) fn parse(text: &str, known: Shape) -> Result<Option<Self>, Problem> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        if text.len() > MAX_BYTES || depth(text) > MAX_DEPTH {
            let limits = format!("longer than {MAX_BYTES} bytes or nested deeper than {MAX_DEPTH} levels");
            return Err(unreadable(&format!("is {limits}.")));
        }
        let selection = level.parse(text).map_err(|_| {
            unreadable("cannot be read: names separated by commas are wanted, with parentheses that match.")
        })?;
        if let Some(name) = selection.duplicate() {
            let said =
                format!("The field \"{}\" is requested more than once.", presentable(name, MAX_QUOTED_CHARS));
            return Err(Problem::new(ProblemKind::DuplicateField, said));
        }
        if let Some(name) = selection.unknown(known) {
            let said = format!("The field \"{}\" does not exist.", presentable(name, MAX_QUOTED_CHARS));
            return Err(Problem::new(ProblemKind::UnknownField, said));
        }
        Ok(Some(selection))
    }

    /// Leaves of an object, or of the objects in an array, what is wanted.
    pub(super) fn apply(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.apply(item)),
            Value::Object(object) => {
                object.retain(|name, inner| match self.wanted(name) {
                    Some(wanted) => {
                        if let Some(inside) = &wanted.inside {
                            inside.apply(inner);
                        }
                        true
                    }
                    None => false,
                });
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn wanted(&self, name: &str) -> Option<&Wanted> {
        self.0.iter().find(|wanted| wanted.name == name)
    }

    fn duplicate(&self) -> Option<&str> {
        let mut seen = std::collections::HashSet::new();
        self.0.iter().find_map(|wanted| {
            if !seen.insert(wanted.name.as_str()) {
                return Some(wanted.name.as_str());
            }
            wanted.inside.as_ref().and_then(Self::duplicate)
        })
    }

    fn unknown(&self, known: Shape) -> Option<&str> {
        self.0.iter().find_map(|wanted| match known.find(&wanted.name) {
            None => Some(wanted.name.as_str()),
            Some(found) => wanted.inside.as_ref().and_then(|inside| inside.unknown(known.inside(found.kind))),
        })
    }
}

fn unreadable(why: &str) -> Problem {
    Problem::new(ProblemKind::UnknownField, format!("The parameter fields {why}"))
}

fn depth(text: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 1);
    for byte in text.bytes() {
        match byte {
            b'(' => open += 1,
            b')' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open + 1);
    }
    deepest
}

fn level(input: &mut &str) -> winnow::Result<Selection> {
    separated(1.., wanted, ',').map(Selection).parse_next(input)
}

fn wanted(input: &mut &str) -> winnow::Result<Wanted> {
    let name = delimited(multispace0, take_while(1.., is_name), multispace0).parse_next(input)?;
    let inside = opt(delimited('(', level, (')', multispace0))).parse_next(input)?;
    Ok(Wanted { name: name.to_owned(), inside })
}

fn is_name(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, ',' | '(' | ')')
}
