//! What is done with one user: a list of steps, made up by chance.

use rand::{Rng, rngs::StdRng, seq::SliceRandom};

use super::Mix;
use crate::log::What;

/// One request, in terms of its case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Asks for the deletion, under the case's key; again, if it was asked for before.
    Submit,
    /// The same under a new key: another request.
    SubmitAnew,
    Cancel,
    Register,
    Withdraw,
    Look,
}

/// See the module's header.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) user: u64,
    /// What is left to do, the next one last.
    pub(crate) steps: Vec<Step>,
    /// How often a new key was made up.
    pub(crate) keys: u32,
    /// The door through which it is submitted: a key belongs to one operation.
    pub(crate) by_batch: bool,
    /// The task that was accepted last.
    pub(crate) task: Option<u64>,
    /// The step before had no answer; it is the next one again.
    pub(crate) unanswered: bool,
}

impl Case {
    /// One for that user.
    pub(crate) fn make_up(user: u64, mix: Mix, rng: &mut StdRng) -> Self {
        use Step::{Cancel, Look, Register, Submit, SubmitAnew, Withdraw};
        let kind = rng.random_range(0..100);
        let mut steps = if kind < mix.kept {
            let mut steps = vec![Register, Submit, Look, Submit, Look, SubmitAnew];
            // Before the submit, or while the task waits or runs.
            steps[..3].shuffle(rng);
            steps
        } else if kind < mix.kept + mix.lent {
            vec![Register, Submit, Look, Withdraw, Look, SubmitAnew, Look]
        } else if kind < mix.kept + mix.lent + mix.cancelled {
            let mut steps = vec![Submit, Cancel, Look, Cancel, Look, SubmitAnew, Look];
            // The cancel at once, or some time later.
            let rest = steps.len() - rng.random_range(0..3);
            steps[1..rest].shuffle(rng);
            steps
        } else {
            vec![Submit, Look, Submit, Look, Look]
        };
        steps.reverse();
        Self { user, steps, keys: 0, by_batch: rng.random(), task: None, unanswered: false }
    }

    /// The request that this step is; none where there is no task yet that it could be about.
    pub(crate) fn what(&self, step: Step) -> Option<What> {
        let user = self.user;
        let dependent = || format!("search-{user}");
        match step {
            Step::Submit | Step::SubmitAnew => {
                Some(What::Submit { user, key: format!("{user}-{}", self.keys) })
            }
            Step::Cancel => self.task.map(|task| What::Cancel { task }),
            Step::Look => self.task.map(|task| What::Look { task }),
            Step::Register => Some(What::Register { user, dependent: dependent() }),
            Step::Withdraw => Some(What::Withdraw { user, dependent: dependent() }),
        }
    }
}
