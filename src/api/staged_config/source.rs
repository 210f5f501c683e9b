//! Where long lists come from: elements by their ids, some at a time, and which ids a filter may mean.
//!
//! Owns what an index can make of a filter: ids by `id`, users by `username`, tasks by `status` and `created_by`. It must
//! never judge an element: whoever asks does, by the filter.
//!
//! Easy to get wrong: too many ids cost time, and one too few is a wrong answer. So what is not sure is not used.

mod help;
mod tasks;
mod users;

pub(super) use self::{help::HelpEndpoints, tasks::Deletions, users::Users};

use serde_json::Value;
use std::collections::BTreeSet;

use super::{
    filter::{Filter, Hint, Number, Operand},
    range::Range,
};
use crate::{
    api::{problem::Problem, service::Numbers},
    domain::task::LARGEST_ID,
};

/// What the elements of all long lists are numbered by.
pub(super) const ID: &str = "id";

/// A list that is too long to be held.
pub(super) trait Source: Send + Sync + 'static {
    /// The ids of all elements that the filter may want, upwards. There may be others among them, but only where there is a
    /// filter.
    fn ids(&self, filter: Option<&Filter>) -> impl Future<Output = Result<Vec<u64>, Problem>> + Send;

    /// How many elements there are, and the ids of those that range wants, upwards or downwards; none where the list has no such
    /// shortcut.
    fn ids_at(
        &self,
        _range: Range,
        _downwards: bool,
    ) -> impl Future<Output = Result<Option<(usize, Vec<u64>)>, Problem>> + Send {
        async { Ok(None) }
    }

    /// Those of these elements that are there, in their order: whole, or with these fields at least.
    fn elements(
        &self,
        ids: &[u64],
        fields: Option<&BTreeSet<&'static str>>,
    ) -> impl Future<Output = Result<Vec<(u64, Value)>, Problem>> + Send;
}

/// The ids that a filter leaves.
fn numbers(filter: Option<&Filter>) -> Numbers {
    let number = |operand: &Operand| match operand {
        Operand::Number(number) => Some(*number),
        Operand::Text(_) | Operand::Flag(_) => None,
    };
    match filter.and_then(|filter| filter.hint(ID)) {
        None => Numbers::ALL,
        Some(Hint::Among(values)) => {
            Numbers::These(values.into_iter().filter_map(number).filter_map(Number::as_id).collect())
        }
        Some(Hint::Between(from, to)) => {
            let bound =
                |operand: Option<&Operand>| Some(operand.and_then(number)?.nearest_id().min(LARGEST_ID));
            Numbers::Between(bound(from).unwrap_or(0), bound(to).unwrap_or(LARGEST_ID))
        }
    }
}

/// The strings, one of which a filter wants in that field; none where it does not say.
fn texts(filter: Option<&Filter>, field: &str) -> Option<Vec<String>> {
    let text = |operand: &Operand| match operand {
        Operand::Text(text) => Some(text.clone()),
        Operand::Number(_) | Operand::Flag(_) => None,
    };
    match filter?.hint(field)? {
        Hint::Among(values) => Some(values.into_iter().filter_map(text).collect()),
        Hint::Between(..) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::staged_config::{fields::Shape, response::tasks::TASK_FIELDS};

    fn filter(text: &str) -> Option<Filter> {
        Filter::parse(text, Shape::new(&TASK_FIELDS, 26)).unwrap()
    }

    #[test]
    fn ids_outside_what_ids_can_be_are_brought_inside() {
        let of = |text| numbers(filter(text).as_ref());
        assert_eq!(of(""), Numbers::ALL);
        assert_eq!(of("status = COMPLETED"), Numbers::ALL);
        assert_eq!(of("id in (3, -1, 2.5, 7)"), Numbers::These(vec![3, 7]));
        assert_eq!(of("id > -3 and id < 1e40"), Numbers::ALL);
        assert_eq!(of("id between 2.5 and 4.5"), Numbers::Between(2, 4));
        assert_eq!(of("id < -3"), Numbers::Between(0, 0));
    }

    #[test]
    fn strings_are_known_where_the_filter_names_them() {
        let of = |text| texts(filter(text).as_ref(), "status");
        assert_eq!(of("status in (A, B) and id = 1"), Some(vec!["A".into(), "B".into()]));
        assert_eq!(of("status > A"), None);
        assert_eq!(of("id = 1"), None);
        assert_eq!(of(""), None);
    }
}
