//! One row on its way: its seed, how many faults it is to inject, and what came of it.
//!
//! Easy to get wrong: the seed makes the same choices, not the same interleaving. Programs, network and disk have a say.

use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{path::PathBuf, time::Duration};

use crate::{
    arguments::Size,
    checker::{Invariant, Violation},
    rows::Row,
};

/// See the module's header.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) row: &'static Row,
    pub(crate) size: Size,
    pub(crate) seed: u64,
    /// Every choice of the row comes from here.
    pub(crate) rng: StdRng,
    pub(crate) figures: Figures,
    pub(crate) violations: Vec<Violation>,
    /// Scenes that were kept because something was wrong in them.
    pub(crate) folders: Vec<PathBuf>,
    /// How a planted bug was caught, by each that must; only once all have.
    pub(crate) caught: Option<String>,
    pub(crate) took: Duration,
    /// Why nothing was injected here: this machine lacks something. Such a row claims nothing.
    pub(crate) skipped: Option<String>,
    /// What goes wrong here is meant to, so that nothing is kept of it.
    pub(crate) is_aside: bool,
}

/// What a row counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Figures {
    /// Faults injected.
    pub(crate) injected: u64,
    /// Tasks that a client was told are accepted.
    pub(crate) accepted: u64,
    /// Effects that took place.
    pub(crate) effects: u64,
    /// Requests that nobody answered; all were asked again.
    pub(crate) unknown: u64,
    /// The longest time from a healed fault until a fresh deletion had gone through.
    pub(crate) slowest_recovery: Option<Duration>,
}

impl Run {
    /// Of that row; its choices depend on the seed and on the row alone.
    pub(crate) fn of(row: &'static Row, size: Size, seed: u64) -> Self {
        let own = row.id.bytes().fold(seed, |mixed, byte| mixed.rotate_left(7) ^ u64::from(byte));
        Self {
            row,
            size,
            seed,
            rng: StdRng::seed_from_u64(own),
            figures: Figures::default(),
            violations: Vec::new(),
            folders: Vec::new(),
            caught: None,
            took: Duration::ZERO,
            skipped: None,
            is_aside: false,
        }
    }

    /// A part of this row whose violations are judged before they count.
    pub(crate) fn aside(&mut self) -> Self {
        let rng = self.fork();
        Self { rng, is_aside: true, ..Self::of(self.row, self.size, self.seed) }
    }

    /// How many faults this row is to inject in this size.
    pub(crate) const fn faults(&self) -> u32 {
        match self.size {
            Size::Short => self.row.short,
            Size::Long => self.row.long,
        }
    }

    /// This machine cannot do it.
    pub(crate) fn skip(&mut self, why: impl Into<String>) {
        self.skipped = Some(why.into());
    }

    /// So many faults were injected.
    pub(crate) fn injected(&mut self, faults: u64) {
        self.figures.injected += faults;
    }

    /// A fault was overcome in that time.
    pub(crate) fn recovered_in(&mut self, took: Duration) {
        self.figures.slowest_recovery = self.figures.slowest_recovery.max(Some(took));
    }

    /// Something that the row itself has to say is wrong.
    pub(crate) fn violated(&mut self, invariant: Invariant, what: impl Into<String>) {
        self.violations.push(Violation { invariant, what: what.into() });
    }

    /// How often that was violated.
    pub(crate) fn count(&self, invariant: Invariant) -> usize {
        self.violations.iter().filter(|violation| violation.invariant == invariant).count()
    }

    /// Randomness of its own for a part that runs beside others.
    pub(crate) fn fork(&mut self) -> StdRng {
        StdRng::seed_from_u64(self.rng.random())
    }
}
