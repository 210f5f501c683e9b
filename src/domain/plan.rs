//! What to do with what the checks found. Facts come in, one step comes out; nothing is done here.

use super::{dependents::Findings, reason::Reason, retry::RetryPolicy, task::TaskKind};

/// The one step that ends an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing blocks: let the deletion take effect, if that still holds when it does.
    Commit,
    /// The task has no effect, and it is known whether something blocks (what else there is may not be): it is completed.
    Finish,
    /// Blocking dependents were found: refuse.
    Refuse,
    /// A check could not answer: try again later.
    Retry {
        /// Why.
        reason: Reason,
        /// The wait before the next attempt, in milliseconds.
        delay_ms: u64,
    },
    /// Give up.
    Fail {
        /// Why.
        reason: Reason,
    },
}

/// Decides one attempt. A blocking dependent that was found is a fact whatever the other checks could not answer; "could
/// not answer" is never "no dependents".
///
/// A dry run is decided alike; it completes, whatever it found. `jitter`, from 0 to 1, is drawn by the caller.
#[must_use]
pub fn decide(kind: TaskKind, attempt: u32, findings: &Findings, policy: &RetryPolicy, jitter: f64) -> Step {
    let blocked = findings.counts().blocking > 0;
    match &findings.unanswered {
        Some(reason) if !blocked => try_again(attempt, reason.clone(), policy, jitter),
        Some(_) | None if !kind.has_effect() => Step::Finish,
        Some(_) | None if blocked => Step::Refuse,
        Some(_) | None => Step::Commit,
    }
}

/// Another attempt after this one, or the end of them.
#[must_use]
pub fn try_again(attempt: u32, reason: Reason, policy: &RetryPolicy, jitter: f64) -> Step {
    if policy.is_last(attempt) {
        Step::Fail { reason }
    } else {
        Step::Retry { reason, delay_ms: policy.delay_ms(attempt, jitter) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Findings, Reason, RetryPolicy, Step, TaskKind, decide};
    use crate::domain::{
        checklist::{Checklist, Counts},
        dependents::Label,
    };

    const POLICY: RetryPolicy = RetryPolicy { max_attempts: 3, delay_ms: 1_000, delay_max_ms: 8_000 };
    const DELETION: TaskKind = TaskKind::StagedUser;
    const DRY_RUN: TaskKind = TaskKind::Dependents;

    fn silent() -> Reason {
        Reason::CheckUnavailable { check: "reports".into() }
    }

    fn findings(blocking: u64, unanswered: bool) -> Findings {
        let mut checks = Checklist::running(Label::new("reports"));
        checks.0[0].counts = Counts { found: blocking + 1, blocking };
        Findings { checks, unanswered: unanswered.then(silent) }
    }

    #[test]
    fn nothing_blocking_commits() {
        assert_eq!(decide(DELETION, 1, &findings(0, false), &POLICY, 1.0), Step::Commit);
    }

    #[test]
    fn a_blocking_dependent_refuses_even_if_another_check_is_silent() {
        assert_eq!(decide(DELETION, 1, &findings(2, false), &POLICY, 1.0), Step::Refuse);
        assert_eq!(decide(DELETION, 3, &findings(1, true), &POLICY, 1.0), Step::Refuse);
    }

    #[test]
    fn a_silent_check_is_tried_again_until_the_attempts_are_used_up() {
        for kind in TaskKind::ALL {
            let retry = Step::Retry { reason: silent(), delay_ms: 2_000 };
            assert_eq!(decide(kind, 2, &findings(0, true), &POLICY, 1.0), retry);
            let fail = Step::Fail { reason: silent() };
            assert_eq!(decide(kind, 3, &findings(0, true), &POLICY, 1.0), fail);
        }
    }

    #[test]
    fn a_dry_run_finishes_where_a_deletion_would_be_decided() {
        assert_eq!(decide(DRY_RUN, 1, &findings(0, false), &POLICY, 1.0), Step::Finish);
        assert_eq!(decide(DRY_RUN, 1, &findings(2, false), &POLICY, 1.0), Step::Finish);
        assert_eq!(decide(DRY_RUN, 1, &findings(1, true), &POLICY, 1.0), Step::Finish);
    }
}
