//! The dialects as their callers know them.

mod notebooks;
mod platform;
mod staged_config;

pub(super) use notebooks::Notebooks;
pub(super) use platform::Platform;
pub(super) use staged_config::StagedConfig;

/// The number that stands behind these words.
fn number_behind(words: &str, text: &str) -> u64 {
    let (_, rest) = text.split_once(words).unwrap_or_else(|| panic!("no {words:?} in {text:?}"));
    let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().unwrap_or_else(|_| panic!("no number behind {words:?} in {text:?}"))
}
