//! What to do with what the checks found. Facts come in, one step comes out; nothing is done here.

use super::{dependents::Findings, reason::Reason, retry::RetryPolicy};

/// The one step that ends an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Nothing blocks: let the deletion take effect, if that still holds when it does.
    Commit,
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
/// `jitter`, from 0 to 1, is drawn by the caller.
#[must_use]
pub fn decide(attempt: u32, findings: &Findings, policy: &RetryPolicy, jitter: f64) -> Step {
    if findings.counts.blocking > 0 {
        return Step::Refuse;
    }
    match &findings.unanswered {
        Some(reason) => try_again(attempt, reason.clone(), policy, jitter),
        None => Step::Commit,
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
    use super::{Findings, Reason, RetryPolicy, Step, decide};
    use crate::domain::task::Counts;

    const POLICY: RetryPolicy = RetryPolicy { max_attempts: 3, delay_ms: 1_000, delay_max_ms: 8_000 };

    fn findings(blocking: u64, unanswered: bool) -> Findings {
        Findings {
            counts: Counts { found: blocking + 1, blocking },
            unanswered: unanswered.then(|| Reason::CheckUnavailable { check: "reports".into() }),
            ..Findings::default()
        }
    }

    #[test]
    fn nothing_blocking_commits() {
        assert_eq!(decide(1, &findings(0, false), &POLICY, 1.0), Step::Commit);
    }

    #[test]
    fn a_blocking_dependent_refuses_even_if_another_check_is_silent() {
        assert_eq!(decide(1, &findings(2, false), &POLICY, 1.0), Step::Refuse);
        assert_eq!(decide(3, &findings(1, true), &POLICY, 1.0), Step::Refuse);
    }

    #[test]
    fn a_silent_check_is_tried_again_until_the_attempts_are_used_up() {
        let reason = Reason::CheckUnavailable { check: "reports".into() };
        let retry = Step::Retry { reason: reason.clone(), delay_ms: 2_000 };
        assert_eq!(decide(2, &findings(0, true), &POLICY, 1.0), retry);
        assert_eq!(decide(3, &findings(0, true), &POLICY, 1.0), Step::Fail { reason });
    }
}
