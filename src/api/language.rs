//! The language a caller reads: what his `Accept-Language` asks for, of those that we write.
//!
//! Owns the choice, and how an answer says which language it is in. A caller asks for what he likes: what cannot be read
//! is as if it were not there, and who asks for nothing that we have gets English. It is never an error.
//!
//! It must never choose words: sentences are `message`'s, and what programs compare has no language.
//!
//! Easy to get wrong: `*` means the languages that are not named beside it, and a weight of 0 means "anything but this".

use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};
use std::cmp::Reverse;

/// A language that sentences are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// What everybody gets who asks for nothing else.
    English,
    /// German.
    German,
}

impl Language {
    /// All languages, the one to fall back to first.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The language's tag in HTTP, which is also the first subtag of its regional forms.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// What a request's `Accept-Language` asks for: RFC 9110's weights, RFC 4647's "lookup" of regional forms. Among
    /// equals the one that comes first is meant.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok());
        let ranges: Vec<_> = lines.flat_map(|line| line.split(',')).filter_map(Range::read).collect();
        let wanted = Self::ALL.into_iter().filter_map(|language| Some((language, language.rank(&ranges)?)));
        wanted.min_by_key(|(_, rank)| *rank).map_or(Self::English, |(language, _)| language)
    }

    /// How much the language is wanted, the most first; none if it is not wanted.
    fn rank(self, ranges: &[Range<'_>]) -> Option<(Reverse<u16>, usize)> {
        let best = |is_meant: &dyn Fn(&Range<'_>) -> bool| {
            let meant = ranges.iter().enumerate().filter(|(_, range)| is_meant(range));
            meant.map(|(place, range)| (Reverse(range.weight), place)).min()
        };
        let named = best(&|range| range.language.eq_ignore_ascii_case(self.tag()));
        named.or_else(|| best(&|range| range.language == "*")).filter(|(weight, _)| weight.0 > 0)
    }

    /// Says on an answer that its text is in this language, and that another caller may get another.
    pub fn label(self, response: &mut Response) {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(self.tag()));
        headers.append(header::VARY, HeaderValue::from_name(header::ACCEPT_LANGUAGE));
    }
}

/// One range of an `Accept-Language`: `de-CH;q=0.8`.
struct Range<'a> {
    /// The first subtag, or `*`.
    language: &'a str,
    /// In thousandths.
    weight: u16,
}

impl<'a> Range<'a> {
    /// None if that is no range.
    fn read(text: &'a str) -> Option<Self> {
        let (tag, weight) = match text.split_once(';') {
            Some((tag, parameter)) => (tag, weight(parameter.trim())?),
            None => (text, 1000),
        };
        let language = tag.trim().split('-').next()?;
        Some(Self { language, weight })
    }
}

/// RFC 9110's weight, in thousandths: `q=` and 0 to 1 with at most three decimals.
fn weight(parameter: &str) -> Option<u16> {
    let value = parameter.strip_prefix(['q', 'Q'])?.strip_prefix('=')?;
    let (whole, decimals) = value.split_once('.').unwrap_or((value, ""));
    if !matches!(whole, "0" | "1") || decimals.len() > 3 {
        return None;
    }
    format!("{whole}{decimals:0<3}").parse().ok().filter(|weight| *weight <= 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse as _;

    fn of(lines: &[&'static str]) -> Language {
        let lines = lines.iter().map(|line| (header::ACCEPT_LANGUAGE, HeaderValue::from_static(line)));
        Language::of(&lines.collect())
    }

    #[test]
    fn the_language_that_is_wanted_most_is_chosen() {
        for (line, chosen) in [
            ("de", Language::German),
            ("DE-ch", Language::German),
            ("de-Latn-AT-1996", Language::German),
            ("en", Language::English),
            ("en-GB,de;q=0.9", Language::English),
            ("en;q=0.8, de;q=0.9", Language::German),
            ("en;q=0.8 , de ; Q=0.801", Language::German),
            ("de, en", Language::German),
            ("en, de", Language::English),
            ("fr, de;q=0.1", Language::German),
            ("de-CH;q=0.2, en;q=0.5, de;q=0.7", Language::German),
        ] {
            assert_eq!(of(&[line]), chosen, "{line}");
        }
        assert_eq!(of(&["en;q=0.5", "de;q=0.9"]), Language::German, "several headers are one list");
    }

    #[test]
    fn the_star_means_what_is_not_named() {
        assert_eq!(of(&["*"]), Language::English);
        assert_eq!(of(&["de;q=0.5, *"]), Language::English);
        assert_eq!(of(&["de, *;q=0.5"]), Language::German);
        assert_eq!(of(&["en;q=0, *"]), Language::German);
        assert_eq!(of(&["de;q=0, *"]), Language::English);
    }

    #[test]
    fn what_is_unknown_or_not_wanted_or_malformed_means_english() {
        for line in [
            "",
            ",",
            ";",
            "fr",
            "gsw",
            "den",
            "x-de",
            "de;q=0",
            "de;q=0.000",
            "en;q=0",
            "de;q=2",
            "de;q=1.001",
            "de;q=",
            "de;q=.5",
            "de;q=0.0001",
            "de;q=0.x",
            "de;q=-1",
            "de;q=+1",
            "de;q=nan",
            "de;level=1",
            "de;q=1;q=1",
            "d e",
            "*-de",
            "german",
        ] {
            assert_eq!(of(&[line]), Language::English, "{line}");
        }
        assert_eq!(of(&[]), Language::English);
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_bytes(b"\xff").unwrap());
        headers.append(header::ACCEPT_LANGUAGE, HeaderValue::from_static("de"));
        assert_eq!(Language::of(&headers), Language::German, "a line that is no text hides no other");
    }

    #[test]
    fn an_answer_says_its_language_and_keeps_what_else_it_varies_by() {
        let mut response = ([(header::VARY, "accept")], "").into_response();
        Language::German.label(&mut response);
        assert_eq!(response.headers()["content-language"], "de");
        let varies: Vec<_> = response.headers().get_all(header::VARY).iter().collect();
        assert_eq!(varies, ["accept", "accept-language"]);
    }
}
