//! The rows of the fault matrix: what is broken, how often, and the function that does it.
//!
//! To add one: an async function in a file of this folder that takes a [`Run`], and a line in [`ROWS`].

mod api_killed;
mod busy;
mod cancel_raced;
mod clocks;
mod connections;
mod delivered_again;
mod disk_full;
mod forgotten;
mod mass;
mod memory_full;
mod network;
mod outside_check;
mod poison;
mod power_cut;
mod redis_killed;
mod scripts_flushed;
mod signals;
mod storm;
mod worker_frozen;
mod worker_killed;

use futures::{FutureExt, future::LocalBoxFuture};
use serde::{Deserialize, Serialize};
use std::{
    collections::VecDeque,
    panic::AssertUnwindSafe,
    sync::{Mutex, PoisonError},
    time::Instant,
};
use tokio::runtime::Builder;

use crate::{arguments::Arguments, checker::Invariant, hush::text_of, planted::PLANTED, report, run::Run};

/// A kind of fault.
#[derive(Debug)]
pub(crate) struct Row {
    /// As the matrix numbers it.
    pub(crate) id: &'static str,
    /// What is broken.
    pub(crate) fault: &'static str,
    pub(crate) kind: Kind,
    /// How many faults in `make faults`; 0: it is left out.
    pub(crate) short: u32,
    /// How many in `make faults-long`.
    pub(crate) long: u32,
    pub(crate) run: RunRow,
}

/// What a row is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// A fault that the product must overcome.
    Fault,
    /// One that takes away what Redis acknowledged: nobody promises to keep it, only that it is noticed as the row says.
    Loss,
    /// A bug that the checker must catch.
    Planted,
}

type RunRow = for<'a> fn(&'a mut Run) -> LocalBoxFuture<'a, ()>;

macro_rules! rows {
    ($($id:literal $kind:ident $fault:literal $short:literal $long:literal $run:path;)*) => {
        /// All rows.
        pub(crate) static ROWS: &[Row] = &[$(Row {
            id: $id,
            fault: $fault,
            kind: Kind::$kind,
            short: $short,
            long: $long,
            run: |run| $run(run).boxed_local(),
        }),*];
    };
}

rows! {
    "F01" Fault "Worker killed at seven exact points" 21 280 worker_killed::worker_killed;
    "F02" Fault "API killed around a submit" 12 120 api_killed::api_killed;
    "F03" Fault "Redis killed, appendfsync always" 6 80 redis_killed::redis_killed;
    "F03e" Fault "Redis killed between syncs, everysec" 2 40 redis_killed::between_syncs;
    "F03r" Fault "Redis killed amid BGREWRITEAOF" 1 10 redis_killed::amid_rewrite;
    "F04" Fault "Power cut, appendfsync always" 4 60 power_cut::always;
    "F04e" Loss "Power cut, everysec: no submits where it is known" 1 10 power_cut::everysec;
    "F05" Fault "Redis killed amid a slow sync, always" 1 10 power_cut::slow_always;
    "F05e" Loss "Killed amid a slow sync, everysec: the same" 1 10 power_cut::slow_everysec;
    "F06" Loss "Redis back without data: 503" 1 10 forgotten::restarted_empty;
    "F08" Fault "Partitions, half-open, latency, resets, crumbs" 12 180 network::network;
    "F09" Fault "Clocks ahead, behind, stepping back, standing" 4 20 clocks::clocks;
    "F10" Fault "Redis's disk full" 2 20 disk_full::disk_full;
    "F11" Fault "Redis's memory full" 1 10 memory_full::memory_full;
    "F12" Fault "Redis busy, or fast asleep" 10 120 busy::busy;
    "F13" Fault "Poisoned tasks, and one that kills its workers" 10 50 poison::poison;
    "F14" Fault "Entries delivered again, out of order, late" 5 50 delivered_again::delivered_again;
    "F15" Fault "Worker frozen past its lease" 6 60 worker_frozen::worker_frozen;
    "F16" Fault "Mass: very many tasks queued and orphaned" 1 4 mass::mass;
    "F17" Fault "No connections to be had, and all cut" 1 10 connections::connections;
    "F18" Loss "Emptied (503), or single keys deleted" 5 20 forgotten::emptied;
    "F19" Fault "Scripts and functions flushed" 20 200 scripts_flushed::scripts_flushed;
    "F22" Fault "Cancels raced with every phase" 50 500 cancel_raced::cancel_raced;
    "F23" Fault "SIGTERM, SIGTERM then SIGKILL, SIGHUP" 5 50 signals::signals;
    "F28" Fault "An outside check that hangs, fails or lies" 10 100 outside_check::outside_check;
    "F29" Fault "Storm: one to three of nine kinds at once" 20 400 storm::storm;
}

/// Runs what is asked for. The planted bugs come first; where the checker misses one, no row would say anything, and none is
/// run.
pub(crate) fn run_all(arguments: &Arguments, seed: u64) -> Vec<Run> {
    let mut runs = run_table(PLANTED, arguments, seed);
    if runs.iter().all(|run| run.violations.is_empty()) {
        runs.extend(run_table(ROWS, arguments, seed));
    }
    runs
}

/// Runs those of these rows that are asked for, some of them side by side.
fn run_table(rows: &'static [Row], arguments: &Arguments, seed: u64) -> Vec<Run> {
    let is_wanted = |row: &&Row| arguments.row.is_empty() || arguments.row.iter().any(|id| id == row.id);
    let runs = rows.iter().filter(is_wanted).map(|row| Run::of(row, arguments.size, seed));
    let waiting: Mutex<VecDeque<_>> = Mutex::new(runs.filter(|run| run.faults() > 0).collect());
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let lane = || std::iter::from_fn(next).map(carry_out).collect::<Vec<_>>();
    std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..arguments.lanes.max(1)).map(|_| scope.spawn(lane)).collect();
        lanes.into_iter().flat_map(|lane| lane.join().expect("a row's panics are caught")).collect()
    })
}

/// Runs one row, and takes its panic for what it is: something that should have come did not.
///
/// Each has a runtime of its own. What a scene spawned ends with it, and its blocking moments hold up nobody else.
fn carry_out(mut run: Run) -> Run {
    let begun = Instant::now();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let running = AssertUnwindSafe((run.row.run)(&mut run)).catch_unwind();
    if let Err(panic) = runtime.block_on(running) {
        run.violated(Invariant::Row, text_of(&*panic));
    }
    runtime.shutdown_background();
    run.took = begun.elapsed();
    report::row(&run);
    run
}
