//! The workers' ledger of effects: a file outside Redis that has a line before each effect and one after it.
//!
//! Easy to get wrong: a `begin` without an end is unknown. Its worker died, and the effect may have taken place.

use chrono::{DateTime, Utc};
use serde_json::Value;
use std::{path::Path, time::SystemTime};

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// By the machine's clock.
    pub(crate) at: SystemTime,
    pub(crate) what: Stage,
    pub(crate) task: u64,
    pub(crate) fence: u64,
    /// Whom or what it is about, as keys say it: `user:5`.
    pub(crate) subject: String,
    pub(crate) worker: String,
}

/// How far an effect is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It may take place from now on.
    Begin,
    /// It took place.
    Done,
    /// It was refused, and did not take place.
    Undone,
}

/// Reads all lines, and those apart that tell nothing. No row fills the disk that the ledger is on, and a worker hands a line
/// to the system in one piece: so a torn line, or one glued behind it, is one that an effect was not held back for.
pub(crate) fn read(path: &Path) -> (Vec<Line>, Vec<String>) {
    let text = std::fs::read_to_string(path).expect("the ledger is there");
    let (mut lines, mut unreadable) = (Vec::new(), Vec::new());
    // An empty line ends what may have been a torn one, and was none.
    for line in text.lines().filter(|line| !line.is_empty()) {
        match parse(line) {
            Some(line) => lines.push(line),
            None => unreadable.push(line.to_owned()),
        }
    }
    (lines, unreadable)
}

fn parse(line: &str) -> Option<Line> {
    let line: Value = serde_json::from_str(line).ok()?;
    let at: DateTime<Utc> = line["at"].as_str()?.parse().ok()?;
    let what = match line["what"].as_str()? {
        "begin" => Stage::Begin,
        "done" => Stage::Done,
        "undone" => Stage::Undone,
        _ => return None,
    };
    Some(Line {
        at: at.into(),
        what,
        task: line["task"].as_u64()?,
        fence: line["fence"].as_u64()?,
        subject: line["subject"].as_str()?.to_owned(),
        worker: line["worker"].as_str()?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Stage, read};

    #[test]
    fn what_cannot_be_read_is_told() {
        let whole = r#"{"at":"2026-01-01T00:00:00.000Z","what":"done","task":1,"fence":2,"subject":"user:5","worker":"w"}"#;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger");
        let (torn, strange) = (&whole[..20], "{\"what\":\"perhaps\"}");
        std::fs::write(&path, format!("{whole}\n\n{torn}{whole}\n{strange}\n{torn}")).unwrap();
        let (lines, unreadable) = read(&path);
        assert_eq!((lines.len(), lines[0].what, lines[0].fence), (1, Stage::Done, 2));
        assert_eq!(unreadable, [&format!("{torn}{whole}"), strange, torn]);
    }
}
