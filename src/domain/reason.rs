//! Why a task ended, or why an attempt ended without an outcome.
//!
//! A task keeps the stable code and at most one detail, never a sentence: sentences are made when somebody reads, in
//! the reader's language. A detail is the name of a configured check, never anything about a person.

/// A stable reason. `name` is stored; [`Reason::detail`] is stored beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Blocking dependents were found.
    Dependents,
    /// The user was gone before the deletion took effect.
    UserGone,
    /// The user is the last one whose role is an administrator's.
    LastAdministrator,
    /// The named check could not answer.
    CheckUnavailable {
        /// The check's name, as configured.
        check: String,
    },
    /// What outside systems said kept growing too old before the deletion could take effect.
    AnswersTooOld,
    /// Dependents came and went each time the deletion was about to take effect.
    Unsettled,
    /// The worker's lease ran out: it died, or stalled.
    WorkerLost,
    /// The worker was stopped and handed the task back.
    WorkerStopped,
    /// The worker's own code panicked.
    WorkerPanicked,
    /// An operator paused it.
    Paused,
    /// The workspace was gone before its removal began.
    WorkspaceGone,
    /// The removal has begun and could not be finished yet.
    EffectIncomplete,
    /// What the removal would put the workspace aside as is there already, and not by this task.
    InTheWay,
    /// The workspace cannot be set aside: found out before the removal is promised, or after. Nothing of it was touched.
    NotSetAside,
    /// The worker could not write down in its ledger that the effect begins, so it did not let it begin.
    LedgerUnwritable,
}

impl Reason {
    /// The stable code.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Dependents => "dependents",
            Self::UserGone => "user_gone",
            Self::LastAdministrator => "last_administrator",
            Self::CheckUnavailable { .. } => "check_unavailable",
            Self::AnswersTooOld => "answers_too_old",
            Self::Unsettled => "unsettled",
            Self::WorkerLost => "worker_lost",
            Self::WorkerStopped => "worker_stopped",
            Self::WorkerPanicked => "worker_panicked",
            Self::Paused => "paused",
            Self::WorkspaceGone => "workspace_gone",
            Self::EffectIncomplete => "effect_incomplete",
            Self::InTheWay => "in_the_way",
            Self::NotSetAside => "not_set_aside",
            Self::LedgerUnwritable => "ledger_unwritable",
        }
    }

    /// What goes with the code; empty for most.
    #[must_use]
    pub fn detail(&self) -> &str {
        match self {
            Self::CheckUnavailable { check } => check,
            Self::Dependents
            | Self::UserGone
            | Self::LastAdministrator
            | Self::AnswersTooOld
            | Self::Unsettled
            | Self::WorkerLost
            | Self::WorkerStopped
            | Self::WorkerPanicked
            | Self::Paused
            | Self::WorkspaceGone
            | Self::EffectIncomplete
            | Self::InTheWay
            | Self::NotSetAside
            | Self::LedgerUnwritable => "",
        }
    }

    /// Every reason, with that detail where one belongs to it.
    #[must_use]
    pub fn every(detail: &str) -> [Self; 15] {
        [
            Self::Dependents,
            Self::UserGone,
            Self::LastAdministrator,
            Self::CheckUnavailable { check: detail.to_owned() },
            Self::AnswersTooOld,
            Self::Unsettled,
            Self::WorkerLost,
            Self::WorkerStopped,
            Self::WorkerPanicked,
            Self::Paused,
            Self::WorkspaceGone,
            Self::EffectIncomplete,
            Self::InTheWay,
            Self::NotSetAside,
            Self::LedgerUnwritable,
        ]
    }

    /// The reason of that code and detail.
    #[must_use]
    pub fn from_parts(name: &str, detail: &str) -> Option<Self> {
        Self::every(detail).into_iter().find(|reason| reason.name() == name)
    }
}
