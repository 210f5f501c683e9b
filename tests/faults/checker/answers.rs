//! Every answer is one that the product may give, to these clients: who they are is known, what they ask is well-formed.
//!
//! Easy to get wrong: a refusal ends a case. One that was not due would make a client give a user up, and nothing would be
//! lost because nothing had been accepted.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    evidence::Evidence,
    log::{Op, Outcome, What},
};

/// See the module's header.
pub(super) fn check(evidence: &Evidence) -> Vec<String> {
    let asked = first_submits(&evidence.ops);
    let judge = |op: &Op| {
        let Op { begun, ended, what, outcome, .. } = op;
        match (what, outcome) {
            (_, Outcome::Broke(said)) => Some(format!("{what:?} at {begun:?}: {said}")),
            (_, Outcome::Fail(status)) if !may_be_refused_with(what).contains(status) => {
                Some(format!("{what:?} at {begun:?} was refused with {status}"))
            }
            (What::Register { user, .. }, Outcome::Fail(status)) => {
                let was_there = asked.get(user).is_none_or(|asked| ended < asked);
                was_there.then(|| format!("{what:?}: nobody had asked for him to go, and it was {status}"))
            }
            (_, Outcome::Ok(_) | Outcome::Fail(_) | Outcome::Unknown(_)) => None,
        }
    };
    evidence.ops.iter().filter_map(judge).collect()
}

/// The refusals that the world may be a reason for. (A task that is not found is a lost one, and flagged as such.)
const fn may_be_refused_with(what: &What) -> &'static [u16] {
    match what {
        What::Submit { .. } => &[404, 409],
        What::Cancel { .. } => &[409],
        What::Register { .. } | What::Withdraw { .. } | What::Look { .. } => &[404],
    }
}

/// When the deletion of each user was asked for first.
fn first_submits(ops: &[Op]) -> BTreeMap<u64, Duration> {
    let mut first: BTreeMap<u64, Duration> = BTreeMap::new();
    for op in ops {
        if let What::Submit { user, .. } = op.what {
            first.entry(user).and_modify(|begun| *begun = op.begun.min(*begun)).or_insert(op.begun);
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::{
        checker::sample,
        log::{Outcome, What},
    };

    fn flagged(ms: u64, what: What, outcome: Outcome) -> bool {
        let mut evidence = sample::good();
        evidence.ops.push(sample::op(ms, what, outcome));
        !check(&evidence).is_empty()
    }

    fn submit() -> What {
        What::Submit { user: 11, key: "again".to_owned() }
    }

    fn register(user: u64) -> What {
        What::Register { user, dependent: "search".to_owned() }
    }

    #[test]
    fn good_evidence_is_good() {
        assert_eq!(check(&sample::good()), [""; 0]);
    }

    #[test]
    fn an_answer_that_nobody_may_get_is_flagged() {
        assert!(flagged(30, submit(), Outcome::Broke("500".to_owned())));
        assert!(!flagged(30, submit(), Outcome::Unknown(Some(503))));
    }

    #[test]
    fn a_refusal_that_a_good_client_never_gets_is_flagged() {
        for status in [400, 401, 403, 422, 429] {
            assert!(flagged(30, submit(), Outcome::Fail(status)), "{status}");
            assert!(flagged(30, register(11), Outcome::Fail(status)), "{status}");
        }
        assert!(flagged(30, What::Cancel { task: 1 }, Outcome::Fail(404)));
    }

    #[test]
    fn a_refusal_by_the_state_of_the_world_is_right() {
        assert!(!flagged(30, submit(), Outcome::Fail(404)));
        assert!(!flagged(30, What::Cancel { task: 1 }, Outcome::Fail(409)));
    }

    #[test]
    fn a_dependent_that_is_refused_while_its_user_is_there_is_flagged() {
        assert!(flagged(30, register(14), Outcome::Fail(404)));
        // Of user 13 it is not known: his deletion was asked for at 3 ms.
        assert!(flagged(1, register(13), Outcome::Fail(404)));
        assert!(!flagged(30, register(13), Outcome::Fail(404)));
    }
}
