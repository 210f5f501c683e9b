//! What is printed: a line a row, then the claim with its bound; and the figures for machines.

#![expect(clippy::print_stdout, reason = "what this program is for")]

use std::process::ExitCode;

use crate::{
    arguments::Arguments,
    checker::Invariant,
    rows::ROWS,
    run::{Figures, Run},
};

/// Violations of one row that are printed.
const MOST_SHOWN: usize = 20;

/// The table of rows.
pub(crate) fn list() {
    for row in ROWS {
        println!("{:<4} {:>5} {:>5}  {}", row.id, row.short, row.long, row.fault);
    }
}

/// What stands above the lines.
pub(crate) fn heading(seed: u64) {
    println!("seed {seed}");
    println!(
        "{:<4} {:<48} {:>7} {:>8} {:>5} {:>7} {:>9} {:>8} {:>9} {:>6}",
        "row", "fault", "faults", "accepted", "lost", "doubles", "over deps", "illegal", "recovery", "took"
    );
}

/// One row, as soon as it has ended.
pub(crate) fn row(run: &Run) {
    let Figures { injected, accepted, slowest_recovery, .. } = &run.figures;
    let seconds = slowest_recovery.map_or("-".to_owned(), |took| format!("{:.1} s", took.as_secs_f64()));
    println!(
        "{:<4} {:<48} {injected:>7} {accepted:>8} {:>5} {:>7} {:>9} {:>8} {seconds:>9} {:>4} s",
        run.row.id,
        run.row.fault,
        run.count(Invariant::Kept),
        run.count(Invariant::OneEffect),
        run.count(Invariant::Dependents),
        run.count(Invariant::Transitions),
        run.took.as_secs(),
    );
    if let Some(why) = &run.skipped {
        println!("     SKIPPED: {why}");
    }
    if let Some(caught) = &run.caught {
        println!("     caught: {caught}");
    }
    for violation in run.violations.iter().take(MOST_SHOWN) {
        println!("     VIOLATED {violation}");
    }
    for folder in &run.folders {
        println!("     kept: {}", folder.display());
    }
}

/// The claim, and how the program ends.
pub(crate) fn finish(_arguments: &Arguments, runs: &[Run]) -> ExitCode {
    let failed = runs.iter().any(|run| !run.violations.is_empty());
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
