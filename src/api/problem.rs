//! What went wrong, before any dialect has words for it.
//!
//! Owns the closed list of reasons for which a request is refused. A dialect maps every one of them to a status and a
//! body, exhaustively, in its `error.rs`; it invents none.
//!
//! Easy to get wrong: `public` goes to the caller and `internal` never does. `internal` is for the log, written once,
//! by [`Problem::log`], where the answer is made.

use std::{error::Error, sync::Arc};
use tracing::{error, warn};

use crate::{http::Fault, store::StoreError, telemetry::chain};

/// How long a caller should wait before he tries again, in seconds.
pub const RETRY_AFTER_S: u64 = 1;

/// A request that is not served, and why.
#[derive(Debug)]
pub struct Problem {
    /// The reason, for the dialect.
    pub kind: ProblemKind,
    /// A sentence for the caller: bounded, one line, nothing internal, nobody's name.
    pub public: String,
    /// What happened, for the log.
    pub internal: Option<Box<dyn Error + Send + Sync>>,
}

/// What could not be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// No such user in the staged configuration.
    User,
    /// No such task.
    Task,
    /// No such dependent of the user, or no such user.
    Dependent,
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
    /// There is no body where one is needed.
    MissingBody {
        /// What the documentation calls the body.
        name: &'static str,
    },
    /// The body does not say what it must.
    BadBody,
    /// The body is not plain JSON by its label.
    UnsupportedBody,
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
    /// A task cannot be given that status.
    BadStatus,
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
            Self::MissingBody { .. } => "missing_body",
            Self::BadBody => "bad_body",
            Self::UnsupportedBody => "unsupported_body",
            Self::BodyTooLarge => "body_too_large",
            Self::RequestTimeout => "request_timeout",
            Self::MalformedRequest => "malformed_request",
            Self::TargetTooLong => "target_too_long",
            Self::HeadTooLarge => "head_too_large",
            Self::NotFound(_) => "not_found",
            Self::AlreadyEnded => "already_ended",
            Self::BadStatus => "bad_status",
            Self::BeingCancelled { .. } => "being_cancelled",
            Self::KeyReused => "key_reused",
            Self::TooManyKeys => "too_many_keys",
            Self::Full => "full",
            Self::Unavailable { .. } => "unavailable",
            Self::Internal => "internal",
        }
    }
}

impl Problem {
    /// A problem that needs no entry in the log.
    pub fn new(kind: ProblemKind, public: impl Into<String>) -> Self {
        Self { kind, public: public.into(), internal: None }
    }

    /// The same, with what the log should say.
    #[must_use]
    pub fn caused_by(self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { internal: Some(cause.into()), ..self }
    }

    /// A parameter's value cannot be used.
    pub fn bad_parameter(name: &'static str, public: impl Into<String>) -> Self {
        Self::new(ProblemKind::BadParameter { name }, public)
    }

    /// The storage does not answer within its time.
    #[must_use]
    pub fn unavailable() -> Self {
        let kind = ProblemKind::Unavailable { retry_after_s: RETRY_AFTER_S };
        Self::new(
            kind,
            "The storage does not answer right now. Try again in a moment; what this request asked for may or may not \
             have been done. A submit is repeated safely with the Idempotency-Key it had.",
        )
    }

    /// Our fault.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(ProblemKind::Internal, "The server failed to handle this request.")
    }

    /// Writes what the caller is not told to the log. Call it once, where the answer is made.
    pub fn log(&self) {
        let Some(internal) = &self.internal else { return };
        let said = chain(internal.as_ref());
        if self.kind == ProblemKind::Internal {
            error!(problem = self.kind.name(), "a request failed: {said}");
        } else {
            warn!(problem = self.kind.name(), "a request was not served: {said}");
        }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let kind = match &fault {
            Fault::MalformedHead | Fault::BadHost | Fault::BodyIncomplete => ProblemKind::MalformedRequest,
            Fault::UriTooLong { .. } => ProblemKind::TargetTooLong,
            Fault::HeadTooLarge { .. } => ProblemKind::HeadTooLarge,
            Fault::UnknownPath => ProblemKind::UnknownPath,
            Fault::MethodNotAllowed => ProblemKind::MethodNotAllowed,
            Fault::BodyTooLarge { .. } => ProblemKind::BodyTooLarge,
            Fault::BodyTimedOut => ProblemKind::RequestTimeout,
            Fault::MissingBody => ProblemKind::MissingBody { name: "body" },
            Fault::EncodedBody | Fault::NotJson => ProblemKind::UnsupportedBody,
            Fault::NotUtf8
            | Fault::MalformedJson
            | Fault::TooDeep { .. }
            | Fault::NotAnObject
            | Fault::RepeatedMember(_)
            | Fault::UnknownMember(_)
            | Fault::MissingMember(_)
            | Fault::WrongType { .. } => ProblemKind::BadBody,
            // The panic hook has logged it.
            Fault::Panicked => ProblemKind::Internal,
        };
        Self::new(kind, fault.public())
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::from(Arc::new(error))
    }
}

impl From<Arc<StoreError>> for Problem {
    fn from(error: Arc<StoreError>) -> Self {
        let problem = if error.is_transient() { Self::unavailable() } else { Self::internal() };
        problem.caused_by(error)
    }
}

#[cfg(test)]
mod tests {
    use super::{Problem, ProblemKind, StoreError};

    #[test]
    fn what_a_retry_can_mend_is_unavailable_and_the_rest_is_ours() {
        let lost = Problem::from(StoreError::DataLost);
        assert_eq!(lost.kind, ProblemKind::Unavailable { retry_after_s: 1 });
        assert!(lost.internal.is_some());
        let corrupt = Problem::from(StoreError::Corrupt { key: "task:7".into(), field: "state" });
        assert_eq!(corrupt.kind, ProblemKind::Internal);
        assert!(!corrupt.public.contains("task:7"));
    }
}
