//! The `fields` parameter: which fields of a response a caller wants, nested in parentheses.
//!
//! Owns its grammar, `a, b(c, d(e))`, the checks against what there is, and cutting a response down to it. It must never
//! know a particular response: the tree of known fields is given.
//!
//! Easy to get wrong: a field named twice at one level is reported before one that does not exist, wherever the two
//! stand; and depth is bounded before the parser recurses.

use serde_json::Value;
use winnow::{
    Parser as _,
    ascii::multispace0,
    combinator::{delimited, opt, separated},
    token::take_while,
};

use crate::{
    api::problem::{Problem, ProblemKind},
    http::presentable,
};

/// The longest text, in bytes.
const MAX_BYTES: usize = 4_096;
/// The most levels.
const MAX_DEPTH: usize = 8;
/// How much of a field's name is quoted back.
const MAX_QUOTED_CHARS: usize = 64;

/// A field that a response may have, with those inside it.
#[derive(Debug)]
pub(super) struct Known {
    /// Its name.
    pub(super) name: &'static str,
    /// The fields inside; none for a plain value.
    pub(super) inside: &'static [Known],
}

/// The fields that a caller wants.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Selection(Vec<Wanted>);

#[derive(Debug, PartialEq, Eq)]
struct Wanted {
    name: String,
    inside: Option<Selection>,
}

impl Selection {
    /// The selection in that text; none when it is blank, which asks for everything.
    pub(super) fn parse(text: &str, known: &[Known]) -> Result<Option<Self>, Problem> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        if text.len() > MAX_BYTES || depth(text) > MAX_DEPTH {
            let limits = format!("longer than {MAX_BYTES} bytes or nested deeper than {MAX_DEPTH} levels");
            return Err(unreadable(&format!("is {limits}.")));
        }
        let selection = level.parse(text).map_err(|_| {
            unreadable("cannot be read: names separated by commas are wanted, with parentheses that match.")
        })?;
        if let Some(name) = selection.duplicate() {
            let said =
                format!("The field \"{}\" is requested more than once.", presentable(name, MAX_QUOTED_CHARS));
            return Err(Problem::new(ProblemKind::DuplicateField, said));
        }
        if let Some(name) = selection.unknown(known) {
            let said = format!("The field \"{}\" does not exist.", presentable(name, MAX_QUOTED_CHARS));
            return Err(Problem::new(ProblemKind::UnknownField, said));
        }
        Ok(Some(selection))
    }

    /// Leaves of an object, or of the objects in an array, what is wanted.
    pub(super) fn apply(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.apply(item)),
            Value::Object(object) => {
                object.retain(|name, inner| match self.wanted(name) {
                    Some(wanted) => {
                        if let Some(inside) = &wanted.inside {
                            inside.apply(inner);
                        }
                        true
                    }
                    None => false,
                });
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn wanted(&self, name: &str) -> Option<&Wanted> {
        self.0.iter().find(|wanted| wanted.name == name)
    }

    fn duplicate(&self) -> Option<&str> {
        let mut seen = std::collections::HashSet::new();
        self.0.iter().find_map(|wanted| {
            if !seen.insert(wanted.name.as_str()) {
                return Some(wanted.name.as_str());
            }
            wanted.inside.as_ref().and_then(Self::duplicate)
        })
    }

    fn unknown<'a>(&'a self, known: &[Known]) -> Option<&'a str> {
        self.0.iter().find_map(|wanted| match known.iter().find(|known| known.name == wanted.name) {
            None => Some(wanted.name.as_str()),
            Some(known) => wanted.inside.as_ref().and_then(|inside| inside.unknown(known.inside)),
        })
    }
}

fn unreadable(why: &str) -> Problem {
    Problem::new(ProblemKind::UnknownField, format!("The parameter fields {why}"))
}

fn depth(text: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 1);
    for byte in text.bytes() {
        match byte {
            b'(' => open += 1,
            b')' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open + 1);
    }
    deepest
}

