//! At most one effect a user, by whoever holds the task then; and COMPLETED exactly when there was one.
//!
//! Easy to get wrong: an effect is known from three sides, and none alone is enough. The ledger may lack the end of one
//! whose worker died; the record says COMPLETED, and whether the user went is seen by who is left.

use offstage::domain::state::TaskState;
use std::collections::{BTreeMap, BTreeSet};

use crate::{
    evidence::{Evidence, Kept},
    ledger::{Line, Stage},
};

/// See the module's header.
pub(super) fn check(evidence: &Evidence) -> Vec<String> {
    let mut wrong = written_twice(evidence);
    wrong.extend(by_user(evidence));
    wrong.extend(done(evidence).filter_map(|line| misplaced(line, evidence.tasks.get(&line.task))));
    wrong
        .extend(evidence.unreadable.iter().map(|line| format!("the ledger has a line that is none: {line}")));
    if evidence.has_ledger {
        let written = Written::of(&evidence.ledger);
        let judge = |(id, kept): (&u64, &Kept)| written.judge(*id, kept, evidence.ends_are_written);
        wrong.extend(evidence.tasks.iter().filter_map(judge));
    }
    wrong
}

/// Users of whom the ledger says more than once that the effect took place. (A workspace's is repeated by its own task,
/// and the configuration's is due again and again.)
pub(super) fn written_twice(evidence: &Evidence) -> Vec<String> {
    let mut holders: BTreeMap<&str, BTreeSet<(u64, u64)>> = BTreeMap::new();
    for line in done(evidence).filter(|line| line.subject.starts_with("user:")) {
        holders.entry(&line.subject).or_default().insert((line.task, line.fence));
    }
    let twice = holders.into_iter().filter(|(_, holders)| holders.len() > 1);
    twice
        .map(|(subject, holders)| format!("{subject}: an effect by each of (task, fence) {holders:?}"))
        .collect()
}

/// Users who went without a COMPLETED task, or stayed in spite of one, or have two.
fn by_user(evidence: &Evidence) -> Vec<String> {
    let mut completed: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for (id, kept) in evidence.tasks.iter().filter(|(_, kept)| kept.state == TaskState::Completed) {
        if let Some(user) = kept.user {
            completed.entry(user).or_default().push(*id);
        }
    }
    let judge = |user: &u64| {
        let tasks = completed.get(user).map_or(&[][..], Vec::as_slice);
        match (evidence.left.contains(user), tasks) {
            (true, []) | (false, [_]) => None,
            (true, tasks) => Some(format!("user {user} is there, and COMPLETED say tasks {tasks:?}")),
            (false, []) => Some(format!("user {user} is gone, and no task is COMPLETED")),
            (false, tasks) => Some(format!("user {user} was deleted by each of the tasks {tasks:?}")),
        }
    };
    evidence.users.iter().filter_map(judge).collect()
}

/// An effect in a task that ended otherwise, or by a worker who did not hold it any more.
fn misplaced(line: &Line, kept: Option<&Kept>) -> Option<String> {
    // A task that is not there is a lost one, and flagged as such.
    let kept = kept?;
    let Line { task, fence, subject, worker, .. } = line;
    if kept.state != TaskState::Completed {
        Some(format!("{subject}: task {task} had an effect, and is {}", kept.state))
    } else if kept.fence != *fence {
        Some(format!(
            "{subject}: task {task} had its effect by {worker} under fence {fence} of {}",
            kept.fence
        ))
    } else {
        None
    }
}

/// The claims, by task and fence, of which the ledger says that the effect might take place, that it did, that it did not.
struct Written {
    begun: BTreeSet<(u64, u64)>,
    done: BTreeSet<(u64, u64)>,
    undone: BTreeSet<(u64, u64)>,
}

impl Written {
    fn of(ledger: &[Line]) -> Self {
        let all = |what| {
            let some = ledger.iter().filter(move |line| line.what == what);
            some.map(|line| (line.task, line.fence)).collect()
        };
        Self { begun: all(Stage::Begin), done: all(Stage::Done), undone: all(Stage::Undone) }
    }

    /// A deletion that took place, and the ledger says something else of the claim that the record has it by.
    fn judge(&self, id: u64, kept: &Kept, ends_are_written: bool) -> Option<String> {
        let user = kept.user.filter(|_| kept.state == TaskState::Completed)?;
        let claim = (id, kept.fence);
        let wrong = if !self.begun.contains(&claim) {
            "stands in no ledger"
        } else if self.undone.contains(&claim) {
            "was refused, says the ledger"
        } else if ends_are_written && !self.done.contains(&claim) {
            "has no end in the ledger"
        } else {
            return None;
        };
        Some(format!("user {user}: the effect of task {id} {wrong}"))
    }
}

