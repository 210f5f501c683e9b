//! What depends on a user, and what the checks of one attempt have found so far.

use super::{
    checklist::{CheckState, Checklist, Counts},
    reason::Reason,
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
    /// One more dependent was found, by the check at that place in the list.
    pub fn add(&mut self, check: usize, dependent: &Dependent) {
        if let Some(check) = self.checks.0.get_mut(check) {
            check.counts.found += 1;
            check.counts.blocking += u64::from(dependent.blocking);
        }
    }

    /// The check at that place has ended.
    pub fn ended(&mut self, check: usize, outcome: Result<(), Reason>) {
        let state = if outcome.is_ok() { CheckState::Answered } else { CheckState::Unanswered };
        if let Some(check) = self.checks.0.get_mut(check) {
            check.state = state;
        }
        self.unanswered = self.unanswered.take().or(outcome.err());
    }

    /// What all of them have found.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.checks.counts()
    }
}

#[cfg(test)]
mod tests {
    use super::{Label, is_plain_text};

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
