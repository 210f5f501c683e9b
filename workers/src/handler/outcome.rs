//! How attempts end, as logs, traces and metrics name it.

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The deletion took effect, or the dry run is through.
    Completed,
    /// Blocking dependents were found.
    Conflict,
    /// To be tried again.
    Retry,
    /// Given up.
    Failed,
    /// Cancelled, as asked.
    Cancelled,
    /// Somebody else holds the task, or nobody: nothing was written.
    Lost,
    /// Handed back because this worker stops, or has no means to do it.
    HandedBack,
    /// Its code panicked, whatever became of the task: it is tried again, given up, or somebody else's by now.
    Panicked,
}

impl Outcome {
    /// Its name in logs and metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Conflict => "conflict",
            Self::Retry => "retry",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Lost => "lost",
            Self::HandedBack => "handed_back",
            Self::Panicked => "panicked",
        }
    }

    /// Somebody has to look: the task was given up, or our code is wrong.
    pub(super) const fn is_failure(self) -> bool {
        match self {
            Self::Failed | Self::Panicked => true,
            Self::Completed
            | Self::Conflict
            | Self::Retry
            | Self::Cancelled
            | Self::Lost
            | Self::HandedBack => false,
        }
    }
}
