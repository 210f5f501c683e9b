//! The same idempotency key, the same task; and the task is about whom it was asked for.

use std::collections::{BTreeMap, BTreeSet};

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
    let many = tasks.into_iter().filter(|(_, tasks)| tasks.len() > 1);
    wrong.extend(many.map(|(key, tasks)| format!("key {key} stands for each of the tasks {tasks:?}")));
    wrong
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::{
        checker::sample,
        log::{Answer, Outcome, What},
    };

    fn again(user: u64, answer: Answer) -> Vec<String> {
        let mut evidence = sample::good();
        let what = What::Submit { user, key: "a".to_owned() };
        evidence.ops.push(sample::op(30, what, Outcome::Ok(answer)));
        check(&evidence)
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
