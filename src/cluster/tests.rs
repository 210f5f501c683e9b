//! Both files: what is read, what is refused and where, and who can come back.

use super::{
    Setting::{AllowUnknownUser as Logon, EnableUserGroup as Sync},
    *,
};
use crate::domain::username::Username;
use secrecy::SecretString;
use std::time::Duration;

fn policy(text: &str) -> Result<Policy, Fault> {
    Policy::parse(text)
}

fn roster_fault(text: &str) -> Fault {
    Roster::parse(text).unwrap_err()
}

#[test]
fn without_a_file_nothing_comes_from_the_cluster_and_an_empty_one_has_the_originals_defaults() {
    let none = Cluster::open(None, None).unwrap();
    assert_eq!(
        none.policy(),
        &Policy { allow_unknown_user: false, enable_user_group: false, acl_sync_interval_s: 0 }
    );
    assert!(none.ways_back("x").is_empty());
    let empty = policy("# nothing\n\n").unwrap();
    assert_eq!(
        empty,
        Policy { allow_unknown_user: true, enable_user_group: true, acl_sync_interval_s: 3_600 }
    );
}

#[test]
fn lines_are_read_as_people_write_them() {
    let text = "\u{feff}# comment\r\nOTHER_SETTING=x\r\n ALLOW_UNKNOWN_USER = n # not here\r\nENABLE_USERGROUP=\"Y\"\r\nACL_SYNC_INTERVAL=60";
    let expected = Policy { allow_unknown_user: false, enable_user_group: true, acl_sync_interval_s: 60 };
    assert_eq!(policy(text).unwrap(), expected);
    let both = policy("ENABLE_USER_GROUP=N\nENABLE_USERGROUP=N").unwrap();
    assert!(!both.enable_user_group, "two spellings that agree");
    assert_eq!(policy("ENABLE_USER_GROUP=Y\nACL_SYNC_INTERVAL=0").unwrap().sync_interval(), None);
    assert_eq!(policy("ACL_SYNC_INTERVAL=1").unwrap().sync_interval(), Some(Duration::from_secs(1)));
    assert_eq!(policy("ENABLE_USER_GROUP=N\nACL_SYNC_INTERVAL=1").unwrap().sync_interval(), None);
}

#[test]
fn a_line_that_cannot_be_meant_is_named() {
    for (text, line, why) in [
        ("\nALLOW_UNKNOWN_USER", 2, "KEY=VALUE"),
        ("ALLOW_UNKNOWN_USER=yes", 1, "ALLOW_UNKNOWN_USER must be Y or N"),
        ("ENABLE_USERGROUP=", 1, "ENABLE_USERGROUP must be Y or N"),
        ("#\n#\nACL_SYNC_INTERVAL=-1", 3, "ACL_SYNC_INTERVAL must be a number"),
        ("ACL_SYNC_INTERVAL=99999999999999999999", 1, "ACL_SYNC_INTERVAL must be a number"),
        ("ENABLE_USER_GROUP=Y\nENABLE_USERGROUP=N", 2, "contradicts"),
    ] {
        let fault = policy(text).unwrap_err();
        assert_eq!(fault.line, line, "{text}");
        assert!(fault.why.contains(why), "{text}: {}", fault.why);
    }
}

#[test]
fn who_can_come_back_follows_the_truth_table() {
    let policy = |unknown, group, seconds| Policy {
        allow_unknown_user: unknown,
        enable_user_group: group,
        acl_sync_interval_s: seconds,
    };
    for (unknown, group, seconds, expected) in [
        (false, false, 60, &[][..]),
        (false, true, 60, &[Sync]),
        (true, false, 60, &[Logon]),
        (true, true, 60, &[Logon, Sync]),
        (false, true, 0, &[]),
        (true, true, 0, &[Logon]),
    ] {
        let policy = policy(unknown, group, seconds);
        assert_eq!(policy.ways_back(true), expected, "{policy:?}");
        assert!(policy.ways_back(false).is_empty(), "whom the cluster does not know, nobody brings back");
    }
}

#[test]
fn a_cluster_file_gives_users_and_groups() {
    let text = r#"{"users":[{"name":"x","password":"s"},{"name":"DOMAIN\\y"},{"name":"z","password":null}],
        "groups":[{"name":"g","admins":["x"],"users":["x","nobody"]},{"name":"h"}]}"#;
    let roster = Roster::parse(text).unwrap();
    let names: Vec<_> = roster.names().map(Username::as_str).collect();
    assert_eq!(names, [r"DOMAIN\y", "x", "z"]);
    let password =
        |name: &str, text: &str| roster.member(name).unwrap().has_password(&SecretString::from(text));
    assert!(password("x", "s"));
    for (name, text) in [("x", "S"), ("x", ""), ("z", ""), ("z", "null")] {
        assert!(!password(name, text), "{name} {text}");
    }
    assert_eq!(roster.group("g").unwrap().users, ["x", "nobody"]);
    assert!(roster.group("h").unwrap().admins.is_empty() && roster.group("i").is_none());
    assert!(Roster::parse("{}").unwrap().member("x").is_none());
}

