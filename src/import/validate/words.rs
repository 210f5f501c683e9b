//! What several kinds of entries are made of: names, plain text, capabilities.

use serde_json::value::RawValue;

use super::{Reason, parse};
use crate::domain::{capability::Capability, dependents::is_plain_text};

/// A name: not empty, at most so many characters, no control characters, no white space at its edges.
pub(super) fn name(most_chars: usize) -> impl Fn(&RawValue) -> Result<String, Reason> {
    move |raw| {
        let text = parse::text(raw)?;
        if !(1..=most_chars).contains(&text.chars().count()) {
            return Err(format!("1 to {most_chars} characters are wanted"));
        }
        if text.chars().any(char::is_control) {
            return Err("control characters are not allowed".to_owned());
        }
        if text.trim() != text {
            return Err("white space at its edges is not allowed".to_owned());
        }
        Ok(text)
    }
}

/// Text of at most so many bytes, not empty and without control characters.
pub(super) fn plain(most_bytes: usize) -> impl Fn(&RawValue) -> Result<String, Reason> {
    move |raw| {
        let text = parse::text(raw)?;
        if is_plain_text(&text, most_bytes) {
            Ok(text)
        } else {
            Err(format!("1 to {most_bytes} bytes without control characters are wanted"))
        }
    }
}

/// Capabilities by our words, none of them twice.
pub(super) fn capabilities(raw: &RawValue) -> Result<Vec<Capability>, Reason> {
    let known = || Capability::ALL.map(Capability::name).join(", ");
    let capabilities = parse::list(raw, |item| {
        Capability::from_name(&parse::text(item)?).ok_or_else(|| format!("one of {} is wanted", known()))
    })?;
    for (index, capability) in capabilities.iter().enumerate() {
        if capabilities[..index].contains(capability) {
            return Err(format!("[{index}]: {} is there already", capability.name()));
        }
    }
    Ok(capabilities)
}
