//! No effect over a registered dependent.
//!
//! Who was registered and never withdrawn keeps his user for good, whatever any clock says: a registration that was
//! acknowledged found the user there. Where one was withdrawn later, the effect must not lie wholly between; that needs
//! clients and workers on one machine's clock, and is left out where a row turns it.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use crate::{
    evidence::Evidence,
    ledger::{Line, Stage},
    log::{Op, Outcome, What},
};

/// How finely a file's time is kept, from which the clients' log takes its own.
const CLOCK_GRAIN: Duration = Duration::from_millis(10);

/// A dependent's life as clients know it.
#[derive(Debug, Default, Clone, Copy)]
struct Life {
    /// Acknowledged.
    registered: Option<Duration>,
    /// Asked for, for the first time.
    withdrawn: Option<Duration>,
}

/// See the module's header.
pub(super) fn check(evidence: &Evidence) -> Vec<String> {
    let effects = effects(&evidence.ledger);
    let judge = |((user, dependent), life): (&(u64, &str), &Life)| {
        let registered = life.registered?;
        let over = || effects.get(format!("user:{user}").as_str()).into_iter().flatten().copied();
        let Some(withdrawn) = life.withdrawn else {
            let is_gone = !evidence.left.contains(user) || over().next().is_some();
            return is_gone.then(|| format!("user {user} was deleted over {dependent}, never withdrawn"));
        };
        let from = evidence.began_at + registered + CLOCK_GRAIN;
        let to = (evidence.began_at + withdrawn).checked_sub(CLOCK_GRAIN)?;
        let is_over = |(begun, ended): (SystemTime, SystemTime)| from < begun && ended < to;
        let is_flagged = evidence.clocks_agree && over().any(is_over);
        is_flagged.then(|| format!("user {user} was deleted over {dependent}, before it was withdrawn"))
    };
    lives(&evidence.ops).iter().filter_map(judge).collect()
}

fn lives(ops: &[Op]) -> BTreeMap<(u64, &str), Life> {
    let mut lives: BTreeMap<_, Life> = BTreeMap::new();
    for op in ops {
        match (&op.what, &op.outcome) {
            (What::Register { user, dependent }, Outcome::Ok(_)) => {
                let life = lives.entry((*user, dependent.as_str())).or_default();
                life.registered = Some(life.registered.map_or(op.ended, |before| before.min(op.ended)));
            }
            // Without an answer too: it may have been done.
            (What::Withdraw { user, dependent }, Outcome::Ok(_) | Outcome::Unknown(_)) => {
                let life = lives.entry((*user, dependent.as_str())).or_default();
                life.withdrawn = Some(life.withdrawn.map_or(op.begun, |before| before.min(op.begun)));
            }
            _ => {}
        }
    }
    lives
}

/// When each subject's effects began and ended, as far as both were written down.
fn effects(ledger: &[Line]) -> BTreeMap<&str, Vec<(SystemTime, SystemTime)>> {
    let mut begun: BTreeMap<(u64, u64), SystemTime> = BTreeMap::new();
    let mut effects: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for line in ledger {
        match line.what {
            // The last one before the end: an earlier one had no answer.
            Stage::Begin => {
                begun.insert((line.task, line.fence), line.at);
            }
            Stage::Undone => {}
            Stage::Done => {
                let from = begun.get(&(line.task, line.fence)).copied();
                effects.entry(&line.subject).or_default().extend(from.map(|from| (from, line.at)));
            }
        }
    }
    effects
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::{
        checker::sample,
        evidence::Evidence,
        ledger::Stage,
        log::{Answer, Outcome, What},
    };

    fn register() -> What {
        What::Register { user: 11, dependent: "search-11".to_owned() }
    }

    fn withdraw() -> What {
        What::Withdraw { user: 11, dependent: "search-11".to_owned() }
    }

    /// User 11, who is deleted between 100 and 120 ms, has a dependent from some moment on.
    fn registered_at(ms: u64, outcome: Outcome) -> Evidence {
        let mut evidence = sample::good();
        evidence.ledger =
            vec![sample::line(100, Stage::Begin, 1, 1, 11), sample::line(120, Stage::Done, 1, 1, 11)];
        evidence.ops.push(sample::op(ms, register(), outcome));
        evidence
    }

    #[test]
    fn good_evidence_is_good() {
        assert_eq!(check(&sample::good()), [""; 0]);
    }

    #[test]
    fn a_deletion_over_a_dependent_that_stays_is_flagged_whenever_it_was_registered() {
        for ms in [10, 110, 500] {
            let evidence = registered_at(ms, Outcome::Ok(Answer::Done));
            assert_eq!(check(&evidence), ["user 11 was deleted over search-11, never withdrawn"]);
        }
    }

    #[test]
    fn a_registration_that_was_refused_or_not_answered_says_nothing() {
        assert_eq!(check(&registered_at(10, Outcome::Fail(404))), [""; 0]);
        assert_eq!(check(&registered_at(10, Outcome::Unknown(None))), [""; 0]);
    }

    #[test]
    fn a_deletion_before_the_withdrawal_is_flagged() {
        let mut evidence = registered_at(10, Outcome::Ok(Answer::Done));
        evidence.ops.push(sample::op(500, withdraw(), Outcome::Ok(Answer::Done)));
        assert_eq!(check(&evidence), ["user 11 was deleted over search-11, before it was withdrawn"]);
        evidence.clocks_agree = false;
        assert_eq!(check(&evidence), [""; 0]);
    }

    #[test]
    fn a_deletion_after_the_withdrawal_is_right() {
        for outcome in [Outcome::Ok(Answer::Done), Outcome::Unknown(None)] {
            let mut evidence = registered_at(10, Outcome::Ok(Answer::Done));
            evidence.ops.push(sample::op(60, withdraw(), outcome));
            assert_eq!(check(&evidence), [""; 0]);
        }
    }
}
