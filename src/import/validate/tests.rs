mod secrets;

use secrecy::ExposeSecret;

use super::*;

const HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21l$WXa1bqYHlsBvJWSkHqF6mMfQ8WZyhQbWAqjCzWzZzZw";

fn known() -> Known {
    Known { roles: [7].into(), profiles: [8].into(), tenants: [9].into(), domains: [0].into() }
}

fn checked(file: &str) -> Checked {
    check(file, &known()).unwrap()
}

fn faults(file: &str) -> Vec<String> {
    checked(file).faults.refuse(file).err().map(|invalid| invalid.listed).unwrap_or_default()
}

/// What is wrong with the one entry of that list, without its place.
fn wrong(list: &str, entry: &str) -> Vec<String> {
    let place = format!("{list}[0] (line 1): ");
    faults(&format!(r#"{{"{list}": [{entry}]}}"#))
        .into_iter()
        .map(|fault| fault.replace(&place, ""))
        .collect()
}

fn wrong_user(more: &str) -> Vec<String> {
    wrong("users", &format!(r#"{{"id":5,"username":"a","user_role_id":7,"security_profile_id":8{more}}}"#))
}

fn wrong_dependent(more: &str) -> Vec<String> {
    wrong("dependents", &format!(r#"{{"user_id":5,"type":"REPORT","id":"1"{more}}}"#))
}

fn token(name: &str, token: &str, capabilities: &str) -> String {
    format!(r#"{{"name":"{name}","token":"{token}","capabilities":{capabilities}}}"#)
}

fn none() -> [String; 0] {
    []
}

#[test]
fn a_full_file_becomes_a_draft() {
    let file = format!(
        r#"{{"user_roles":[{{"id":1,"name":"Admin","capabilities":["ADMIN","ops.read"]}}, {{"id":2,"name":"Plain"}}],
            "security_profiles":[{{"id":1,"name":"All"}}],
            "users":[{{"id":5,"username":"alice","email":"a@b","description":"","user_role_id":2,"security_profile_id":8,
              "locale_id":"en_US","tenant_id":null,"inactivity_timeout":0,"enable_popup_notifications":true,
              "old_password":null,"password":"open sesame","password_creation_time":17,"local_only_account":false,
              "allow_system_authentication_fallback":true,"notification_flag":"LDAP_SYNC_SP_NOT_FOUND",
              "display_theme":"dark"}},
              {{"id":6,"username":"bob","user_role_id":7,"security_profile_id":1,"password":"{HASH}"}}],
            "dependents":[{{"user_id":5,"type":"REPORT","id":"a/1"}}, {{"user_id":9,"type":"REPORT","id":"2","name":"n",
              "owner":"o","database":"FLOWS","group_ids":[0,3],"blocking":false}}],
            "service_tokens":[{}]}}"#,
        token("ci", &"t".repeat(32), r#"["ADMIN"]"#)
    );
    let Checked { draft, outside, faults } = checked(&file);
    assert_eq!(faults.refuse(&file), Ok(()));
    assert_eq!(draft.roles[0].capabilities, ["ADMIN", "ops.read"]);
    let [alice, bob] = draft.users.as_slice() else { panic!("two users") };
    assert_eq!((alice.role, bob.role), (2, 7));
    assert_eq!(alice.password.as_ref().map(ExposeSecret::expose_secret), Some("open sesame"));
    assert!(!alice.user.fields.contains_key("password") && !alice.user.fields.contains_key("tenant_id"));
    assert_eq!(alice.user.fields["description"], "");
    assert_eq!(alice.user.fields["enable_popup_notifications"], "true");
    assert_eq!(alice.user.fields["inactivity_timeout"], "0");
    assert_eq!(alice.user.fields.len(), 12);
    assert!(bob.password.is_none());
    assert_eq!(bob.user.fields["password"], HASH);
    assert!(draft.dependents[0].1.blocking && !draft.dependents[1].1.blocking);
    assert_eq!(draft.dependents[1].1.group_ids, [0, 3]);
    assert_eq!(outside.iter().map(|one| one.user).collect::<Vec<_>>(), [UserId(9)]);
    assert_eq!(draft.tokens.len(), 1);
}

#[test]
fn the_sample_directory_is_faultless() {
    let Checked { outside, faults, .. } = checked(include_str!("../../../deploy/sample-directory.json"));
    assert_eq!(faults.refuse(""), Ok(()));
    assert!(outside.is_empty());
}

#[test]
fn what_a_user_needs_is_named() {
    assert_eq!(
        wrong("users", "{}"),
        ["id: missing", "username: missing", "user_role_id: missing", "security_profile_id: missing"]
    );
    assert_eq!(wrong_user(""), none());
}

#[test]
fn a_users_members_have_bounds() {
    let long = |name: &str, chars: usize| format!(r#","{name}":"{}""#, "ä".repeat(chars));
    assert_eq!(wrong_user(&long("description", 2_048)), none());
    assert_eq!(wrong_user(&long("description", 2_049)), ["description: at most 2048 characters are wanted"]);
    assert_eq!(wrong_user(r#","description":"two\nlines""#), none());
    assert_eq!(wrong_user(r#","description":"\u0000""#).len(), 1);
    assert_eq!(wrong_user(r#","email":"nowhere""#), ["email: an @ is wanted"]);
    assert_eq!(wrong_user(&long("email", 256)), ["email: 1 to 255 characters are wanted"]);
    let locale = ["locale_id: 1 to 35 letters, digits, _ or - are wanted"];
    assert_eq!(wrong_user(&long("locale_id", 2)), locale);
    assert_eq!(wrong_user(r#","locale_id":"""#), locale);
    assert_eq!(wrong_user(r#","tenant_id":-1"#).len(), 1);
    assert_eq!(wrong_user(r#","inactivity_timeout":1.5"#).len(), 1);
    assert_eq!(wrong_user(r#","local_only_account":"no""#).len(), 1);
    assert_eq!(wrong_user(r#","notification_flag":"x""#).len(), 1);
    assert_eq!(wrong_user(r#","old_password":"secret""#), ["old_password: only null will do"]);
    assert_eq!(wrong_user(r#","nickname":"al""#), ["\"nickname\": unknown"]);
}

#[test]
fn usernames_have_sixty_characters_and_no_ragged_edges() {
    let user = |name: &str| {
        wrong("users", &format!(r#"{{"id":5,"username":"{name}","user_role_id":7,"security_profile_id":8}}"#))
    };
    assert_eq!(user(&"ü".repeat(60)), none());
    assert_eq!(user(&"ü".repeat(61)), ["username: 1 to 60 characters are wanted"]);
    assert_eq!(user(""), ["username: 1 to 60 characters are wanted"]);
    assert_eq!(user("a\\tb"), ["username: control characters are not allowed"]);
    for ragged in [" a", "a ", "\u{a0}a"] {
        assert_eq!(user(ragged), ["username: white space at its edges is not allowed"]);
    }
}

#[test]
fn ids_names_and_tokens_are_there_once() {
    let file = format!(
        "{{\"user_roles\":[{{\"id\":1,\"name\":\"a\"}},\n{{\"id\":1,\"name\":\"b\"}}],
\"users\":[{{\"id\":5,\"username\":\"a\",\"user_role_id\":1,\"security_profile_id\":8}},
{{\"id\":5,\"username\":\"a\",\"user_role_id\":1,\"security_profile_id\":8}}],
\"dependents\":[{{\"user_id\":5,\"type\":\"T\",\"id\":\"1\"}},
{{\"user_id\":5,\"type\":\"T\",\"id\":\"1\"}}],
\"service_tokens\":[{0},\n{0},\n{1}]}}",
        token("ci", &"t".repeat(32), "[]"),
        token("a", &"u".repeat(32), "[]"),
    );
    assert_eq!(
        faults(&file),
        [
            "user_roles[1] (line 2): id: 1 is that of user_roles[0] already",
            "users[1] (line 4): id: 5 is that of users[0] already",
            "users[1] (line 4): username: that of users[0] already",
            "dependents[1] (line 6): id: the user has that one by dependents[0] already",
            "service_tokens[1] (line 8): name: that of service_tokens[0] already",
            "service_tokens[1] (line 8): token: that of service_tokens[0] already",
            "service_tokens[2] (line 9): name: that of users[0] already",
        ]
    );
}

#[test]
fn roles_and_profiles_exist_in_the_file_or_in_the_directory() {
    let user = r#"{"id":5,"username":"a","user_role_id":3,"security_profile_id":4}"#;
    assert_eq!(
        wrong("users", user),
        [
            "user_role_id: no such role in the file or in the directory",
            "security_profile_id: no such security profile in the file or in the directory"
        ]
    );
    let with = format!(
        r#"{{"users":[{user}],"user_roles":[{{"id":3,"name":"r"}}],"security_profiles":[{{"id":4,"name":"p"}}]}}"#
    );
    assert_eq!(faults(&with), none());
}

#[test]
fn an_entry_with_a_fault_still_counts_as_being_there() {
    let file = r#"{"user_roles":[{"id":3,"name":""}],
        "users":[{"id":5,"username":"a","user_role_id":3,"security_profile_id":8,"email":7}],
        "dependents":[{"user_id":5,"type":"T","id":"1"}]}"#;
    let Checked { outside, faults, .. } = checked(file);
    assert!(outside.is_empty());
    assert_eq!(
        faults.refuse(file).unwrap_err().listed,
        [
            "user_roles[0] (line 1): name: 1 to 255 characters are wanted",
            "users[0] (line 2): email: text is wanted, not a number"
        ]
    );
}

#[test]
fn capabilities_are_ours_and_there_once() {
    let role = |list: &str| wrong("user_roles", &format!(r#"{{"id":1,"name":"r","capabilities":{list}}}"#));
    let all = r#"["ADMIN","ADMINMANAGER","SAASADMIN","MNGELOCALONLY","ops.read","ops.write"]"#;
    assert_eq!(role(all), none());
    let unknown = "one of ADMIN, ADMINMANAGER, SAASADMIN, MNGELOCALONLY, ops.read, ops.write is wanted";
    assert_eq!(
        role(r#"["admin","ADMIN",1]"#),
        [format!("capabilities: [0]: {unknown}; [2]: text is wanted, not a number")]
    );
    assert_eq!(role(r#"["ADMIN","ADMIN"]"#), ["capabilities: [1]: ADMIN is there already"]);
    assert_eq!(
        wrong("security_profiles", r#"{"id":1,"name":"p","capabilities":[]}"#),
        ["\"capabilities\": unknown"]
    );
}

#[test]
fn tenants_and_domains_are_known_where_they_are_named() {
    for id in [3, 4] {
        let there = if id == 3 { none().to_vec() } else { vec![NO_TENANT.to_owned()] };
        let file = |what: &str| format!(r#"{{"tenants":[{{"id":3,"name":"North"}}],{what}}}"#);
        let user = format!(
            r#""users":[{{"id":5,"username":"a","user_role_id":7,"security_profile_id":8,"tenant_id":{id}}}]"#
        );
        let domain = format!(r#""domains":[{{"id":1,"name":"d","tenant_id":{id},"deleted":true}}]"#);
        for (what, place) in [(user, "users"), (domain, "domains")] {
            let place = format!("{place}[0] (line 1): tenant_id: ");
            let said: Vec<_> =
                faults(&file(&what)).into_iter().map(|fault| fault.replace(&place, "")).collect();
            assert_eq!(said, there, "{what}");
        }
    }
    assert_eq!(wrong_user(r#","tenant_id":9"#), none(), "the directory has it");
    let profile = |domains: &str| {
        wrong("security_profiles", &format!(r#"{{"id":1,"name":"p","domain_ids":{domains}}}"#))
    };
    assert_eq!(profile("[0,0]"), none());
    assert_eq!(profile("[0,1]"), ["domain_ids: no such domain in the file or in the directory"]);
    assert_eq!(profile("null").len(), 1);
    assert_eq!(wrong("tenants", r#"{"id":0,"name":"t"}"#).len(), 1);
    assert_eq!(wrong("tenants", r#"{"id":1,"name":"t","deleted":false}"#), ["\"deleted\": unknown"]);
    assert_eq!(wrong("domains", r#"{"id":0,"name":"d"}"#), none());
}

#[test]
fn dependents_are_as_the_operators_interface_takes_them() {
    assert_eq!(wrong_dependent(r#","name":null,"owner":null,"database":null"#), none());
    assert_eq!(wrong("dependents", "{}"), ["user_id: missing", "type: missing", "id: missing"]);
    assert_eq!(
        wrong_dependent(r#","database":"MAIL""#),
        ["database: one of EVENTS, FLOWS, ASSETS is wanted"]
    );
    assert_eq!(wrong_dependent(r#","group_ids":[1,-1]"#).len(), 1);
    let many = format!(r#","group_ids":[{}1]"#, "1,".repeat(1_000));
    assert_eq!(wrong_dependent(&many), ["group_ids: at most 1000 groups are wanted"]);
    assert_eq!(wrong_dependent(r#","name":"""#).len(), 1);
    assert_eq!(wrong_dependent(r#","owner":"a\u0007b""#).len(), 1);
    assert_eq!(wrong_dependent(r#","blocking":1"#).len(), 1);
    let kind = wrong("dependents", r#"{"user_id":5,"type":"a b","id":"1"}"#);
    assert_eq!(kind, ["type: 1 to 64 letters, digits, _, - or . are wanted"]);
    assert_eq!(wrong("dependents", r#"{"user_id":5,"type":"T","id":"a\nb"}"#).len(), 1);
}
