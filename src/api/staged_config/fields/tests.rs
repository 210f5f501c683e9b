//! Selections: what is read, what is refused, what is left of a response.

use super::*;
use serde_json::json;

static PARTS: [Known; 2] = [Known::text("name"), Known::object("more", &[Known::number("deep")])];

static KNOWN: [Known; 3] =
    [Known::number("id"), Known::text("status"), Known::list("parts", &Kind::Object(&PARTS))];

fn parse(text: &str) -> Result<Option<Selection>, (ProblemKind, String)> {
    Selection::parse(text, Shape::new(&KNOWN, 26)).map_err(|problem| (problem.kind, problem.public))
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

#[test]
fn what_a_later_release_brought_is_not_there_before() {
    static INSIDE: [Known; 2] = [Known::text("name"), Known::number("size").since(19)];
    static KNOWN: [Known; 3] =
        [Known::number("id"), Known::text("theme").since(24), Known::list("parts", &Kind::Object(&INSIDE))];
    let refused = |text: &str, major| Selection::parse(text, Shape::new(&KNOWN, major)).is_err();
    assert!(refused("theme", 23) && !refused("theme", 24));
    assert!(refused("parts(size)", 18) && !refused("parts(size)", 19));
    let shown = |major| {
        let mut value = json!([{"id": 1, "theme": null, "parts": [{"name": "n", "size": 2}]}]);
        Shape::new(&KNOWN, major).cut(&mut value);
        value
    };
    assert_eq!(shown(24), json!([{"id": 1, "theme": null, "parts": [{"name": "n", "size": 2}]}]));
    assert_eq!(shown(19), json!([{"id": 1, "parts": [{"name": "n", "size": 2}]}]));
    assert_eq!(shown(18), json!([{"id": 1, "parts": [{"name": "n"}]}]));
}
