//! What was promised of offstage's speed, what was measured, and by how much it was missed.

use std::fmt::Write as _;

use super::number::plain;
use crate::bench::{
    figures::{self, Figure},
    report::{Fsync, OURS, Report},
    summary::{Spread, grown, ratio, spread},
};

/// Tasks in one batch: as many as a worker takes at once.
const BATCH: f64 = 64.0;
/// Above this part a rate is the same as another: what two measurements of the same differ by.
const SAME: f64 = 0.9;

/// One promise.
#[derive(Debug)]
pub struct Promise {
    /// What it is about.
    pub what: &'static str,
    /// The bound, in words.
    pub bound: String,
    /// What was measured, in words; none where it was not.
    pub measured: Option<String>,
    /// By what part of the bound it is kept (above 0) or missed (below 0).
    pub margin: Option<f64>,
    /// It is about tasks a second.
    pub is_rate: bool,
}

impl Promise {
    fn at_most(what: &'static str, unit: &str, digits: usize, bound: f64, value: Option<f64>) -> Self {
        Self::new(what, format!("at most {}{unit}", plain(bound, digits)), unit, digits, value, |value| {
            1.0 - value / bound
        })
    }

    fn at_least(what: &'static str, unit: &str, digits: usize, bound: f64, value: Option<f64>) -> Self {
        Self::new(what, format!("at least {}{unit}", plain(bound, digits)), unit, digits, value, |value| {
            value / bound - 1.0
        })
    }

    fn new(
        what: &'static str,
        bound: String,
        unit: &str,
        digits: usize,
        value: Option<f64>,
        margin: impl Fn(f64) -> f64,
    ) -> Self {
        let measured = value.map(|value| format!("{}{unit}", plain(value, digits)));
        Self { what, bound, measured, margin: value.map(margin), is_rate: false }
    }

    /// The same, of tasks a second.
    fn rate(self) -> Self {
        Self { is_rate: true, ..self }
    }

    /// Whether it was measured, and is not kept.
    #[must_use]
    pub fn is_missed(&self) -> bool {
        self.margin.is_some_and(|margin| margin < 0.0)
    }

    fn verdict(&self) -> String {
        match self.margin {
            None => "not measured".to_owned(),
            Some(margin) if margin >= 0.0 => "met".to_owned(),
            Some(margin) => format!("**missed by {} %**", plain(-margin * 100.0, 0)),
        }
    }
}

/// All of them.
#[must_use]
pub fn promises(report: &Report) -> Vec<Promise> {
    let ours = |figure: &Figure| spread(report, OURS, Fsync::Everysec, figure).map(|spread| spread.median);
    let single = &report.single;
    vec![
        Promise::at_most(
            "Redis round trips a task, batched load",
            "",
            2,
            1.0 + 2.0 / BATCH,
            ours(&figures::ROUND_TRIPS),
        ),
        Promise::at_least(
            "submit to terminal, beside the fastest comparable queue",
            " times",
            2,
            2.0,
            fastest(report),
        )
        .rate(),
        Promise::at_least(
            "submit to terminal, of what Redis allows for the same work",
            " %",
            0,
            50.0,
            of_limit(report),
        )
        .rate(),
        Promise::at_least(
            "drain with the most users, of that with the fewest",
            " %",
            0,
            100.0 * SAME,
            growth(report),
        )
        .rate(),
        Promise::at_most(
            "wake-up from idle, p99 of submit to terminal at 50/s",
            " ms",
            1,
            20.0,
            ours(&figures::LATENCIES[1]),
        ),
        Promise::at_most("cancel of a running task, p99", " ms", 1, 250.0, ours(&figures::CANCEL[1])),
        Promise::at_most(
            "tasks of a killed worker have been done by another",
            " s",
            1,
            2.0 * single.lease_s,
            single.recovery_s,
        ),
        Promise::at_most(
            "Redis's memory for a queued task, at the length of the queue where it is most",
            " bytes",
            0,
            1_024.0,
            bytes_queued(report),
        ),
        Promise::at_most(
            "`make run` in a built tree to serving: `offstage dev`, without make and cargo before it",
            " s",
            2,
            2.0,
            single.ready_s,
        ),
    ]
}

/// How many times the fastest peer that loses no jobs: the least of the peers' medians, each over the rounds.
fn fastest(report: &Report) -> Option<f64> {
    let peers = report.measured().filter(|system| system.comparable && system.id != OURS);
    let ratios = peers.filter_map(|peer| ratio(report, &peer.id, Fsync::Everysec, &figures::THROUGH));
    Spread::of(ratios.map(|ratio| ratio.median)).map(|ratios| ratios.min)
}

fn of_limit(report: &Report) -> Option<f64> {
    let through = spread(report, OURS, Fsync::Everysec, &figures::THROUGH)?;
    let limit = 1e6 / report.limit.as_ref()?.us_a_task;
    Some(100.0 * through.median / limit)
}

fn growth(report: &Report) -> Option<f64> {
    let (fewest, most) = (report.growth.first()?.users, report.growth.last()?.users);
    let drain = |users| grown(report, users, &figures::DRAIN);
    Some(100.0 * drain(most)?.median / drain(fewest)?.median)
}

/// The most of the medians: that of the rounds, and those of all lengths in the growth.
fn bytes_queued(report: &Report) -> Option<f64> {
    let in_rounds = spread(report, OURS, Fsync::Everysec, &figures::BYTES_QUEUED);
    let grown = report.growth.iter().filter_map(|one| grown(report, one.users, &figures::BYTES_QUEUED));
    Spread::of(in_rounds.into_iter().chain(grown).map(|spread| spread.median)).map(|bytes| bytes.max)
}

pub(super) fn table(page: &mut String, report: &Report) {
    page.push_str("| what | promised | measured | |\n|---|---|---|---|\n");
    for promise in promises(report) {
        let measured = promise.measured.as_deref().unwrap_or("-");
        let (what, bound, verdict) = (promise.what, &promise.bound, promise.verdict());
        writeln!(page, "| {what} | {bound} | {measured} | {verdict} |").unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_is_met_at_its_bound_and_missed_beyond() {
        let at_most = |value| Promise::at_most("", " ms", 0, 20.0, value).verdict();
        assert_eq!(at_most(Some(20.0)), "met");
        assert_eq!(at_most(Some(25.0)), "**missed by 25 %**");
        assert_eq!(at_most(None), "not measured");
        let at_least = |value| Promise::at_least("", "", 0, 2.0, Some(value)).verdict();
        assert_eq!((at_least(2.0), at_least(1.5)), ("met".to_owned(), "**missed by 25 %**".to_owned()));
        let is_missed = |value| Promise::at_most("", "", 0, 20.0, value).is_missed();
        assert_eq!([Some(20.0), Some(25.0), None].map(is_missed), [false, true, false]);
    }
}
