//! How the checks of an attempt stand: which there are, which have answered, what each has found.
//!
//! A task keeps this as one line of text, `registered:answered:3:1,reports:running:0:0` (name, state, dependents found,
//! blocking ones among them), so that a report costs one field and every total is a sum of what is shown.
//!
//! Easy to get wrong: a check that could not answer is not done, and what it found before that still counts.

use std::fmt;

use super::dependents::Label;

/// Where one check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckState {
    /// It has not ended.
    Running,
    /// It has found all there is to find.
    Answered,
    /// It could not answer.
    Unanswered,
}

impl CheckState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Running, Self::Answered, Self::Unanswered];

    /// The word under which it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Answered => "answered",
            Self::Unanswered => "unanswered",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// How many dependents were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Found in all.
    pub found: u64,
    /// Those among them that block the deletion.
    pub blocking: u64,
}

/// How far the checks have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Checks that have answered.
    pub done: u64,
    /// Checks in all; zero before the first one began.
    pub of: u64,
}

/// One check of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckProgress {
    /// Its name, as configured.
    pub name: Label,
    /// Where it stands.
    pub state: CheckState,
    /// What it has found.
    pub counts: Counts,
}

/// The checks of an attempt, in the order of the settings; none before the first one began.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checklist(pub Vec<CheckProgress>);

impl Checklist {
    /// Checks that are about to run.
    #[must_use]
    pub fn running(names: impl IntoIterator<Item = Label>) -> Self {
        let one = |name| CheckProgress { name, state: CheckState::Running, counts: Counts::default() };
        Self(names.into_iter().map(one).collect())
    }

    /// What all of them have found.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.0.iter().fold(Counts::default(), |sum, check| Counts {
            found: sum.found + check.counts.found,
            blocking: sum.blocking + check.counts.blocking,
        })
    }

    /// How far they are.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let answered = |check: &&CheckProgress| check.state == CheckState::Answered;
        Progress { done: self.0.iter().filter(answered).count() as u64, of: self.0.len() as u64 }
    }

    /// The checks that such a text tells of.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        text.split(',').map(parse_one).collect::<Option<_>>().map(Self)
    }
}

fn parse_one(text: &str) -> Option<CheckProgress> {
    let mut parts = text.split(':');
    let (name, state) = (Label::new(parts.next()?)?, CheckState::from_name(parts.next()?)?);
    let counts = Counts { found: parts.next()?.parse().ok()?, blocking: parts.next()?.parse().ok()? };
    parts.next().is_none().then_some(CheckProgress { name, state, counts })
}

impl fmt::Display for Checklist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, CheckProgress { name, state, counts }) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let (name, state) = (name.as_str(), state.name());
            write!(f, "{comma}{name}:{state}:{}:{}", counts.found, counts.blocking)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{CheckState, Checklist, Counts, Label, Progress};

    #[test]
    fn what_is_written_is_what_is_read_and_totals_are_sums() {
        let mut checks = Checklist::running(["registered", "re.ports"].map(|name| Label::new(name).unwrap()));
        checks.0[0].state = CheckState::Answered;
        checks.0[0].counts = Counts { found: 3, blocking: 1 };
        checks.0[1].counts = Counts { found: 2, blocking: 2 };
        let text = checks.to_string();
        assert_eq!(text, "registered:answered:3:1,re.ports:running:2:2");
        assert_eq!(Checklist::parse(&text), Some(checks.clone()));
        assert_eq!(checks.counts(), Counts { found: 5, blocking: 3 });
        assert_eq!(checks.progress(), Progress { done: 1, of: 2 });
    }

    #[test]
    fn what_no_worker_writes_is_not_read() {
        assert_eq!(Checklist::parse(""), Some(Checklist::default()));
        for bad in
            ["a", "a:running:1", "a:gone:0:0", "a:running:x:0", "a:running:0:0:0", ",", "a b:running:0:0"]
        {
            assert_eq!(Checklist::parse(bad), None, "{bad:?}");
        }
    }
}
