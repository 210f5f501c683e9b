//! The closed list of reasons for which a request is refused.
//!
//! Owns the reasons and a stable word for each. It must never carry a dialect's code, nor anything about a person.
//!
//! Easy to get wrong: a new reason is met by every dialect, so each of them maps it, whether it can happen there or not;
//! the compiler names the places.

use crate::domain::user::UserRule;

/// What could not be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No such user in the staged configuration.
    User,
    /// No such task.
    Task,
    /// No such dependent of the user, or no such user.
    Dependent,
    /// No such worker, or none that was seen lately.
    Worker,
    /// No service token of that name.
    Token,
    /// No such workspace.
    Workspace,
    /// No such container.
    Container,
    /// Nothing of that number in the help.
    Documentation,
    /// No such role.
    Role,
    /// No such tenant.
    Tenant,
    /// No such security profile.
    Profile,
    /// No such group of users, or none at all.
    UserGroup,
}

/// Every reason for which a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// No route has this path.
    UnknownPath,
    /// The path exists, but not with this method.
    MethodNotAllowed,
    /// The caller does not say who he is.
    NoCredentials,
    /// The caller is not who he says, or says it in no usable way.
    BadCredentials,
    /// The caller lacks the capability for what he wants to do.
    NotAllowed,
    /// The caller may not use this endpoint at all.
    NoAccess,
    /// The built-in administrator stays.
    BuiltInAdministrator,
    /// The caller may delete users, but not this one.
    NotThisUser,
    /// A parameter's value cannot be used.
    BadParameter {
        /// The parameter.
        name: &'static str,
    },
    /// A field selection that cannot be read, or that names a field which does not exist.
    UnknownField,
    /// A field selection that names a field twice.
    DuplicateField,
    /// A filter that cannot be read, or asks what cannot be asked.
    BadFilter,
    /// An order by a field that does not exist, or one that cannot be read.
    UnknownSortField,
    /// An order by a field that has none.
    NotSortable,
    /// A range of a list that cannot be read, or ends before it begins.
    BadRange,
    /// There is no body where one is needed.
    MissingBody {
        /// What the documentation calls the body.
        name: &'static str,
    },
    /// The body does not say what it must.
    BadBody,
    /// The body is not plain JSON by its label.
    UnsupportedBody,
    /// The caller takes no form that the answer has.
    NotAcceptable,
    /// The body is too long.
    BodyTooLarge,
    /// The body did not come in time.
    RequestTimeout,
    /// The request's head or framing is faulty.
    MalformedRequest,
    /// Path and query are too long.
    TargetTooLong,
    /// The headers are too many or too long.
    HeadTooLarge,
    /// What is asked for is not there.
    NotFound(Missing),
    /// The task has ended, or is past the point of no return.
    AlreadyEnded,
    /// The task's state does not allow it.
    WrongState,
    /// A task cannot be given that status.
    BadStatus,
    /// A deletion of the user is under way already.
    DeletionLive,
    /// A deploy is under way already.
    DeployRuns,
    /// Nothing is staged otherwise than it is deployed.
    NothingToDeploy,
    /// The user's deletion is being cancelled; try again.
    BeingCancelled {
        /// When to try again, in seconds.
        retry_after_s: u64,
    },
    /// The idempotency key stands for another request.
    KeyReused,
    /// Too many idempotency keys name the running task.
    TooManyKeys,
    /// The user has as many dependents as one may have.
    Full,
    /// The name is in use, or reserved.
    NameTaken,
    /// As many callers listen as may; try again.
    TooManyListeners {
        /// When to try again, in seconds.
        retry_after_s: u64,
    },
    /// Containers of the user run, or nobody can tell that none does.
    ContainersRunning,
    /// Somebody moves or removes the workspace right now; try again.
    WorkspaceOccupied {
        /// When to try again, in seconds.
        retry_after_s: u64,
    },
    /// The role cannot be given by this caller, or by nobody.
    RoleNotAssignable,
    /// A user's field, or who would set it, does not keep to a rule.
    UserRule(UserRule),
    /// This installation is not set up for it.
    NotConfigured,
    /// The workspaces' disk refused.
    DiskFailed,
    /// The containers' engine refused, or does not answer.
    EngineFailed,
    /// The storage does not answer; try again.
    Unavailable {
        /// When to try again, in seconds.
        retry_after_s: u64,
    },
    /// Our fault.
    Internal,
}

