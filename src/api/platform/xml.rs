//! XML as it comes in: read strictly, because a parser that forgives lets two programs read one document as two.
//!
//! Owns what is accepted: one root of a known name, plain elements and attributes of known names, text where text belongs.
//! Refused are a document type, processing instructions, comments inside the root, anything behind it, namespaces, another
//! encoding than UTF-8, depth and number beyond the bounds, and whatever is not well-formed.
//!
//! Easy to get wrong: the parser takes no notice of the encoding that a document declares, and hands comments and
//! instructions over as nodes that a reader of text would silently step over.

use roxmltree::{Document, Node, ParsingOptions};

use crate::api::problem::{Problem, ProblemKind};

/// The largest document.
pub(super) const MAX_BYTES: usize = 16 * 1024;
/// Most elements, texts and comments.
const MOST_NODES: u32 = 2_000;
/// Most levels of elements.
const MOST_LEVELS: usize = 8;

/// An element whose surroundings have been looked at.
#[derive(Clone, Copy)]
pub(super) struct Element<'a>(Node<'a, 'a>);

/// Reads a document whose root has that name.
pub(super) fn read<T>(
    bytes: &[u8],
    root: &str,
    take: impl FnOnce(Element<'_>) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| faulty("The XML is not UTF-8 text."))?;
    must_declare_utf8(text)?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| not_well_formed(&error))?;
    let found = document.root_element();
    must_be_plain(&document, found)?;
    if found.tag_name().name() != root {
        return Err(faulty(format!("The root of the XML must be the element {root}.")));
    }
    take(Element(found))
}

impl<'a> Element<'a> {
    /// Its name.
    pub(super) fn name(self) -> &'a str {
        self.0.tag_name().name()
    }

    /// The values of these attributes, in their order; it may have no others.
    pub(super) fn attributes<const N: usize>(
        self,
        known: [&str; N],
    ) -> Result<[Option<&'a str>; N], Problem> {
        if self.0.attributes().any(|attribute| !known.contains(&attribute.name())) {
            return Err(faulty(format!("The element {} has an attribute that is not known.", self.name())));
        }
        Ok(known.map(|name| self.0.attribute(name)))
    }

    /// The elements inside, all of which have one of these names; between them only white space.
    pub(super) fn children(self, known: &[&str]) -> Result<Vec<Self>, Problem> {
        let mut elements = Vec::new();
        for child in self.0.children() {
            if child.is_element() && known.contains(&child.tag_name().name()) {
                elements.push(Self(child));
            } else if child.is_element() {
                return Err(faulty(format!("The element {} holds one that is not known.", self.name())));
            } else if !is_white(child) {
                return Err(faulty(format!("The element {} must not hold text.", self.name())));
            }
        }
        Ok(elements)
    }

    /// The one element inside that has that name, none of which there may be.
    pub(super) fn one(children: &[Self], name: &str) -> Result<Option<Self>, Problem> {
        let mut found = children.iter().filter(|child| child.name() == name);
        match (found.next(), found.next()) {
            (found, None) => Ok(found.copied()),
            (_, Some(_)) => Err(faulty(format!("The element {name} is there more than once."))),
        }
    }

    /// The text inside; there is nothing else.
    pub(super) fn text(self) -> Result<String, Problem> {
        self.attributes([])?;
        if self.0.children().all(|child| child.is_text()) {
            Ok(self.0.children().filter_map(|child| child.text()).collect())
        } else {
            Err(faulty(format!("The element {} must hold text alone.", self.name())))
        }
    }

    /// There is nothing inside.
    pub(super) fn must_be_empty(self) -> Result<(), Problem> {
        self.children(&[]).map(|_| ())
    }
}

/// A document that does not say what it must.
pub(super) fn faulty(said: impl Into<String>) -> Problem {
    Problem::new(ProblemKind::BadBody, said)
}

fn must_be_plain(document: &Document<'_>, root: Node<'_, '_>) -> Result<(), Problem> {
    for node in document.root().descendants() {
        if node.is_pi() {
            return Err(faulty("The XML must have no processing instructions."));
        }
        if node.is_comment() && !comes_before(node, root) {
            return Err(faulty("The XML must have no comments in its root or behind it."));
        }
        let has_namespace = node.tag_name().namespace().is_some()
            || node.attributes().any(|attribute| attribute.namespace().is_some())
            || (node.is_element() && node.namespaces().any(|declared| declared.name() != Some("xml")));
        if has_namespace {
            return Err(faulty("The XML must use no namespaces."));
        }
        if node.ancestors().filter(Node::is_element).count() > MOST_LEVELS {
            return Err(faulty(format!("The XML is nested deeper than the {MOST_LEVELS} levels allowed.")));
        }
    }
    Ok(())
}

fn comes_before(comment: Node<'_, '_>, root: Node<'_, '_>) -> bool {
    comment.next_siblings().any(|sibling| sibling == root)
}

fn is_white(node: Node<'_, '_>) -> bool {
    node.is_text() && node.text().unwrap_or_default().trim().is_empty()
}

/// An XML declaration may name an encoding, which must be the one that this is.
fn must_declare_utf8(text: &str) -> Result<(), Problem> {
    let text = text.trim_start_matches('\u{feff}');
    let Some((declaration, _)) = text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) else {
        return Ok(());
    };
    let Some((_, rest)) = declaration.split_once("encoding") else { return Ok(()) };
    let value = rest.trim_start().strip_prefix('=').unwrap_or_default().trim();
    let value = value.strip_prefix(['"', '\'']).unwrap_or_default();
    let named = value.split(['"', '\'']).next().unwrap_or_default();
    if named.eq_ignore_ascii_case("utf-8") { Ok(()) } else { Err(faulty("The XML must be in UTF-8.")) }
}

/// The parser's own words quote the document; where it is faulty will do.
fn not_well_formed(error: &roxmltree::Error) -> Problem {
    if matches!(error, roxmltree::Error::DtdDetected) {
        return faulty("The XML must have no document type.");
    }
    if matches!(error, roxmltree::Error::NodesLimitReached) {
        return faulty("The XML has too many elements.");
    }
    let at = error.pos();
    faulty(format!("The XML is not well-formed: look at line {}, column {}.", at.row, at.col))
}

#[cfg(test)]
mod tests;
