//! Filters that cannot be used.

use super::*;

#[track_caller]
fn refused(text: &str) -> String {
    let problem = Filter::parse(text, shape()).unwrap_err();
    assert_eq!(problem.kind, ProblemKind::BadFilter, "{text}");
    assert!(problem.public.starts_with("Error Parsing filter: "), "{text}: {}", problem.public);
    assert!(problem.public.len() < 300, "{text}: {}", problem.public);
    problem.public
}

#[test]
fn what_cannot_be_read_says_from_where_on() {
    for (text, said) in [
        ("id", "it ends too early"),
        ("id =", "it ends too early"),
        ("id = 1 and", "it ends too early"),
        ("id = 1 x", "from \"x\" on"),
        ("id = 1 and = 2", "from \"= 2\" on"),
        ("= 5", "from \"= 5\" on"),
        ("id == 5", "from \"= 5\" on"),
        ("id = 17.0.1", "from \".1\" on"),
        ("name = two words", "from \"words\" on"),
        ("name = 'open", "it ends too early"),
        ("name like x", "from \"x\" on"),
        ("id in ()", "from \")\" on"),
        ("id in (1,)", "from \",)\" on"),
        ("id in 1", "from \"1\" on"),
        ("id between 1", "it ends too early"),
        ("id is 5", "from \"5\" on"),
        ("id not = 5", "from \"= 5\" on"),
        ("(id = 1", "it ends too early"),
        ("id = 1)", "from \")\" on"),
        ("()", "from \")\" on"),
        ("duration(days = 3", "from \"= 3\" on"),
        ("tags contains", "it ends too early"),
        ("name = ünquoted", "from \"ünquoted\" on"),
        ("id = 5; drop", "from \"; drop\" on"),
    ] {
        assert!(refused(text).contains(said), "{text}: {}", refused(text));
    }
}

#[test]
fn what_cannot_be_asked_says_why() {
    for (text, said) in [
        ("nope = 1", "the field \"nope\" does not exist"),
        ("ID = 1", "the field \"ID\" does not exist"),
        ("duration(hours) = 1", "the field \"hours\" does not exist"),
        ("id(x) = 1", "the field \"x\" does not exist"),
        ("filters(value) = 1", "the field \"filters\" is a list, looked into with contains"),
        ("tags contains nope = 1", "the field \"nope\" does not exist"),
        ("filters contains id = 1", "the field \"id\" does not exist"),
        ("password = x", "cannot be filtered on"),
        ("password is null", "cannot be filtered on"),
        ("id = x", "the field \"id\" is a number, not \"x\""),
        ("id = inf", "is a number, not \"inf\""),
        ("protected = 1", "is true or false, not \"1\""),
        ("duration = 3", "compared by a field inside it"),
        ("tags = ftp", "looked into with contains"),
        ("id like '1%'", "holds no string"),
        ("name contains x", "is no list"),
        ("groups contains x", "is a number, not \"x\""),
        (". = 3", "have"),
        ("filters contains (. = 3)", "have"),
    ] {
        assert!(refused(text).contains(said), "{text}: {}", refused(text));
    }
}

#[test]
fn depth_and_length_are_bounded() {
    let nested = |levels: usize| format!("{}id = 1{}", "(".repeat(levels), ")".repeat(levels));
    assert!(Filter::parse(&nested(MAX_DEPTH), shape()).is_ok());
    assert!(refused(&nested(MAX_DEPTH + 1)).contains("nested deeper than 32 levels"));
    assert!(refused(&nested(MAX_BYTES / 3)).contains("nested deeper"));
    assert!(refused(&"filters contains ".repeat(400)).contains("nested deeper"));
    assert!(refused(&"id contains (".repeat(500)).contains("nested deeper"));
    refused(&"not ".repeat(2_000));
    refused(&"a(".repeat(4_000));
    assert!(refused(&"x".repeat(MAX_BYTES + 1)).contains("longer than 8192 bytes"));
    assert!(Filter::parse(&format!("{}id = 1", "not ".repeat(2_000)), shape()).is_ok());
}

#[test]
fn what_is_quoted_back_is_clean() {
    assert!(!refused("id = \u{1b}[31m").contains('\u{1b}'));
    assert!(!refused("id = '\u{1b}[31m'").contains('\u{1b}'));
}
