//! The `Range` header: which part of a list a caller wants, and the `Content-Range` that tells which part he gets.
//!
//! Owns both headers' words, `items=x-y` and `items x-y/total`: from zero, both ends included. It must never make a status of
//! them: a part is a 200 like the whole.
//!
//! Easy to get wrong: a part that lies behind the end is no error but an empty list; and spaces may stand anywhere, as they
//! do in the documents' own examples.

use http::{HeaderMap, HeaderValue, header};
use std::ops;

use crate::api::problem::{Problem, ProblemKind};

const UNIT: &str = "items";
/// The longest part of a list whose places are asked for at once.
const MOST_AT_ONCE: u64 = 5_000;

/// The part of a list that a caller wants: from zero, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    first: u64,
    last: u64,
}

impl Range {
    /// The range that a request asks for; none when it wants all.
    pub(super) fn of(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        let mut given = headers.get_all(header::RANGE).iter();
        match (given.next(), given.next()) {
            (None, _) => Ok(None),
            (Some(only), None) => {
                let text = only.to_str().map_err(|_| unreadable())?;
                Self::parse(text).map(Some)
            }
            (Some(_), Some(_)) => Err(unreadable()),
        }
    }

    fn parse(text: &str) -> Result<Self, Problem> {
        let (unit, ends) = text.split_once('=').ok_or_else(unreadable)?;
        let (first, last) = ends.split_once('-').ok_or_else(unreadable)?;
        if unit.trim() != UNIT {
            return Err(unreadable());
        }
        let (first, last) = (number(first)?, number(last)?);
        if last < first {
            return Err(bad("The range is negative: it ends before it begins."));
        }
        Ok(Self { first, last })
    }

    /// The first place and the last one, where that is not too much to ask for at once.
    pub(super) fn places(self) -> Option<(isize, isize)> {
        let places = (isize::try_from(self.first).ok()?, isize::try_from(self.last).ok()?);
        (self.last - self.first < MOST_AT_ONCE).then_some(places)
    }

    /// The places in a list of that length.
    pub(super) fn within(self, total: usize) -> ops::Range<usize> {
        let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX).min(total);
        let first = place(self.first);
        first..place(self.last.saturating_add(1)).max(first)
    }
}

/// What `Content-Range` says of these places in a list of that length.
pub(super) fn content_range(places: &ops::Range<usize>, total: usize) -> Result<HeaderValue, Problem> {
    let said = if places.is_empty() {
        format!("{UNIT} */{total}")
    } else {
        format!("{UNIT} {}-{}/{total}", places.start, places.end - 1)
    };
    HeaderValue::try_from(said).map_err(|error| Problem::internal().caused_by(error))
}

/// A number of plain digits, however large.
fn number(text: &str) -> Result<u64, Problem> {
    let text = text.trim();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(unreadable());
    }
    Ok(text.parse().unwrap_or(u64::MAX))
}

fn unreadable() -> Problem {
    bad(
        "The header Range cannot be read. It must have the form items=x-y, with plain numbers that count from zero.",
    )
}

fn bad(said: &str) -> Problem {
    Problem::new(ProblemKind::BadRange, said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&'static str]) -> Result<Option<(u64, u64)>, (ProblemKind, String)> {
        let headers = values
            .iter()
            .map(|value| (header::RANGE, HeaderValue::from_static(value)))
            .collect::<HeaderMap>();
        let range = Range::of(&headers).map_err(|problem| (problem.kind, problem.public))?;
        Ok(range.map(|range| (range.first, range.last)))
    }

    #[test]
    fn a_range_counts_from_zero_and_spaces_may_stand_anywhere() {
        assert_eq!(of(&[]), Ok(None));
        for text in ["items=0-4", "items= 0-4", "items = 0-4", " items=0 - 4 "] {
            assert_eq!(of(&[text]), Ok(Some((0, 4))), "{text}");
        }
        assert_eq!(of(&["items=3-99999999999999999999999"]), Ok(Some((3, u64::MAX))));
    }

    #[test]
    fn a_range_of_another_form_is_refused_with_the_right_one() {
        for text in [
            "",
            "items",
            "items=",
            "items=-",
            "items=1-",
            "items=-1",
            "items=a-b",
            "bytes=0-4",
            "items=0-4,6-7",
            "items=+1-4",
            "items=1",
            "0-4",
            "Items=0-4",
            "items=0--4",
        ] {
            let (kind, said) = of(&[text]).unwrap_err();
            assert_eq!(kind, ProblemKind::BadRange, "{text}");
            assert!(said.contains("items=x-y"), "{text}: {said}");
        }
        assert!(of(&["items=0-4", "items=0-4"]).is_err());
    }

    #[test]
    fn a_range_that_ends_before_it_begins_is_negative() {
        let (kind, said) = of(&["items=4-3"]).unwrap_err();
        assert_eq!(kind, ProblemKind::BadRange);
        assert!(said.contains("negative"), "{said}");
    }

    #[test]
    fn a_range_is_clipped_and_behind_the_end_it_is_empty() {
        let told = |first, last, total| {
            let places = Range { first, last }.within(total);
            (places.len(), content_range(&places, total).unwrap().to_str().unwrap().to_owned())
        };
        assert_eq!(told(0, 4, 5), (5, "items 0-4/5".into()));
        assert_eq!(told(0, 99, 12), (12, "items 0-11/12".into()));
        assert_eq!(told(3, 5, 3), (0, "items */3".into()));
        assert_eq!(told(2, 2, 3), (1, "items 2-2/3".into()));
        assert_eq!(told(0, 0, 0), (0, "items */0".into()));
        assert_eq!(told(1, u64::MAX, 3), (2, "items 1-2/3".into()));
        assert_eq!(told(u64::MAX, u64::MAX, 3), (0, "items */3".into()));
    }
}
