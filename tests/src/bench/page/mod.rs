//! BENCHMARKS.md, made from the report alone, so that the page and the JSON cannot say two things.

mod number;
mod promises;
mod prose;
mod tables;

use std::fmt::Write as _;

use super::report::{Fsync, Report};

pub use promises::{Promise, promises};

/// The page. `plot` is the path of the picture, from where the page lies.
#[must_use]
pub fn render(report: &Report, plot: &str) -> String {
    let mut page = String::from(prose::HEAD);
    if report.quick {
        page.push_str(prose::QUICK);
    }
    tables::machine(&mut page, report);
    section(&mut page, "What was promised", prose::PROMISES);
    promises::table(&mut page, report);
    if promises(report).iter().any(|promise| promise.is_rate && promise.is_missed()) {
        page.push_str(prose::MISSED);
    }
    write!(page, "\n![Rates and latencies of all systems]({plot})\n").unwrap_or_default();
    section(&mut page, "Rates", prose::RATES);
    let window_s = report.window_s;
    writeln!(page, "A system that needs longer than {window_s} seconds for a drain is stopped then.\n")
        .unwrap_or_default();
    tables::rates(&mut page, report, Fsync::Everysec);
    tables::failures(&mut page, report, Fsync::Everysec);
    page.push_str(prose::RATIOS);
    tables::ratios(&mut page, report, Fsync::Everysec);
    section(&mut page, "Latency from idle, in milliseconds", prose::LATENCY);
    tables::latencies(&mut page, report);
    section(&mut page, "What a task costs", prose::COSTS);
    tables::costs(&mut page, report);
    section(&mut page, "Growth", prose::GROWTH);
    tables::growth(&mut page, report);
    section(&mut page, "What Redis itself allows", prose::LIMIT);
    tables::limit(&mut page, report);
    if report.runs.iter().any(|run| run.fsync == Fsync::Always) {
        section(&mut page, "With `appendfsync always`", prose::ALWAYS);
        tables::rates(&mut page, report, Fsync::Always);
        tables::failures(&mut page, report, Fsync::Always);
        page.push_str(prose::RATIOS);
        tables::ratios(&mut page, report, Fsync::Always);
    }
    section(&mut page, "What is compared, and what is not", prose::COMPARED);
    tables::systems(&mut page, report);
    page
}

fn section(page: &mut String, title: &str, text: &str) {
    // Writing to a string cannot fail.
    write!(page, "\n## {title}\n\n{text}").unwrap_or_default();
}
