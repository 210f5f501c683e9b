//! What must hold after every row: one pure function an invariant, over the [`Evidence`].
//!
//! Each has unit tests on logs made by hand that it must flag. Easy to get wrong: *unknown* is not *no*. A request without
//! an answer and an effect whose end nobody wrote down may have happened or not, and either is right.

use std::fmt;

use crate::evidence::Evidence;

/// What was violated; a column of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Invariant {
    /// Every accepted task reaches one terminal state.
    Kept,
    /// At most one effect a user, by whoever holds the task; COMPLETED exactly when there was one.
    OneEffect,
    /// No effect over a registered dependent.
    Dependents,
    /// Only legal transitions; terminal is terminal; a cancel answered with yes never ends in an effect.
    Transitions,
    /// Reads never go back.
    Reads,
    /// The same key, the same task.
    Keys,
    /// The store agrees with itself.
    Store,
    /// What the row itself promises: it recovers, it drains, it answers.
    Row,
}

/// What is wrong, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    pub(crate) invariant: Invariant,
    pub(crate) what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.invariant, self.what)
    }
}

/// Everything that is wrong.
pub(crate) fn check(_evidence: &Evidence) -> Vec<Violation> {
    Vec::new()
}
