//! What an import has done, in numbers and words.
//!
//! The first skipped things are listed, by their ids and types, never by a person's name; the rest are counted.

use std::{collections::BTreeSet, fmt};

use super::faults::MOST_LISTED;
use crate::domain::task::UserId;

/// What became of the things of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// New ones.
    pub added: u64,
    /// Deleted ones that are back.
    pub restored: u64,
    /// They were there and stay as they were.
    pub kept: u64,
    /// They were not loaded.
    pub skipped: u64,
}

/// What was skipped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A user.
    User(UserId),
    /// A dependent of a user: its type and id.
    Dependent(UserId, String, String),
    /// A service token's name.
    Token(String),
}

/// Why it was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SkipReason {
    /// The user was deleted.
    Deleted,
    /// The user's deletion is under way.
    BeingDeleted,
    /// Another user or a service token has the name.
    NameTaken,
    /// The dependent's user is not there: deleted, or skipped himself.
    NoSuchUser,
    /// The user has as many dependents as one may have.
    Full,
    /// The same token is another name's.
    TokenTaken,
    /// A user has the token's name.
    UsersName,
    /// There are as many tokens as there may be.
    TooManyTokens,
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deleted => "was deleted (--restore brings deleted users back)",
            Self::BeingDeleted => "the deletion is under way",
            Self::NameTaken => "another user or a service token has the username",
            Self::NoSuchUser => "the user is not there",
            Self::Full => "the user has as many dependents as one may have",
            Self::TokenTaken => "the same token has another name already",
            Self::UsersName => "a user has the name",
            Self::TooManyTokens => "there are as many tokens as there may be",
        })
    }
}

/// One thing that was skipped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skip {
    /// What.
    pub subject: Subject,
    /// Why.
    pub reason: SkipReason,
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Subject::User(user) => write!(f, "user {user}")?,
            Subject::Dependent(user, kind, id) => write!(f, "dependent {kind} {id:?} of user {user}")?,
            Subject::Token(name) => write!(f, "service token {name:?}")?,
        }
        write!(f, ": {}", self.reason)
    }
}

/// What an import has done. Its `Display` is the text that the command shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// User roles.
    pub roles: Tally,
    /// Security profiles.
    pub profiles: Tally,
    /// Tenants.
    pub tenants: Tally,
    /// Domains.
    pub domains: Tally,
    /// Users.
    pub users: Tally,
    /// Dependents.
    pub dependents: Tally,
    /// Service tokens.
    pub tokens: Tally,
    /// The first of what was skipped, in order of kind and id, [`MOST_LISTED`] at most.
    pub skipped: BTreeSet<Skip>,
}

impl Report {
    /// How many things were skipped in all.
    #[must_use]
    pub const fn skipped_in_all(&self) -> u64 {
        self.users.skipped + self.dependents.skipped + self.tokens.skipped
    }

    /// Notes something that was skipped.
    pub(super) fn skip(&mut self, subject: Subject, reason: SkipReason) {
        let tally = match &subject {
            Subject::User(_) => &mut self.users,
            Subject::Dependent(..) => &mut self.dependents,
            Subject::Token(_) => &mut self.tokens,
        };
        tally.skipped += 1;
        self.skipped.insert(Skip { subject, reason });
        if self.skipped.len() > MOST_LISTED {
            self.skipped.pop_last();
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [
            ("user roles", self.roles),
            ("security profiles", self.profiles),
            ("tenants", self.tenants),
            ("domains", self.domains),
            ("users", self.users),
            ("dependents", self.dependents),
            ("service tokens", self.tokens),
        ];
        for (kind, Tally { added, restored, kept, skipped }) in kinds {
            write!(f, "{kind}: {added} added, ")?;
            if restored > 0 {
                write!(f, "{restored} restored, ")?;
            }
            writeln!(f, "{kept} kept as they were, {skipped} skipped")?;
        }
        if self.skipped.is_empty() {
            return Ok(());
        }
        writeln!(f, "skipped:")?;
        for skip in &self.skipped {
            writeln!(f, "  {skip}")?;
        }
        match self.skipped_in_all().saturating_sub(self.skipped.len() as u64) {
            0 => Ok(()),
            more => writeln!(f, "  and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_what_was_done_and_lists_what_was_skipped() {
        let mut report = Report::default();
        report.users.added = 2;
        report.users.restored = 1;
        report.skip(Subject::Dependent(UserId(7), "REPORT".into(), "a\nb".into()), SkipReason::NoSuchUser);
        report.skip(Subject::User(UserId(5)), SkipReason::BeingDeleted);
        let text = report.to_string();
        assert!(text.contains("users: 2 added, 1 restored, 0 kept as they were, 1 skipped\n"), "{text}");
        let tail = "skipped:\n  user 5: the deletion is under way\n  \
                    dependent REPORT \"a\\nb\" of user 7: the user is not there\n";
        assert!(text.ends_with(tail), "{text}");
    }

    #[test]
    fn a_hundred_are_listed_in_order_and_the_rest_counted() {
        let mut report = Report::default();
        for id in (1..=250).rev() {
            report.skip(Subject::User(UserId(id)), SkipReason::Deleted);
        }
        assert_eq!((report.skipped.len(), report.skipped_in_all()), (MOST_LISTED, 250));
        assert_eq!(report.skipped.first().map(|skip| &skip.subject), Some(&Subject::User(UserId(1))));
        assert!(report.to_string().ends_with("  and 150 more\n"));
    }
}
