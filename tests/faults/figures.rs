//! The figures of a whole run for machines, and the claim that they allow.
//!
//! Easy to get wrong: no failure in N trials is not a failure rate of nothing. With 95 % confidence it is below 3/N (the
//! rule of three), and the claim says so; but only where the checker was seen to catch every planted bug.

use serde::{Deserialize, Serialize};

use crate::{
    arguments::Size,
    checker::Invariant,
    planted::PLANTED,
    rows::{Kind, ROWS},
    run::Run,
};

/// What `--json` writes, and RELIABILITY.md is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(crate) version: String,
    /// What was checked out when the first row began, where git knows it.
    pub(crate) commit: Option<String>,
    pub(crate) size: Size,
    pub(crate) seed: u64,
    pub(crate) cores: usize,
    pub(crate) rows: Vec<RowFigures>,
}

/// Those of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RowFigures {
    pub(crate) id: String,
    pub(crate) fault: String,
    pub(crate) kind: Kind,
    pub(crate) seed: u64,
    pub(crate) injected: u64,
    pub(crate) accepted: u64,
    pub(crate) effects: u64,
    pub(crate) unknown: u64,
    pub(crate) lost: usize,
    pub(crate) double_effects: usize,
    pub(crate) over_dependents: usize,
    pub(crate) illegal_transitions: usize,
    /// Reads, keys, answers, the store's own audit, what the row promises.
    pub(crate) others: usize,
    pub(crate) slowest_recovery_ms: Option<u64>,
    pub(crate) took_ms: u64,
    /// Why it was left out, where this machine has no means for it.
    #[serde(default)]
    pub(crate) skipped: Option<String>,
    /// How a planted bug was caught.
    pub(crate) caught: Option<String>,
    pub(crate) violations: Vec<String>,
}

impl Figures {
    /// Those of these rows.
    pub(crate) fn of(runs: &[Run], size: Size, seed: u64, commit: Option<String>) -> Self {
        let mut rows: Vec<_> = runs.iter().map(RowFigures::of).collect();
        rows.sort_by(|one, other| one.id.cmp(&other.id));
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit,
            size,
            seed,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            rows,
        }
    }

    /// The rows that inject faults.
    pub(crate) fn faults(&self) -> impl Iterator<Item = &RowFigures> {
        self.rows.iter().filter(|row| match row.kind {
            Kind::Fault | Kind::Loss => true,
            Kind::Planted => false,
        })
    }

    /// The row of that number, if it was run.
    pub(crate) fn row(&self, id: &str) -> Option<&RowFigures> {
        self.rows.iter().find(|row| row.id == id)
    }

    /// What may be said of all of it, with the bound beside it.
    pub(crate) fn claim(&self) -> String {
        let sum = |figure: fn(&RowFigures) -> u64| self.faults().map(figure).sum::<u64>();
        let kept = |figure: fn(&RowFigures) -> u64| {
            self.faults().filter(|row| row.kind != Kind::Loss).map(figure).sum::<u64>()
        };
        let injected = sum(|row| row.injected);
        let slowest = self.faults().filter_map(|row| row.slowest_recovery_ms).max().unwrap_or_default();
        let (rows, all) = (self.faults().filter(|row| row.skipped.is_none()).count(), ROWS.len());
        let mut claim = format!(
            "{injected} faults injected ({rows} of {all} rows), {} accepted tasks, {} lost, {} double effects, {} deletions \
             over a dependent, {} illegal transitions; {} requests without an answer, repeated under their \
             keys; slowest recovery {}; seed {}, commit {}.",
            kept(|row| row.accepted),
            kept(|row| row.lost as u64),
            sum(|row| row.double_effects as u64),
            sum(|row| row.over_dependents as u64),
            sum(|row| row.illegal_transitions as u64),
            kept(|row| row.unknown),
            seconds(slowest),
            self.seed,
            self.commit.as_deref().unwrap_or("unknown"),
        );
        claim.push_str(&self.bound(injected));
        claim
    }

    /// What follows from no violation in so many faults, or why nothing does.
    fn bound(&self, injected: u64) -> String {
        if !self.is_calibrated() {
            return " Not calibrated: the planted bugs were not all tried and caught in this run, so there is no bound."
                .to_owned();
        }
        let violations: usize = self.rows.iter().map(|row| row.violations.len()).sum();
        if violations > 0 || injected == 0 {
            return format!(" Violations: {violations}, so there is no bound.");
        }
        format!(
            " With none in {injected} the chance that a fault of this mix breaks a promise is below 3/{injected} = {} \
             (95 % upper bound).",
            percent(injected)
        )
    }

    /// In this run the checker caught every planted bug, and had nothing to say where there was none.
    fn is_calibrated(&self) -> bool {
        let is_caught = |row: &RowFigures| row.caught.is_some() && row.violations.is_empty();
        PLANTED.iter().all(|bug| self.row(bug.id).is_some_and(is_caught))
    }
}

