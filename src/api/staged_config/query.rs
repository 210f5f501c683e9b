//! What a caller wants of a list: which elements, in which order, which part.
//!
//! Owns the order in which the three are read, after `fields`: Range, filter, sort. It must never see the list.
//!
//! Easy to get wrong: not every list takes a `sort`, and where it is not taken it is a parameter like any unknown one.

use super::{endpoint::Listing, fields::Shape, filter::Filter, range::Range, request, sort::Order};
use crate::api::problem::{Problem, ProblemKind};

const FILTER: &str = "filter";
const SORT: &str = "sort";

/// What a caller wants of a list; by default all of it, as it comes.
#[derive(Debug, Default)]
pub(super) struct ListQuery {
    /// Which elements.
    pub(super) filter: Option<Filter>,
    /// In which order.
    pub(super) order: Option<Order>,
    /// Which part.
    pub(super) range: Option<Range>,
}

impl ListQuery {
    /// What a request wants of a list of elements of that shape.
    pub(super) fn of<B>(request: &http::Request<B>, shape: Shape, listing: Listing) -> Result<Self, Problem> {
        let range = Range::of(request.headers())?;
        let only = |name: &'static str, kind| match request::given(request, name)?.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(only.clone())),
            [_, _, ..] => Err(Problem::new(kind, format!("The parameter {name} is given more than once."))),
        };
        let filter = only(FILTER, ProblemKind::BadFilter)?;
        let filter = filter.map_or(Ok(None), |text| Filter::parse(&text, shape))?;
        let order = match listing {
            Listing::Filtered => None,
            Listing::Sorted => only(SORT, ProblemKind::UnknownSortField)?,
        };
        let order = order.map_or(Ok(None), |text| Order::parse(&text, shape))?;
        Ok(Self { filter, order, range })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::staged_config::response::tasks::TASK_FIELDS;

    fn read(uri: &str, listing: Listing) -> Result<(bool, bool, bool), ProblemKind> {
        let request = http::Request::get(uri).header("range", "items=0-1").body(()).unwrap();
        let query = ListQuery::of(&request, Shape::new(&TASK_FIELDS, 26), listing);
        query
            .map(|query| (query.filter.is_some(), query.order.is_some(), query.range.is_some()))
            .map_err(|problem| problem.kind)
    }

    #[test]
    fn a_list_is_asked_by_filter_sort_and_range_each_given_once() {
        assert_eq!(read("/?filter=id%3D1&sort=-id", Listing::Sorted), Ok((true, true, true)));
        assert_eq!(read("/?filter=id+%3D+1&sort=+id", Listing::Sorted), Ok((true, true, true)));
        assert_eq!(read("/", Listing::Sorted), Ok((false, false, true)));
        assert_eq!(read("/?filter=id%3D1&filter=id%3D1", Listing::Sorted), Err(ProblemKind::BadFilter));
        assert_eq!(read("/?sort=id&sort=id", Listing::Sorted), Err(ProblemKind::UnknownSortField));
        assert_eq!(read("/?sort=nope&filter=nope=1", Listing::Sorted), Err(ProblemKind::BadFilter));
    }

    #[test]
    fn where_no_sort_is_taken_it_means_nothing() {
        assert_eq!(read("/?sort=nope", Listing::Filtered), Ok((false, false, true)));
    }
}
