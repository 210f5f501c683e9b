//! The grammar of filters, read with winnow.
//!
//! ```text
//! any       = all { "or" all }              all = not { "and" not }        not = { "not" } ( "(" any ")" | test )
//! test      = field ( relation literal | [ "not" ] "in" "(" literal { "," literal } ")"
//!           | [ "not" ] "between" literal "and" literal | "is" [ "not" ] "null"
//!           | [ "not" ] ( "like" | "ilike" ) quoted | "contains" contained )
//! contained = "(" ( any | literal ) ")" | test | literal
//! field     = "." | name [ "(" name ... ")" ]
//! ```
//!
//! Owns the syntax and nothing else: names and literals are taken as they come.
//!
//! Easy to get wrong: what recurses on a caller's word counts its depth before it does, so that no text can use up the
//! stack; `not not not ...` and `a(b(c(...)))` are read in loops. And after an operator there is no way back: without
//! `cut_err` the whole text would be tried again with every other reading, and the error would name its beginning.

use winnow::{
    ModalResult, Parser as _,
    ascii::{digit0, digit1, multispace0},
    combinator::{alt, cut_err, eof, fail, not, opt, peek, preceded, repeat, separated, terminated},
    error::ContextError,
    stream::Stateful,
    token::{any as any_char, none_of, one_of, take_while},
};

use super::{
    MAX_DEPTH, refused,
    syntax::{Expression, Field, Literal, Quoted, Relation, Test},
};
use crate::{api::problem::Problem, http::presentable};

/// How much of what cannot be read is quoted back.
const MAX_QUOTED_CHARS: usize = 40;

/// The text that is left, and how deep it is read.
type Input<'a> = Stateful<&'a str, Depth>;

#[derive(Debug, Default)]
struct Depth {
    now: usize,
    exceeded: bool,
}

/// The expression in that text.
pub(super) fn parse(text: &str) -> Result<Expression, Problem> {
    let mut input = Input { input: text, state: Depth::default() };
    let read = preceded(multispace0, terminated(any, cut_err(eof))).parse_next(&mut input);
    read.map_err(|_| {
        if input.state.exceeded {
            return refused(format_args!("it is nested deeper than {MAX_DEPTH} levels."));
        }
        match input.input.trim() {
            "" => refused("it ends too early."),
            rest => refused(format_args!(
                "it cannot be read from \"{}\" on.",
                presentable(rest, MAX_QUOTED_CHARS)
            )),
        }
    })
}

fn any(input: &mut Input<'_>) -> ModalResult<Expression> {
    let mut all_of = vec![all(input)?];
    while opt(keyword("or")).parse_next(input)?.is_some() {
        all_of.push(cut_err(all).parse_next(input)?);
    }
    Ok(one_or(all_of, Expression::Any))
}

fn all(input: &mut Input<'_>) -> ModalResult<Expression> {
    let mut all_of = vec![negated(input)?];
    while opt(keyword("and")).parse_next(input)?.is_some() {
        all_of.push(cut_err(negated).parse_next(input)?);
    }
    Ok(one_or(all_of, Expression::All))
}

fn one_or(mut all: Vec<Expression>, several: fn(Vec<Expression>) -> Expression) -> Expression {
    match all.pop() {
        Some(only) if all.is_empty() => only,
        last => several(all.into_iter().chain(last).collect()),
    }
}

fn negated(input: &mut Input<'_>) -> ModalResult<Expression> {
    let nots: usize = repeat(0.., keyword("not")).parse_next(input)?;
    let expression = if nots == 0 { simple(input)? } else { cut_err(simple).parse_next(input)? };
    Ok(if nots.is_multiple_of(2) { expression } else { Expression::Not(Box::new(expression)) })
}

