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

/// Reads all lines. One that is torn, by a kill or a full disk, tells nothing: no effect followed it.
pub(crate) fn read(path: &Path) -> Vec<Line> {
    let text = std::fs::read_to_string(path).expect("the ledger is there");
    let whole = text.lines().filter_map(|line| serde_json::from_str(line).ok());
    whole.map(|line| parse(&line).unwrap_or_else(|| panic!("no line of a ledger: {line}"))).collect()
}

fn parse(line: &Value) -> Option<Line> {
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
