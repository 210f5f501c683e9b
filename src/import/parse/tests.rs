use super::*;

/// What reading a file of users as `{id, name?, on?, tags?}` finds wrong.
fn faults(file: &str) -> Vec<String> {
    let mut faults = Faults::default();
    let lists = match lists(file, &mut faults) {
        Ok(lists) => lists,
        Err(invalid) => return invalid.listed,
    };
    for entry in lists.users {
        let Some(mut members) = Members::of(entry, file, &mut faults) else { continue };
        members.needed("id", number(1));
        members.optional("name", text);
        members.or("on", true, truth);
        members.or("tags", Vec::new(), |raw| list(raw, text));
        members.finish();
    }
    faults.refuse(file).err().map(|invalid| invalid.listed).unwrap_or_default()
}

fn fault_of_user(user: &str) -> Vec<String> {
    faults(&format!(r#"{{"users": [{user}]}}"#))
}

#[test]
fn text_that_is_not_json_is_told_with_line_and_column() {
    assert_eq!(
        faults("{\"users\": [\n  {\"id\": 1},,\n]}"),
        ["not JSON: expected value at line 2 column 13"]
    );
    for bad in
        ["", "{", "{} {}", "{'users': []}", "\u{feff}{}", "{\"users\": [NaN]}", "{\"users\": [\"a\nb\"]}"]
    {
        let found = faults(bad);
        assert!(found.len() == 1 && found[0].starts_with("not JSON: "), "{bad}: {found:?}");
    }
}

#[test]
fn the_file_is_one_object_of_seven_optional_lists() {
    assert_eq!(faults("{}"), [""; 0]);
    let all = r#"{"user_roles":[],"security_profiles":[],"tenants":[],"domains":[],"users":[],"dependents":[],"service_tokens":[]}"#;
    assert_eq!(faults(all), [""; 0]);
    assert_eq!(faults("[]"), ["file (line 1): an object is wanted, not a list"]);
    assert_eq!(faults("\n\nnull"), ["file (line 3): an object is wanted, not null"]);
    let several = "{\"users\": {},\n\"dependents\": null,\n\"user\": [],\n\"users\": []}";
    assert_eq!(
        faults(several),
        [
            "file (line 1): users: a list is wanted, not an object",
            "file (line 2): dependents: a list is wanted, not null",
            "file (line 3): \"user\": unknown",
            "file (line 4): \"users\": repeated",
        ]
    );
}

#[test]
fn every_fault_of_every_entry_is_told_in_the_order_of_the_file() {
    let file = "{\"users\": [\n  {\"id\": 1},\n  {\"name\": 5,\n   \"on\": \"yes\",\n   \"x\": [{}]},\n  [2],\n  {\"id\": 3}\n]}";
    assert_eq!(
        faults(file),
        [
            "users[1] (line 3): id: missing",
            "users[1] (line 3): name: text is wanted, not a number",
            "users[1] (line 4): on: true or false is wanted, not text",
            "users[1] (line 5): \"x\": unknown",
            "users[2] (line 6): an object is wanted, not a list",
        ]
    );
}

#[test]
fn a_repeated_member_is_a_fault_however_it_is_written() {
    assert_eq!(fault_of_user(r#"{"id": 1, "\u0069d": 2}"#), ["users[0] (line 1): \"id\": repeated"]);
}

#[test]
fn a_null_is_as_good_as_nothing_only_where_the_member_is_optional() {
    assert_eq!(fault_of_user(r#"{"id": 1, "name": null}"#), [""; 0]);
    assert_eq!(
        fault_of_user(r#"{"id": null, "on": null}"#),
        [
            "users[0] (line 1): id: a whole number is wanted, not null",
            "users[0] (line 1): on: true or false is wanted, not null",
        ]
    );
}

#[test]
fn numbers_are_plain_whole_ones() {
    assert_eq!(fault_of_user(r#"{"id": 9007199254740991}"#), [""; 0]);
    for bad in ["0", "-1", "-0", "1.0", "1e3", "9007199254740992", "99999999999999999999999"] {
        let wanted = "users[0] (line 1): id: a whole number from 1 to 9007199254740991 is wanted";
        assert_eq!(fault_of_user(&format!(r#"{{"id": {bad}}}"#)), [wanted], "{bad}");
    }
    assert_eq!(
        fault_of_user(r#"{"id": "1"}"#),
        ["users[0] (line 1): id: a whole number is wanted, not text"]
    );
}

#[test]
fn the_items_of_a_list_are_told_by_their_places() {
    assert_eq!(
        fault_of_user(r#"{"id": 1, "tags": ["a", 2, "b", null]}"#),
        ["users[0] (line 1): tags: [1]: text is wanted, not a number; [3]: text is wanted, not null"]
    );
}

#[test]
fn half_a_surrogate_pair_is_no_text() {
    assert_eq!(
        fault_of_user(r#"{"id": 1, "name": "\ud800"}"#),
        ["users[0] (line 1): name: not Unicode (half of a surrogate pair)"]
    );
    assert_eq!(
        fault_of_user(r#"{"id": 1, "\ud800": 1}"#),
        ["users[0] (line 1): a member's name is not Unicode"]
    );
}

#[test]
fn deep_nesting_is_a_fault_and_never_a_crash() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(fault_of_user(&format!(r#"{{"id": 1, "x": {deep}}}"#)), ["users[0] (line 1): \"x\": unknown"]);
}
