//! What depends on a user, and what the checks of one attempt have found so far.

use chrono::{DateTime, Utc};

use super::{
    checklist::{CheckState, Checklist, Counts},
    components::Components,
    reason::Reason,
    sub_type::SubType,
};

/// Something that still refers to a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependent {
    /// What it is, `ARIEL_SAVED_SEARCH` for one.
    pub kind: Label,
    /// Its identifier among those of its kind.
    pub id: String,
    /// What people call it.
    pub name: Option<String>,
    /// Whose it is.
    pub owner: Option<String>,
    /// Which database it lives in.
    pub database: Option<Database>,
    /// The groups it is in.
    pub group_ids: Vec<u64>,
    /// It stops the deletion.
    pub blocking: bool,
}

/// The kind of a dependent: 1 to 64 letters, digits, `_`, `-` or `.`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label(String);

impl Label {
    /// The label of that text, if it is one.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let well_formed = (1..=64).contains(&text.len()) && text.bytes().all(allowed);
        well_formed.then(|| Self(text.to_owned()))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The databases that hold dependents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// `EVENTS`
    Events,
    /// `FLOWS`
    Flows,
    /// `ASSETS`
    Assets,
}

impl Database {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Events, Self::Flows, Self::Assets];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Events => "EVENTS",
            Self::Flows => "FLOWS",
            Self::Assets => "ASSETS",
        }
    }

    /// The database of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|database| database.name() == name)
    }
}

/// The longest dependent's id, in bytes.
pub const MAX_ID_BYTES: usize = 255;
/// The longest name or owner, in bytes.
pub const MAX_NAME_BYTES: usize = 1_024;
/// The most groups one dependent is in.
pub const MAX_GROUPS: usize = 1_000;

/// Text that may name a dependent: not empty, not longer than `max_bytes`, no control characters.
#[must_use]
pub fn is_plain_text(text: &str, max_bytes: usize) -> bool {
    !text.is_empty() && text.len() <= max_bytes && !text.chars().any(char::is_control)
}

/// What the checks of one attempt have found so far. The dependents themselves go straight to the store; what is
/// decided on is counted here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Findings {
    /// The checks, and what each has found.
    pub checks: Checklist,
    /// Why a check could not answer: the first one that did not.
    pub unanswered: Option<Reason>,
}

impl Findings {
    /// The check at that place begins.
    pub fn began(&mut self, check: usize, at: DateTime<Utc>) {
        self.in_detail(check, at, |components| components.started = Some(at));
    }

    /// The check at that place has so many objects of that sub-type to look at.
    pub fn expect(&mut self, check: usize, sub_type: SubType, objects: u64, at: DateTime<Utc>) {
        self.in_detail(check, at, |components| components.part(sub_type).objects = objects);
    }

    /// One more dependent was found, by the check at that place, which looks for that sub-type.
    pub fn add(&mut self, check: usize, sub_type: SubType, dependent: &Dependent, at: DateTime<Utc>) {
        if let Some(check) = self.checks.0.get_mut(check) {
            check.counts.add(dependent.blocking);
        }
        self.in_detail(check, at, |components| components.part(sub_type).counts.add(dependent.blocking));
    }

    /// The check at that place has ended.
    pub fn ended(&mut self, check: usize, outcome: Result<(), Reason>, at: DateTime<Utc>) {
        let state = if outcome.is_ok() { CheckState::Answered } else { CheckState::Unanswered };
        if let Some(check) = self.checks.0.get_mut(check) {
            check.state = state;
        }
        self.in_detail(check, at, |components| components.completed = Some(at));
        self.unanswered = self.unanswered.take().or(outcome.err());
    }

    fn in_detail(&mut self, check: usize, at: DateTime<Utc>, change: impl FnOnce(&mut Components)) {
        let detail = self.checks.0.get_mut(check).and_then(|check| check.components.as_mut());
        if let Some(components) = detail {
            // What is heard of behind its end was found before.
            components.modified = components.completed.map_or(at, |ended| ended.min(at));
            change(components);
        }
    }

    /// What all of them have found.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.checks.counts()
    }
}

#[cfg(test)]
mod tests {
    use super::{Dependent, Findings, Label, SubType, is_plain_text};
    use crate::domain::{
        checklist::{CheckState, Checklist, Counts},
        reason::Reason,
    };
    use chrono::DateTime;

    #[test]
    fn what_is_found_counts_in_the_total_and_in_its_component() {
        let at = |ms| DateTime::from_timestamp_millis(ms).unwrap();
        let dependent = Dependent {
            kind: Label::new("REPORT").unwrap(),
            id: "17".into(),
            name: None,
            owner: None,
            database: None,
            group_ids: vec![],
            blocking: true,
        };
        let plain = Checklist::running(Label::new("registered"));
        let mut detailed = Findings { checks: plain.clone().in_detail(&[None], at(1)), unanswered: None };
        let mut plain = Findings { checks: plain, unanswered: None };
        for findings in [&mut plain, &mut detailed] {
            findings.began(0, at(2));
            findings.expect(0, SubType::Reports, 3, at(3));
            findings.add(0, SubType::Reports, &dependent, at(4));
            findings.ended(0, Err(Reason::WorkerLost), at(5));
            assert_eq!(findings.counts(), Counts { found: 1, blocking: 1 });
            assert_eq!(findings.checks.0[0].state, CheckState::Unanswered);
        }
        detailed.add(0, SubType::Reports, &dependent, at(6));
        assert_eq!(detailed.checks.0[0].counts.found, 2, "it was found, however late it is heard of");
        assert_eq!(plain.checks.0[0].components, None);
        let components = detailed.checks.0[0].components.take().unwrap();
        assert_eq!(components.to_string(), "1.1.4.4:REPORTS.3.2.2");
    }

    #[test]
    fn labels_are_short_and_plain() {
        assert!(Label::new("ARIEL_SAVED_SEARCH").is_some());
        for bad in ["", "a b", "a/b", "ä", &"x".repeat(65)] {
            assert!(Label::new(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn plain_text_has_no_control_characters() {
        assert!(is_plain_text("Failed logins, ünïcode", 255));
        assert!(!is_plain_text("", 255));
        assert!(!is_plain_text("a\nb", 255));
        assert!(!is_plain_text("abc", 2));
    }
}
