//! Who may do what.
//!
//! Owns the one table from operations to capabilities. It must never look at anything but the caller: what depends on
//! the user who is to be deleted is decided by `domain` and by the submit script.
//!
//! Easy to get wrong: a caller who may not *act* is told so (`NotAllowed`); one who may not even *look* is told that
//! the endpoint is not for him (`NoAccess`). Dialects have different codes for the two.

use super::{Principal, Problem};
use crate::{api::problem::ProblemKind, domain::capability::Capability};

/// What a caller wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Ask for a user's deletion.
    DeleteUser,
    /// Take such a request back.
    CancelTask,
    /// Find out what depends on a user, or stop doing so.
    FindDependents,
    /// See a task, and what it found.
    ReadTask,
    /// Let the staged configuration take effect.
    Deploy,
    /// See how the last deploy stands.
    ReadDeploy,
    /// Remove a workspace.
    DeleteWorkspace,
    /// Administer users as the platform dialect does.
    ConfigureUsers,
    /// See everybody's workspaces and containers, and end containers.
    AdministerNotebooks,
    /// Register and forget containers.
    WriteContainers,
    /// Register or forget a dependent.
    WriteDependents,
    /// See the containers that are registered.
    ReadContainers,
    /// See the dependents that are registered.
    ReadDependents,
    /// See the metrics from afar.
    ReadMetrics,
    /// See how much there is to do.
    ReadQueue,
    /// Look for tasks, and see all about one.
    ListTasks,
    /// See who works.
    ReadWorkers,
    /// Listen to what happens.
    ReadEvents,
    /// See what Redis promises, and what is not as it should be.
    ReadDiagnosis,
    /// Cancel, pause, resume or retry a task.
    ActOnTasks,
    /// Stop claiming altogether, or let it go on.
    ActOnQueue,
    /// Stop one worker's claiming, or let it go on.
    ActOnWorkers,
    /// Ask for the deletion of many.
    SubmitDeletions,
    /// See, make and revoke service tokens.
    ManageTokens,
    /// See what there is to be asked for, and of what release.
    ReadHelp,
    /// See who tried to log in: everybody may see his own attempts.
    ReadLogins,
    /// End the session by which one calls.
    LogOut,
    /// See staged users.
    ReadStagedUsers,
    /// See deployed users, of whom everybody sees himself.
    ReadDeployedUsers,
    /// Create a staged user, or change one.
    WriteStagedUsers,
    /// Change a deployed user's preferences; everybody has his own.
    WritePreferences,
    /// See user roles, of either side.
    ReadRoles,
    /// See the list of deployed user roles, of which everybody sees his own.
    ReadDeployedRoles,
    /// See staged security profiles.
    ReadStagedProfiles,
    /// See deployed security profiles, of which everybody sees his own.
    ReadDeployedProfiles,
}

impl Operation {
    /// Refuses who may not.
    ///
    /// # Errors
    /// [`ProblemKind::NotAllowed`] or [`ProblemKind::NoAccess`].
    pub fn permit(self, principal: &Principal) -> Result<(), Problem> {
        let (permitted, otherwise) = match self {
            Self::DeleteUser => (principal.may_delete_users(), not_allowed("delete users")),
            // Nothing changes by it, so nobody is told that he may not act.
            Self::FindDependents => (principal.may_delete_users(), no_access()),
            Self::CancelTask => (principal.may_delete_users(), not_allowed("cancel a user's deletion")),
            Self::ReadTask => (principal.may_delete_users() || principal.may_read_operations(), no_access()),
            Self::Deploy => (principal.may_delete_users(), not_allowed("deploy the configuration")),
            Self::ReadDeploy => {
                (principal.may_delete_users() || principal.may_read_operations(), no_access())
            }
            Self::DeleteWorkspace => (principal.has(Capability::Admin), not_allowed("remove workspaces")),
            Self::ConfigureUsers => (principal.has(Capability::Admin), not_allowed("administer users")),
            Self::AdministerNotebooks => {
                (principal.has(Capability::Admin), not_allowed("administer notebooks"))
            }
            Self::WriteContainers => {
                (principal.may_write_operations(), not_allowed("register or forget containers"))
            }
            Self::WriteDependents => {
                (principal.may_write_operations(), not_allowed("register or remove dependents"))
            }
            Self::ReadDependents
            | Self::ReadContainers
            | Self::ReadMetrics
            | Self::ReadQueue
            | Self::ListTasks
            | Self::ReadWorkers
            | Self::ReadEvents
            | Self::ReadDiagnosis => (principal.may_read_operations(), no_access()),
            Self::ActOnTasks => (principal.may_write_operations(), not_allowed("act on tasks")),
            Self::ActOnQueue => (principal.may_write_operations(), not_allowed("act on the queue")),
            Self::ActOnWorkers => (principal.may_write_operations(), not_allowed("act on workers")),
            Self::SubmitDeletions => {
                (principal.may_write_operations(), not_allowed("ask for deletions as operators do"))
            }
            Self::ReadStagedUsers | Self::ReadRoles | Self::ReadStagedProfiles => {
                (principal.may_read_users(), no_access())
            }
            Self::WriteStagedUsers => (principal.may_write_users(), no_access()),
            // Whoever is somebody; of whom, the operation says.
            Self::ReadDeployedUsers
            | Self::WritePreferences
            | Self::ReadDeployedRoles
            | Self::ReadDeployedProfiles
            | Self::ReadHelp
            | Self::ReadLogins
            | Self::LogOut => (true, no_access()),
            Self::ManageTokens => (principal.may_manage_tokens(), not_allowed("manage service tokens")),
        };
        if permitted { Ok(()) } else { Err(otherwise) }
    }
}

fn not_allowed(what: &str) -> Problem {
    Problem::new(ProblemKind::NotAllowed, format!("You do not have the capabilities to {what}."))
}

fn no_access() -> Problem {
    Problem::new(ProblemKind::NoAccess, "You do not have the capabilities to use this endpoint.")
}
