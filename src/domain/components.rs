//! One check of a dry run in detail: when it ran, and what it has looked at and found, by sub-type.
//!
//! Owns the numbers that callers see while they wait, and the rule that they add up: what the components of a task have
//! looked at and found is all that it has. Only dry runs show them, so only they keep them.
//!
//! Easy to get wrong: a component knows how many objects it has to look at before it has read them, and these may change
//! meanwhile. Whatever was found was looked at, and a component that has ended well has looked at everything.

use chrono::{DateTime, TimeDelta, Utc};
use std::fmt;

use super::{checklist::Counts, sub_type::SubType};

/// One check in detail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Components {
    /// When its attempt set out.
    pub created: DateTime<Utc>,
    /// When it began: later, where it waited for its turn to ask.
    pub started: Option<DateTime<Utc>>,
    /// When it last found something, or began, or ended.
    pub modified: DateTime<Utc>,
    /// When it ended.
    pub completed: Option<DateTime<Utc>>,
    /// What it looks for, in the order in which it came to it.
    pub parts: Vec<Component>,
}

/// What a check looks for under one sub-type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Component {
    /// The sub-type.
    pub sub_type: SubType,
    /// Objects that it has to look at, as far as it was known when it began.
    pub objects: u64,
    /// What it has found.
    pub counts: Counts,
}

impl Component {
    /// One that has so much to look at.
    #[must_use]
    pub fn of(sub_type: SubType, objects: u64) -> Self {
        Self { sub_type, objects, counts: Counts::default() }
    }

    /// Objects to look at.
    #[must_use]
    pub fn maximum(&self) -> u64 {
        self.objects.max(self.counts.found)
    }

    /// Objects that were looked at; all of them, once its check has `answered`.
    #[must_use]
    pub fn progress(&self, answered: bool) -> u64 {
        if answered { self.maximum() } else { self.counts.found }
    }
}

impl Components {
    /// A check that has not begun. One that looks for one thing only is one object until it has found more.
    #[must_use]
    pub fn waiting(only: Option<SubType>, at: DateTime<Utc>) -> Self {
        let parts = only.map(|sub_type| Component::of(sub_type, 1)).into_iter().collect();
        Self { created: at, started: None, modified: at, completed: None, parts }
    }

    /// The part of that sub-type, which is made where there is none.
    pub fn part(&mut self, sub_type: SubType) -> &mut Component {
        let known = self.parts.iter().position(|part| part.sub_type == sub_type);
        let place = known.unwrap_or_else(|| {
            self.parts.push(Component::of(sub_type, 0));
            self.parts.len() - 1
        });
        &mut self.parts[place]
    }

    /// What all parts have found.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.parts.iter().map(|part| part.counts).sum()
    }

    /// The detail that such a text tells of.
    pub(super) fn parse(times: &str, parts: &str) -> Option<Self> {
        let mut times = times.split('.');
        let created = DateTime::from_timestamp_millis(times.next()?.parse().ok()?)?;
        let later = |text: &str| {
            let millis: i64 = text.parse().ok().filter(|millis| *millis >= 0)?;
            created.checked_add_signed(TimeDelta::try_milliseconds(millis)?)
        };
        let mut next = || match times.next()? {
            "" => Some(None),
            text => later(text).map(Some),
        };
        let (started, modified, completed) = (next()?, next()??, next()?);
        let parts = if parts.is_empty() {
            Vec::new()
        } else {
            parts.split('+').map(parse_part).collect::<Option<_>>()?
        };
        times.next().is_none().then_some(Self { created, started, modified, completed, parts })
    }
}

fn parse_part(text: &str) -> Option<Component> {
    let mut words = text.split('.');
    let sub_type = SubType::from_name(words.next()?)?;
    let mut number = || words.next()?.parse().ok();
    let (objects, found, blocking) = (number()?, number()?, number()?);
    words.next().is_none().then_some(Component { sub_type, objects, counts: Counts { found, blocking } })
}

/// `1612971240237.0.12.12:REPORTS.5.3.1+DASHBOARDS.1.1.0`: when it was created, and after how many milliseconds it
/// started, changed and ended; then each part's objects, dependents found, blocking ones among them.
impl fmt::Display for Components {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let after = |at: DateTime<Utc>| (at - self.created).num_milliseconds().max(0).to_string();
        let or_none = |at: Option<DateTime<Utc>>| at.map(after).unwrap_or_default();
        let (started, completed) = (or_none(self.started), or_none(self.completed));
        let created = self.created.timestamp_millis();
        write!(f, "{created}.{started}.{}.{completed}:", after(self.modified))?;
        for (index, Component { sub_type, objects, counts }) in self.parts.iter().enumerate() {
            let plus = if index == 0 { "" } else { "+" };
            write!(f, "{plus}{}.{objects}.{}.{}", sub_type.name(), counts.found, counts.blocking)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Component, Components, Counts, SubType};
    use chrono::DateTime;

    #[test]
    fn whatever_was_found_was_looked_at_and_at_the_end_everything_was() {
        let part = |objects, found| Component {
            counts: Counts { found, blocking: 0 },
            ..Component::of(SubType::Reports, objects)
        };
        for (objects, found, running, maximum) in [(5, 2, 2, 5), (5, 7, 7, 7), (1, 0, 0, 1), (0, 0, 0, 0)] {
            let part = part(objects, found);
            assert_eq!((part.progress(false), part.maximum()), (running, maximum));
            assert_eq!(part.progress(true), maximum);
        }
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let at = |ms: i64| DateTime::from_timestamp_millis(1_612_971_240_237 + ms).unwrap();
        let mut one = Components::waiting(Some(SubType::Reports), at(0));
        assert_eq!(one.to_string(), "1612971240237..0.:REPORTS.1.0.0");
        (one.started, one.modified, one.completed) = (Some(at(3)), at(12), Some(at(12)));
        one.part(SubType::Reports).counts = Counts { found: 3, blocking: 1 };
        one.part(SubType::Domain).objects = 4;
        let text = one.to_string();
        assert_eq!(text, "1612971240237.3.12.12:REPORTS.1.3.1+DOMAIN.4.0.0");
        assert_eq!(one.counts(), Counts { found: 3, blocking: 1 });
        for components in [one, Components::waiting(None, at(0))] {
            let text = components.to_string();
            let (times, parts) = text.split_once(':').unwrap();
            assert_eq!(Components::parse(times, parts), Some(components));
        }
    }

    #[test]
    fn what_no_worker_writes_is_not_read() {
        for (times, parts) in [
            ("", ""),
            ("1.2.3", ""),
            ("1.2..3", ""),
            ("1.2.3.4.5", ""),
            ("1.-2.3.4", ""),
            ("1.2.3.4", "REPORTS.1.0"),
            ("1.2.3.4", "REPORTS.1.0.0.0"),
            ("1.2.3.4", "FOES.1.0.0"),
            ("1.2.3.4", "REPORTS.1.0.0+"),
        ] {
            assert_eq!(Components::parse(times, parts), None, "{times:?} {parts:?}");
        }
    }
}
