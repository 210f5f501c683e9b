//! Passwords and tokens: what is taken, and that nothing of them is told.

use super::*;

#[test]
fn passwords_are_clear_text_or_a_hash_that_can_be_checked() {
    let password = |text: &str| wrong_user(&format!(r#","password":"{text}""#));
    assert_eq!(password(&"p".repeat(1_024)), none());
    assert_eq!(password(HASH), none());
    assert_eq!(password(""), ["password: 1 to 1024 characters are wanted"]);
    assert_eq!(password(&"p".repeat(1_025)), ["password: 1 to 1024 characters are wanted"]);
    let no_hash = ["password: begins with $argon2id$ but is no such hash in PHC form"];
    for bad in ["$argon2id$", "$argon2id$secret", "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21l"] {
        assert_eq!(password(bad), no_hash, "{bad}");
    }
    assert_eq!(password(&HASH.replace("p=1", "p=0")), no_hash);
    assert_eq!(
        password(&HASH.replace("m=19456", "m=4000000")),
        ["password: a hash with m up to 262144 and t up to 16 is wanted"]
    );
}

#[test]
fn secrets_are_never_echoed() {
    let secret = "Tr0ub4dor";
    let places = [
        format!(
            r#"{{"users":[{{"id":"{secret}","username":["{secret}"],"password":"$argon2id${secret}"}}]}}"#
        ),
        format!(
            r#"{{"users":[{{"password":"{secret}\ud800","email":"{secret}","locale_id":"{secret}!"}}]}}"#
        ),
        format!(
            r#"{{"service_tokens":[{{"name":"{secret} ","token":"{secret}","capabilities":["{secret}"]}}]}}"#
        ),
        format!(r#"{{"dependents":[{{"user_id":"{secret}","database":"{secret}"}}, "{secret}"]}}"#),
        format!(r#"{{"users":["{secret}" "{secret}"]}}"#),
        format!("{{\"users\":[\"{secret}\n\"]}}"),
    ];
    for file in places {
        let told = match check(&file, &known()) {
            Ok(checked) => format!("{:?}", checked.faults.refuse(&file).unwrap_err()),
            Err(invalid) => invalid.to_string(),
        };
        assert!(!told.contains(secret), "{told}");
    }
    let good = format!(r#"{{"service_tokens":[{}]}}"#, token("ci", &secret.repeat(4), "[]"));
    let draft = checked(&good).draft;
    assert!(!format!("{:?}", draft.tokens).contains(secret));
}

#[test]
fn tokens_are_long_and_visible() {
    let wanted = ["token: 32 to 1024 visible ASCII characters are wanted"];
    for bad in ["t".repeat(31), "t".repeat(1_025), format!("{} ", "t".repeat(32)), "ü".repeat(32)] {
        assert_eq!(wrong("service_tokens", &token("ci", &bad, "[]")), wanted);
    }
    assert_eq!(wrong("service_tokens", &token("ci", &"t".repeat(32), "[]")), none());
    assert_eq!(wrong("service_tokens", "{}"), ["name: missing", "token: missing", "capabilities: missing"]);
}
