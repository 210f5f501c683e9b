//! The `Accept` header: how much a caller wants a media type.
//!
//! Owns its grammar. It must never know which types a dialect has.
//!
//! Easy to get wrong: real clients are careless. Java's sends `*; q=.2, */*; q=.2`, so a lone asterisk and a number without its
//! zero are taken for what they mean; and whoever sends nothing that can be read has said nothing.

use http::{HeaderMap, header};

/// In thousandths, RFC 9110 section 12.4.2.
const FULL: u16 = 1_000;

/// What a caller takes.
pub(super) struct Accepted<'a>(Vec<Range<'a>>);

/// One media range.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    quality: u16,
}

impl<'a> Accepted<'a> {
    /// What the headers say.
    pub(super) fn of(headers: &'a HeaderMap) -> Self {
        let lines = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
        Self(lines.flat_map(|line| line.split(',')).filter_map(Range::parse).collect())
    }

    /// How much that type is wanted, in thousandths: the closest range decides. Whoever says nothing wants everything.
    pub(super) fn quality(&self, kind: &str, subtype: &str) -> u16 {
        if self.0.is_empty() {
            return FULL;
        }
        let fitting = self.0.iter().filter_map(|range| Some((range.fit(kind, subtype)?, range.quality)));
        fitting.max().map_or(0, |(_, quality)| quality)
    }
}

impl<'a> Range<'a> {
    /// A range, or none where it cannot be read, which then stands for nothing.
    fn parse(text: &'a str) -> Option<Self> {
        let mut pieces = text.split(';').map(str::trim);
        let (kind, subtype) = match pieces.next()? {
            "*" => ("*", "*"),
            named => named.split_once('/')?,
        };
        let given = pieces.find_map(|piece| piece.strip_prefix("q=").or_else(|| piece.strip_prefix("Q=")));
        Some(Self { kind, subtype, quality: given.map_or(Some(FULL), thousandths)? })
    }

    /// How closely it describes that type; nothing where it does not.
    fn fit(&self, kind: &str, subtype: &str) -> Option<u8> {
        match (self.kind, self.subtype) {
            ("*", "*") => Some(0),
            (given, "*") if given.eq_ignore_ascii_case(kind) => Some(1),
            (given, exact) if given.eq_ignore_ascii_case(kind) && exact.eq_ignore_ascii_case(subtype) => {
                Some(2)
            }
            _ => None,
        }
    }
}

fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = if digits { format!("{fraction:0<3}").parse().ok()? } else { return None };
    match whole {
        "0" => Some(fraction),
        "" if fraction > 0 => Some(fraction),
        "1" if fraction == 0 => Some(FULL),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn json(lines: &[&'static str]) -> u16 {
        let headers = lines.iter().map(|line| (header::ACCEPT, HeaderValue::from_static(line))).collect();
        Accepted::of(&headers).quality("application", "json")
    }

    #[test]
    fn the_closest_range_decides() {
        for (lines, quality) in [
            (&["application/json"][..], 1_000),
            (&["Application/JSON;charset=utf-8;q=0.25, */*"], 250),
            (&["*/*"], 1_000),
            (&["application/*;q=0.5", "*/*;q=0.1"], 500),
            (&["*/*", "application/json;q=0"], 0),
            (&["application/json;q=0.000, application/*"], 0),
            (&["text/html, text/*"], 0),
            (&["application/problem+json"], 0),
        ] {
            assert_eq!(json(lines), quality, "{lines:?}");
        }
    }

    #[test]
    fn careless_clients_get_what_they_mean() {
        assert_eq!(json(&["text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"]), 200, "Java's");
        for nothing in [&[][..], &[""], &["json"], &["application/json;q=2"], &["application/json;q=."]] {
            assert_eq!(json(nothing), 1_000, "{nothing:?} says nothing");
        }
    }
}
