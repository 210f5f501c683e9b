//! Latencies made into figures.

use offstage_tests::bench::{figures::Figures, summary::percentile};

use crate::ground::as_f64;

/// p50, p99 and p99.9 of all that were sent, in milliseconds, and the share of those that did not end. What did not end took
/// longest: a percentile that falls among them is absent.
pub(crate) fn latencies(figures: &mut Figures, rate: u64, sent: u64, mut ended_us: Vec<u64>) {
    ended_us.sort_unstable();
    let all = usize::try_from(sent).expect("few");
    for (name, of_thousand) in [("p50", 500), ("p99", 990), ("p999", 999)] {
        if let Some(us) = percentile(&ended_us, all, of_thousand) {
            figures.insert(format!("at_{rate}_{name}"), as_f64(us) / 1e3);
        }
    }
    let unfinished = sent.saturating_sub(u64::try_from(ended_us.len()).expect("few"));
    figures.insert(format!("at_{rate}_unfinished"), 100.0 * as_f64(unfinished) / as_f64(sent));
}

/// The same for cancels, which all end.
pub(crate) fn cancels(figures: &mut Figures, mut took_us: Vec<u64>) {
    took_us.sort_unstable();
    for (name, of_thousand) in [("cancel_p50", 500), ("cancel_p99", 990)] {
        if let Some(us) = percentile(&took_us, took_us.len(), of_thousand) {
            figures.insert(name.to_owned(), as_f64(us) / 1e3);
        }
    }
}
