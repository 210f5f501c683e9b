//! Reads never go back: who has seen a task in a state does not see, nor does anybody who asks after him, an earlier one.
//!
//! Two reads are compared only where the second began after the first had ended; what overlaps has no order. And what was
//! seen is what the history says of that moment: a read is of one version of the task, never of two.

use offstage::domain::state::{Event, TaskState, next};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::{
    evidence::{Evidence, Step},
    log::{Answer, Outcome, What},
};

/// A task as somebody saw it.
#[derive(Debug, Clone, Copy)]
struct Look {
    begun: Duration,
    ended: Duration,
    state: TaskState,
    modified_ms: u64,
}

/// See the module's header.
pub(super) fn check(evidence: &Evidence) -> Vec<String> {
    let later = later_states();
    let leads = |from: TaskState, to: TaskState| from == to || later.contains(&(from, to));
    let mut wrong = Vec::new();
    for (task, looks) in looks(evidence) {
        for after in &looks {
            let before = looks.iter().filter(|before| before.ended < after.begun);
            let back = before
                .filter(|before| !leads(before.state, after.state) || before.modified_ms > after.modified_ms);
            wrong.extend(back.map(|before| {
                format!("task {task} was {} at {:?}, then {}", before.state, before.ended, after.state)
            }));
        }
        let Some(kept) = evidence.tasks.get(&task) else { continue };
        let strays = looks.iter().filter(|look| !tells(&kept.history, look));
        wrong.extend(strays.map(|look| {
            format!(
                "task {task} was seen as {} at {:?}, which its history does not tell",
                look.state, look.ended
            )
        }));
    }
    wrong
}

/// The history says that the task was in that state when it was as it was seen.
fn tells(history: &[Step], look: &Look) -> bool {
    let until = |at: usize| history.get(at + 1).map_or(u64::MAX, |next| next.at_ms);
    let mut steps = history.iter().enumerate();
    steps.any(|(at, step)| step.to == look.state && (step.at_ms..=until(at)).contains(&look.modified_ms))
}

fn looks(evidence: &Evidence) -> BTreeMap<u64, Vec<Look>> {
    let mut looks: BTreeMap<u64, Vec<Look>> = BTreeMap::new();
    for op in &evidence.ops {
        if let (What::Look { task }, Outcome::Ok(Answer::Seen { state, modified_ms })) =
            (&op.what, &op.outcome)
        {
            let look = Look { begun: op.begun, ended: op.ended, state: *state, modified_ms: *modified_ms };
            looks.entry(*task).or_default().push(look);
        }
    }
    looks
}

/// Which state can come after which, in any number of steps.
fn later_states() -> BTreeSet<(TaskState, TaskState)> {
    let mut later: BTreeSet<_> = TaskState::ALL
        .into_iter()
        .flat_map(|from| Event::ALL.into_iter().map(move |event| (from, event)))
        .flat_map(|(from, event)| {
            [false, true].map(|committed| Some((from, next(from, committed, event).ok()?)))
        })
        .flatten()
        .collect();
    for through in TaskState::ALL {
        let into: Vec<_> = later.iter().filter(|(_, to)| *to == through).map(|(from, _)| *from).collect();
        let out: Vec<_> = later.iter().filter(|(from, _)| *from == through).map(|(_, to)| *to).collect();
        later.extend(into.into_iter().flat_map(|from| out.iter().map(move |to| (from, *to))));
    }
    later
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::{
        checker::sample,
        evidence::Evidence,
        log::{Answer, Outcome, What},
    };
    use offstage::domain::state::TaskState::{self, Completed, Conflict, Processing, Queued};

    /// Task 1, which is COMPLETED, as it was seen: when, in which state, as of which change.
    fn seen(looks: &[(u64, TaskState, u64)]) -> Evidence {
        let mut evidence = sample::good();
        evidence.ops.extend(looks.iter().map(|(ms, state, modified_ms)| {
            let seen = Answer::Seen { state: *state, modified_ms: *modified_ms };
            sample::op(*ms, What::Look { task: 1 }, Outcome::Ok(seen))
        }));
        evidence
    }

    #[test]
    fn good_evidence_is_good() {
        let evidence = seen(&[(1, Queued, 1), (5, Processing, 4), (9, Processing, 5), (12, Completed, 6)]);
        assert_eq!(check(&evidence), [""; 0]);
    }

    #[test]
    fn a_terminal_state_that_is_left_is_flagged() {
        let evidence = seen(&[(1, Completed, 6), (5, Processing, 6)]);
        assert_eq!(check(&evidence), ["task 1 was COMPLETED at 2ms, then PROCESSING"]);
    }

    #[test]
    fn a_read_of_an_earlier_version_is_flagged() {
        let evidence = seen(&[(1, Processing, 5), (5, Processing, 4)]);
        assert_eq!(check(&evidence), ["task 1 was PROCESSING at 2ms, then PROCESSING"]);
    }

    #[test]
    fn reads_that_overlap_have_no_order() {
        let evidence = seen(&[(1, Completed, 6), (2, Processing, 5)]);
        assert_eq!(check(&evidence), [""; 0]);
    }

    #[test]
    fn a_state_that_the_task_was_not_in_is_flagged() {
        for (state, modified_ms) in [(Conflict, 6), (Queued, 5), (Completed, 5)] {
            let wrong = check(&seen(&[(1, state, modified_ms)]));
            assert_eq!(wrong.len(), 1, "{state} {modified_ms}: {wrong:?}");
            assert!(wrong[0].ends_with("which its history does not tell"));
        }
    }
}
