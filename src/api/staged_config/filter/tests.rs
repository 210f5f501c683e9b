//! Filters: what is read, what is refused, what is wanted.

mod faults;
mod hints;
mod likeness;
mod properties;

use serde_json::{Value, json};

use super::*;
use crate::api::staged_config::fields::{Kind, Known};

static DURATION: [Known; 2] = [Known::number("days"), Known::number("seconds")];
static SEARCH: [Known; 3] =
    [Known::text("operator"), Known::text("value"), Known::list("addresses", &Kind::Text)];
pub(super) static KNOWN: [Known; 10] = [
    Known::number("id"),
    Known::text("name"),
    Known::text("version"),
    Known::flag("protected"),
    Known::text("assigned_to"),
    Known::object("duration", &DURATION),
    Known::list("groups", &Kind::Number),
    Known::list("tags", &Kind::Text),
    Known::list("filters", &Kind::Object(&SEARCH)),
    Known::text("password").opaque(),
];

pub(super) fn shape() -> Shape {
    Shape::new(&KNOWN, 26)
}

pub(super) fn filter(text: &str) -> Filter {
    match Filter::parse(text, shape()) {
        Ok(Some(filter)) => filter,
        other => panic!("{text}: {other:?}"),
    }
}

fn element() -> Value {
    json!({
        "id": 1_004, "name": "Proprietary Data", "version": "17.0", "protected": true, "assigned_to": null,
        "duration": {"days": 42, "seconds": 42.5}, "groups": [3, 5], "tags": ["ftp", "a b"],
        "filters": [
            {"operator": "Greater than", "value": "14", "addresses": ["192.0.2.0"]},
            {"operator": "Equals", "value": "15", "addresses": []},
        ],
        "password": null,
    })
}

fn wants(text: &str) -> bool {
    filter(text).wants(&element())
}

#[track_caller]
fn all_hold(texts: &[&str]) {
    for text in texts {
        assert!(wants(text), "{text}");
        assert!(!wants(&format!("not ({text})")), "not {text}");
    }
}

#[track_caller]
fn none_holds(texts: &[&str]) {
    for text in texts {
        assert!(!wants(text), "{text}");
    }
}

#[test]
fn every_relation_compares_numbers() {
    all_hold(&[
        "id=1004",
        "id = 1004",
        "id>1003",
        "id < 1005",
        "id<=1004",
        "id >= 1004",
        "id != 5",
        "id<>5",
        "id ^= 5",
        "id in (1,1004)",
        "id not in (1, 2)",
        "id between 1004 and 1004",
        "id not between 30 and 31",
        "id = +1004",
        "id > -1",
        "id = 1004.0",
        "id = 1.004e3",
        "id=1.004E+3",
        "id > .5",
        "id < 1e99",
        "id = '1004'",
        "duration(days) >= 20",
        "duration ( seconds ) = 42.5",
        "duration(seconds)>42",
        "id<18446744073709551615",
    ]);
    none_holds(&[
        "id=1005",
        "id<1004",
        "id>1004",
        "id<=1003",
        "id>=1005",
        "id!=1004",
        "id in (1,2)",
        "id not in (1004)",
    ]);
    none_holds(&["id between 1005 and 1003", "id not between 0 and 2000", "duration(seconds) = 42"]);
}

#[test]
fn whole_numbers_are_never_rounded() {
    let large = json!({"id": 9_007_199_254_740_993_u64});
    assert!(filter("id = 9007199254740993").wants(&large));
    assert!(!filter("id = 9007199254740992").wants(&large));
}

