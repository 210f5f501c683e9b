//! Orders: what is read, what is refused, what comes first.

use serde_json::json;

use super::*;
use crate::api::staged_config::fields::Known;

static INSIDE: [Known; 1] = [Known::number("days")];
static KNOWN: [Known; 7] = [
    Known::number("id"),
    Known::text("name"),
    Known::flag("on"),
    Known::object("duration", &INSIDE),
    Known::list("tags", &Kind::Text),
    Known::text("password").opaque(),
    Known::number("a,(b)\\"),
];

fn parse(text: &str) -> Result<Vec<(bool, String)>, ProblemKind> {
    let order = Order::parse(text, Shape::new(&KNOWN, 26)).map_err(|problem| problem.kind)?;
    let terms = order.map(|order| order.0).unwrap_or_default();
    Ok(terms.iter().map(|term| (term.descending, term.path.join("/"))).collect())
}

/// The ids of these elements in that order.
fn sorted(text: &str, elements: &[Value]) -> Vec<u64> {
    let order = Order::parse(text, Shape::new(&KNOWN, 26)).unwrap().unwrap();
    let mut keyed: Vec<_> =
        elements.iter().map(|element| (order.key(element), element["id"].as_u64().unwrap())).collect();
    keyed.sort_by(|(one, _), (other, _)| order.compare(one, other));
    keyed.into_iter().map(|(_, id)| id).collect()
}

#[test]
fn a_sign_says_the_direction_and_without_one_it_is_upwards() {
    let up = |name: &str| (false, name.to_owned());
    assert_eq!(parse("+name"), Ok(vec![up("name")]));
    assert_eq!(parse("name"), Ok(vec![up("name")]));
    assert_eq!(parse(" name"), Ok(vec![up("name")]), "a + that was not encoded");
    assert_eq!(parse("-name, id ,-on"), Ok(vec![(true, "name".into()), up("id"), (true, "on".into())]));
    assert_eq!(parse("-duration(days)"), Ok(vec![(true, "duration/days".into())]));
    assert_eq!(parse(r"\n\a\m\e,a\,\(b\)\\"), Ok(vec![up("name"), up(r"a,(b)\")]));
    assert_eq!(parse("-name,+name"), Ok(vec![(true, "name".into())]));
    assert_eq!(parse(" "), Ok(vec![]));
}

#[test]
fn what_does_not_exist_and_what_has_no_order_are_told_apart() {
    for text in [
        "nope",
        "+Name",
        "duration(hours)",
        "name(x)",
        ",",
        "id,",
        "+",
        "id+",
        "duration(days",
        "(id)",
        "--id",
    ] {
        assert_eq!(parse(text), Err(ProblemKind::UnknownSortField), "{text}");
    }
    for text in ["duration", "tags", "password", "id,-tags"] {
        assert_eq!(parse(text), Err(ProblemKind::NotSortable), "{text}");
    }
    assert_eq!(parse(&"id,".repeat(1_000)), Err(ProblemKind::UnknownSortField));
}

#[test]
fn null_is_larger_than_everything_and_the_like_keep_their_order() {
    let elements = [
        json!({"id": 1, "name": "b", "on": true, "duration": {"days": 2}}),
        json!({"id": 2, "name": null, "on": false, "duration": null}),
        json!({"id": 3, "name": "a", "on": true, "duration": {"days": 10}}),
        json!({"id": 4, "name": "B", "duration": {"days": 2}}),
    ];
    assert_eq!(sorted("name", &elements), [4, 3, 1, 2]);
    assert_eq!(sorted("-name", &elements), [2, 1, 3, 4]);
    assert_eq!(sorted("on", &elements), [2, 1, 3, 4]);
    assert_eq!(sorted("duration(days)", &elements), [1, 4, 3, 2]);
    assert_eq!(sorted("duration(days),name", &elements), [4, 1, 3, 2]);
    assert_eq!(sorted("-on,-id", &elements), [4, 3, 1, 2]);
}
