use super::*;

fn fault(body: &str) -> Option<Fault> {
    members(body.as_bytes()).err()
}

fn wrong(member: &str, expected: &'static str) -> Fault {
    wrong_type(member, expected)
}

#[test]
fn members_come_out_by_name_and_type() {
    let mut taken = members(br#"{"status":"CANCELLED","ids":[3,1],"note":null,"blocking":false}"#).unwrap();
    assert_eq!(taken.take_string("status"), Ok("CANCELLED".to_owned()));
    assert_eq!(taken.take_u64_array("ids"), Ok(vec![3, 1]));
    assert_eq!(taken.take_optional_string("note"), Ok(None));
    assert_eq!(taken.take_bool_or("blocking", true), Ok(false));
    assert_eq!(taken.take_bool_or("absent", true), Ok(true));
    assert_eq!(taken.take_optional_u64_array("absent"), Ok(vec![]));
    assert_eq!(taken.finish(), Ok(()));
}

#[test]
fn a_null_array_is_an_absent_one_and_an_ignored_member_may_be_anything() {
    let mut taken = members(br#"{"ids":null,"id":{"a":[]},"bad":"x"}"#).unwrap();
    assert_eq!(taken.take_optional_u64_array("ids"), Ok(vec![]));
    assert!(taken.take_optional_u64_array("bad").is_err());
    taken.ignore("id");
    assert_eq!(taken.finish(), Ok(()));
}

#[test]
fn an_unknown_member_is_refused_at_the_end() {
    let taken = members(br#"{"surplus":1}"#).unwrap();
    assert_eq!(taken.finish(), Err(Fault::UnknownMember("surplus".to_owned())));
}

#[test]
fn a_missing_member_is_named() {
    let mut none = members(b"{}").unwrap();
    assert_eq!(none.take_string("status"), Err(Fault::MissingMember("status".to_owned())));
}

#[test]
fn a_wrong_type_is_named_with_what_was_expected() {
    let body = br#"{"s":1,"o":[],"b":null,"a":[1.0],"n":[-1]}"#;
    let mut taken = members(body).unwrap();
    assert_eq!(taken.take_string("s"), Err(wrong("s", "a string")));
    assert_eq!(taken.take_optional_string("o"), Err(wrong("o", "a string")));
    assert_eq!(taken.take_bool_or("b", true), Err(wrong("b", "true or false")));
    assert_eq!(taken.take_u64_array("a"), Err(wrong("a", "an array of non-negative whole numbers")));
    assert_eq!(taken.take_u64_array("n"), Err(wrong("n", "an array of non-negative whole numbers")));
}

#[test]
fn a_repeated_member_is_refused_at_every_level() {
    let repeated = Some(Fault::RepeatedMember("a".to_owned()));
    assert_eq!(fault(r#"{"a":1,"a":1}"#), repeated);
    assert_eq!(fault(r#"{"b":[{"c":{"a":1,"\u0061":2}}]}"#), repeated);
}

#[test]
fn only_an_object_will_do() {
    for body in ["[]", r#"["CANCELLED"]"#, "null", "1", r#""{}""#, "true"] {
        assert_eq!(fault(body), Some(Fault::NotAnObject), "{body}");
    }
}

#[test]
fn one_value_of_valid_json_and_nothing_after_it() {
    for body in [" ", "{", "{}{}", "{} x", "{'a':1}", r#"{"a":NaN}"#, r#"{"a":"\ud800"}"#, "\u{feff}{}"] {
        assert_eq!(fault(body), Some(Fault::MalformedJson), "{body}");
    }
    assert_eq!(members(b"{\"a\":\"\xff\"}").err(), Some(Fault::NotUtf8));
    assert_eq!(fault(""), Some(Fault::MissingBody));
}

#[test]
fn depth_is_bounded_and_never_overflows_the_stack() {
    let nested = |levels: usize| format!("{{\"a\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1));
    assert_eq!(fault(&nested(MAX_JSON_DEPTH)), None);
    let too_deep = Some(Fault::TooDeep { limit_levels: MAX_JSON_DEPTH });
    assert_eq!(fault(&nested(MAX_JSON_DEPTH + 1)), too_deep);
    assert_eq!(fault(&nested(100_000)), too_deep);
}