fn level(input: &mut &str) -> winnow::Result<Selection> {
    separated(1.., wanted, ',').map(Selection).parse_next(input)
}

fn wanted(input: &mut &str) -> winnow::Result<Wanted> {
    let name = delimited(multispace0, take_while(1.., is_name), multispace0).parse_next(input)?;
    let inside = opt(delimited('(', level, (')', multispace0))).parse_next(input)?;
    Ok(Wanted { name: name.to_owned(), inside })
}

fn is_name(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, ',' | '(' | ')')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const fn leaf(name: &'static str) -> Known {
        Known { name, inside: &[] }
    }

    static KNOWN: [Known; 3] = [
        leaf("id"),
        leaf("status"),
        Known { name: "parts", inside: &[leaf("name"), Known { name: "more", inside: &[leaf("deep")] }] },
    ];

    fn parse(text: &str) -> Result<Option<Selection>, (ProblemKind, String)> {
        Selection::parse(text, &KNOWN).map_err(|problem| (problem.kind, problem.public))
    }

    fn cut(text: &str) -> Value {
        let mut value = json!([{"id": 1, "status": "S", "parts": [{"name": "n", "more": {"deep": 2}}, {"name": "m", "more": null}]}]);
        parse(text).unwrap().unwrap().apply(&mut value);
        value
    }

    #[test]
    fn what_is_not_wanted_goes_and_the_order_stays() {
        assert_eq!(cut("status,id").to_string(), r#"[{"id":1,"status":"S"}]"#);
        assert_eq!(cut(" parts ( name ) , id "), json!([{"id": 1, "parts": [{"name": "n"}, {"name": "m"}]}]));
        assert_eq!(cut("parts(more(deep))"), json!([{"parts": [{"more": {"deep": 2}}, {"more": null}]}]));
        assert_eq!(
            cut("parts"),
            json!([{"parts": [{"name": "n", "more": {"deep": 2}}, {"name": "m", "more": null}]}])
        );
    }

    #[test]
    fn a_blank_selection_asks_for_everything() {
        assert_eq!(parse(""), Ok(None));
        assert_eq!(parse("  "), Ok(None));
    }

    #[test]
    fn the_first_unknown_field_is_named_after_any_duplicate() {
        let refused = |text| parse(text).unwrap_err();
        assert_eq!(
            refused("id,nope,no"),
            (ProblemKind::UnknownField, "The field \"nope\" does not exist.".into())
        );
        assert_eq!(refused("id(x)").1, "The field \"x\" does not exist.");
        assert_eq!(refused("parts(name,x)").1, "The field \"x\" does not exist.");
        assert_eq!(refused("nope,id,id").0, ProblemKind::DuplicateField);
        assert_eq!(refused("parts(name),parts(more)").0, ProblemKind::DuplicateField);
        assert_eq!(refused("parts(name,name)").0, ProblemKind::DuplicateField);
        assert!(parse("status,parts(name,more),id").is_ok());
        assert_eq!(refused("ID").0, ProblemKind::UnknownField);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let (deep, long) = (format!("{}id{}", "a(".repeat(5_000), ")".repeat(5_000)), "a,".repeat(4_000));
        for text in [
            ",",
            "id,",
            ",id",
            "id,,status",
            "parts(",
            "parts()",
            "parts(name",
            "id)",
            "(id)",
            "a b",
            "parts(name)x",
            &deep,
            &long,
        ] {
            let (kind, said) = parse(text).unwrap_err();
            assert_eq!(kind, ProblemKind::UnknownField, "{text}");
            assert!(said.len() < 300);
        }
    }

    #[test]
    fn what_is_quoted_back_is_short_and_clean() {
        let said = parse(&format!("a\u{1b}[31m{}", "x".repeat(3_000))).unwrap_err().1;
        assert!(said.len() < 200 && !said.contains('\u{1b}'));
    }
}
