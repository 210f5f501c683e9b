//! What can go wrong between us and Redis.

use redis::RedisError;

use super::acceptance::Shortfall;

/// A few classes, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address cannot be used; a matter of configuration.
    #[error("the Redis URL cannot be used")]
    Address(#[source] RedisError),
    /// Redis cannot be reached, is loading, or cannot take a write. Nothing was done.
    #[error("Redis cannot be reached or does not take writes")]
    Unavailable(#[source] RedisError),
    /// No answer came in time, or the connection broke: the command may have been done.
    #[error("Redis did not answer in time: the outcome is unknown")]
    Unknown(#[source] RedisError),
    /// What `durability` promises cannot be had just now. Nothing was done.
    #[error("not begun, because it could not be promised: {0}")]
    Withheld(Shortfall),
    /// It was done, and stands on this Redis; what `durability` promises of it did not come true in time.
    #[error("done, but not as it is promised: {0}")]
    Unconfirmed(Shortfall),
    /// Redis is not the one that acknowledged earlier writes: its data was lost or replaced.
    #[error("Redis has lost what it acknowledged: its epoch or its task numbers went back")]
    DataLost,
    /// Redis refused a command of ours.
    #[error("Redis refused {script}")]
    Refused {
        /// The script.
        script: &'static str,
        /// What Redis said.
        #[source]
        source: RedisError,
    },
    /// A script answered with something its typed function does not know.
    #[error("{script} answered with {what}")]
    UnknownReply {
        /// The script.
        script: &'static str,
        /// What came.
        what: String,
    },
    /// A record does not say what it must.
    #[error("{key} has no usable {field}")]
    Corrupt {
        /// The record's key, which carries ids only.
        key: String,
        /// The field.
        field: &'static str,
    },
}

impl StoreError {
    /// The code of the error that Redis answered with, `MISCONF` for one; none where it did not answer with an error.
    pub(super) fn code(&self) -> Option<String> {
        match self {
            Self::Address(error) | Self::Unavailable(error) | Self::Unknown(error) => code_of(error),
            Self::Refused { source, .. } => code_of(source),
            Self::Withheld(_)
            | Self::Unconfirmed(_)
            | Self::DataLost
            | Self::UnknownReply { .. }
            | Self::Corrupt { .. } => None,
        }
    }

    /// Nobody answered, or nobody can be asked.
    pub(super) fn is_silence(&self) -> bool {
        match self {
            Self::Address(_) | Self::Unavailable(_) | Self::Unknown(_) => self.code().is_none(),
            Self::Refused { .. }
            | Self::Withheld(_)
            | Self::Unconfirmed(_)
            | Self::DataLost
            | Self::UnknownReply { .. }
            | Self::Corrupt { .. } => false,
        }
    }

    /// Trying again later can help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Unavailable(_)
            | Self::Unknown(_)
            | Self::Withheld(_)
            | Self::Unconfirmed(_)
            | Self::DataLost => true,
            Self::Address(_) | Self::Refused { .. } | Self::UnknownReply { .. } | Self::Corrupt { .. } => {
                false
            }
        }
    }
}

/// The code that an error of Redis begins with. Those of a pipeline or a transaction stand inside of one that says no more than
/// that there are some: the first counts.
pub(super) fn code_of(error: &RedisError) -> Option<String> {
    let inner = error.clone().into_server_errors();
    let inner = inner.and_then(|errors| errors.first().map(|(_, error)| error.code().to_owned()));
    inner.or_else(|| error.code().map(str::to_owned))
}