fn simple(input: &mut Input<'_>) -> ModalResult<Expression> {
    if opt(symbol('(')).parse_next(input)?.is_some() {
        return terminated(cut_err(|input: &mut Input<'_>| deeper(input, any)), cut_err(symbol(')')))
            .parse_next(input);
    }
    test(input)
}

/// Reads on one level deeper, if that is not too deep.
fn deeper<'a, T>(
    input: &mut Input<'a>,
    mut inner: impl FnMut(&mut Input<'a>) -> ModalResult<T>,
) -> ModalResult<T> {
    if input.state.now == MAX_DEPTH {
        input.state.exceeded = true;
        return cut_err(fail).parse_next(input);
    }
    input.state.now += 1;
    let read = inner(input);
    input.state.now -= 1;
    read
}

fn test(input: &mut Input<'_>) -> ModalResult<Expression> {
    let field = field(input)?;
    let relation = alt((
        alt(("!=", "<>", "^=")).value((Relation::Equal, false)),
        "<=".value((Relation::AtMost, true)),
        ">=".value((Relation::AtLeast, true)),
        '<'.value((Relation::Less, true)),
        '>'.value((Relation::Greater, true)),
        '='.value((Relation::Equal, true)),
    ));
    if let Some((relation, positive)) = opt(terminated(relation, multispace0)).parse_next(input)? {
        let literal = cut_err(literal).parse_next(input)?;
        return Ok(signed(positive, Expression::Test(field, Test::Compare(relation, literal))));
    }
    if opt(keyword("is")).parse_next(input)?.is_some() {
        let positive = opt(keyword("not")).parse_next(input)?.is_none();
        cut_err(keyword("null")).parse_next(input)?;
        return Ok(signed(positive, Expression::Test(field, Test::Null)));
    }
    if opt(keyword("contains")).parse_next(input)?.is_some() {
        return cut_err(contained).map(|test| Expression::Test(field.clone(), test)).parse_next(input);
    }
    let positive = opt(keyword("not")).parse_next(input)?.is_none();
    let test = alt((among, between, like)).parse_next(input)?;
    Ok(signed(positive, Expression::Test(field, test)))
}

fn signed(positive: bool, expression: Expression) -> Expression {
    if positive { expression } else { Expression::Not(Box::new(expression)) }
}

fn among(input: &mut Input<'_>) -> ModalResult<Test> {
    keyword("in").parse_next(input)?;
    let list = separated(1.., literal, symbol(',')).map(Test::Among);
    cut_err(winnow::combinator::delimited(symbol('('), list, symbol(')'))).parse_next(input)
}

fn between(input: &mut Input<'_>) -> ModalResult<Test> {
    keyword("between").parse_next(input)?;
    let (from, (), to) = cut_err((literal, keyword("and"), literal)).parse_next(input)?;
    Ok(Test::Between(from, to))
}

fn like(input: &mut Input<'_>) -> ModalResult<Test> {
    let any_case = alt((keyword("like").value(false), keyword("ilike").value(true))).parse_next(input)?;
    let pattern = cut_err(quoted).parse_next(input)?;
    Ok(Test::Like { pattern, any_case })
}

fn contained(input: &mut Input<'_>) -> ModalResult<Test> {
    let inner = |input: &mut Input<'_>| deeper(input, any);
    if opt(symbol('(')).parse_next(input)?.is_some() {
        let either = alt((terminated(inner, peek(')')).map(contains), literal.map(Test::Holds)));
        return cut_err(terminated(either, symbol(')'))).parse_next(input);
    }
    let single = |input: &mut Input<'_>| deeper(input, test);
    alt((single.map(contains), literal.map(Test::Holds))).parse_next(input)
}

fn contains(expression: Expression) -> Test {
    Test::Contains(Box::new(expression))
}

fn field(input: &mut Input<'_>) -> ModalResult<Field> {
    if opt(symbol('.')).parse_next(input)?.is_some() {
        return Ok(Field::Element);
    }
    let mut names = vec![word(input)?.to_owned()];
    while opt(symbol('(')).parse_next(input)?.is_some() {
        names.push(cut_err(word).parse_next(input)?.to_owned());
    }
    let closing = names.len() - 1;
    repeat::<_, _, (), _, _>(closing, cut_err(symbol(')'))).parse_next(input)?;
    Ok(Field::Named(names))
}

fn literal(input: &mut Input<'_>) -> ModalResult<Literal> {
    let number = terminated(number, not(one_of(is_word_char)));
    let bare = terminated(alt((number, take_while(1.., is_word_char))), multispace0);
    alt((quoted.map(Literal::Quoted), bare.map(|text: &str| Literal::Bare(text.to_owned()))))
        .parse_next(input)
}

/// A sign, digits with a decimal point, an exponent.
fn number<'a>(input: &mut Input<'a>) -> ModalResult<&'a str> {
    let digits = alt(((digit1, opt(('.', digit0))).void(), ('.', digit1).void()));
    let exponent = (one_of(['e', 'E']), opt(one_of(['+', '-'])), digit1);
    (opt(one_of(['+', '-'])), digits, opt(exponent)).take().parse_next(input)
}

fn quoted(input: &mut Input<'_>) -> ModalResult<Quoted> {
    let mark: char = one_of(['"', '\'']).parse_next(input)?;
    let character = alt((('\\', any_char).void(), none_of([mark, '\\']).void()));
    let text = repeat::<_, _, (), _, _>(0.., character).take().parse_next(input)?;
    cut_err((mark, multispace0)).parse_next(input)?;
    Ok(Quoted(text.to_owned()))
}

fn word<'a>(input: &mut Input<'a>) -> ModalResult<&'a str> {
    terminated(take_while(1.., is_word_char), multispace0).parse_next(input)
}

/// That word, whatever its case, and no longer one that begins with it.
fn keyword<'a>(
    wanted: &'static str,
) -> impl winnow::Parser<Input<'a>, (), winnow::error::ErrMode<ContextError>> {
    word.verify(move |word: &str| word.eq_ignore_ascii_case(wanted)).void()
}

fn symbol<'a>(wanted: char) -> impl winnow::Parser<Input<'a>, (), winnow::error::ErrMode<ContextError>> {
    (wanted, multispace0).void()
}

fn is_word_char(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}
