//! The `sort` parameter: in which order a caller wants a list.
//!
//! Owns its grammar, `+a,-b(c)`, the checks against what there is, and the keys by which elements are put in order. It must
//! never hold an element: a key is what its fields come to, and nothing else.
//!
//! Easy to get wrong: the `+` of a caller who did not encode it arrives as a space. And what the documents leave open is
//! decided here: no sign is a `+`, null is larger than everything, strings go by their characters' numbers, and elements that
//! are alike in all that is asked for keep the order of their ids.

use serde_json::Value;
use std::{cmp::Ordering, collections::BTreeSet};
use winnow::{
    Parser as _,
    combinator::{alt, opt, preceded, repeat, separated},
    token::{any, none_of, one_of},
};

use super::{
    fields::{Kind, Shape},
    filter::Number,
};
use crate::{
    api::problem::{Problem, ProblemKind},
    http::presentable,
};

#[cfg(test)]
mod tests;

/// The longest text, in bytes.
const MAX_BYTES: usize = 1_024;
/// How much of a field's name is quoted back.
const MAX_QUOTED_CHARS: usize = 64;

/// The order that a caller wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order(Vec<Term>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    path: Vec<&'static str>,
    descending: bool,
}

/// What puts one element before another.
#[derive(Debug)]
pub(super) struct Key(Box<[Part]>);

#[derive(Debug)]
enum Part {
    Flag(bool),
    Number(Number),
    Text(Box<str>),
    Null,
}

/// A term as it is written: whether it descends, and the names.
type Written = (bool, Vec<String>);

impl Order {
    /// The order in that text; none when it is blank.
    pub(super) fn parse(text: &str, known: Shape) -> Result<Option<Self>, Problem> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        if text.len() > MAX_BYTES {
            return Err(unknown(&format!("The parameter sort is longer than {MAX_BYTES} bytes.")));
        }
        let written: Vec<Written> = separated(1.., term, ',').parse(text).map_err(|_| {
            unknown("The parameter sort cannot be read: fields separated by commas are wanted, each with a + or a - before it.")
        })?;
        let mut terms: Vec<Term> = Vec::with_capacity(written.len());
        for (descending, names) in written {
            let path = find(&names, known)?;
            // What comes a second time decides nothing any more.
            if !terms.iter().any(|term| term.path == path) {
                terms.push(Term { path, descending });
            }
        }
        Ok(Some(Self(terms)))
    }

    /// The names of an element's own fields that it looks at.
    pub(super) fn fields(&self) -> BTreeSet<&'static str> {
        self.0.iter().filter_map(|term| term.path.first().copied()).collect()
    }

    /// Whether it descends, where it is by that field before any other, of which no two elements have the same.
    pub(super) fn is_by(&self, field: &str) -> Option<bool> {
        self.0.first().filter(|first| first.path == [field]).map(|first| first.descending)
    }

    /// What the element comes to in this order.
    pub(super) fn key(&self, element: &Value) -> Key {
        let part = |term: &Term| {
            let value = term.path.iter().try_fold(element, |value, name| value.get(*name));
            match value.unwrap_or(&Value::Null) {
                Value::Bool(flag) => Part::Flag(*flag),
                Value::Number(number) => Part::Number(Number::of(number)),
                Value::String(text) => Part::Text(text.as_str().into()),
                Value::Null | Value::Array(_) | Value::Object(_) => Part::Null,
            }
        };
        Key(self.0.iter().map(part).collect())
    }

    /// Which of two comes first.
    pub(super) fn compare(&self, one: &Key, other: &Key) -> Ordering {
        let pairs = one.0.iter().zip(&other.0);
        self.0.iter().zip(pairs).fold(Ordering::Equal, |so_far, (term, (one, other))| {
            so_far.then_with(|| {
                let order = one.order(other);
                if term.descending { order.reverse() } else { order }
            })
        })
    }
}

impl Part {
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Flag(one), Self::Flag(other)) => one.cmp(other),
            (Self::Number(one), Self::Number(other)) => one.order(*other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (one, other) => one.rank().cmp(&other.rank()),
        }
    }

    /// Which kind comes first, where two are of different ones.
    const fn rank(&self) -> u8 {
        match self {
            Self::Flag(_) => 0,
            Self::Number(_) => 1,
            Self::Text(_) => 2,
            Self::Null => 3,
        }
    }
}

/// Where a field is that has an order.
fn find(names: &[String], mut known: Shape) -> Result<Vec<&'static str>, Problem> {
    let mut path = Vec::with_capacity(names.len());
    let mut sortable = false;
    for name in names {
        let quoted = presentable(name, MAX_QUOTED_CHARS);
        let Some(found) = known.find(name) else {
            return Err(unknown(&format!("The field \"{quoted}\" of the parameter sort does not exist.")));
        };
        path.push(found.name);
        known = known.inside(found.kind);
        sortable = match found.kind {
            Kind::Number | Kind::Text | Kind::Flag => !found.is_opaque,
            Kind::Object(_) | Kind::List(_) => false,
        };
        if let Kind::List(_) = found.kind {
            break;
        }
    }
    if sortable {
        return Ok(path);
    }
    let quoted = presentable(path.last().copied().unwrap_or_default(), MAX_QUOTED_CHARS);
    let said = format!("Sorting is not supported on the field \"{quoted}\".");
    Err(Problem::new(ProblemKind::NotSortable, said))
}

fn unknown(said: &str) -> Problem {
    Problem::new(ProblemKind::UnknownSortField, said)
}

fn term(input: &mut &str) -> winnow::Result<Written> {
    let sign = preceded(spaces, opt(one_of(['+', '-']))).parse_next(input)?;
    let mut names = vec![name(input)?];
    while opt('(').parse_next(input)?.is_some() {
        names.push(name(input)?);
    }
    let closing = names.len() - 1;
    repeat::<_, _, (), _, _>(closing, (')', spaces)).parse_next(input)?;
    Ok((sign == Some('-'), names))
}

fn spaces(input: &mut &str) -> winnow::Result<()> {
    repeat(0.., ' ').parse_next(input)
}

/// A name, in which a backslash takes the meaning of the next character away.
fn name(input: &mut &str) -> winnow::Result<String> {
    let character = alt((preceded('\\', any), none_of([',', '(', ')', '\\'])));
    let name: String = repeat(1.., character).parse_next(input)?;
    Ok(name.trim().to_owned())
}
