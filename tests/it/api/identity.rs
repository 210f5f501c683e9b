//! Who calls, and who may: 401, 403, and that neither says whether anybody exists.

use super::{DEADLINE, TASKS, USERS, header, refuses, tasks};
use offstage::{domain::capability::Capability, store::principals::TokenHash};
use offstage_tests::{
    api::{Answer, Api},
    fixtures::{ADMIN_TOKEN, READER_TOKEN},
    programs::Program,
    stack::Stack,
};
use reqwest::Method;
use serde_json::json;
use std::time::{Duration, Instant};

const OUTSIDER_TOKEN: &str = "outsider-token-for-tests-0123456789-abcd";
const MANAGER: u64 = 20;
const ADMIN: u64 = 21;
const OTHER_ADMIN: u64 = 22;
const PLAIN: u64 = 23;

/// Users with passwords, from a file, by the program that loads them: a manager of administrators, two administrators, and
/// one who is neither. The password is the name and `-secret`.
async fn import(stack: &Stack) {
    let user = |id: u64, name: &str, role: u64| {
        json!({"id": id, "username": name, "email": format!("{name}@example.com"), "description": "",
            "user_role_id": role, "security_profile_id": 1, "locale_id": "en", "tenant_id": null,
            "inactivity_timeout": 0, "password": format!("{name}-secret")})
    };
    let directory = json!({
        "user_roles": [{"id": 1, "name": "Admin", "capabilities": ["ADMIN"]},
            {"id": 2, "name": "User", "capabilities": []},
            {"id": 3, "name": "Manager", "capabilities": ["ADMIN", "ADMINMANAGER"]}],
        "security_profiles": [{"id": 1, "name": "Admin"}],
        "users": [user(MANAGER, "mia", 3), user(ADMIN, "adam", 1), user(OTHER_ADMIN, "ada", 1), user(PLAIN, "pat", 2)],
        "dependents": [], "service_tokens": [],
    });
    let file = stack.redis.folder().join("directory.json");
    std::fs::write(&file, directory.to_string()).unwrap();
    let args = ["import", file.to_str().unwrap(), "--redis-url", &stack.redis.url()];
    let mut program = Program::start("offstage", stack.redis.folder(), &args, &[]);
    assert!(program.ended(DEADLINE).await.success(), "{}", program.log());
}

/// Asks for a deletion as a user with a password.
async fn delete_as(api: &Api, name: &str, user: u64, version: Option<&str>) -> Answer {
    let request = api.with_token(None).request(Method::DELETE, &format!("{USERS}/{user}"));
    let mut request = request.basic_auth(name, Some(format!("{name}-secret")));
    if let Some(version) = version {
        request = request.header("Version", version);
    }
    api.send(request).await
}

#[tokio::test]
async fn who_does_not_say_who_he_is_in_a_usable_way_is_a_stranger() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let stranger = api.with_token(None);
    let path = format!("{USERS}/5");
    let ask = || stranger.request(Method::DELETE, &path);
    for (what, request) in [
        ("nothing", ask()),
        ("a wrong token", ask().header("SEC", "wrong")),
        ("an empty token", ask().header("SEC", "")),
        ("two tokens", ask().header("SEC", ADMIN_TOKEN).header("SEC", ADMIN_TOKEN)),
        ("a token that is no text", ask().header("SEC", b"\xff\xfe".as_slice())),
        ("another scheme", ask().header("Authorization", format!("Bearer {ADMIN_TOKEN}"))),
        ("no base64", ask().header("Authorization", "Basic !!!")),
        ("no colon", ask().header("Authorization", "Basic YWJj")),
        ("a user without a password", ask().basic_auth("user5", Some(""))),
        ("nobody's name", ask().basic_auth("nobody", Some("secret"))),
        ("two of them", ask().basic_auth("a", Some("b")).basic_auth("a", Some("b"))),
    ] {
        let answer = stranger.send(request).await;
        assert_eq!(answer.status, 401, "{what}");
        refuses(&answer, 401, 18);
        let said = answer.body["message"].as_str().unwrap();
        assert!(said.contains("No SEC header present in request"), "{what}: clients look for this: {said}");
        assert!(header(&answer, "www-authenticate").starts_with("Basic"), "{what}");
    }
    for path in
        ["/users/none", "/users/404?fields=none", "/user_delete_tasks/1", "/user_delete_tasks/1/results"]
    {
        let method = if path.starts_with("/users") { Method::DELETE } else { Method::GET };
        let path = format!("/api/staged_config/access{path}");
        refuses(&stranger.send(stranger.request(method, &path)).await, 401, 18);
    }
    assert_eq!(tasks(&stack).await, 0);
    assert_eq!(api.delete_user(5).await.status, 202);
}

