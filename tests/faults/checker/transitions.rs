//! Only legal transitions, by whom they are due; terminal is terminal; a cancel answered with yes ends in CANCELLED.
//!
//! The table is the product's own, [`next`]: whether that one is right is for its own tests. Here it is held against what
//! programs that were killed, frozen and cut off have written.

use offstage::domain::state::{Event, TaskState, next};
use std::collections::BTreeMap;

use crate::{
    evidence::{Evidence, Kept, Step},
    log::{Answer, Outcome, What},
};

/// See the module's header.
pub(super) fn check(evidence: &Evidence) -> Vec<String> {
    let histories = evidence.tasks.iter().flat_map(|(id, kept)| {
        let wrong = wrong_in(kept);
        wrong.into_iter().map(move |what| format!("task {id}: {what}: {}", told(&kept.history)))
    });
    histories.chain(broken_cancels(evidence)).collect()
}

/// What is wrong with a history.
fn wrong_in(kept: &Kept) -> Vec<String> {
    let history = &kept.history;
    let pairs = history.iter().zip(history.iter().skip(1));
    let mut wrong: Vec<_> = pairs
        .filter(|(before, after)| after.from != Some(before.to) || after.at_ms < before.at_ms)
        .map(|(_, after)| format!("the chain is broken before {}", after.to))
        .collect();
    let illegal = history.iter().filter(|step| !is_legal(step));
    wrong.extend(illegal.map(|step| format!("{} cannot follow by {}", step.to, step.event)));
    if history.last().is_none_or(|last| last.to != kept.state) {
        wrong.push(format!("it does not end in {}", kept.state));
    }
    // The event is the product's word for an effect that took place.
    let completed = history.iter().position(|step| step.event == Event::Complete.name());
    let holder = |end| history[..end].iter().rfind(|step| step.event == Event::Claim.name());
    if let Some(end) = completed
        && holder(end).is_none_or(|claim| claim.by != history[end].by)
    {
        wrong.push(format!("{} did not hold it", history[end].by));
    }
    wrong
}

fn is_legal(step: &Step) -> bool {
    let Some(from) = step.from else {
        // The first line: its acceptance.
        return matches!(step.to, TaskState::Initializing | TaskState::Queued);
    };
    // The oldest lines of a long history are forgotten, and this one stands for them.
    if step.event == "trimmed" {
        return true;
    }
    let Some(event) = Event::ALL.into_iter().find(|event| event.name() == step.event) else {
        return false;
    };
    // To an earlier time, which is still to come.
    let stays =
        event == Event::BringForward && (from, step.to) == (TaskState::Initializing, TaskState::Initializing);
    stays || [false, true].into_iter().any(|committed| next(from, committed, event) == Ok(step.to))
}

fn told(history: &[Step]) -> String {
    history.iter().map(|step| step.to.name()).collect::<Vec<_>>().join(" ")
}

/// Tasks whose cancel was answered with yes, and which did not end in it.
fn broken_cancels(evidence: &Evidence) -> Vec<String> {
    let promised = evidence.ops.iter().filter_map(|op| match (&op.what, &op.outcome) {
        (What::Cancel { task }, Outcome::Ok(Answer::Done)) => Some((*task, op.ended)),
        _ => None,
    });
    let promised: BTreeMap<_, _> = promised.collect();
    let end = |task| evidence.tasks.get(task).map(|kept| kept.state);
    let broken = promised.iter().filter_map(|(task, at)| Some((task, at, end(task)?)));
    let broken = broken.filter(|(_, _, state)| *state != TaskState::Cancelled);
    broken
        .map(|(task, at, state)| format!("task {task}: a cancel was accepted at {at:?}, and it is {state}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::{
        checker::sample,
        log::{Answer, Outcome, What},
    };
    use offstage::domain::state::TaskState::{Cancelled, Completed, Processing, Queued};

    #[test]
    fn good_evidence_is_good() {
        assert_eq!(check(&sample::good()), [""; 0]);
    }

    #[test]
    fn a_state_after_a_terminal_one_is_flagged() {
        let mut evidence = sample::good();
        let task = evidence.tasks.get_mut(&1).unwrap();
        task.history.push(sample::step(Some(Completed), Cancelled, "cancel", 50));
        task.state = Cancelled;
        let wrong = check(&evidence);
        assert_eq!(
            wrong,
            ["task 1: CANCELLED cannot follow by cancel: QUEUED PROCESSING COMPLETED CANCELLED"]
        );
    }

    #[test]
    fn a_transition_that_the_table_does_not_have_is_flagged() {
        let mut evidence = sample::good();
        evidence.tasks.get_mut(&1).unwrap().history[1].event = "resume".to_owned();
        assert!(check(&evidence)[0].contains("PROCESSING cannot follow by resume"));
        evidence.tasks.get_mut(&1).unwrap().history[1].event = "no such event".to_owned();
        assert!(check(&evidence)[0].contains("cannot follow"));
    }

    #[test]
    fn a_broken_chain_is_flagged() {
        let mut evidence = sample::good();
        evidence.tasks.get_mut(&1).unwrap().history.remove(1);
        assert!(check(&evidence)[0].contains("the chain is broken before COMPLETED"));
    }

    #[test]
    fn a_time_that_runs_back_is_flagged() {
        let mut evidence = sample::good();
        evidence.tasks.get_mut(&1).unwrap().history[2].at_ms = 1;
        assert!(check(&evidence)[0].contains("the chain is broken before COMPLETED"));
    }

    #[test]
    fn a_history_that_ends_elsewhere_is_flagged() {
        let mut evidence = sample::good();
        evidence.tasks.get_mut(&3).unwrap().state = Completed;
        assert!(check(&evidence)[0].contains("it does not end in COMPLETED"));
    }

    #[test]
    fn a_first_state_that_is_none_is_flagged() {
        let mut evidence = sample::good();
        evidence.tasks.get_mut(&1).unwrap().history.remove(0);
        evidence.tasks.get_mut(&1).unwrap().history[0] = sample::step(None, Processing, "submit", 1);
        assert!(check(&evidence)[0].contains("PROCESSING cannot follow by submit"));
    }

    #[test]
    fn an_effect_by_somebody_who_did_not_claim_it_last_is_flagged() {
        let mut evidence = sample::good();
        evidence.tasks.get_mut(&1).unwrap().history[2].by = "worker-2".to_owned();
        assert!(check(&evidence)[0].contains("worker-2 did not hold it"));
    }

    #[test]
    fn a_cancel_that_was_not_kept_is_flagged() {
        let mut evidence = sample::good();
        evidence.ops.push(sample::op(10, What::Cancel { task: 1 }, Outcome::Ok(Answer::Done)));
        assert_eq!(check(&evidence), ["task 1: a cancel was accepted at 11ms, and it is COMPLETED"]);
    }

    #[test]
    fn a_cancel_that_came_too_late_or_was_not_answered_promises_nothing() {
        for outcome in [Outcome::Fail(409), Outcome::Unknown(None)] {
            let mut evidence = sample::good();
            evidence.ops.push(sample::op(10, What::Cancel { task: 1 }, outcome));
            assert_eq!(check(&evidence), [""; 0]);
        }
    }

    #[test]
    fn what_is_said_of_the_first_line_holds() {
        assert!(super::is_legal(&sample::step(None, Queued, "submit", 1)));
    }
}
