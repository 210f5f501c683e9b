//! The fields that a response has: their names, what they hold, since when they are there, and whether a caller
//! may look through them.
//!
//! Owns the vocabulary in which a response's shape is written down once, for `fields`, `filter` and `sort` alike. It must
//! never hold a value.
//!
//! Easy to get wrong: a field may be null whatever its kind; and a password's field is there, but nobody filters on it.

use serde_json::Value;

/// A field that a response may have.
#[derive(Debug)]
pub(in crate::api::staged_config) struct Known {
    /// Its name.
    pub(in crate::api::staged_config) name: &'static str,
    /// What it holds, when it is not null.
    pub(in crate::api::staged_config) kind: Kind,
    /// It can be shown, but neither filtered nor sorted on.
    pub(in crate::api::staged_config) is_opaque: bool,
    since: u16,
}

/// What a field, or an element of a list, holds.
#[derive(Debug, Clone, Copy)]
pub(in crate::api::staged_config) enum Kind {
    /// A number.
    Number,
    /// A string.
    Text,
    /// True or false.
    Flag,
    /// An object with these fields.
    Object(&'static [Known]),
    /// A list whose elements are all of that kind.
    List(&'static Kind),
}

impl Known {
    /// A field that holds a number.
    pub(in crate::api::staged_config) const fn number(name: &'static str) -> Self {
        Self::of(name, Kind::Number)
    }

    /// A field that holds a string.
    pub(in crate::api::staged_config) const fn text(name: &'static str) -> Self {
        Self::of(name, Kind::Text)
    }

    /// A field that is true or false.
    pub(in crate::api::staged_config) const fn flag(name: &'static str) -> Self {
        Self::of(name, Kind::Flag)
    }

    /// A field that holds an object.
    #[cfg(test)]
    pub(in crate::api::staged_config) const fn object(name: &'static str, inside: &'static [Self]) -> Self {
        Self::of(name, Kind::Object(inside))
    }

    /// A field that holds a list.
    pub(in crate::api::staged_config) const fn list(name: &'static str, of: &'static Kind) -> Self {
        Self::of(name, Kind::List(of))
    }

    /// The same, but neither filtered nor sorted on.
    pub(in crate::api::staged_config) const fn opaque(self) -> Self {
        Self { is_opaque: true, ..self }
    }

    /// The same, but there only from that major release on.
    pub(in crate::api::staged_config) const fn since(self, major: u16) -> Self {
        Self { since: major, ..self }
    }

    const fn of(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, is_opaque: false, since: 0 }
    }
}

impl Kind {
    const fn inside(self) -> &'static [Known] {
        match self {
            Self::Number | Self::Text | Self::Flag => &[],
            Self::Object(inside) => inside,
            Self::List(of) => of.inside(),
        }
    }
}

/// The fields that a response, or an object in it, has in one release of the interface.
#[derive(Debug, Clone, Copy)]
pub(in crate::api::staged_config) struct Shape {
    known: &'static [Known],
    major: u16,
}

impl Shape {
    /// Those of these fields that the release of that major number has.
    pub(in crate::api::staged_config) const fn new(known: &'static [Known], major: u16) -> Self {
        Self { known, major }
    }

    /// The field of that name.
    pub(in crate::api::staged_config) fn find(self, name: &str) -> Option<&'static Known> {
        self.known.iter().find(|known| known.name == name && known.since <= self.major)
    }

    /// The names of all fields, those inside others too.
    pub(in crate::api::staged_config) fn names(self) -> Vec<&'static str> {
        let there = self.known.iter().filter(|known| known.since <= self.major);
        there.flat_map(|known| [vec![known.name], self.inside(known.kind).names()].concat()).collect()
    }

    /// What an object has that a value of that kind is, or is a list of.
    pub(in crate::api::staged_config) const fn inside(self, kind: Kind) -> Self {
        Self { known: kind.inside(), major: self.major }
    }

    /// Takes out of an object, or of the objects in a list, what a later release brought.
    pub(in crate::api::staged_config) fn cut(self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.cut(item)),
            Value::Object(object) => {
                object.retain(|name, _| {
                    !self.known.iter().any(|known| known.name == name && known.since > self.major)
                });
                for known in self.known.iter().filter(|known| !known.kind.inside().is_empty()) {
                    if let Some(inner) = object.get_mut(known.name) {
                        self.inside(known.kind).cut(inner);
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}
