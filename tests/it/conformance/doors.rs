//! The dialects as their callers know them.

mod staged_config;

pub(super) use staged_config::StagedConfig;
