//! The dialects as their callers know them.

pub(super) mod staged_config;
