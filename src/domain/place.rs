//! Where a task stands between two moves: with whoever has the duty to make the next one.

/// Where a task waits for whoever moves it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// For the promoter, until a time.
    Delayed,
    /// For a worker's claim.
    Claimable,
    /// With a worker, under a lease.
    Held,
    /// For an operator.
    Parked,
    /// For the end of its retention.
    Ended,
}

impl Place {
    /// The name under which the scripts know it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delayed => "delayed",
            Self::Claimable => "claimable",
            Self::Held => "held",
            Self::Parked => "parked",
            Self::Ended => "ended",
        }
    }
}