impl ProblemKind {
    /// A stable word for metrics and logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnknownPath => "unknown_path",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::NoCredentials => "no_credentials",
            Self::BadCredentials => "bad_credentials",
            Self::NotAllowed => "not_allowed",
            Self::NoAccess => "no_access",
            Self::BuiltInAdministrator => "built_in_administrator",
            Self::NotThisUser => "not_this_user",
            Self::BadParameter { .. } => "bad_parameter",
            Self::UnknownField => "unknown_field",
            Self::DuplicateField => "duplicate_field",
            Self::BadFilter => "bad_filter",
            Self::UnknownSortField => "unknown_sort_field",
            Self::NotSortable => "not_sortable",
            Self::BadRange => "bad_range",
            Self::MissingBody { .. } => "missing_body",
            Self::BadBody => "bad_body",
            Self::UnsupportedBody => "unsupported_body",
            Self::NotAcceptable => "not_acceptable",
            Self::BodyTooLarge => "body_too_large",
            Self::RequestTimeout => "request_timeout",
            Self::MalformedRequest => "malformed_request",
            Self::TargetTooLong => "target_too_long",
            Self::HeadTooLarge => "head_too_large",
            Self::NotFound(_) => "not_found",
            Self::AlreadyEnded => "already_ended",
            Self::WrongState => "wrong_state",
            Self::BadStatus => "bad_status",
            Self::DeletionLive => "deletion_live",
            Self::DeployRuns => "deploy_runs",
            Self::NothingToDeploy => "nothing_to_deploy",
            Self::BeingCancelled { .. } => "being_cancelled",
            Self::KeyReused => "key_reused",
            Self::TooManyKeys => "too_many_keys",
            Self::Full => "full",
            Self::NameTaken => "name_taken",
            Self::TooManyListeners { .. } => "too_many_listeners",
            Self::ContainersRunning => "containers_running",
            Self::WorkspaceOccupied { .. } => "workspace_occupied",
            Self::RoleNotAssignable => "role_not_assignable",
            Self::UserRule(_) => "user_rule",
            Self::NotConfigured => "not_configured",
            Self::DiskFailed => "disk_failed",
            Self::EngineFailed => "engine_failed",
            Self::Unavailable { .. } => "unavailable",
            Self::Internal => "internal",
        }
    }

    /// When the caller should try again, in seconds, where that can help.
    #[must_use]
    pub const fn retry_after_s(self) -> Option<u64> {
        match self {
            Self::Unavailable { retry_after_s }
            | Self::BeingCancelled { retry_after_s }
            | Self::WorkspaceOccupied { retry_after_s }
            | Self::TooManyListeners { retry_after_s } => Some(retry_after_s),
            Self::UnknownPath
            | Self::MethodNotAllowed
            | Self::NoCredentials
            | Self::BadCredentials
            | Self::NotAllowed
            | Self::NoAccess
            | Self::BuiltInAdministrator
            | Self::NotThisUser
            | Self::BadParameter { .. }
            | Self::UnknownField
            | Self::DuplicateField
            | Self::BadFilter
            | Self::UnknownSortField
            | Self::NotSortable
            | Self::BadRange
            | Self::MissingBody { .. }
            | Self::BadBody
            | Self::UnsupportedBody
            | Self::NotAcceptable
            | Self::BodyTooLarge
            | Self::RequestTimeout
            | Self::MalformedRequest
            | Self::TargetTooLong
            | Self::HeadTooLarge
            | Self::NotFound(_)
            | Self::AlreadyEnded
            | Self::WrongState
            | Self::BadStatus
            | Self::DeletionLive
            | Self::DeployRuns
            | Self::NothingToDeploy
            | Self::KeyReused
            | Self::TooManyKeys
            | Self::Full
            | Self::NameTaken
            | Self::ContainersRunning
            | Self::RoleNotAssignable
            | Self::UserRule(_)
            | Self::NotConfigured
            | Self::DiskFailed
            | Self::EngineFailed
            | Self::Internal => None,
        }
    }
}
