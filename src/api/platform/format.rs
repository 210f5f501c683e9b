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

use crate::api::{accept::Accepted, problem::Problem};

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
        let accepted = Accepted::of(headers);
        let xml = accepted.quality("application", "xml").max(accepted.quality("text", "xml"));
        if accepted.quality("application", "json") > xml { Self::Json } else { Self::Xml }
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
