//! Reading requests about tasks: filters and pages.
//!
//! Easy to get wrong: a cursor is a task's number in disguise. It is opaque so that nobody builds one, and it is checked
//! like any other number, because somebody will.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use super::{bad_cursor, limit, once, surplus_parameter, user_id};
use crate::{
    api::{ops::status, parameters, problem::Problem, service::TaskFilter},
    domain::{
        dependents::{MAX_NAME_BYTES, is_plain_text},
        task::TaskId,
    },
};

const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 100;

/// Which tasks, and which page of them.
#[derive(Debug, Default)]
pub(crate) struct TaskQuery {
    pub(crate) filter: TaskFilter,
    /// Where the page before ended; none at the start.
    pub(crate) before: Option<TaskId>,
    pub(crate) limit: usize,
}

/// The tasks that are asked for.
pub(crate) fn query(text: Option<&str>) -> Result<TaskQuery, Problem> {
    let (mut filter, mut before, mut most) = (TaskFilter::default(), None, None);
    for (name, value) in parameters::query(text)? {
        match name.as_str() {
            "state" => once(&mut filter.state, status::state_of(&value).ok_or_else(bad_state)?)?,
            "kind" => once(&mut filter.kind, status::kind_of(&value).ok_or_else(bad_kind)?)?,
            "user_id" => once(&mut filter.user, user_id(&value)?)?,
            "created_by" => once(&mut filter.created_by, caller(value)?)?,
            "limit" => once(&mut most, limit(&value, MAX_LIMIT)?)?,
            "cursor" => once(&mut before, read_cursor(&value)?)?,
            _ => return Err(surplus_parameter()),
        }
    }
    Ok(TaskQuery { filter, before, limit: most.unwrap_or(DEFAULT_LIMIT) })
}

fn bad_state() -> Problem {
    let words: Vec<_> = status::states().collect();
    Problem::bad_parameter("state", format!("The parameter state must be one of {}.", words.join(", ")))
}

fn bad_kind() -> Problem {
    let words: Vec<_> = status::kinds().collect();
    Problem::bad_parameter("kind", format!("The parameter kind must be one of {}.", words.join(", ")))
}

fn caller(name: String) -> Result<String, Problem> {
    if is_plain_text(&name, MAX_NAME_BYTES) {
        return Ok(name);
    }
    let said =
        format!("The parameter created_by must be 1 to {MAX_NAME_BYTES} bytes without control characters.");
    Err(Problem::bad_parameter("created_by", said))
}

fn read_cursor(text: &str) -> Result<TaskId, Problem> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
    let number = bytes.and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok());
    number.ok_or_else(bad_cursor)
}

/// The cursor of the page after that task.
pub(crate) fn write_cursor(last: TaskId) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(last.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        state::TaskState,
        task::{TaskKind, UserId},
    };

    #[test]
    fn every_filter_may_be_given_once() {
        let none = query(None).unwrap();
        assert_eq!((none.filter, none.before, none.limit), (TaskFilter::default(), None, 50));
        let cursor = write_cursor(TaskId(71));
        let all =
            format!("state=QUEUED&kind=staged_user&user_id=5&created_by=al+ice&limit=100&cursor={cursor}");
        let all = query(Some(&all)).unwrap();
        let filter = TaskFilter {
            state: Some(TaskState::Queued),
            kind: Some(TaskKind::StagedUser),
            user: Some(UserId(5)),
            created_by: Some("al ice".into()),
        };
        assert_eq!((all.filter, all.before, all.limit), (filter, Some(TaskId(71)), 100));
        let states = status::states().map(|word| format!("state={word}"));
        assert!(states.chain(["kind=dependents".into()]).all(|text| query(Some(&text)).is_ok()));
    }

    #[test]
    fn what_is_not_known_or_comes_twice_is_refused() {
        for bad in [
            "state=",
            "state=queued",
            "state=QUEUED&state=QUEUED",
            "kind=staged",
            "kind=staged_user&kind=dependents",
            "user_id=",
            "user_id=05",
            "user_id=5&user_id=6",
            "created_by=",
            "created_by=a%00",
            "created_by=a&created_by=b",
            "limit=0",
            "limit=101",
            "limit=5&limit=5",
            "cursor=",
            "cursor=71",
            "cursor=LTE",
            "cursor=NzE&cursor=NzE",
            "State=QUEUED",
            "page=1",
        ] {
            assert!(query(Some(bad)).is_err(), "{bad}");
        }
    }
}