#[tokio::test]
async fn who_may_not_learns_nothing_about_who_exists() {
    let stack = Stack::with_users([5]).await;
    let outsider = TokenHash::of(OUTSIDER_TOKEN.as_bytes());
    stack.store.keep_token("outsider", &outsider, &[Capability::OpsWrite], true).await.unwrap();
    let (_program, api) = stack.api(&[]).await;
    let task = api.submit(5).await;
    let reader = api.with_token(Some(READER_TOKEN));
    let outsider = api.with_token(Some(OUTSIDER_TOKEN));
    for caller in [&reader, &outsider] {
        for user in ["1", "5", "404", "abc", "5?fields=none"] {
            let request = caller.request(Method::DELETE, &format!("{USERS}/{user}"));
            refuses(&caller.send(request).await, 403, 1009);
        }
        for task in [task, 404] {
            refuses(&caller.cancel(task).await, 403, 1009);
        }
    }
    for path in ["1", "404", "abc", "1/results", "404/results"] {
        let answer = outsider.get(&format!("{TASKS}/{path}")).await;
        refuses(&answer, 403, 26);
        let said = answer.body["message"].as_str().unwrap();
        assert!(
            said.contains("User has insufficient capabilities to access this endpoint resource"),
            "{said}"
        );
    }
    assert_eq!(reader.status(task).await, "QUEUED", "operators may look");
    assert_eq!(tasks(&stack).await, 1);
}

#[tokio::test]
async fn the_built_in_administrator_stays_in_the_words_of_every_version() {
    let stack = Stack::with_users([5]).await;
    let (_program, api) = stack.api(&[]).await;
    let path = format!("{USERS}/1");
    for (version, code) in
        [("26.0", 38_316_002), ("24.0", 38_316_002), ("23.0", 1009), ("17.0", 1009), ("13.1", 1009)]
    {
        let answer = api.send(api.request(Method::DELETE, &path).header("Version", version)).await;
        refuses(&answer, 403, code);
    }
    refuses(&api.delete_user(1).await, 403, 38_316_002);
    assert_eq!(tasks(&stack).await, 0);
}

#[tokio::test]
async fn administrators_are_deleted_by_their_managers_alone_and_nobody_deletes_himself() {
    let stack = Stack::with_users([5]).await;
    import(&stack).await;
    let (_program, api) = stack.api(&[]).await;
    for (name, user) in [("adam", OTHER_ADMIN), ("adam", ADMIN), ("mia", MANAGER)] {
        for (version, code) in
            [(None, 38_316_001), (Some("26.0"), 38_316_001), (Some("24.0"), 38_316_001), (Some("17.0"), 1009)]
        {
            refuses(&delete_as(&api, name, user, version).await, 403, code);
        }
    }
    refuses(&delete_as(&api, "pat", PLAIN, None).await, 403, 1009);
    refuses(&delete_as(&api, "pat", 404, None).await, 403, 1009);
    refuses(&delete_as(&api, "adam", 404, None).await, 404, 1002);
    assert_eq!(tasks(&stack).await, 0, "nothing was accepted");
    let accepted = delete_as(&api, "adam", PLAIN, Some("17.0")).await;
    assert_eq!((accepted.status.as_u16(), &accepted.body["created_by"]), (202, &json!("adam")));
    assert_eq!(delete_as(&api, "mia", ADMIN, None).await.status, 202);
}

#[tokio::test]
async fn who_logs_in_is_decided_on_the_deployed_side() {
    let stack = Stack::with_users([5, 6]).await;
    import(&stack).await;
    let (_program, api) = stack.api(&[]).await;
    let _worker = stack.worker(&[]);
    // Nobody has seen Adam yet, so nothing about him is remembered.
    let gone = delete_as(&api, "mia", ADMIN, None).await.body["id"].as_u64().unwrap();
    api.until(gone, &["COMPLETED"], DEADLINE).await;
    assert_eq!(delete_as(&api, "adam", 5, None).await.status, 202, "he is deployed until the next deploy");
    refuses(&delete_as(&api, "mia", ADMIN, None).await, 404, 1002);
    let wrong =
        api.with_token(None).request(Method::DELETE, &format!("{USERS}/6")).basic_auth("adam", Some("x"));
    refuses(&api.send(wrong).await, 401, 18);
}

#[tokio::test]
async fn many_wrong_passwords_at_once_keep_nobody_else_waiting() {
    let stack = Stack::with_users([5]).await;
    import(&stack).await;
    let (_program, api) = stack.api(&[]).await;
    let stranger = api.with_token(None);
    let guess = async |number: u32| {
        let request = stranger.request(Method::DELETE, &format!("{USERS}/5"));
        stranger.send(request.basic_auth("adam", Some(format!("guess-{number}")))).await.status.as_u16()
    };
    let guesses = futures::future::join_all((0..100).map(guess));
    let others = async {
        let mut slowest = Duration::ZERO;
        for _ in 0..20 {
            let asked = Instant::now();
            assert_eq!(api.delete_user(5).await.status, 202);
            slowest = slowest.max(asked.elapsed());
        }
        slowest
    };
    let (guesses, slowest) = futures::join!(guesses, others);
    assert!(guesses.iter().all(|status| matches!(status, 401 | 503)), "{guesses:?}");
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
}