impl RowFigures {
    fn of(run: &Run) -> Self {
        let others =
            [Invariant::Reads, Invariant::Keys, Invariant::Answers, Invariant::Store, Invariant::Row];
        let millis = |took: std::time::Duration| u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        Self {
            id: run.row.id.to_owned(),
            fault: run.row.fault.to_owned(),
            kind: run.row.kind,
            seed: run.seed,
            injected: run.figures.injected,
            accepted: run.figures.accepted,
            effects: run.figures.effects,
            unknown: run.figures.unknown,
            lost: run.count(Invariant::Kept),
            double_effects: run.count(Invariant::OneEffect),
            over_dependents: run.count(Invariant::Dependents),
            illegal_transitions: run.count(Invariant::Transitions),
            others: others.into_iter().map(|invariant| run.count(invariant)).sum(),
            slowest_recovery_ms: run.figures.slowest_recovery.map(millis),
            took_ms: millis(run.took),
            skipped: run.skipped.clone(),
            caught: run.caught.clone(),
            violations: run.violations.iter().map(ToString::to_string).collect(),
        }
    }
}

/// For people.
pub(crate) fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1_000, ms % 1_000 / 100)
}

/// Three in so many, in hundredths; of a chance there is no more than all.
fn percent(trials: u64) -> String {
    let hundredths = 30_000_u64.div_ceil(trials.max(1)).min(10_000);
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

/// What is checked out, and whether anything was changed since.
pub(crate) fn commit() -> Option<String> {
    let describe = ["describe", "--always", "--dirty", "--exclude=*"];
    let output = std::process::Command::new("git").args(describe).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    Some(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Figures, percent, seconds};
    use crate::{arguments::Size, planted::PLANTED, rows::ROWS, run::Run};

    /// The claim of a run of every planted bug and one row, which something has been done to.
    fn claim(spoil: impl FnOnce(&mut Vec<Run>)) -> String {
        let mut runs: Vec<_> =
            PLANTED.iter().chain(&ROWS[..1]).map(|row| Run::of(row, Size::Short, 1)).collect();
        for run in &mut runs {
            run.injected(3);
            run.caught = Some("one effect: two".to_owned());
        }
        spoil(&mut runs);
        Figures::of(&runs, Size::Short, 1, None).claim()
    }

    #[test]
    fn the_bound_is_said_where_every_planted_bug_was_caught_and_every_row_is_clean() {
        assert!(claim(|_| ()).ends_with("below 3/3 = 100.00 % (95 % upper bound)."));
        for uncalibrated in [
            claim(|runs| drop(runs.remove(0))),
            claim(|runs| runs[1].caught = None),
            claim(|runs| runs[2].violated(crate::checker::Invariant::Row, "cried for nothing")),
        ] {
            assert!(uncalibrated.contains(" Not calibrated: "), "{uncalibrated}");
        }
        let dirty = claim(|runs| runs.last_mut().unwrap().violated(crate::checker::Invariant::Kept, "lost"));
        assert!(dirty.ends_with(" Violations: 1, so there is no bound."), "{dirty}");
    }

    #[test]
    fn the_bound_is_three_in_so_many_and_rounded_up() {
        assert_eq!(percent(1_000), "0.30 %");
        assert_eq!(percent(299), "1.01 %");
        assert_eq!(percent(2), "100.00 %");
    }

    #[test]
    fn times_are_shown_in_tenths() {
        assert_eq!((seconds(0), seconds(12_345)), ("0.0 s".to_owned(), "12.3 s".to_owned()));
    }
}