fn done(evidence: &Evidence) -> impl Iterator<Item = &Line> {
    evidence.ledger.iter().filter(|line| line.what == Stage::Done)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::{checker::sample, ledger::Stage};
    use offstage::domain::state::TaskState;

    #[test]
    fn good_evidence_is_good() {
        assert_eq!(check(&sample::good()), [""; 0]);
    }

    #[test]
    fn two_effects_of_two_tasks_are_flagged() {
        let mut evidence = sample::good();
        evidence.ledger.push(sample::line(40, Stage::Done, 9, 1, 11));
        assert!(check(&evidence)[0].starts_with("user:11: an effect by each of"));
    }

    #[test]
    fn two_effects_of_one_task_are_flagged() {
        let mut evidence = sample::good();
        evidence.ledger.push(sample::line(40, Stage::Done, 1, 2, 11));
        assert!(check(&evidence)[0].starts_with("user:11: an effect by each of"));
    }

    #[test]
    fn an_effect_that_is_told_twice_is_one() {
        let mut evidence = sample::good();
        evidence.ledger.push(sample::line(40, Stage::Done, 1, 1, 11));
        assert_eq!(check(&evidence), [""; 0]);
    }

    #[test]
    fn completed_without_an_effect_is_flagged() {
        let mut evidence = sample::good();
        evidence.left.insert(11);
        assert_eq!(check(&evidence), ["user 11 is there, and COMPLETED say tasks [1]"]);
    }

    #[test]
    fn an_effect_without_completed_is_flagged() {
        let mut evidence = sample::good();
        evidence.left.remove(&12);
        assert_eq!(check(&evidence), ["user 12 is gone, and no task is COMPLETED"]);
    }

    #[test]
    fn an_effect_in_a_cancelled_task_is_flagged() {
        let mut evidence = sample::good();
        evidence.ledger.push(sample::line(40, Stage::Done, 3, 1, 13));
        assert_eq!(check(&evidence), ["user:13: task 3 had an effect, and is CANCELLED"]);
    }

    #[test]
    fn an_effect_by_a_late_worker_is_flagged() {
        let mut evidence = sample::good();
        evidence.tasks.get_mut(&1).unwrap().fence = 2;
        evidence.ledger.push(sample::line(5, Stage::Begin, 1, 2, 11));
        evidence.ends_are_written = false;
        assert_eq!(check(&evidence), ["user:11: task 1 had its effect by worker-1 under fence 1 of 2"]);
    }

    #[test]
    fn an_effect_that_was_refused_and_took_place_is_flagged() {
        let mut evidence = sample::good();
        evidence.ledger[1].what = Stage::Undone;
        assert_eq!(check(&evidence), ["user 11: the effect of task 1 was refused, says the ledger"]);
    }

    #[test]
    fn an_effect_without_an_end_is_flagged_where_nobody_kept_its_worker_from_writing() {
        let mut evidence = sample::good();
        evidence.ledger.truncate(1);
        assert_eq!(check(&evidence), ["user 11: the effect of task 1 has no end in the ledger"]);
        evidence.ends_are_written = false;
        assert_eq!(check(&evidence), [""; 0]);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_flagged() {
        let mut evidence = sample::good();
        evidence.unreadable.push("{".to_owned());
        assert_eq!(check(&evidence), ["the ledger has a line that is none: {"]);
    }

    #[test]
    fn an_effect_that_nobody_wrote_down_is_flagged() {
        let mut evidence = sample::good();
        evidence.ledger.clear();
        assert_eq!(check(&evidence), ["user 11: the effect of task 1 stands in no ledger"]);
        evidence.has_ledger = false;
        assert_eq!(check(&evidence), [""; 0]);
    }

    #[test]
    fn two_completed_tasks_of_a_user_are_flagged() {
        let mut evidence = sample::good();
        let mut second = evidence.tasks[&1].clone();
        second.state = TaskState::Completed;
        evidence.tasks.insert(7, second);
        evidence.ledger.push(sample::line(40, Stage::Begin, 7, 1, 11));
        evidence.ends_are_written = false;
        assert_eq!(check(&evidence), ["user 11 was deleted by each of the tasks [1, 7]"]);
    }
}
