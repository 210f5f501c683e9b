//! Fitting a filter to the fields there are: what is named must be there, and be of a kind that can be asked so.
//!
//! Owns what each kind of field can be asked, and how a literal is read for it: a bare number before a string's field is
//! a string, and a number in quotation marks before a number's field is a number, because clients send both.
//!
//! Easy to get wrong: in the list of a `contains` the names are those of the list's elements, and where the elements have
//! no names, `value` and `.` both stand for the element.

use super::{
    condition::{Check, Condition, Operand},
    number::Number,
    pattern::Pattern,
    refused,
    syntax::{Expression, Field, Literal, Relation, Test},
};
use crate::{
    api::{
        problem::Problem,
        staged_config::fields::{Kind, Shape},
    },
    http::presentable,
};

/// What an element without names is called in a `contains`.
const ELEMENT: &str = "value";
/// What is said of a list where something else is wanted.
const LIST: &str = "a list, looked into with contains";
/// How much of a name or a literal is quoted back.
const MAX_QUOTED_CHARS: usize = 64;

/// What a name may stand for.
#[derive(Clone, Copy)]
enum Scope {
    /// A field of an object.
    Fields(Shape),
    /// The element itself, which is of that kind.
    Element(Kind),
}

/// The filter's condition for objects with these fields.
pub(super) fn bind(expression: &Expression, known: Shape) -> Result<Condition, Problem> {
    condition(expression, known, Scope::Fields(known))
}

fn condition(expression: &Expression, known: Shape, scope: Scope) -> Result<Condition, Problem> {
    let all = |expressions: &[Expression]| {
        expressions.iter().map(|one| condition(one, known, scope)).collect::<Result<_, _>>()
    };
    Ok(match expression {
        Expression::All(expressions) => Condition::All(all(expressions)?),
        Expression::Any(expressions) => Condition::Any(all(expressions)?),
        Expression::Not(expression) => Condition::Not(Box::new(condition(expression, known, scope)?)),
        Expression::Test(field, test) => {
            let (path, kind) = find(field, scope)?;
            Condition::Test(path, check(test, field, kind, known)?)
        }
    })
}

/// Where that field is, and what it holds.
fn find(field: &Field, scope: Scope) -> Result<(Vec<&'static str>, Kind), Problem> {
    let (names, mut known) = match (field, scope) {
        (Field::Element, Scope::Element(kind)) => return Ok((Vec::new(), kind)),
        (Field::Named(names), Scope::Element(kind)) if *names == [ELEMENT] => return Ok((Vec::new(), kind)),
        (Field::Named(names), Scope::Element(_)) => return Err(unknown(&names[0])),
        (Field::Named(names), Scope::Fields(known)) => (names, known),
        (Field::Element, Scope::Fields(_)) => {
            return Err(refused("\".\" stands for elements that have no fields, and these have some."));
        }
    };
    let mut path: Vec<&'static str> = Vec::with_capacity(names.len());
    let mut kind = None;
    for name in names {
        if let (Some(Kind::List(_)), Some(list)) = (kind, path.last()) {
            return Err(refused(format_args!("the field {} is {LIST}.", quoted(list))));
        }
        let found = known.find(name).ok_or_else(|| unknown(name))?;
        if found.is_opaque {
            return Err(refused(format_args!("the field {} cannot be filtered on.", quoted(name))));
        }
        path.push(found.name);
        known = known.inside(found.kind);
        kind = Some(found.kind);
    }
    let kind = kind.ok_or_else(|| unknown(""))?;
    Ok((path, kind))
}

fn unknown(name: &str) -> Problem {
    refused(format_args!("the field {} does not exist.", quoted(name)))
}

fn check(test: &Test, field: &Field, kind: Kind, known: Shape) -> Result<Check, Problem> {
    let read = |literal: &Literal| operand(literal, field, kind);
    Ok(match test {
        Test::Compare(relation, literal) => Check::Compare(*relation, read(literal)?),
        Test::Among(literals) => Check::Among(literals.iter().map(read).collect::<Result<_, _>>()?),
        Test::Between(from, to) => Check::Between(read(from)?, read(to)?),
        Test::Null => Check::Null,
        Test::Like { pattern, any_case } => match kind {
            Kind::Text => Check::Like(Pattern::new(pattern, *any_case)),
            Kind::Number | Kind::Flag | Kind::Object(_) | Kind::List(_) => {
                return Err(refused(format_args!("{} holds no string to be like one.", named(field))));
            }
        },
        Test::Contains(inner) => {
            let scope = match elements(field, kind)? {
                of @ Kind::Object(_) => Scope::Fields(known.inside(of)),
                of @ (Kind::Number | Kind::Text | Kind::Flag | Kind::List(_)) => Scope::Element(of),
            };
            Check::Contains(Box::new(condition(inner, known, scope)?))
        }
        Test::Holds(literal) => {
            let equal = Check::Compare(Relation::Equal, operand(literal, field, elements(field, kind)?)?);
            Check::Contains(Box::new(Condition::Test(Vec::new(), equal)))
        }
    })
}

/// What the elements of a list are.
fn elements(field: &Field, kind: Kind) -> Result<Kind, Problem> {
    match kind {
        Kind::List(of) => Ok(*of),
        Kind::Number | Kind::Text | Kind::Flag | Kind::Object(_) => {
            Err(refused(format_args!("{} is no list that could contain something.", named(field))))
        }
    }
}

/// What a literal stands for where a value of that kind is wanted.
fn operand(literal: &Literal, field: &Field, kind: Kind) -> Result<Operand, Problem> {
    let text = literal.text();
    let (read, wanted) = match kind {
        Kind::Text => return Ok(Operand::Text(text)),
        Kind::Number => (Number::parse(&text).map(Operand::Number), "a number"),
        Kind::Flag => (flag(&text).map(Operand::Flag), "true or false"),
        Kind::Object(_) => (None, "compared by a field inside it, as in a(b)"),
        Kind::List(_) => (None, LIST),
    };
    read.ok_or_else(|| refused(format_args!("{} is {wanted}, not {}.", named(field), quoted(&text))))
}

fn flag(text: &str) -> Option<bool> {
    [true, false].into_iter().find(|flag| text.eq_ignore_ascii_case(if *flag { "true" } else { "false" }))
}

fn named(field: &Field) -> String {
    match field {
        Field::Element => "the element".to_owned(),
        Field::Named(names) => format!("the field {}", quoted(names.last().map_or("", String::as_str))),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", presentable(text, MAX_QUOTED_CHARS))
}
