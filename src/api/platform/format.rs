//! XML or JSON: which of them a caller wants, and one shape written as either.
//!
//! Owns content negotiation and the original's JSON convention: the root is dropped, attributes begin with `@`, and a
//! single child stands alone instead of in a list. The shapes are serde's, so that the two cannot drift apart.
//!
//! Easy to get wrong: XML is the answer in doubt. A caller who takes anything, or both alike, is the old client, which
//! cannot read JSON.

use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header};
use quick_xml::se::{QuoteLevel, Serializer as XmlSerializer};
use serde::{Serialize, Serializer};

use crate::api::problem::Problem;

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

/// How an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// `application/xml`.
    Xml,
    /// `application/json`.
    Json,
}

impl Format {
    /// What the caller wants: JSON where he prefers it, XML otherwise.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let accepted = headers.get_all(header::ACCEPT).iter().filter_map(|line| line.to_str().ok());
        let ranges: Vec<_> = accepted.flat_map(|line| line.split(',')).filter_map(Range::parse).collect();
        let xml = quality(&ranges, "application", "xml").max(quality(&ranges, "text", "xml"));
        if quality(&ranges, "application", "json") > xml { Self::Json } else { Self::Xml }
    }

    /// An answer with that shape, whose name is the root's.
    pub(super) fn answer(self, status: StatusCode, shape: &impl Serialize) -> Result<Response, Problem> {
        let body = self.write(shape)?;
        Ok((status, [(header::CONTENT_TYPE, self.content_type())], body).into_response())
    }

    /// What the answer says it is.
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Xml => "application/xml; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    /// The text of a shape.
    pub(super) fn write(self, shape: &impl Serialize) -> Result<String, Problem> {
        match self {
            Self::Xml => {
                let mut text = DECLARATION.to_owned();
                let mut serializer = XmlSerializer::new(&mut text);
                serializer.set_quote_level(QuoteLevel::Full);
                shape.serialize(serializer).map_err(|error| Problem::internal().caused_by(error))?;
                // A directory may hold what no XML can.
                Ok(text.replace(|char| !is_xml(char), "\u{fffd}"))
            }
            Self::Json => serde_json::to_string(shape).map_err(|error| Problem::internal().caused_by(error)),
        }
    }
}

/// XML 1.0 section 2.2.
fn is_xml(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// One media range of an `Accept` header.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// In thousandths.
    quality: u16,
}

impl<'a> Range<'a> {
    /// A range, or none where it cannot be read, which then stands for nothing.
    fn parse(text: &'a str) -> Option<Self> {
        let mut pieces = text.split(';').map(str::trim);
        let (kind, subtype) = pieces.next()?.split_once('/')?;
        let given = pieces.find_map(|piece| piece.strip_prefix("q=").or_else(|| piece.strip_prefix("Q=")));
        Some(Self { kind, subtype, quality: given.map_or(Some(1_000), thousandths)? })
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

/// RFC 9110 section 12.4.2.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = fraction.len() <= 3 && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let fraction = if digits { format!("{fraction:0<3}").parse().ok()? } else { return None };
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1_000),
        _ => None,
    }
}

/// How much a type is wanted: the closest range decides.
fn quality(ranges: &[Range<'_>], kind: &str, subtype: &str) -> u16 {
    let fitting = ranges.iter().filter_map(|range| Some((range.fit(kind, subtype)?, range.quality)));
    fitting.max().map_or(0, |(_, quality)| quality)
}

/// Children of one name: a list of them, or the only one by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Children<T>(pub(super) Vec<T>);

impl<T> Children<T> {
    /// There are none, so that nothing is written.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Serialize> Serialize for Children<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [only] => only.serialize(serializer),
            several => serializer.collect_seq(several),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[derive(Serialize)]
    #[serde(rename = "users")]
    struct Users {
        #[serde(rename = "@total")]
        total: String,
        #[serde(skip_serializing_if = "Children::is_empty")]
        user: Children<User>,
    }

    #[derive(Serialize, Clone)]
    struct User {
        #[serde(rename = "@name")]
        name: String,
    }

    fn users(names: &[&str]) -> Users {
        let user = names.iter().map(|name| User { name: (*name).to_owned() }).collect();
        Users { total: names.len().to_string(), user: Children(user) }
    }

    fn of(lines: &[&'static str]) -> Format {
        let headers = lines.iter().map(|line| (header::ACCEPT, HeaderValue::from_static(line))).collect();
        Format::of(&headers)
    }

    #[test]
    fn json_is_for_those_who_prefer_it_and_xml_for_the_rest() {
        for lines in [
            &["application/json"][..],
            &["Application/JSON; q=0.1"],
            &["application/json", "text/html"],
            &["application/json, application/xml;q=0.9"],
            &["application/json, */*;q=0.8"],
            &["application/*;q=0.5, application/json"],
            &["application/json;charset=utf-8"],
        ] {
            assert_eq!(of(lines), Format::Json, "{lines:?}");
        }
        for lines in [
            &[][..],
            &["*/*"],
            &["application/xml"],
            &["text/plain,application/xml,text/xml,multipart/mixed"],
            &["application/xml, application/json"],
            &["application/json, text/xml"],
            &["application/json;q=0.5, application/xml"],
            &["application/json;q=0"],
            &["application/json;q=2"],
            &["application/json;q=0.0001"],
            &["application/*"],
            &["application/problem+json"],
            &["json"],
            &[""],
        ] {
            assert_eq!(of(lines), Format::Xml, "{lines:?}");
        }
    }

    #[test]
    fn one_shape_is_written_in_either_way() {
        let two = users(&["a\"<&>'", "b"]);
        assert_eq!(
            Format::Xml.write(&two).unwrap(),
            r#"<?xml version="1.0" encoding="UTF-8"?><users total="2"><user name="a&quot;&lt;&amp;&gt;&apos;"/><user name="b"/></users>"#
        );
        assert_eq!(
            Format::Json.write(&two).unwrap(),
            r#"{"@total":"2","user":[{"@name":"a\"<&>'"},{"@name":"b"}]}"#
        );
        let one = users(&["a"]);
        assert_eq!(Format::Json.write(&one).unwrap(), r#"{"@total":"1","user":{"@name":"a"}}"#);
        assert!(Format::Xml.write(&one).unwrap().ends_with(r#"<users total="1"><user name="a"/></users>"#));
        assert_eq!(Format::Json.write(&users(&[])).unwrap(), r#"{"@total":"0"}"#);
        assert!(Format::Xml.write(&users(&[])).unwrap().ends_with(r#"<users total="0"/>"#));
    }

    #[test]
    fn what_no_xml_can_hold_is_replaced() {
        let text = Format::Xml.write(&users(&["a\u{1}\u{ffff}b\tc"])).unwrap();
        assert!(roxmltree::Document::parse(&text).is_ok(), "{text}");
        assert!(text.contains("a\u{fffd}\u{fffd}b"), "{text}");
    }
}
