//! BENCHMARKS.md is what the bench's own JSON gives, and says of every promise whether it is met.

use offstage_tests::bench::{
    page::{Promise, promises, render},
    report::{Failure, Fsync, NOT_ASKED_FOR, OURS, Report},
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

#[test]
fn a_system_that_fails_in_one_round_keeps_its_others_and_the_page_says_why() {
    let mut report = report();
    let peer = report.measured().find(|system| system.id != OURS).unwrap().clone();
    let failure = |round| Failure {
        fsync: Fsync::Everysec,
        round,
        system: peer.id.clone(),
        reason: "it has lost its way".to_owned(),
    };
    report.failures = vec![failure(1)];
    report.runs.retain(|run| run.system != peer.id || run.round != 1);
    assert_eq!(report.skipped(&peer), None);
    let line = format!("- {} in round 1: it has lost its way\n", peer.id);
    assert!(render(&report, "").contains(&line));

    report.runs.retain(|run| run.system != peer.id);
    assert_eq!(report.skipped(&peer).unwrap(), "it failed: it has lost its way");
    assert!(render(&report, "").contains("| SKIPPED: it failed: it has lost its way |"));
}

#[test]
fn a_report_that_lacks_a_part_says_which() {
    let mut whole = report();
    whole.rounds = 3;
    assert_eq!(whole.lacks(), [""; 0]);
    let lacks = |change: fn(&mut Report)| {
        let mut report = whole.clone();
        change(&mut report);
        report.lacks().join(", ")
    };
    assert_eq!(lacks(|report| report.quick = true), "full sizes");
    assert_eq!(lacks(|report| report.rounds = 1), "all rounds");
    assert_eq!(lacks(|report| report.limit = None), "the limit of Redis");
    assert_eq!(lacks(|report| report.growth.clear()), "the growth");
    assert_eq!(lacks(|report| report.single.ready_s = None), "the start and the recovery");
    let always = lacks(|report| report.runs.retain(|run| run.fsync == Fsync::Everysec));
    assert_eq!(always, "the round with appendfsync always");
    let alone = lacks(|report| report.systems[1].skipped = Some(NOT_ASKED_FOR.to_owned()));
    assert_eq!(alone, whole.systems[1].name);
    assert_eq!(lacks(|report| report.systems[1].skipped = Some("it is not installed".to_owned())), "");
}

#[test]
fn the_reason_for_missed_rates_stands_there_only_where_one_is_missed() {
    let mut report = report();
    let why = "Why rates are missed";
    assert_eq!(
        render(&report, "").contains(why),
        promises(&report).iter().any(|promise| promise.is_rate && promise.is_missed())
    );
    report.runs.clear();
    report.growth.clear();
    report.single.ready_s = Some(100.0);
    assert!(promises(&report).iter().any(Promise::is_missed));
    assert!(!render(&report, "").contains(why));
}
