//! BENCHMARKS.md is what the bench's own JSON gives, and says of every promise whether it is met.

use offstage_tests::bench::{
    page::{promises, render},
    report::Report,
};
use std::path::PathBuf;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn report() -> Report {
    let text = std::fs::read_to_string(root().join("tests/benches/results/compare.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_page_is_made_from_the_figures() {
    let page = std::fs::read_to_string(root().join("BENCHMARKS.md")).unwrap();
    let plot = "tests/benches/results/compare.svg";
    assert!(root().join(plot).exists());
    assert!(page == render(&report(), plot), "BENCHMARKS.md is not what its JSON gives: run `make bench`");
}

#[test]
fn every_peer_is_measured_or_skipped_with_a_reason() {
    let report = report();
    for system in &report.systems {
        let runs = report.runs.iter().filter(|run| run.system == system.id).count();
        assert_eq!(runs == 0, report.skipped(system).is_some(), "{system:?}");
    }
}

#[test]
fn every_promise_has_a_figure() {
    let all = promises(&report());
    assert_eq!(all.len(), 9);
    for promise in all {
        assert!(promise.measured.is_some(), "{promise:?}");
    }
}
