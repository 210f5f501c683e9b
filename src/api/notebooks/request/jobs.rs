//! Reading which jobs are wanted.
//!
//! Easy to get wrong: more than there may be at once is no mistake here; the original's clients ask for what they like and
//! take what they get.

use super::given::{Given, truth};
use crate::{
    api::problem::{Missing, Problem, ProblemKind},
    domain::task::TaskId,
};

const DEFAULT_NUM: usize = 100;
const MOST_NUM: usize = 1_000;

/// A list of jobs as it is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::api::notebooks) struct Wanted {
    /// All about each of them.
    pub(in crate::api::notebooks) in_detail: bool,
    /// How many at most.
    pub(in crate::api::notebooks) num: usize,
    /// The newest first.
    pub(in crate::api::notebooks) newest_first: bool,
}

/// Reads `detail`, `num` and `sortByDate`.
pub(in crate::api::notebooks) fn wanted(given: &Given) -> Result<Wanted, Problem> {
    Ok(Wanted {
        in_detail: truth("detail", given.one("detail")?)?,
        num: num(given.one("num")?)?,
        newest_first: truth("sortByDate", given.one("sortByDate")?)?,
    })
}

/// The job of the path. What no job is called is not there.
pub(in crate::api::notebooks) fn job(text: &str) -> Result<TaskId, Problem> {
    text.parse().map_err(|_| no_job())
}

/// There is no such job among those of this interface.
pub(in crate::api::notebooks) fn no_job() -> Problem {
    Problem::new(ProblemKind::NotFound(Missing::Task), "There is no such job.")
}

fn num(text: Option<&str>) -> Result<usize, Problem> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(DEFAULT_NUM) };
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::bad_parameter("num", "The parameter num must be a number."));
    }
    Ok(text.parse().unwrap_or(MOST_NUM).min(MOST_NUM))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_of_a_hundred_unless_another_number_is_asked_for() {
        let of = |query: &str| wanted(&Given::read(b"", Some(query)).unwrap()).map(|wanted| wanted.num).ok();
        assert_eq!(of(""), Some(100));
        assert_eq!(of("num=5"), Some(5));
        assert_eq!(of("num=99999999999999999999999"), Some(MOST_NUM));
        for bad in ["num=-1", "num=x", "num=1&num=2", "detail=7", "sortByDate=desc"] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }
}
