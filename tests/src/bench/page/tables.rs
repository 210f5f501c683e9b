//! The tables of the page.

use std::fmt::Write as _;

use super::number::{self, plain};
use crate::bench::{
    figures::{self, Figure},
    report::{Failure, Fsync, OURS, Report, System},
    summary::{grown, ratio, spread},
};

pub(super) fn machine(page: &mut String, report: &Report) {
    let machine = &report.machine;
    let rows = [
        ("measured", format!("{}; rounds: {}; load before: {}", report.at, report.rounds, machine.load)),
        (
            "machine",
            format!("{}, {} cores, {} GiB", machine.processor, machine.cores, plain(machine.memory_gib, 0)),
        ),
        ("system", machine.system.clone()),
    ];
    page.push_str("| | |\n|---|---|\n");
    for (name, value) in rows {
        writeln!(page, "| {name} | {value} |").unwrap_or_default();
    }
    for (name, version) in &report.versions {
        writeln!(page, "| {name} | {version} |").unwrap_or_default();
    }
}

pub(super) fn rates(page: &mut String, report: &Report, fsync: Fsync) {
    let cell =
        |system: &System, figure: &Figure| number::spread(spread(report, &system.id, fsync, figure), 0);
    by_system(page, report, fsync, &figures::RATES, cell);
}

/// Rounds that are missing above, and why.
pub(super) fn failures(page: &mut String, report: &Report, fsync: Fsync) {
    let failures: Vec<_> = report.failures.iter().filter(|failure| failure.fsync == fsync).collect();
    if !failures.is_empty() {
        page.push_str("\nFailed, and not in the figures:\n\n");
    }
    for Failure { round, system, reason, .. } in failures {
        writeln!(page, "- {system} in round {round}: {reason}").unwrap_or_default();
    }
}

pub(super) fn ratios(page: &mut String, report: &Report, fsync: Fsync) {
    head(page, "offstage / peer", figures::RATES.iter());
    for peer in report.measured().filter(|system| system.id != OURS) {
        if report.of(&peer.id, fsync).next().is_some() {
            let cells =
                figures::RATES.map(|figure| number::spread(ratio(report, &peer.id, fsync, &figure), 2));
            row(page, &peer.name, cells);
        }
    }
}

pub(super) fn latencies(page: &mut String, report: &Report) {
    let (slow, fast) = figures::LATENCIES.split_at(figures::LATENCIES.len() / 2);
    let [slow_late, fast_late] = figures::UNFINISHED;
    let all = [slow, &[slow_late], fast, &[fast_late], &figures::CANCEL].concat();
    by_system(page, report, Fsync::Everysec, &all, |system, figure| {
        number::spread(spread(report, &system.id, Fsync::Everysec, figure), figure.digits)
    });
}

pub(super) fn costs(page: &mut String, report: &Report) {
    by_system(page, report, Fsync::Everysec, &figures::COSTS, |system, figure| {
        number::spread(spread(report, &system.id, Fsync::Everysec, figure), figure.digits)
    });
}

pub(super) fn growth(page: &mut String, report: &Report) {
    head(page, "users", figures::GROWTH.iter());
    let mut sizes: Vec<_> = report.growth.iter().map(|grown| grown.users).collect();
    sizes.dedup();
    for users in sizes {
        let cells =
            figures::GROWTH.map(|figure| number::spread(grown(report, users, &figure), figure.digits));
        row(page, &plain_count(users), cells);
    }
}

pub(super) fn limit(page: &mut String, report: &Report) {
    let Some(limit) = &report.limit else {
        page.push_str("SKIPPED: it was not measured.\n");
        return;
    };
    page.push_str("| command | a task | us a call | us a task |\n|---|---|---|---|\n");
    for bare in &limit.commands {
        let sum = plain(bare.calls_a_task * bare.us_a_call, 2);
        let (calls, us) = (plain(bare.calls_a_task, 2), plain(bare.us_a_call, 2));
        writeln!(page, "| {} | {calls} | {us} | {sum} |", bare.name).unwrap_or_default();
    }
    let rate = plain(1e6 / limit.us_a_task, 0);
    writeln!(page, "| **all** | | | **{}** |", plain(limit.us_a_task, 2)).unwrap_or_default();
    writeln!(page, "\nThat is {rate} tasks a second, if nothing but Redis had to do anything.")
        .unwrap_or_default();
}

pub(super) fn systems(page: &mut String, report: &Report) {
    page.push_str("\n| system | settings | what it does for a job |\n|---|---|---|\n");
    for system in &report.systems {
        let settings =
            report.skipped(system).map_or_else(|| system.settings.clone(), |why| format!("SKIPPED: {why}"));
        writeln!(page, "| {} | {settings} | {} |", system.name, system.gives).unwrap_or_default();
    }
}

fn by_system(
    page: &mut String,
    report: &Report,
    fsync: Fsync,
    figures: &[Figure],
    cell: impl Fn(&System, &Figure) -> String,
) {
    head(page, "system", figures.iter());
    for system in report.measured() {
        if report.of(&system.id, fsync).next().is_some() {
            row(page, &system.name, figures.iter().map(|figure| cell(system, figure)));
        }
    }
}

fn head<'a>(page: &mut String, first: &str, figures: impl Iterator<Item = &'a Figure>) {
    let titles: Vec<_> = figures.map(|figure| figure.title).collect();
    writeln!(page, "| {first} | {} |", titles.join(" | ")).unwrap_or_default();
    writeln!(page, "|---|{}", "--:|".repeat(titles.len())).unwrap_or_default();
}

fn row(page: &mut String, first: &str, cells: impl IntoIterator<Item = String>) {
    let cells: Vec<_> = cells.into_iter().collect();
    writeln!(page, "| {first} | {} |", cells.join(" | ")).unwrap_or_default();
}

#[expect(clippy::cast_precision_loss, reason = "a million")]
fn plain_count(count: u64) -> String {
    plain(count as f64, 0)
}
