//! A filter whose fields are known and whose literals have their types: it judges elements.
//!
//! It must never fail: whatever an element holds, it is wanted or not.
//!
//! Easy to get wrong: a field that is missing, null, or of another kind than it should be fulfils no test but `is null`,
//! and so fulfils the negation of every other.

use serde_json::Value;
use std::{cmp::Ordering, collections::BTreeSet};

use super::{number::Number, pattern::Pattern, syntax::Relation};

/// What an element must fulfil.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// The value at the end of these names; with none, the element itself.
    Test(Vec<&'static str>, Check),
}

/// What a value must fulfil.
#[derive(Debug, Clone)]
pub(super) enum Check {
    Compare(Relation, Operand),
    Among(Vec<Operand>),
    Between(Operand, Operand),
    Null,
    Like(Pattern),
    Contains(Box<Condition>),
}

/// A literal of the kind that its field holds.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::api::staged_config) enum Operand {
    /// A number.
    Number(Number),
    /// A string.
    Text(String),
    /// True or false.
    Flag(bool),
}

impl Condition {
    pub(super) fn holds(&self, element: &Value) -> bool {
        match self {
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(element)),
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(element)),
            Self::Not(condition) => !condition.holds(element),
            Self::Test(path, check) => {
                let value = path.iter().try_fold(element, |value, name| value.get(*name));
                check.holds(value.unwrap_or(&Value::Null))
            }
        }
    }

    pub(super) fn fields(&self, into: &mut BTreeSet<&'static str>) {
        match self {
            Self::All(conditions) | Self::Any(conditions) => {
                for condition in conditions {
                    condition.fields(into);
                }
            }
            Self::Not(condition) => condition.fields(into),
            Self::Test(path, _) => into.extend(path.first()),
        }
    }
}

impl Check {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Self::Compare(relation, operand) => {
                operand.order(value).is_some_and(|order| relation.holds(order))
            }
            Self::Among(operands) => {
                operands.iter().any(|operand| operand.order(value) == Some(Ordering::Equal))
            }
            Self::Between(from, to) => {
                from.order(value).is_some_and(Ordering::is_ge) && to.order(value).is_some_and(Ordering::is_le)
            }
            Self::Null => value.is_null(),
            Self::Like(pattern) => value.as_str().is_some_and(|text| pattern.fits(text)),
            Self::Contains(condition) => {
                value.as_array().is_some_and(|elements| elements.iter().any(|one| condition.holds(one)))
            }
        }
    }
}

impl Relation {
    /// A value that stands so to the literal fulfils it.
    const fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
        }
    }
}

impl Operand {
    /// How a value stands to it; none where the two cannot be compared.
    pub(super) fn order(&self, value: &Value) -> Option<Ordering> {
        match (self, value) {
            (Self::Number(operand), Value::Number(number)) => Some(Number::of(number).order(*operand)),
            (Self::Text(operand), Value::String(text)) => Some(text.as_str().cmp(operand)),
            (Self::Flag(operand), Value::Bool(flag)) => Some(flag.cmp(operand)),
            (Self::Number(_) | Self::Text(_) | Self::Flag(_), _) => None,
        }
    }
}
