//! What this dialect answers when all is well: users, groups, roles, tokens and short messages, each in a file.
//!
//! Owns the names of elements and attributes, which are the original's, `buildIn` among them. It must never make up a
//! value: what is not known is left out.
//!
//! Easy to get wrong: a self link stands in XML alone, and declares the namespace of its prefix, which the original's
//! samples forget.

pub(super) mod groups;
pub(super) mod messages;
pub(super) mod roles;
pub(super) mod users;

use axum::extract::Request;
use http::header;
use percent_encoding::{NON_ALPHANUMERIC, PercentEncode, utf8_percent_encode};
use serde::Serialize;
use utoipa::ToSchema;

use super::format::{Children, Format};
use crate::http::Scheme;

const ATOM: &str = "http://www.w3.org/2005/Atom";

/// How an answer is written, and under which address this server was asked.
pub(super) struct Frame {
    pub(super) format: Format,
    base: String,
}

impl Frame {
    /// That of this request.
    pub(super) fn of(request: &Request) -> Self {
        // The listener refuses a request without exactly one good Host, and says how it came.
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let scheme = request.extensions().get().copied().unwrap_or(Scheme::Http).name();
        let base = format!("{scheme}://{}/platform/", host.unwrap_or_default());
        Self { format: Format::of(request.headers()), base }
    }

    /// The address of this interface, up to the slash behind its first piece.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    fn link_to(&self, collection: &str, name: &str) -> Option<Link> {
        self.link(&format!("{collection}/{}", piece(name)))
    }

    fn link(&self, path: &str) -> Option<Link> {
        let link = || Link { atom: ATOM, rel: "self", href: format!("{}ws/{path}", self.base) };
        (self.format == Format::Xml).then(link)
    }
}

/// A name as a piece of a path.
pub(super) fn piece(name: &str) -> PercentEncode<'_> {
    utf8_percent_encode(name, NON_ALPHANUMERIC)
}

/// Where something is found again.
#[derive(Serialize)]
pub(super) struct Link {
    #[serde(rename = "@xmlns:atom")]
    atom: &'static str,
    #[serde(rename = "@rel")]
    rel: &'static str,
    #[serde(rename = "@href")]
    href: String,
}

/// Something that has a name and nothing else.
#[derive(Serialize, ToSchema)]
#[schema(as = PlatformName)]
pub(super) struct Name {
    #[serde(rename = "@name")]
    name: String,
}

fn names(names: impl IntoIterator<Item = impl Into<String>>) -> Children<Name> {
    Children(names.into_iter().map(|name| Name { name: name.into() }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn links_lead_back_the_way_that_the_caller_came() {
        let mut request = Request::builder().header("host", "h:8443").body(Body::empty()).unwrap();
        assert_eq!(Frame::of(&request).base(), "http://h:8443/platform/");
        request.extensions_mut().insert(Scheme::Https);
        let link = Frame::of(&request).link_to("roles", "a/b ü").unwrap();
        assert_eq!(link.href, "https://h:8443/platform/ws/roles/a%2Fb%20%C3%BC");
    }
}
