//! What went wrong, before any dialect has words for it.
//!
//! Owns the closed list of reasons for which a request is refused. A dialect maps every one of them to a status and a
//! body, exhaustively, in its `error.rs`; it invents none.
//!
//! Easy to get wrong: `public` goes to the caller and `internal` never does. `internal` is for the log, written once,
//! by [`Problem::log`], where the answer is made.

mod kind;

use std::{error::Error, sync::Arc};
use tracing::{error, warn};

pub use self::kind::{Missing, ProblemKind};
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
            Fault::EncodedBody | Fault::NotJson | Fault::NotForm => ProblemKind::UnsupportedBody,
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
