//! The kinds of tasks, and what sets them apart: what each changes, and which stands in for which.
//!
//! Easy to get wrong: what a kind changes decides where its effect takes place. Inside Redis, effect and end are one step;
//! outside, a commit comes first, from which the task only goes forward.

/// What a task is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskKind {
    /// Take a user out of the staged configuration, unless somebody depends on him.
    StagedUser,
    /// Take a user out of the staged and the deployed configuration, with everything that lets him in.
    PlatformUser,
    /// Remove a user's workspace from the disk, unless a container of his runs.
    Workspace,
    /// Find out what depends on a user, as his deletion would, and do nothing: a dry run.
    Dependents,
    /// Let the staged configuration take effect: it becomes the deployed one.
    Deploy,
}

/// What a task changes when it completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    None,
    /// The staged user goes, in one step with the task's end.
    Staged,
    /// The staged and the deployed user go, and his sessions, in one step with the task's end.
    Everywhere,
    /// Something outside Redis: a commit first, from which there is no way back, then the effect, then the end.
    Outside,
    /// All deployed users, prepared beside those that are in effect; they take their place in one step with the task's end.
    Configuration,
}

impl TaskKind {
    /// All kinds.
    pub const ALL: [Self; 5] =
        [Self::StagedUser, Self::PlatformUser, Self::Workspace, Self::Dependents, Self::Deploy];

    /// The name under which the kind is stored and logged.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StagedUser => "staged_user",
            Self::PlatformUser => "platform_user",
            Self::Workspace => "workspace",
            Self::Dependents => "dependents",
            Self::Deploy => "deploy",
        }
    }

    /// What it changes when it completes.
    #[must_use]
    pub const fn effect(self) -> Effect {
        match self {
            Self::StagedUser => Effect::Staged,
            Self::PlatformUser => Effect::Everywhere,
            Self::Workspace => Effect::Outside,
            Self::Dependents => Effect::None,
            Self::Deploy => Effect::Configuration,
        }
    }

    /// It changes something when it completes.
    #[must_use]
    pub fn has_effect(self) -> bool {
        self.effect() != Effect::None
    }

    /// A request for it is served by that live task about the same subject: whoever asks gets that one.
    #[must_use]
    pub const fn is_served_by(self, live: Self) -> bool {
        match (self, live) {
            (Self::StagedUser, Self::StagedUser | Self::PlatformUser)
            | (Self::PlatformUser, Self::PlatformUser)
            | (Self::Workspace, Self::Workspace) => true,
            (
                Self::StagedUser | Self::PlatformUser | Self::Workspace | Self::Dependents | Self::Deploy,
                _,
            ) => false,
        }
    }

    /// It is about a user of the directory, and shown where users' deletions are.
    #[must_use]
    pub const fn deletes_a_user(self) -> bool {
        match self {
            Self::StagedUser | Self::PlatformUser => true,
            Self::Workspace | Self::Dependents | Self::Deploy => false,
        }
    }

    /// Its checks are shown by sub-type, with their times. The others' are not, and keep no such detail.
    #[must_use]
    pub const fn shows_components(self) -> bool {
        match self {
            Self::Dependents => true,
            Self::StagedUser | Self::PlatformUser | Self::Workspace | Self::Deploy => false,
        }
    }

    /// A subject has one live task of such kinds at most.
    #[must_use]
    pub fn is_exclusive(self) -> bool {
        self.has_effect()
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
