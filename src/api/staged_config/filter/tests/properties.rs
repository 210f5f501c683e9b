//! What must hold of every filter: it is read without a panic, printed and read again it is the same, and a hint leaves
//! nothing out.

use proptest::prelude::*;

use super::{
    super::syntax::{Expression, Field, Literal, Quoted, Relation, Test},
    *,
};

fn print_all(expressions: &[Expression], between: &str) -> String {
    expressions.iter().map(|one| format!("({})", print(one))).collect::<Vec<_>>().join(between)
}

fn print(expression: &Expression) -> String {
    match expression {
        Expression::All(expressions) => print_all(expressions, " and "),
        Expression::Any(expressions) => print_all(expressions, "OR"),
        Expression::Not(expression) => format!("not({})", print(expression)),
        Expression::Test(field, test) => format!("{} {}", print_field(field), print_test(test)),
    }
}

fn print_field(field: &Field) -> String {
    match field {
        Field::Element => ".".to_owned(),
        Field::Named(names) => format!("{}{}", names.join("("), ")".repeat(names.len() - 1)),
    }
}

fn print_test(test: &Test) -> String {
    match test {
        Test::Compare(relation, literal) => {
            let sign = match relation {
                Relation::Equal => "=",
                Relation::Less => "<",
                Relation::AtMost => "<=",
                Relation::Greater => ">",
                Relation::AtLeast => ">=",
            };
            format!("{sign}{}", print_literal(literal))
        }
        Test::Among(literals) => {
            format!("in({})", literals.iter().map(print_literal).collect::<Vec<_>>().join(" ,"))
        }
        Test::Between(from, to) => format!("Between {} and {}", print_literal(from), print_literal(to)),
        Test::Null => "IS NULL".to_owned(),
        Test::Like { pattern, any_case } => {
            format!("{}{}", if *any_case { "iLike" } else { "like" }, print_quoted(pattern))
        }
        Test::Contains(inner) => format!("contains ({})", print(inner)),
        Test::Holds(literal) => format!("contains {}", print_literal(literal)),
    }
}

fn print_literal(literal: &Literal) -> String {
    match literal {
        Literal::Quoted(quoted) => print_quoted(quoted),
        Literal::Bare(text) => text.clone(),
    }
}

fn print_quoted(quoted: &Quoted) -> String {
    let bare = |mark| quoted.0.replace("\\\\", "").replace(&format!("\\{mark}"), "").contains(mark);
    if bare('"') { format!("'{}'", quoted.0) } else { format!("\"{}\"", quoted.0) }
}

fn a_name() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["id", "name", "tags", "duration", "value", "or_not", "_x", "IS2", "9"])
        .prop_map(str::to_owned)
}

fn a_quoted() -> impl Strategy<Value = Quoted> {
    prop::collection::vec(
        prop::sample::select(vec!["a", " ", "%", "_", "'", "\\\"", "\\'", "\\\\", "\\n", "ß", "("]),
        0..6,
    )
    .prop_map(|pieces| Quoted(pieces.concat()))
}

fn a_literal() -> impl Strategy<Value = Literal> {
    let bare = prop::sample::select(vec!["CLOSED", "17.0", "-1.5e-3", "+.5", "3.", "0", "x_1", "and"]);
    prop_oneof![a_quoted().prop_map(Literal::Quoted), bare.prop_map(|text| Literal::Bare(text.to_owned()))]
}

fn a_relation() -> impl Strategy<Value = Relation> {
    use Relation::{AtLeast, AtMost, Equal, Greater, Less};
    prop::sample::select(vec![Equal, Less, AtMost, Greater, AtLeast])
}

fn a_field() -> impl Strategy<Value = Field> {
    prop_oneof![Just(Field::Element), prop::collection::vec(a_name(), 1..4).prop_map(Field::Named)]
}

