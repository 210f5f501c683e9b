//! How the checks of an attempt stand: which there are, which have answered, what each has found.
//!
//! A task keeps this as one line of text, `registered:answered:3:1,reports:running:0:0` (name, state, dependents found,
//! blocking ones among them), so that a report costs one field and every total is a sum of what is shown. A dry run's
//! checks have their detail behind it ([`components`](super::components)).
//!
//! Easy to get wrong: a check that could not answer is not done, and what it found before that still counts.

use chrono::{DateTime, Utc};
use std::{fmt, iter::Sum};

use super::{
    components::{Component, Components},
    dependents::Label,
    state::TaskState,
    sub_type::SubType,
};

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

impl Counts {
    /// One more was found.
    pub fn add(&mut self, blocking: bool) {
        self.found += 1;
        self.blocking += u64::from(blocking);
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, counts| Self {
            found: sum.found + counts.found,
            blocking: sum.blocking + counts.blocking,
        })
    }
}

/// How far something has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// What is done.
    pub done: u64,
    /// What there is in all; zero before the first check began.
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
    /// The same by sub-type, and when; none where nobody is shown it: in a deletion.
    pub components: Option<Components>,
}

impl CheckProgress {
    /// Where it stands, in a task's words: as its task does, unless it has ended by itself or waits for its turn.
    #[must_use]
    pub fn state_in(&self, task: TaskState) -> TaskState {
        let waits = self.components.as_ref().is_some_and(|components| components.started.is_none());
        match (self.state, task) {
            (CheckState::Answered, _) => TaskState::Completed,
            (CheckState::Unanswered, _) => TaskState::Exception,
            (CheckState::Running, TaskState::Processing) if waits => TaskState::Queued,
            // Its task needed it no more.
            (CheckState::Running, TaskState::Completed | TaskState::Conflict) => TaskState::Cancelled,
            (
                CheckState::Running,
                TaskState::Initializing
                | TaskState::Queued
                | TaskState::Processing
                | TaskState::CancelRequested
                | TaskState::Canceling
                | TaskState::Paused
                | TaskState::Interrupted
                | TaskState::Resuming
                | TaskState::Cancelled
                | TaskState::Exception,
            ) => task,
        }
    }

    /// A component of it, as far as it has come.
    #[must_use]
    pub fn progress_of(&self, component: &Component) -> Progress {
        let answered = self.state == CheckState::Answered;
        Progress { done: component.progress(answered), of: component.maximum() }
    }
}

/// The checks of an attempt, in the order of the settings; none before the first one began.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Checklist(pub Vec<CheckProgress>);

impl Checklist {
    /// Checks that are about to run.
    #[must_use]
    pub fn running(names: impl IntoIterator<Item = Label>) -> Self {
        let one = |name| CheckProgress {
            name,
            state: CheckState::Running,
            counts: Counts::default(),
            components: None,
        };
        Self(names.into_iter().map(one).collect())
    }

    /// The same, with their detail: each looks for one sub-type only, or for whatever it comes to.
    #[must_use]
    pub fn in_detail(mut self, sub_types: &[Option<SubType>], at: DateTime<Utc>) -> Self {
        for (check, only) in self.0.iter_mut().zip(sub_types) {
            check.components = Some(Components::waiting(*only, at));
        }
        self
    }

    /// What all of them have found.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.0.iter().map(|check| check.counts).sum()
    }

    /// Every component with the check that it is one of.
    pub fn components(&self) -> impl Iterator<Item = (&CheckProgress, &Components, &Component)> {
        self.0.iter().filter_map(|check| Some((check, check.components.as_ref()?))).flat_map(
            |(check, components)| components.parts.iter().map(move |part| (check, components, part)),
        )
    }

    /// How many objects all components have looked at, and how many there are.
    #[must_use]
    pub fn objects(&self) -> Progress {
        self.components().fold(Progress::default(), |sum, (check, _, component)| {
            let progress = check.progress_of(component);
            Progress { done: sum.done + progress.done, of: sum.of + progress.of }
        })
    }

    /// How many of them have answered, and how many there are.
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
    let components = match (parts.next(), parts.next()) {
        (None, _) => None,
        (Some(_), None) => return None,
        (Some(times), Some(found)) => {
            Some(Components::parse(times, found).filter(|components| components.counts() == counts)?)
        }
    };
    parts.next().is_none().then_some(CheckProgress { name, state, counts, components })
}

impl fmt::Display for Checklist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, CheckProgress { name, state, counts, components }) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let (name, state) = (name.as_str(), state.name());
            write!(f, "{comma}{name}:{state}:{}:{}", counts.found, counts.blocking)?;
            if let Some(components) = components {
                write!(f, ":{components}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{CheckProgress, CheckState, Checklist, Counts, Label, Progress, SubType, TaskState};
    use chrono::DateTime;

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
    fn the_detail_is_read_back_and_adds_up() {
        let names = ["registered", "reports"].map(|name| Label::new(name).unwrap());
        let sub_types = [None, Some(SubType::Reports)];
        let mut checks = Checklist::running(names).in_detail(&sub_types, DateTime::UNIX_EPOCH);
        let registered = checks.0[0].components.as_mut().unwrap();
        registered.part(SubType::Domain).objects = 5;
        registered.part(SubType::Domain).counts.add(true);
        checks.0[0].counts.add(true);
        let text = checks.to_string();
        assert_eq!(text, "registered:running:1:1:0..0.:DOMAIN.5.1.1,reports:running:0:0:0..0.:REPORTS.1.0.0");
        assert_eq!(Checklist::parse(&text), Some(checks.clone()));
        assert_eq!(checks.objects(), Progress { done: 1, of: 6 });
        checks.0[1].state = CheckState::Answered;
        assert_eq!(checks.objects(), Progress { done: 2, of: 6 });
        assert_eq!(checks.components().map(|(.., part)| part.counts).sum::<Counts>(), checks.counts());
    }

    #[test]
    fn a_check_stands_as_its_task_does_until_it_has_ended() {
        let detailed = Checklist::running(Label::new("reports")).in_detail(&[None], DateTime::UNIX_EPOCH);
        let mut check = detailed.0[0].clone();
        assert_eq!(check.state_in(TaskState::Processing), TaskState::Queued);
        check.components.as_mut().unwrap().started = Some(DateTime::UNIX_EPOCH);
        for state in TaskState::ALL {
            let needed = !matches!(state, TaskState::Completed | TaskState::Conflict);
            assert_eq!(check.state_in(state), if needed { state } else { TaskState::Cancelled });
            for (ended, word) in
                [(CheckState::Answered, TaskState::Completed), (CheckState::Unanswered, TaskState::Exception)]
            {
                let check = CheckProgress { state: ended, ..check.clone() };
                assert_eq!(check.state_in(state), word);
            }
        }
    }

    #[test]
    fn what_no_worker_writes_is_not_read() {
        assert_eq!(Checklist::parse(""), Some(Checklist::default()));
        for bad in [
            "a",
            "a:running:1",
            "a:gone:0:0",
            "a:running:x:0",
            "a:running:0:0:0",
            ",",
            "a b:running:0:0",
            "a:running:0:0:0..0.:REPORTS.1.1.0",
            "a:running:0:0:0..0.::",
        ] {
            assert_eq!(Checklist::parse(bad), None, "{bad:?}");
        }
    }
}
