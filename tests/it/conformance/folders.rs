//! The dialects' sources stand side by side: the same five files in each, so that whoever knows one finds his way in all.

use std::path::Path;

use super::DIALECTS;

/// What each has, as `name.rs`, with a folder of that name beside it where it grew.
const FIVE: [&str; 5] = ["routes", "request", "response", "status", "error"];

#[test]
fn every_dialect_has_the_same_five_files() {
    let api = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/api");
    for dialect in DIALECTS {
        for name in FIVE {
            let file = api.join(dialect).join(format!("{name}.rs"));
            assert!(file.is_file(), "src/api/{dialect}/{name}.rs is missing");
        }
    }
}
