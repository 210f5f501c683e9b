//! Medians, the least and the most, and ratios within a round.
//!
//! Easy to get wrong: a ratio of two medians mixes rounds, and the machine is in another mood in each. Ratios are taken in
//! a round, and the median of them is shown.

use super::{
    figures::{Figure, Figures},
    report::{Fsync, OURS, Report},
};

/// Several values of one figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The one in the middle; of an even number the mean of the two there.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The most.
    pub max: f64,
}

impl Spread {
    /// That of these values; none if there are none.
    #[must_use]
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        let median = f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2]);
        Some(Self { median, min, max })
    }
}

/// A figure of a system over all rounds.
#[must_use]
pub fn spread(report: &Report, system: &str, fsync: Fsync, figure: &Figure) -> Option<Spread> {
    Spread::of(report.of(system, fsync).filter_map(|run| run.figures.get(figure.key).copied()))
}

/// A figure of offstage with so many users.
#[must_use]
pub fn grown(report: &Report, users: u64, figure: &Figure) -> Option<Spread> {
    let of_size = report.growth.iter().filter(|grown| grown.users == users);
    Spread::of(of_size.filter_map(|grown| grown.figures.get(figure.key).copied()))
}

/// How many times better offstage is than a peer, taken within each round; below 1 it is worse.
#[must_use]
pub fn ratio(report: &Report, peer: &str, fsync: Fsync, figure: &Figure) -> Option<Spread> {
    let in_round = |ours: &Figures, theirs: &Figures| {
        let (ours, theirs) = (*ours.get(figure.key)?, *theirs.get(figure.key)?);
        let (better, worse) = if figure.more_is_better { (ours, theirs) } else { (theirs, ours) };
        (worse > 0.0).then_some(better / worse)
    };
    Spread::of(report.of(OURS, fsync).filter_map(|run| {
        let peer = report.of(peer, fsync).find(|other| other.round == run.round)?;
        in_round(&run.figures, &peer.figures)
    }))
}

/// The value that so many of a thousand do not exceed. Of `all` those beyond the values never ended, which is longer than any
/// other: none where the rank falls among them.
#[must_use]
pub fn percentile(sorted: &[u64], all: usize, of_thousand: usize) -> Option<u64> {
    let place = (all * of_thousand).div_ceil(1_000).max(1) - 1;
    sorted.get(place).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_three_and_its_neighbours() {
        assert_eq!(Spread::of([3.0, 1.0, 2.0]), Some(Spread { median: 2.0, min: 1.0, max: 3.0 }));
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn the_middle_of_an_even_number_lies_between_two() {
        assert_eq!(Spread::of([4.0, 1.0]), Some(Spread { median: 2.5, min: 1.0, max: 4.0 }));
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values: Vec<_> = (1..=1_000).collect();
        assert_eq!(percentile(&values, 1_000, 500), Some(500));
        assert_eq!(percentile(&values, 1_000, 990), Some(990));
        assert_eq!(percentile(&values, 1_000, 999), Some(999));
        assert_eq!(percentile(&values[..1], 1, 999), Some(1));
        assert_eq!(percentile(&[], 0, 500), None);
    }

    #[test]
    fn what_has_not_ended_took_longest() {
        let ended: Vec<_> = (1..=667).collect();
        assert_eq!(percentile(&ended, 1_000, 500), Some(500));
        assert_eq!(percentile(&ended, 1_000, 667), Some(667));
        assert_eq!(percentile(&ended, 1_000, 668), None);
    }
}
