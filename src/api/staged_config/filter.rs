//! The `filter` parameter: which elements of a list a caller wants.
//!
//! Owns the way from the text to an answer for one element: `grammar` reads the text, `binding` checks it against the
//! fields there are and gives every literal its type, `condition` judges an element, `hint` says what an index can serve.
//! It must never know a particular list: the fields are given.
//!
//! Easy to get wrong: null. By the documents `=`, `<`, `in` and `between` are false of it, and `!=`, `not in` and
//! `not between` are true: so the negative operators are nothing but `not` before the positive ones, everywhere. And text
//! from outside decides how deep the parser recurses: the depth is bounded before it does.

mod binding;
mod condition;
mod grammar;
mod hint;
mod number;
mod pattern;
mod syntax;
#[cfg(test)]
mod tests;

use serde_json::Value;
use std::collections::BTreeSet;

use self::condition::Condition;
pub(super) use self::{condition::Operand, hint::Hint, number::Number};
use super::fields::Shape;
use crate::api::problem::{Problem, ProblemKind};

/// The longest text, in bytes.
const MAX_BYTES: usize = 8 * 1024;
/// How deep parentheses and `contains` may be nested.
const MAX_DEPTH: usize = 32;

/// What a caller wants of a list.
#[derive(Debug, Clone)]
pub(super) struct Filter(Condition);

impl Filter {
    /// The filter in that text, for objects with these fields; none when it is blank, which wants everything.
    pub(super) fn parse(text: &str, known: Shape) -> Result<Option<Self>, Problem> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        if text.len() > MAX_BYTES {
            return Err(refused(format!("it is longer than {MAX_BYTES} bytes.")));
        }
        let expression = grammar::parse(text)?;
        binding::bind(&expression, known).map(|condition| Some(Self(condition)))
    }

    /// The element is wanted.
    pub(super) fn wants(&self, element: &Value) -> bool {
        self.0.holds(element)
    }

    /// The names of the element's own fields that it looks at.
    pub(super) fn fields(&self) -> BTreeSet<&'static str> {
        let mut fields = BTreeSet::new();
        self.0.fields(&mut fields);
        fields
    }

    /// What every element that is wanted has in that field.
    pub(super) fn hint(&self, field: &str) -> Option<Hint<'_>> {
        Hint::of(&self.0, field)
    }
}

/// A filter that cannot be used. Clients look for the first three words.
fn refused(why: impl std::fmt::Display) -> Problem {
    Problem::new(ProblemKind::BadFilter, format!("Error Parsing filter: {why}"))
}
