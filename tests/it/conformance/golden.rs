//! The golden files: one a scenario, in the folder of its dialect or of its set, and nothing else there.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::{DIALECTS, SCENARIOS, staged};

/// Set it to anything, and what is seen becomes what is expected.
const UPDATE: &str = "UPDATE_GOLDENS";

fn folder(set: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("it/conformance/goldens").join(set)
}

/// Goldens are being written anew.
pub(super) fn is_updating() -> bool {
    std::env::vars_os().any(|(name, _)| name == UPDATE)
}

/// What was seen is what stands in the file.
pub(super) fn check(set: &str, scenario: &str, seen: &str) {
    let file = folder(set).join(format!("{scenario}.http"));
    if is_updating() {
        fs::create_dir_all(folder(set)).expect("the folder is made");
        fs::write(&file, seen).expect("the golden is written");
        return;
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        expected == seen,
        "{} is another exchange now ({UPDATE}=1 takes it over).\n--- expected\n{expected}\n--- seen\n{seen}",
        file.display()
    );
}

/// All exchanges of a set.
pub(super) fn all(set: &str) -> String {
    let files = fs::read_dir(folder(set)).expect("a folder for the set");
    let read = |entry: std::io::Result<fs::DirEntry>| fs::read_to_string(entry.expect("a file").path());
    files.map(|entry| read(entry).expect("a golden is text")).collect()
}

#[test]
fn every_dialect_has_a_golden_of_every_scenario_and_no_other() {
    let sets = DIALECTS.iter().map(|dialect| (*dialect, SCENARIOS));
    for (set, scenarios) in sets.chain([(staged::SET, staged::SCENARIOS)]) {
        let expected: BTreeSet<_> = scenarios.iter().map(|name| format!("{name}.http")).collect();
        let names = fs::read_dir(folder(set)).expect("a folder for the set");
        let names: BTreeSet<_> =
            names.map(|entry| entry.expect("a file").file_name().into_string().expect("UTF-8")).collect();
        if is_updating() {
            // Those that are missing are being written by other tests.
            for stray in names.difference(&expected) {
                fs::remove_file(folder(set).join(stray)).expect("the stray goes");
            }
        } else {
            assert_eq!(names, expected, "{set}");
        }
    }
}
