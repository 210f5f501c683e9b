//! The same idempotency key, the same task; the task is about whom it was asked for; and without a key there is none.
//!
//! Whoever repeats a request that was accepted is told the same again, whatever has become of the user since. Only the client
//! who took a user has him deleted, so that the first request for him finds him there.

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
    wrong.extend(refused_at_first(evidence));
    wrong.extend(unasked(evidence));
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

/// Users who were there, and the first request for them was refused.
fn refused_at_first(evidence: &Evidence) -> Vec<String> {
    let mut first: BTreeMap<u64, (Duration, &str)> = BTreeMap::new();
    for op in &evidence.ops {
        if let What::Submit { user, key } = &op.what {
            let asked = first.entry(*user).or_insert((op.begun, key));
            *asked = (op.begun, key.as_str()).min(*asked);
        }
    }
    let refused = evidence.ops.iter().filter_map(|op| match (&op.what, &op.outcome) {
        (What::Submit { user, key }, Outcome::Fail(status)) if first[user].1 == key => {
            Some(format!("user {user} was there, and at {:?} his first key was refused: {status}", op.begun))
        }
        _ => None,
    });
    refused.collect()
}

/// Users with more tasks than keys. (A row may ask for a deletion past the log; then no key of that user stands in it.)
fn unasked(evidence: &Evidence) -> Vec<String> {
    let mut keys: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
    for op in &evidence.ops {
        if let What::Submit { user, key } = &op.what {
            keys.entry(*user).or_default().insert(key);
        }
    }
    let mut tasks: BTreeMap<u64, usize> = BTreeMap::new();
    for user in evidence.tasks.values().filter_map(|kept| kept.user) {
        *tasks.entry(user).or_default() += 1;
    }
    let counted = keys.into_iter().filter_map(|(user, keys)| Some((user, keys.len(), *tasks.get(&user)?)));
    let many = counted.filter(|(_, keys, tasks)| tasks > keys);
    many.map(|(user, keys, tasks)| format!("user {user} has {tasks} tasks, and {keys} keys were used"))
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
        let forgotten = "key a was accepted, and at 30ms refused: 404";
        assert_eq!(repeated(30, 11, Outcome::Fail(404))[0], forgotten);
        // Nobody had been told yet: it is a first request that was refused.
        assert_eq!(repeated(1, 11, Outcome::Fail(404)).len(), 1);
        assert_eq!(repeated(30, 11, Outcome::Unknown(Some(503))), [""; 0]);
    }

    #[test]
    fn a_first_request_that_is_refused_is_flagged() {
        let mut evidence = sample::good();
        let what = |key: &str| What::Submit { user: 14, key: key.to_owned() };
        evidence.ops.push(sample::op(20, what("first"), Outcome::Unknown(None)));
        evidence.ops.push(sample::op(30, what("second"), Outcome::Fail(404)));
        assert_eq!(check(&evidence), [""; 0]);
        evidence.ops.push(sample::op(40, what("first"), Outcome::Fail(404)));
        assert_eq!(check(&evidence), ["user 14 was there, and at 40ms his first key was refused: 404"]);
    }

    #[test]
    fn a_task_that_nobody_asked_for_is_flagged() {
        let mut evidence = sample::good();
        let another = evidence.tasks[&2].clone();
        evidence.tasks.insert(9, another);
        assert_eq!(check(&evidence), ["user 12 has 2 tasks, and 1 keys were used"]);
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
