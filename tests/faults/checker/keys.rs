//! The same idempotency key, the same task; and the task is about whom it was asked for.
//!
//! Whoever repeats a request that was accepted is told the same again, whatever has become of the user since.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    evidence::Evidence,
    log::{Answer, Outcome, What},
};

/// See the module's header.
pub(super) fn check(evidence: &Evidence) -> Vec<String> {
    let mut tasks: BTreeMap<&str, BTreeSet<u64>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for op in &evidence.ops {
        let (What::Submit { user, key }, Outcome::Ok(Answer::Task(task))) = (&op.what, &op.outcome) else {
            continue;
        };
        tasks.entry(key).or_default().insert(*task);
        let about = evidence.tasks.get(task).and_then(|kept| kept.user);
        if about.is_some_and(|about| about != *user) {
            wrong.push(format!("user {user} was asked for, and task {task} is about another one"));
        }
    }
    wrong.extend(forgotten(evidence));
    let many = tasks.into_iter().filter(|(_, tasks)| tasks.len() > 1);
    wrong.extend(many.map(|(key, tasks)| format!("key {key} stands for each of the tasks {tasks:?}")));
    wrong
}

/// Requests that were accepted, repeated, and then refused.
fn forgotten(evidence: &Evidence) -> Vec<String> {
    let mut accepted: BTreeMap<&str, Duration> = BTreeMap::new();
    let mut refused = Vec::new();
    for op in &evidence.ops {
        match (&op.what, &op.outcome) {
            (What::Submit { key, .. }, Outcome::Ok(Answer::Task(_))) => {
                accepted.entry(key).and_modify(|at| *at = op.ended.min(*at)).or_insert(op.ended);
            }
            (What::Submit { key, .. }, Outcome::Fail(status)) => {
                refused.push((key.as_str(), op.begun, status));
            }
            _ => {}
        }
    }
    let after = |(key, begun, _): &(&str, Duration, &u16)| accepted.get(key).is_some_and(|at| at < begun);
    let forgotten = refused.into_iter().filter(after);
    forgotten
        .map(|(key, begun, status)| format!("key {key} was accepted, and at {begun:?} refused: {status}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::{
        checker::sample,
        log::{Answer, Outcome, What},
    };

    fn again(user: u64, answer: Answer) -> Vec<String> {
        repeated(30, user, Outcome::Ok(answer))
    }

    /// The first request of the sample, which ended at 2 ms, is repeated.
    fn repeated(ms: u64, user: u64, outcome: Outcome) -> Vec<String> {
        let mut evidence = sample::good();
        let what = What::Submit { user, key: "a".to_owned() };
        evidence.ops.push(sample::op(ms, what, outcome));
        check(&evidence)
    }

    #[test]
    fn a_key_that_was_forgotten_is_flagged() {
        assert_eq!(repeated(30, 11, Outcome::Fail(404)), ["key a was accepted, and at 30ms refused: 404"]);
        assert_eq!(repeated(1, 11, Outcome::Fail(404)), [""; 0]);
        assert_eq!(repeated(30, 11, Outcome::Unknown(Some(503))), [""; 0]);
    }

    #[test]
    fn the_same_task_is_good() {
        assert_eq!(again(11, Answer::Task(1)), [""; 0]);
    }

    #[test]
    fn another_task_for_the_same_key_is_flagged() {
        assert_eq!(again(11, Answer::Task(6)), ["key a stands for each of the tasks {1, 6}"]);
    }

    #[test]
    fn a_task_about_somebody_else_is_flagged() {
        assert_eq!(again(12, Answer::Task(1)), ["user 12 was asked for, and task 1 is about another one"]);
    }

    #[test]
    fn a_task_that_was_joined_has_no_key() {
        assert_eq!(again(11, Answer::Joined(6)), [""; 0]);
    }
}
