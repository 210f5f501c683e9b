//! How long files may be moved: as long as the workspaces are known to be kept free for it.
//!
//! The thread that moves asks before each rename, and whoever renews the occupation tells what became of that. Where it is
//! lost, or nothing was heard of it for as long as it lasts, nothing more moves: somebody else may have the workspaces.
//!
//! Easy to get wrong: the time counts from when the occupation was asked for, not from the answer.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long workspaces stay occupied after whoever moves their files was last heard of.
pub(super) const OCCUPIED: Duration = Duration::from_secs(30);

/// See the module's header.
#[derive(Clone)]
pub(super) struct Occupancy(Arc<Mutex<Option<Instant>>>);

impl Occupancy {
    /// One that was asked for then, and given.
    pub(super) fn asked_for(asked: Instant) -> Self {
        Self(Arc::new(Mutex::new(Some(asked + OCCUPIED))))
    }

    /// It was renewed, as was asked for then.
    pub(super) fn renewed(&self, asked: Instant) {
        self.set(Some(asked + OCCUPIED));
    }

    /// It is not ours any more.
    pub(super) fn lost(&self) {
        self.set(None);
    }

    /// It is known to hold then.
    pub(super) fn holds(&self, now: Instant) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| now < until)
    }

    fn set(&self, until: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_occupation_holds_until_it_is_lost_or_not_heard_of_any_more() {
        let asked = Instant::now();
        let occupancy = Occupancy::asked_for(asked);
        let just_before = |since: Instant| since + OCCUPIED.mul_f64(0.999);
        assert!(occupancy.holds(just_before(asked)) && !occupancy.holds(asked + OCCUPIED));
        let later = asked + OCCUPIED / 3;
        occupancy.renewed(later);
        assert!(occupancy.holds(just_before(later)) && !occupancy.holds(later + OCCUPIED));
        occupancy.lost();
        assert!(!occupancy.holds(asked));
    }
}