#[test]
fn a_faulty_cluster_file_is_refused_by_its_line_and_without_its_values() {
    let secret = "Tr0ub4dor";
    for (text, line) in [
        (String::new(), 1),
        ("[]".to_owned(), 1),
        ("{".to_owned(), 1),
        (r#"{"users":{}}"#.to_owned(), 1),
        (format!("{{\n\"{secret}\":1}}"), 2),
        (format!("{{\"users\":[\n[\"x\",\"{secret}\"]]}}"), 2),
        (format!("{{\"users\":[\n\n{{\"name\":\"x\",\n\"password\":[\"{secret}\"]}}]}}"), 4),
        (format!("{{\"users\":[{{\"name\":\"x\",\n\"{secret}\":1}}]}}"), 2),
        (format!("{{\"users\":[{{\"name\":\"{secret}\"}},\n{{\"name\":\"{secret}\"}}]}}"), 2),
        (format!("{{\"users\":[\n{{\"name\":\"{secret}#\"}}]}}"), 2),
        ("{\"users\":[{\"name\":\"x\",\"password\":\"\"}]}".to_owned(), 1),
        ("{\"users\":[{\"password\":\"x\"}]}".to_owned(), 1),
        ("{\"users\":[{\"name\":\"x\",\"name\":\"x\"}]}".to_owned(), 1),
        ("{\"groups\":[\n{\"name\":\"g\"},\n{\"name\":\"g\"}]}".to_owned(), 3),
        ("{\"groups\":[{\"name\":\"g\",\"users\":[1]}]}".to_owned(), 1),
        ("{\"groups\":[{\"name\":\"\"}]}".to_owned(), 1),
        ("{\"users\":[],\"users\":[]}".to_owned(), 1),
        ("{} {}".to_owned(), 1),
    ] {
        let fault = roster_fault(&text);
        assert_eq!(fault.line, line, "{text}: {}", fault.why);
        assert!(!fault.why.contains(secret), "{}", fault.why);
    }
}

#[test]
fn counts_and_sizes_are_bounded() {
    let many = |count: usize| {
        let users: Vec<_> = (0..count).map(|number| format!("{{\"name\":\"u{number}\"}}")).collect();
        format!("{{\"users\":[{}]}}", users.join(",\n"))
    };
    assert!(Roster::parse(&many(20_000)).is_ok());
    assert_eq!(roster_fault(&many(20_001)).line, 20_001);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cluster.json");
    std::fs::write(&file, vec![b' '; 4 * 1024 * 1024 + 1]).unwrap();
    let said = Cluster::open(None, Some(&file)).unwrap_err().to_string();
    assert!(said.contains("cluster.json, line 1: the file has more than"), "{said}");
}

#[test]
fn a_changed_cluster_file_is_read_again_and_a_broken_one_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (conf, file) = (folder.path().join("pmc.conf"), folder.path().join("cluster.json"));
    std::fs::write(&conf, "ENABLE_USER_GROUP=N").unwrap();
    std::fs::write(&file, "{}").unwrap();
    let cluster = Cluster::open(Some(&conf), Some(&file)).unwrap();
    assert!(cluster.ways_back("x").is_empty());
    std::fs::write(&file, r#"{"users":[{"name":"x"}]}"#).unwrap();
    assert_eq!(cluster.ways_back("x"), [Setting::AllowUnknownUser]);
    std::fs::write(&file, "{\n\"users\": 1").unwrap();
    assert_eq!(cluster.ways_back("x"), [Setting::AllowUnknownUser]);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(cluster.ways_back("x"), [Setting::AllowUnknownUser]);
    std::fs::write(&file, "{ }").unwrap();
    assert!(cluster.ways_back("x").is_empty());
}

#[test]
fn a_file_that_cannot_be_used_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.conf");
    let said = Cluster::open(Some(&missing), None).unwrap_err().to_string();
    assert!(said.starts_with("cannot read ") && said.contains("none.conf"), "{said}");
    let conf = folder.path().join("pmc.conf");
    std::fs::write(&conf, b"#\nALLOW_UNKNOWN_USER=\xff").unwrap();
    let said = Cluster::open(Some(&conf), None).unwrap_err().to_string();
    assert!(said.contains("pmc.conf, line 2: this is not UTF-8 text"), "{said}");
}
