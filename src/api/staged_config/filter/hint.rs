//! What a filter says of one field, as far as an index can use it.
//!
//! It must never promise too much: every element that is wanted has such a value, but not every element that has one is
//! wanted. Whoever reads an index by a hint still asks the filter.
//!
//! Easy to get wrong: an `or` helps only where each of its sides does.

use std::cmp::Ordering;

use super::{
    condition::{Check, Condition, Operand},
    syntax::Relation,
};

/// What every element that is wanted has in a field.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::api::staged_config) enum Hint<'a> {
    /// One of these values.
    Among(Vec<&'a Operand>),
    /// A value that is neither below the first nor above the second.
    Between(Option<&'a Operand>, Option<&'a Operand>),
}

impl<'a> Hint<'a> {
    pub(super) fn of(condition: &'a Condition, field: &str) -> Option<Self> {
        match condition {
            Condition::Test(path, check) if *path == [field] => Self::of_check(check),
            Condition::Test(..) | Condition::Not(_) => None,
            Condition::All(conditions) => {
                conditions.iter().filter_map(|one| Self::of(one, field)).reduce(Self::both)
            }
            Condition::Any(conditions) => {
                let mut all = Vec::new();
                for one in conditions {
                    let Some(Self::Among(values)) = Self::of(one, field) else { return None };
                    all.extend(values);
                }
                Some(Self::Among(all))
            }
        }
    }

    fn of_check(check: &'a Check) -> Option<Self> {
        match check {
            Check::Compare(Relation::Equal, value) => Some(Self::Among(vec![value])),
            Check::Compare(Relation::Less | Relation::AtMost, most) => Some(Self::Between(None, Some(most))),
            Check::Compare(Relation::Greater | Relation::AtLeast, least) => {
                Some(Self::Between(Some(least), None))
            }
            Check::Among(values) => Some(Self::Among(values.iter().collect())),
            Check::Between(from, to) => Some(Self::Between(Some(from), Some(to))),
            Check::Null | Check::Like(_) | Check::Contains(_) => None,
        }
    }

    /// The better of two hints that both hold; of two spans, what they share.
    fn both(self, other: Self) -> Self {
        match (self, other) {
            (Self::Among(one), Self::Among(other)) => {
                Self::Among(if one.len() <= other.len() { one } else { other })
            }
            (Self::Among(values), Self::Between(..)) | (Self::Between(..), Self::Among(values)) => {
                Self::Among(values)
            }
            (Self::Between(from, to), Self::Between(other_from, other_to)) => Self::Between(
                tighter(from, other_from, Ordering::Greater),
                tighter(to, other_to, Ordering::Less),
            ),
        }
    }
}

/// The one of two bounds that stands so to the other.
fn tighter<'a>(
    one: Option<&'a Operand>,
    other: Option<&'a Operand>,
    wanted: Ordering,
) -> Option<&'a Operand> {
    match (one, other) {
        (Some(Operand::Number(first)), Some(Operand::Number(second))) => {
            if first.order(*second) == wanted {
                one
            } else {
                other
            }
        }
        (Some(Operand::Text(first)), Some(Operand::Text(second))) => {
            if first.cmp(second) == wanted {
                one
            } else {
                other
            }
        }
        // Two of one field are of one kind; of flags there is nothing to be gained.
        (Some(_), _) => one,
        (None, _) => other,
    }
}
