//! The golden files: one a dialect and scenario, and nothing else in their folders.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use super::{DIALECTS, SCENARIOS};

/// Set it to anything, and what is seen becomes what is expected.
const UPDATE: &str = "UPDATE_GOLDENS";

fn folder(dialect: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("it/conformance/goldens").join(dialect)
}

fn is_updating() -> bool {
    std::env::vars_os().any(|(name, _)| name == UPDATE)
}

/// What was seen is what stands in the file.
pub(super) fn check(dialect: &str, scenario: &str, seen: &str) {
    let file = folder(dialect).join(format!("{scenario}.http"));
    if is_updating() {
        fs::create_dir_all(folder(dialect)).expect("the folder is made");
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

#[test]
fn every_dialect_has_a_golden_of_every_scenario_and_no_other() {
    let expected: BTreeSet<_> = SCENARIOS.iter().map(|name| format!("{name}.http")).collect();
    for dialect in DIALECTS {
        let names = fs::read_dir(folder(dialect)).expect("a folder for the dialect");
        let names: BTreeSet<_> =
            names.map(|entry| entry.expect("a file").file_name().into_string().expect("UTF-8")).collect();
        if is_updating() {
            // Those that are missing are being written by other tests.
            for stray in names.difference(&expected) {
                fs::remove_file(folder(dialect).join(stray)).expect("the stray goes");
            }
        } else {
            assert_eq!(names, expected, "{dialect}");
        }
    }
}
