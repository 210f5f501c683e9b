//! What a command's end means to the shell.
//!
//! Owns the exit codes: scripts branch on them, so a number once given keeps its meaning. 2 is clap's, for a command line
//! that is not understood.
//!
//! Easy to get wrong: of several tasks the worst counts, and that is not the order of the numbers.

use std::process::ExitCode;

use crate::domain::state::TaskState;

/// How a command ended. What went wrong on the way is an error, and 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done as asked: 0.
    Done,
    /// Not done, or not for all: 1.
    Failed,
    /// A task was cancelled: 4.
    Cancelled,
    /// Something depends on a user: 3.
    Conflict,
    /// A task could not be carried out: 5.
    Exception,
    /// Ctrl-C: 130, as shells have it.
    Interrupted,
}

/// The codes of the commands that wait, for their help.
pub(crate) const CODES: &str = "Exit codes:\n  \
    0    all completed (without --wait: all accepted, or under way already)\n  \
    1    a user does not exist or may not be deleted, or the command failed\n  \
    2    the command line is not understood\n  \
    3    conflict: something depends on a user (with --dry-run: would block the deletion)\n  \
    4    cancelled\n  \
    5    exception: a task could not be carried out\n  \
    130  interrupted with Ctrl-C; the tasks go on\n\
    Of several tasks the worst counts: 5, then 3, then 4, then 1.";

impl Exit {
    /// The number that the shell sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Conflict => 3,
            Self::Cancelled => 4,
            Self::Exception => 5,
            Self::Interrupted => 130,
        }
    }

    /// The worse of two.
    #[must_use]
    pub fn or_worse(self, other: Self) -> Self {
        self.max(other)
    }

    /// What a task's end means. A dry run completes whatever it finds; what would block is a conflict all the same.
    #[must_use]
    pub const fn of_ended(state: TaskState, blocking: u64) -> Self {
        match state {
            TaskState::Completed if blocking > 0 => Self::Conflict,
            TaskState::Completed => Self::Done,
            TaskState::Conflict => Self::Conflict,
            TaskState::Cancelled => Self::Cancelled,
            TaskState::Exception => Self::Exception,
            TaskState::Initializing
            | TaskState::Queued
            | TaskState::Processing
            | TaskState::CancelRequested
            | TaskState::Canceling
            | TaskState::Paused
            | TaskState::Interrupted
            | TaskState::Resuming => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_that_scripts_know() {
        for (state, code) in [
            (TaskState::Completed, 0),
            (TaskState::Conflict, 3),
            (TaskState::Cancelled, 4),
            (TaskState::Exception, 5),
        ] {
            assert_eq!(Exit::of_ended(state, 0).code(), code);
            assert!(CODES.contains(&format!("\n  {code} ")), "{code}");
        }
        assert_eq!(Exit::of_ended(TaskState::Completed, 1).code(), 3);
        assert_eq!((Exit::Failed.code(), Exit::Interrupted.code()), (1, 130));
    }

    #[test]
    fn of_several_the_worst_counts_and_not_the_largest_number() {
        let order = [Exit::Done, Exit::Failed, Exit::Cancelled, Exit::Conflict, Exit::Exception];
        for pair in order.windows(2) {
            assert_eq!(pair[0].or_worse(pair[1]), pair[1]);
            assert_eq!(pair[1].or_worse(pair[0]), pair[1]);
        }
    }
}