fn a_test() -> impl Strategy<Value = Test> {
    prop_oneof![
        (a_relation(), a_literal()).prop_map(|(relation, literal)| Test::Compare(relation, literal)),
        prop::collection::vec(a_literal(), 1..4).prop_map(Test::Among),
        (a_literal(), a_literal()).prop_map(|(from, to)| Test::Between(from, to)),
        Just(Test::Null),
        (a_quoted(), any::<bool>()).prop_map(|(pattern, any_case)| Test::Like { pattern, any_case }),
        a_quoted().prop_map(|quoted| Test::Holds(Literal::Quoted(quoted))),
    ]
}

fn an_expression() -> impl Strategy<Value = Expression> {
    let simple = (a_field(), a_test()).prop_map(|(field, test)| Expression::Test(field, test));
    simple.prop_recursive(4, 24, 3, |inner| {
        let several = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            several().prop_map(Expression::All),
            several().prop_map(Expression::Any),
            inner.clone().prop_map(|one| Expression::Not(Box::new(one))),
            (a_field(), inner.clone())
                .prop_map(|(field, inner)| Expression::Test(field, Test::Contains(Box::new(inner)))),
        ]
    })
}

/// A filter of fields that exist, as text.
fn a_sound_filter() -> impl Strategy<Value = String> {
    let simple = prop::sample::select(vec![
        "id = 3",
        "id != 3",
        "id in (1, 3, 5)",
        "id not in (2)",
        "id between 2 and 4",
        "id > 2",
        "id <= 4",
        "id < 2.5",
        "name = b",
        "name > a",
        "name in (a, c)",
        "name is null",
        "not id >= 3",
        "name like '%'",
    ]);
    simple.prop_map(str::to_owned).prop_recursive(3, 12, 3, |inner| {
        let joined = |word: &'static str| {
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(move |all| format!("({})", all.join(&format!(" {word} "))))
        };
        prop_oneof![joined("and"), joined("or"), inner.clone().prop_map(|one| format!("not {one}"))]
    })
}

/// Whether a value is among those that a hint speaks of.
fn fits(hint: &Hint<'_>, value: &Value) -> bool {
    let stands = |operand: &Operand| operand.order(value);
    match hint {
        Hint::Among(values) => values.iter().any(|one| stands(one).is_some_and(std::cmp::Ordering::is_eq)),
        Hint::Between(from, to) => {
            from.is_none_or(|from| stands(from).is_some_and(std::cmp::Ordering::is_ge))
                && to.is_none_or(|to| stands(to).is_some_and(std::cmp::Ordering::is_le))
        }
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,80}") {
        let _answer = Filter::parse(&text, shape());
    }

    #[test]
    fn no_mixture_of_its_words_makes_the_parser_panic(
        words in prop::collection::vec(prop::sample::select(vec![
            "id", "name", "tags", "(", ")", ",", ".", "=", "<", ">", "!", "^", "and", "or", "not", "in", "between", "is", "null",
            "like", "ilike", "contains", "value", "'", "\"", "\\", "%", "_", "-", "+", "1", "1e", "ß", " ",
        ]), 0..40),
        glue in prop::sample::select(vec!["", " "]),
    ) {
        let _answer = Filter::parse(&words.join(glue), shape());
    }

    #[test]
    fn what_is_printed_is_read_as_what_it_was(expression in an_expression()) {
        let text = print(&expression);
        prop_assert_eq!(grammar::parse(&text).map_err(|problem| problem.public), Ok(expression), "{}", text);
    }

    #[test]
    fn what_is_wanted_is_among_what_the_hints_say(text in a_sound_filter()) {
        let filter = filter(&text);
        for (id, name) in (0..7).flat_map(|id| [None, Some("a"), Some("b"), Some("c")].map(|name| (id, name))) {
            let element = json!({"id": id, "name": name});
            if filter.wants(&element) {
                for field in ["id", "name"] {
                    let fits = filter.hint(field).is_none_or(|hint| fits(&hint, &element[field]));
                    prop_assert!(fits, "{} of {} by {:?}", field, element, filter.hint(field));
                }
            }
        }
    }
}
