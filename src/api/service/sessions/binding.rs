//! What a session is bound to, and whether a request comes from there.
//!
//! Easy to get wrong: what another version wrote down, and is not understood here, binds to something: it holds for nobody.

use std::net::IpAddr;

/// What a session is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Binding {
    /// Nothing.
    None,
    /// The page that the request comes from, as its `Referer` says: that one, or one below it.
    Referer(String),
    /// The address of the socket's other end.
    Address(IpAddr),
}

/// Where a request comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The `Referer` header.
    pub referer: Option<String>,
    /// The address of the socket's other end.
    pub address: Option<IpAddr>,
}

impl Binding {
    /// How it is kept.
    pub(super) fn text(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Referer(page) => format!("referer {page}"),
            Self::Address(address) => format!("address {}", address.to_canonical()),
        }
    }

    /// What is kept of a binding holds for a request from there.
    pub(in crate::api::service) fn holds(kept: &str, from: &Origin) -> bool {
        match kept.split_once(' ') {
            None => kept.is_empty(),
            Some(("referer", page)) => from.referer.as_deref().is_some_and(|referer| is_below(referer, page)),
            Some(("address", text)) => {
                from.address.is_some_and(|address| address.to_canonical().to_string() == text)
            }
            Some(_) => false,
        }
    }
}

/// The page itself, or one below it: `https://a.example` is not above `https://a.example.org`.
fn is_below(referer: &str, page: &str) -> bool {
    let rest = referer.strip_prefix(page);
    rest.is_some_and(|rest| rest.is_empty() || page.ends_with('/') || rest.starts_with(['/', '?', '#']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_bound_to_a_page_works_from_there_and_below() {
        let kept = Binding::Referer("https://a.example".into()).text();
        let from = |referer: &str| Origin { referer: Some(referer.into()), address: None };
        for good in
            ["https://a.example", "https://a.example/", "https://a.example/page", "https://a.example?x"]
        {
            assert!(Binding::holds(&kept, &from(good)), "{good}");
        }
        for bad in ["https://a.example.org", "https://b.example", "", "https://a.exampl"] {
            assert!(!Binding::holds(&kept, &from(bad)), "{bad}");
        }
        assert!(!Binding::holds(&kept, &Origin::default()));
    }

    #[test]
    fn a_session_bound_to_an_address_works_from_there_alone() {
        let at = |text: &str| Origin { referer: None, address: Some(text.parse().unwrap()) };
        let kept = Binding::Address("::ffff:10.0.0.1".parse().unwrap()).text();
        assert!(Binding::holds(&kept, &at("10.0.0.1")));
        assert!(!Binding::holds(&kept, &at("10.0.0.2")));
        assert!(!Binding::holds(&kept, &Origin::default()));
        assert!(Binding::holds("", &Origin::default()));
        assert!(
            !Binding::holds("moon 1", &Origin::default()),
            "what another version wrote binds to something"
        );
    }
}
