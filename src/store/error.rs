//! What can go wrong between us and Redis.

/// A few classes, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The address cannot be used; a matter of configuration.
    #[error("the Redis URL cannot be used")]
    Address(#[source] redis::RedisError),
    /// Redis cannot be reached, is loading, or cannot take a write. Nothing was done.
    #[error("Redis cannot be reached or does not take writes")]
    Unavailable(#[source] redis::RedisError),
    /// No answer came in time, or the connection broke: the command may have been done.
    #[error("Redis did not answer in time: the outcome is unknown")]
    Unknown(#[source] redis::RedisError),
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
        source: redis::RedisError,
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
    /// A stable word for metrics.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Address(_) => "address",
            Self::Unavailable(_) => "unavailable",
            Self::Unknown(_) => "unknown_outcome",
            Self::DataLost => "data_lost",
            Self::Refused { .. } => "refused",
            Self::UnknownReply { .. } => "unknown_reply",
            Self::Corrupt { .. } => "corrupt",
        }
    }

    /// Trying again later can help.
    #[must_use]
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::Unknown(_) | Self::DataLost => true,
            Self::Address(_) | Self::Refused { .. } | Self::UnknownReply { .. } | Self::Corrupt { .. } => {
                false
            }
        }
    }
}