#[test]
fn strings_are_compared_whole_and_a_bare_number_will_do() {
    all_hold(&[
        "name = 'Proprietary Data'",
        "name=\"Proprietary Data\"",
        "version=17.0",
        "version = '17.0'",
        "name between 'A' and 'Q'",
        "name > Prop",
        "version in (16.0, 17.0)",
        "name != x_y",
        "protected = true",
        "protected=TRUE",
        "protected != false",
        "protected in (true)",
    ]);
    none_holds(&["version=17", "name = proprietary", "name between 'a' and 'z'", "protected = false"]);
    let odd = json!({"name": r#"a"b'c\d"#});
    for text in [r#"name = "a\"b'c\d""#, r#"name = 'a"b\'c\\d'"#] {
        assert!(filter(text).wants(&odd), "{text}");
    }
    assert!(filter(r"name = 'DOMAIN\user'").wants(&json!({"name": r"DOMAIN\user"})));
}

#[test]
fn null_fulfils_no_positive_test_and_every_negative_one() {
    all_hold(&[
        "assigned_to is null",
        "assigned_to != x",
        "assigned_to <> x",
        "assigned_to ^= x",
        "assigned_to not in (x)",
        "assigned_to not between a and b",
        "id is not null",
        "duration is not null",
        "tags is not null",
    ]);
    none_holds(&[
        "assigned_to = x",
        "assigned_to > a",
        "assigned_to >= a",
        "assigned_to < z",
        "assigned_to <= z",
        "assigned_to in (x)",
        "assigned_to between a and z",
        "assigned_to like '%'",
        "assigned_to is not null",
    ]);
    let bare = json!({});
    assert!(filter("duration(days) is null and groups is null and not groups contains 3").wants(&bare));
    assert!(filter("duration(days) != 3").wants(&bare) && !filter("duration(days) > 3").wants(&bare));
}

#[test]
fn and_binds_before_or_and_keywords_come_in_any_case() {
    all_hold(&[
        "assigned_to is not null OR id = 1004",
        "protected =true and not id in (111,112,113)",
        "id = 1004 or id = 1 and id = 2",
        "NOT id = 1 AnD nOt id = 2",
        "not not id=1004",
        "(id=1004)and((name Is Not Null))",
        "id=1 or(id=1004)",
        "\tid = 1004\n",
        "id NOT IN (1) AND version BETWEEN '1' AND '2' OR name LIKE 'x'",
    ]);
    none_holds(&[
        "(id = 1004 or id = 1) and id = 2",
        "not (id = 1004 or id = 1)",
        "not id = 1004 and id = 1004",
    ]);
}

#[test]
fn lists_contain_values_and_what_a_filter_of_their_own_wants() {
    all_hold(&[
        "tags contains value = ftp",
        "tags contains ftp",
        "tags contains 'a b' and id = 1004",
        "tags CONTAINS (ftp)",
        "groups contains 5",
        "groups contains (.<4)",
        "groups contains (value > 3 and . < 6)",
        "groups contains value in (5, 9) or id = 1",
        "filters contains (value = 14 or operator = \"Greater than\")",
        "filters contains (value = 15 and operator = Equals)",
        "filters contains addresses contains value = \"192.0.2.0\"",
        "filters contains (addresses contains (. like '192.%'))",
        "filters contains (not value = 14) and id = 1004",
    ]);
    none_holds(&[
        "tags contains value = http",
        "groups contains 4",
        "filters contains (value = 14 and operator = Equals)",
        "groups contains 5 and id = 1",
    ]);
}

#[test]
fn elements_without_fields_are_asked_by_a_dot() {
    let bound = binding::bind(&grammar::parse("databases contains .= events").unwrap(), {
        static DATABASES: [Known; 1] = [Known::list("databases", &Kind::Text)];
        Shape::new(&DATABASES, 26)
    });
    assert!(bound.unwrap().holds(&json!({"databases": ["flows", "events"]})));
}

#[test]
fn a_blank_filter_wants_everything_and_a_filter_names_the_fields_it_needs() {
    assert!(Filter::parse("  ", shape()).unwrap().is_none());
    let needed = filter("id = 1 and not (duration(days) > 2 or tags contains x)").fields();
    assert_eq!(needed.into_iter().collect::<Vec<_>>(), ["duration", "id", "tags"]);
}
