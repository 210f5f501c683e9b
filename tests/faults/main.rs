//! `make faults`: real programs on a private Redis, load, faults by seed, and a check of everything that was promised.
//!
//! A row of the table ([`rows::ROWS`]) is one kind of fault. It builds a [`scene::Scene`] (a Redis, APIs, workers), lets
//! clients loose on it ([`load`]), injects its faults, and finishes: clients stop, the scene heals and drains, and the
//! [`checker`] holds the clients' log against the ledger of effects, the records and the users who are left.
//!
//! It runs on the programs that `cargo build --workspace --bins` made. The one thing easy to get wrong: a harness that has
//! never failed proves nothing. [`planted`] bugs, put on the wire, must be caught before any row is run.

#![allow(clippy::missing_panics_doc, reason = "a row fails by panicking, and the driver catches it")]

mod arguments;
mod checker;
mod evidence;
mod figures;
mod hush;
mod ledger;
mod load;
mod log;
mod page;
mod planted;
mod report;
mod rows;
mod run;
mod scene;
mod stub;

use arguments::Arguments;
use clap::Parser;
use offstage_tests::programs::LOGS_ARE_KEPT;
use std::{process::ExitCode, sync::atomic::Ordering};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.list {
        report::list();
        return ExitCode::SUCCESS;
    }
    hush::install();
    LOGS_ARE_KEPT.store(true, Ordering::Relaxed);
    let seed = arguments.seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    // Whoever commits meanwhile does not change what is tried.
    let commit = figures::commit();
    report::heading(seed);
    let runs = rows::run_all(&arguments, seed);
    report::finish(&arguments, &runs, seed, commit)
}
