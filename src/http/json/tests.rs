use super::*;

fn fault(body: &str) -> Option<Fault> {
    members(body.as_bytes()).err()
}

fn wrong(member: &str, expected: &'static str) -> Fault {
    Fault::WrongType { member: member.to_owned(), expected }
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
fn arrays_of_strings_and_of_objects_come_out_whole() {
    let mut taken =
        members(br#"{"words":["a",""],"users":[{"id":5},{}],"at":null,"n":7,"bad":[{},1]}"#).unwrap();
    assert_eq!(taken.take_string_array("words"), Ok(vec!["a".to_owned(), String::new()]));
    let mut users = taken.take_objects("users").unwrap();
    assert!(users[0].has("id") && !users[1].has("id"));
    assert_eq!((users[0].take_u64("id"), users.len()), (Ok(5), 2));
    assert_eq!((taken.take_optional_u64("at"), taken.take_optional_u64("n")), (Ok(None), Ok(Some(7))));
    assert_eq!(taken.take_objects("bad").err(), Some(wrong("bad", "an array of objects")));
    assert_eq!(taken.finish(), Ok(()));
}

#[test]
fn numbers_and_arrays_are_not_made_of_anything_else() {
    for text in ["null", "1.0", "-1", "\"1\"", "true", "18446744073709551616", "[1]"] {
        let mut taken = members(format!(r#"{{"n":{text}}}"#).as_bytes()).unwrap();
        assert_eq!(taken.take_u64("n"), Err(wrong("n", "a non-negative whole number")), "{text}");
    }
    for text in ["null", "1", "\"a\"", "{}", "[1]", "[null]"] {
        let body = format!(r#"{{"w":{text},"o":{text}}}"#);
        let mut taken = members(body.as_bytes()).unwrap();
        assert_eq!(taken.take_string_array("w"), Err(wrong("w", "an array of strings")), "{text}");
        assert_eq!(taken.take_objects("o").err(), Some(wrong("o", "an array of objects")), "{text}");
    }
    assert_eq!(members(b"{}").unwrap().take_u64("n"), Err(Fault::MissingMember("n".to_owned())));
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
