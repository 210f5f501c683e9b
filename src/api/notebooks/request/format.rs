//! The format of an answer: `f`.
//!
//! Easy to get wrong: who does not say `f` is a person with a browser, who gets a page.

use super::given::Given;
use crate::api::problem::Problem;

const F: &str = "f";

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api::notebooks) enum Format {
    /// A page for people.
    Html,
    /// JSON on one line.
    Json,
    /// JSON for people.
    PrettyJson,
}

impl Format {
    /// The format that a request asks for, or that one.
    pub(super) fn of(given: &Given, unless_said: Self) -> Result<Self, Problem> {
        let mut wanted = given.every(F).map(Self::named);
        let first = wanted.next().unwrap_or(Some(unless_said));
        let agreed = first.filter(|first| wanted.all(|other| other == Some(*first)));
        agreed.ok_or_else(|| {
            Problem::bad_parameter(F, "The parameter f must be html, json or pjson, and only one of them.")
        })
    }

    fn named(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "html" | "" => Some(Self::Html),
            "json" => Some(Self::Json),
            "pjson" => Some(Self::PrettyJson),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_one_of_three_and_a_page_when_nobody_says() {
        let of = |body: &str, query: &str| {
            let given = Given::read(body.as_bytes(), Some(query)).unwrap();
            Format::of(&given, Format::Html).map_err(|problem| problem.kind)
        };
        for (body, query, format) in [
            ("", "", Format::Html),
            ("f=", "", Format::Html),
            ("f=html", "", Format::Html),
            ("f=json", "", Format::Json),
            ("f=JSON", "f=json", Format::Json),
            ("", "f=pjson", Format::PrettyJson),
            ("f=json", "f=json", Format::Json),
        ] {
            assert_eq!(of(body, query), Ok(format), "{body} {query}");
        }
        for (body, query) in [("f=xml", ""), ("f=json", "f=html"), ("f=json&f=pjson", "")] {
            assert!(of(body, query).is_err(), "{body} {query}");
        }
    }
}
