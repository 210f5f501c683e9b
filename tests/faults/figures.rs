//! The figures of a whole run for machines, and the claim that they allow.
//!
//! Easy to get wrong: no failure in N trials is not a failure rate of nothing. With 95 % confidence it is below 3/N (the
//! rule of three), and the claim says so.

use serde::{Deserialize, Serialize};

use crate::{
    arguments::Size,
    checker::Invariant,
    rows::{Kind, ROWS},
    run::Run,
};

/// What `--json` writes, and RELIABILITY.md is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figures {
    pub(crate) version: String,
    /// The commit that the programs were built from, where git knows it.
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
    /// Reads, keys, the store's own audit, what the row promises.
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
    pub(crate) fn of(runs: &[Run], size: Size, seed: u64) -> Self {
        let mut rows: Vec<_> = runs.iter().map(RowFigures::of).collect();
        rows.sort_by(|one, other| one.id.cmp(&other.id));
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: commit(),
            size,
            seed,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            rows,
        }
    }

    /// The rows that inject faults.
    pub(crate) fn faults(&self) -> impl Iterator<Item = &RowFigures> {
        self.rows.iter().filter(|row| row.kind == Kind::Fault)
    }

    /// The row of that number, if it was run.
    pub(crate) fn row(&self, id: &str) -> Option<&RowFigures> {
        self.rows.iter().find(|row| row.id == id)
    }

    /// What may be said of all of it, with the bound beside it.
    pub(crate) fn claim(&self) -> String {
        let sum = |figure: fn(&RowFigures) -> u64| self.faults().map(figure).sum::<u64>();
        let injected = sum(|row| row.injected);
        let slowest = self.faults().filter_map(|row| row.slowest_recovery_ms).max().unwrap_or_default();
        let (rows, all) = (self.faults().filter(|row| row.skipped.is_none()).count(), ROWS.len());
        let mut claim = format!(
            "{injected} faults injected ({rows} of {all} rows), {} accepted tasks, {} lost, {} double effects, {} deletions \
             over a dependent, {} illegal transitions; {} requests without an answer, all asked again; slowest recovery \
             {}; seed {}, commit {}.",
            sum(|row| row.accepted),
            sum(|row| row.lost as u64),
            sum(|row| row.double_effects as u64),
            sum(|row| row.over_dependents as u64),
            sum(|row| row.illegal_transitions as u64),
            sum(|row| row.unknown),
            seconds(slowest),
            self.seed,
            self.commit.as_deref().unwrap_or("unknown"),
        );
        if self.faults().all(|row| row.violations.is_empty()) && injected > 0 {
            let bound = format!(
                " With none in {injected} the chance that such a fault breaks a promise is below 3/{injected} = {} \
                 (95 % upper bound).",
                percent(injected)
            );
            claim.push_str(&bound);
        }
        claim
    }
}

impl RowFigures {
    fn of(run: &Run) -> Self {
        let others = [Invariant::Reads, Invariant::Keys, Invariant::Store, Invariant::Row];
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

/// Three in so many, in hundredths.
fn percent(trials: u64) -> String {
    let hundredths = 30_000_u64.div_ceil(trials.max(1));
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

fn commit() -> Option<String> {
    let output = std::process::Command::new("git").args(["rev-parse", "--short", "HEAD"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    Some(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::{percent, seconds};

    #[test]
    fn the_bound_is_three_in_so_many_and_rounded_up() {
        assert_eq!(percent(1_000), "0.30 %");
        assert_eq!(percent(299), "1.01 %");
        assert_eq!(percent(2), "150.00 %");
    }

    #[test]
    fn times_are_shown_in_tenths() {
        assert_eq!((seconds(0), seconds(12_345)), ("0.0 s".to_owned(), "12.3 s".to_owned()));
    }
}
