//! How much of everything: enough for a figure that stands, little enough for twenty minutes.

use offstage_tests::bench::report::ROUNDS;

/// Submits that are in flight where it is not one.
pub(crate) const IN_FLIGHT: u64 = 64;
/// Tasks in one call for many: as many as offstage takes.
pub(crate) const AT_ONCE: u64 = 1_000;

/// Submits of each kind, of one system in one round.
#[derive(Clone, Copy)]
pub(crate) struct Jobs {
    /// One after the other.
    pub(crate) one: u64,
    /// With 64 in flight.
    pub(crate) many: u64,
    /// By the call for many.
    pub(crate) bulk: u64,
    /// While a worker works, which lets a queue have more of them than it can hold.
    pub(crate) through: u64,
}

/// Those of offstage, and of everything that is as fast.
pub(crate) const FAST: Jobs = Jobs { one: 3_000, many: 20_000, bulk: 20_000, through: 20_000 };

impl Jobs {
    pub(crate) const fn all(self) -> u64 {
        self.one + self.many + self.bulk
    }
}

/// See the module's header.
#[derive(Clone)]
pub(crate) struct Sizes {
    /// Rounds, unless somebody asks for another number.
    pub(crate) rounds: u32,
    /// What full sizes are divided by.
    pub(crate) divisor: u64,
    /// A system that drains slowly is timed for so long.
    pub(crate) window_s: u64,
    /// Rates from idle, and for how long.
    pub(crate) latencies: [(u64, u64); 2],
    /// Running tasks that are cancelled.
    pub(crate) cancels: u64,
    /// Users, and how often with so many.
    pub(crate) growth: Vec<(u64, u32)>,
    /// Requests of redis-benchmark for each example of a command.
    pub(crate) bare_requests: u64,
    /// Tasks whose commands are read.
    pub(crate) traced: u64,
}

impl Sizes {
    pub(crate) fn full() -> Self {
        Self {
            rounds: ROUNDS,
            divisor: 1,
            window_s: 3,
            latencies: [(50, 6), (500, 5)],
            cancels: 100,
            growth: vec![(1_000, 5), (100_000, 2), (1_000_000, 1)],
            bare_requests: 100_000,
            traced: 2_000,
        }
    }

    pub(crate) fn quick() -> Self {
        Self {
            rounds: 1,
            divisor: 10,
            window_s: 2,
            latencies: [(50, 2), (500, 2)],
            cancels: 20,
            growth: vec![(1_000, 3), (10_000, 1)],
            bare_requests: 20_000,
            traced: 500,
        }
    }

    /// Those jobs in this size.
    pub(crate) const fn of(&self, full: Jobs) -> Jobs {
        Jobs {
            one: full.one.div_ceil(self.divisor),
            many: full.many.div_ceil(self.divisor),
            bulk: full.bulk.div_ceil(self.divisor),
            through: full.through.div_ceil(self.divisor),
        }
    }
}
