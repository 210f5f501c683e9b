//! What is printed: a line a row, then the claim with its bound; and what is written for machines.

#![expect(clippy::print_stdout, reason = "what this program is for")]

use std::{io, path::Path, process::ExitCode};

use crate::{
    arguments::Arguments,
    checker::Invariant,
    figures::{Figures, seconds},
    page,
    planted::PLANTED,
    rows::{Kind, ROWS},
    run::Run,
};

/// Violations of one row that are printed, and how much of each.
const MOST_SHOWN: usize = 20;
const MOST_CHARACTERS: usize = 400;

/// The table of rows.
pub(crate) fn list() {
    println!("{:<4} {:>6} {:>6}  fault", "row", "short", "long");
    for row in PLANTED.iter().chain(ROWS) {
        println!("{:<4} {:>6} {:>6}  {}", row.id, row.short, row.long, row.fault);
    }
}

/// What stands above the lines.
pub(crate) fn heading(seed: u64) {
    println!("seed {seed}");
    println!(
        "{:<4} {:<52} {:>6} {:>8} {:>5} {:>7} {:>9} {:>7} {:>8} {:>6} {:>10}",
        "row",
        "fault",
        "faults",
        "accepted",
        "lost",
        "doubles",
        "over deps",
        "illegal",
        "recovery",
        "took",
        "seed"
    );
}

/// One row, as soon as it has ended.
pub(crate) fn row(run: &Run) {
    let millis = |took: std::time::Duration| u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    let recovery = run.figures.slowest_recovery.map_or("-".to_owned(), |took| seconds(millis(took)));
    println!(
        "{:<4} {:<52} {:>6} {:>8} {:>5} {:>7} {:>9} {:>7} {recovery:>8} {:>4} s {:>10}",
        run.row.id,
        run.row.fault,
        run.figures.injected,
        promised(run.row.kind, &run.figures.accepted),
        promised(run.row.kind, &run.count(Invariant::Kept)),
        run.count(Invariant::OneEffect),
        run.count(Invariant::Dependents),
        run.count(Invariant::Transitions),
        run.took.as_secs(),
        run.seed,
    );
    if let Some(why) = &run.skipped {
        println!("     SKIPPED: {why}");
    }
    if let (Kind::Planted, Some(caught)) = (run.row.kind, &run.caught) {
        println!("     caught: {}", cut(caught));
    }
    for violation in run.violations.iter().take(MOST_SHOWN) {
        println!("     VIOLATED {}", cut(&violation.to_string()));
    }
    if run.violations.len() > MOST_SHOWN {
        println!("     and {} more", run.violations.len() - MOST_SHOWN);
    }
    for folder in &run.folders {
        println!("     kept: {}", folder.display());
    }
}

/// A figure of a row that is about keeping; none where nobody promises that.
pub(crate) fn promised(kind: Kind, figure: &impl ToString) -> String {
    match kind {
        Kind::Fault | Kind::Planted => figure.to_string(),
        Kind::Loss => "-".to_owned(),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(MOST_CHARACTERS).collect()
}

/// The claim, the files that are asked for, and how the program ends.
pub(crate) fn finish(arguments: &Arguments, runs: &[Run], seed: u64, commit: Option<String>) -> ExitCode {
    let figures = Figures::of(runs, arguments.size, seed, commit);
    println!("\n{}", figures.claim());
    let write = |path: &Path, text: String| std::fs::write(path, text);
    let json = || serde_json::to_string_pretty(&figures).map_err(io::Error::other);
    let written = arguments.json.as_ref().map_or(Ok(()), |path| write(path, json()? + "\n"));
    let page = arguments.page.as_ref().map_or(Ok(()), |path| write(path, page::render(&figures)));
    if let Err(error) = written.and(page) {
        println!("the figures cannot be written: {error}");
        return ExitCode::FAILURE;
    }
    let is_missed = |run: &Run| run.row.kind == Kind::Planted && !run.violations.is_empty();
    if runs.iter().any(is_missed) {
        println!(
            "\nThe checker missed a planted bug, or cried for nothing. No row was run: none would say anything."
        );
    }
    let failed: Vec<_> = runs.iter().filter(|run| !run.violations.is_empty()).map(|run| run.row.id).collect();
    if failed.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("\nFAILED: {}; again by: --seed {seed} --row {}", failed.join(", "), failed.join(" --row "));
    ExitCode::FAILURE
}
