//! What must hold after every row: one pure function an invariant, over the [`Evidence`].
//!
//! Each has unit tests on logs made by hand that it must flag. Easy to get wrong: *unknown* is not *no*. A request without
//! an answer and an effect whose end nobody wrote down may have happened or not, and either is right.

mod accepted;
mod answers;
mod dependents;
mod effects;
mod keys;
mod reads;
#[cfg(test)]
mod sample;
mod transitions;

use std::fmt;

use crate::evidence::Evidence;

/// What was violated; a column of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Invariant {
    /// Every accepted task is there, and reaches a terminal state.
    Kept,
    /// At most one effect a user, by whoever holds the task; COMPLETED exactly when there was one.
    OneEffect,
    /// No effect over a registered dependent.
    Dependents,
    /// Only legal transitions; terminal is terminal; a cancel answered with yes ends in CANCELLED.
    Transitions,
    /// Reads never go back.
    Reads,
    /// The same key, the same task.
    Keys,
    /// No answer that is not due.
    Answers,
    /// The store agrees with itself.
    Store,
    /// What the row itself promises: it recovers, it drains, it answers.
    Row,
}

impl Invariant {
    /// What people call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Kept => "accepted is kept",
            Self::OneEffect => "one effect",
            Self::Dependents => "no effect over a dependent",
            Self::Transitions => "legal transitions",
            Self::Reads => "reads never go back",
            Self::Keys => "one key, one task",
            Self::Answers => "answers that are due",
            Self::Store => "the store agrees with itself",
            Self::Row => "what the row promises",
        }
    }
}

/// What is wrong, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) invariant: Invariant,
    pub(crate) what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant.name(), self.what)
    }
}

/// An invariant's function: whatever is wrong, each in a sentence.
type Check = fn(&Evidence) -> Vec<String>;

const CHECKS: [(Invariant, Check); 7] = [
    (Invariant::Kept, accepted::check),
    (Invariant::OneEffect, effects::check),
    (Invariant::Dependents, dependents::check),
    (Invariant::Transitions, transitions::check),
    (Invariant::Reads, reads::check),
    (Invariant::Keys, keys::check),
    (Invariant::Answers, answers::check),
];

/// Everything that is wrong.
pub(crate) fn check(evidence: &Evidence) -> Vec<Violation> {
    let found = |(invariant, check): (Invariant, Check)| {
        check(evidence).into_iter().map(move |what| Violation { invariant, what })
    };
    CHECKS.into_iter().flat_map(found).collect()
}

/// What holds without any record: at most one effect a user, none over a dependent. For rows that take the records away.
pub(crate) fn check_effects_alone(evidence: &Evidence) -> Vec<Violation> {
    let twice = effects::written_twice(evidence).into_iter().map(|what| (Invariant::OneEffect, what));
    let over = dependents::check(evidence).into_iter().map(|what| (Invariant::Dependents, what));
    twice.chain(over).map(|(invariant, what)| Violation { invariant, what }).collect()
}
