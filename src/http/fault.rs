//! What can be wrong with a request before anyone asks what it means.
//!
//! This owns the closed list of such faults and a sentence for each. It must never choose a status or a
//! code: each dialect maps every variant, exhaustively, in its own `error.rs`.
//!
//! Easy to get wrong: member names come from the caller and end up in a response and perhaps on a terminal,
//! so [`Fault::public`] cuts them and drops control characters. Nothing of a parser's own words may appear.

use axum::response::Response;

/// Turns a fault into the response of the dialect that owns `path`, the request's path without its query.
pub type FaultRenderer = fn(path: &str, fault: Fault) -> Response;

const MAX_NAME_CHARS: usize = 64;

/// A request refused for its form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The head parses but cannot be acted on: a target that is not a path, or a transfer coding other than
    /// a single `chunked`. A head that does not parse at all never gets here; hyper answers a bare 400.
    MalformedHead,
    /// Not exactly one Host header, or one that is not a host with an optional port.
    BadHost,
    /// Path and query are longer than allowed.
    UriTooLong {
        /// The most that is allowed.
        limit_bytes: usize,
    },
    /// There are more header lines than allowed, or they are longer. Far more, and hyper answers a bare 431.
    HeadTooLarge {
        /// The most lines that are allowed.
        limit_lines: usize,
        /// The most bytes that are allowed, path and query included.
        limit_bytes: usize,
    },
    /// No route has this path.
    UnknownPath,
    /// The path exists, but not with this method.
    MethodNotAllowed,
    /// The body is longer than allowed, announced or found to be.
    BodyTooLarge {
        /// The most that is allowed.
        limit_bytes: usize,
    },
    /// The body did not arrive in time.
    BodyTimedOut,
    /// The body ended before its announced end, or its chunks are malformed.
    BodyIncomplete,
    /// There is no body where one is needed.
    MissingBody,
    /// The body has a content coding.
    EncodedBody,
    /// The body is not labelled as JSON: no Content-Type, several, another type, or another charset.
    NotJson,
    /// The body is not labelled as a form, in the same ways.
    NotForm,
    /// The body is not UTF-8.
    NotUtf8,
    /// The body is not one JSON value.
    MalformedJson,
    /// The JSON nests deeper than allowed.
    TooDeep {
        /// The most levels of arrays and objects that are allowed.
        limit_levels: usize,
    },
    /// The JSON value is not an object.
    NotAnObject,
    /// An object, at any level, has this member twice.
    RepeatedMember(String),
    /// The object has a member that nobody asked for.
    UnknownMember(String),
    /// The object lacks a member it must have.
    MissingMember(String),
    /// A member's value is of the wrong type.
    WrongType {
        /// The member's name.
        member: String,
        /// What it must be, with its article: `a string`.
        expected: &'static str,
    },
    /// The handler panicked. What it said is in the log.
    Panicked,
}

impl Fault {
    /// A plain English sentence for the caller: at most about 300 characters, one line, nothing internal.
    #[must_use]
    pub fn public(&self) -> String {
        match self {
            Self::MalformedHead => "The request line or the headers are malformed.".to_owned(),
            Self::BadHost => "The request must have exactly one valid Host header.".to_owned(),
            Self::UriTooLong { limit_bytes } => {
                format!("The path and query are longer than the {limit_bytes} bytes allowed.")
            }
            Self::HeadTooLarge { limit_lines, limit_bytes } => {
                format!("The headers are more than the {limit_lines} lines or {limit_bytes} bytes allowed.")
            }
            Self::UnknownPath => "There is nothing at this path.".to_owned(),
            Self::MethodNotAllowed => "This path does not support this method.".to_owned(),
            Self::BodyTooLarge { limit_bytes } => {
                format!("The body is longer than the {limit_bytes} bytes allowed.")
            }
            Self::BodyTimedOut => "The body did not arrive in time.".to_owned(),
            Self::BodyIncomplete => "The body is incomplete.".to_owned(),
            Self::MissingBody => "The request must have a body.".to_owned(),
            Self::EncodedBody => "The body must not have a content encoding.".to_owned(),
            Self::NotJson => "The body must be sent as application/json, in UTF-8.".to_owned(),
            Self::NotForm => {
                "The body must be sent as application/x-www-form-urlencoded, in UTF-8.".to_owned()
            }
            Self::NotUtf8 => "The body is not valid UTF-8.".to_owned(),
            Self::MalformedJson => "The body is not valid JSON.".to_owned(),
            Self::TooDeep { limit_levels } => {
                format!("The JSON in the body is nested deeper than the {limit_levels} levels allowed.")
            }
            Self::NotAnObject => "The body must be a JSON object.".to_owned(),
            Self::RepeatedMember(name) => {
                format!("The member \"{}\" is given more than once.", presentable(name, MAX_NAME_CHARS))
            }
            Self::UnknownMember(name) => {
                format!("The member \"{}\" is not known.", presentable(name, MAX_NAME_CHARS))
            }
            Self::MissingMember(name) => {
                format!("The member \"{}\" is missing.", presentable(name, MAX_NAME_CHARS))
            }
            Self::WrongType { member, expected } => {
                format!("The member \"{}\" must be {expected}.", presentable(member, MAX_NAME_CHARS))
            }
            Self::Panicked => "The server failed to handle this request.".to_owned(),
        }
    }
}

/// Text from the caller, fit to be shown: at most `max_chars` long, and without characters that steer a terminal or
/// reorder the text around them.
#[must_use]
pub fn presentable(text: &str, max_chars: usize) -> String {
    text.chars().filter(|&c| !c.is_control() && !is_invisible_format(c)).take(max_chars).collect()
}

/// Unicode's line and paragraph separators and its direction overrides, which `is_control` lets through.
fn is_invisible_format(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_hostile_name_is_cut_and_cleaned() {
        let name = format!("a\u{1b}[31m\r\n\u{0}\u{202e}{}", "x".repeat(10_000));
        for fault in [
            Fault::RepeatedMember(name.clone()),
            Fault::UnknownMember(name.clone()),
            Fault::MissingMember(name.clone()),
            Fault::WrongType { member: name.clone(), expected: "an array of non-negative whole numbers" },
        ] {
            let sentence = fault.public();
            assert!(sentence.chars().count() <= 300, "{sentence}");
            assert!(!sentence.contains(|c: char| c.is_control() || c == '\u{202e}'), "{sentence:?}");
        }
        assert_eq!(presentable(&name, MAX_NAME_CHARS).chars().count(), MAX_NAME_CHARS);
    }
}
