//! Every accepted task is there at the end, and has ended.

use std::collections::BTreeMap;

use crate::{
    evidence::Evidence,
    log::{Answer, Outcome, What},
};

/// See the module's header.
pub(super) fn check(evidence: &Evidence) -> Vec<String> {
    let accepted = accepted(evidence);
    let lost = accepted.iter().filter(|(task, _)| !evidence.tasks.contains_key(task));
    let lost = lost.map(|(task, user)| format!("task {task}, accepted for user {user}, is not there"));
    let open = evidence.tasks.iter().filter(|(_, kept)| !kept.state.is_terminal());
    let open = open.map(|(task, kept)| format!("task {task} is still {}", kept.state));
    let unseen = evidence.ops.iter().filter_map(|op| match (&op.what, &op.outcome) {
        (What::Look { task }, Outcome::Fail(status)) => {
            Some(format!("task {task}, accepted, was not found at {:?}: {status}", op.begun))
        }
        _ => None,
    });
    lost.chain(open).chain(unseen).collect()
}

/// The tasks that clients were told of, and for whom.
fn accepted(evidence: &Evidence) -> BTreeMap<u64, u64> {
    let told = evidence.ops.iter().filter_map(|op| match (&op.what, &op.outcome) {
        (What::Submit { user, .. }, Outcome::Ok(Answer::Task(task) | Answer::Joined(task))) => {
            Some((*task, *user))
        }
        _ => None,
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::{
        checker::sample,
        log::{Outcome, What},
    };
    use offstage::domain::state::TaskState;

    #[test]
    fn good_evidence_is_good() {
        assert_eq!(check(&sample::good()), [""; 0]);
    }

    #[test]
    fn an_accepted_task_that_is_gone_is_flagged() {
        let mut evidence = sample::good();
        evidence.tasks.remove(&1);
        assert_eq!(check(&evidence), ["task 1, accepted for user 11, is not there"]);
    }

    #[test]
    fn a_task_that_has_not_ended_is_flagged() {
        let mut evidence = sample::good();
        evidence.tasks.get_mut(&1).unwrap().state = TaskState::Processing;
        assert_eq!(check(&evidence), ["task 1 is still PROCESSING"]);
    }

    #[test]
    fn a_task_that_was_not_found_when_it_was_looked_for_is_flagged() {
        let mut evidence = sample::good();
        evidence.ops.push(sample::op(30, What::Look { task: 1 }, Outcome::Fail(404)));
        assert_eq!(check(&evidence).len(), 1);
    }

    #[test]
    fn a_submit_without_an_answer_is_not_lost() {
        let mut evidence = sample::good();
        let what = What::Submit { user: 14, key: "d".to_owned() };
        evidence.ops.push(sample::op(30, what, Outcome::Unknown(Some(503))));
        assert_eq!(check(&evidence), [""; 0]);
    }
}
