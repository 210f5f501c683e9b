//! Faulty requests: each is refused with a message that the real client shows, and changes nothing.

use super::start;
use offstage_tests::{dump::Dump, fixtures::PREFIX, platform::Reply, stack::Stack};

fn dump(stack: &Stack) -> Dump {
    let mut dump = Dump::read(&mut stack.redis.connection(), PREFIX);
    // Whoever asks is seen to have asked.
    dump.0.retain(|name, _| !name.ends_with(":sessions"));
    dump
}

#[track_caller]
fn refuses(reply: &Reply, said: &str) {
    assert_eq!(reply.status, 403, "{reply:?}");
    assert!(reply.message().contains(said), "{said}: {reply:?}");
    assert!(!reply.text.contains("passwd") && !reply.text.contains("&e;"), "nothing is quoted: {reply:?}");
}

#[tokio::test]
async fn a_faulty_add_changes_nothing_and_says_why() {
    let (stack, _program, _api, manager) = start([5], &[]).await;
    let before = dump(&stack);
    let entity = "<!DOCTYPE user [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><user name=\"&e;\"/>";
    let bomb = "<!DOCTYPE u [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><user name=\"&b;\"/>";
    let deep = format!("<user name=\"x\">{}{}</user>", "<roles>".repeat(99), "</roles>".repeat(99));
    let many = format!("<user name=\"x\"><roles>{}</roles></user>", "<r/>".repeat(3_000));
    let large = format!("<user name=\"x\" email=\"{}\"/>", "x".repeat(40_000));
    for (body, said) in [
        ("", "must have a body"),
        ("{}", "not well-formed"),
        (r#"<user name="a&b" email="x"y"></user>"#, "not well-formed"),
        ("<user name=\"x\"", "not well-formed"),
        ("<user name=\"x\"/><user name=\"y\"/>", "not well-formed"),
        (entity, "no document type"),
        (bomb, "no document type"),
        ("<?x y?><user name=\"x\"/>", "no processing instructions"),
        ("<user name=\"x\"><!-- --></user>", "no comments"),
        ("<user name=\"x\"/><!-- -->", "no comments"),
        ("<user xmlns=\"urn:x\" name=\"x\"/>", "no namespaces"),
        ("<?xml version=\"1.0\" encoding=\"UTF-16\"?><user name=\"x\"/>", "must be in UTF-8"),
        ("<users><user name=\"x\"/></users>", "must be the element user"),
        ("<user name=\"x\" id=\"1\"/>", "an attribute that is not known"),
        ("<user name=\"x\"><groups/></user>", "one that is not known"),
        ("<user/>", "must have the attribute name"),
        ("<user name=\"x\" email=\"none\"/>", "not an e-mail address"),
        (&deep, "nested deeper"),
        (&many, "too many elements"),
        (&large, "longer than"),
        ("<user name=\"user5\"/>", "There is a user of that name already"),
        ("<user name=\"x\"><roles><role name=\"none\"/></roles></user>", "There is no role of that name"),
        (
            "<user name=\"x\"><roles><role name=\"Normal User\"/><role name=\"none\"/></roles></user>",
            "There is no role",
        ),
        (
            "<user name=\"x\"><roles><role name=\"Admin\"/></roles></user>",
            "built-in administrator cannot be assigned",
        ),
    ] {
        refuses(&manager.add(body).await, said);
    }
    let json = manager.ask("POST", "/platform/ws/users", &[("Content-Type", "application/json")], "{}").await;
    refuses(&json, "application/xml");
    let encoded = [("Content-Type", "application/xml"), ("Content-Encoding", "gzip")];
    refuses(
        &manager.ask("POST", "/platform/ws/users", &encoded, "<user name=\"x\"/>").await,
        "content encoding",
    );
    let query = manager.ask("POST", "/platform/ws/users?x=1", &[], "<user name=\"x\"/>").await;
    refuses(&query, "question mark");
    before.assert_same(&dump(&stack), "faulty requests");
}

#[tokio::test]
async fn a_deletion_with_a_body_is_told_that_it_has_none() {
    let (stack, _program, _api, manager) = start([5], &[]).await;
    for (kind, body) in [("application/xml", "<user/>"), ("text/plain", "x"), ("application/json", "[]")] {
        let reply = manager.ask("DELETE", "/platform/ws/users/user5", &[("Content-Type", kind)], body).await;
        refuses(&reply, "A DELETE has no body.");
    }
    assert_eq!(super::super::tasks(&stack).await, 0);
}

#[tokio::test]
async fn lists_end_with_a_slash_or_without() {
    let (_stack, _program, _api, manager) = start([5], &[]).await;
    for prefix in ["/platform/ws", "/platform/webservice"] {
        for list in ["users", "user", "roles"] {
            let (bare, ended) = (format!("{prefix}/{list}"), format!("{prefix}/{list}/"));
            let (bare, ended) = (manager.get(&bare).await, manager.get(&ended).await);
            assert_eq!((ended.status, ended.names("role")), (200, bare.names("role")), "{prefix}/{list}/");
            assert_eq!(ended.names("user"), bare.names("user"), "{prefix}/{list}/");
        }
        let groups = manager.get(&format!("{prefix}/usergroups/")).await;
        assert_eq!(groups.status, manager.get(&format!("{prefix}/usergroups")).await.status, "{groups:?}");
        assert!(!groups.message().contains("at this path"), "{groups:?}");
    }
}

#[tokio::test]
async fn what_nobody_owns_is_refused_in_this_dialects_form() {
    let (_stack, _program, _api, manager) = start([], &[]).await;
    for path in ["/platform", "/platform/", "/platform/ws", "/platform/ws/none", "/platform/ws/users/user5/"]
    {
        let reply = manager.get(path).await;
        assert_eq!(reply.status, 404, "{path}: {reply:?}");
        assert!(reply.text.contains("<error><message>"), "{reply:?}");
    }
    let json = manager.ask("GET", "/platform/ws/none", &[("Accept", "application/json")], "").await;
    assert_eq!(
        (json.status, json.json()),
        (404, serde_json::json!({"message": "There is nothing at this path."}))
    );
    let reply = manager.ask("PATCH", "/platform/ws/users", &[], "").await;
    assert_eq!(reply.status, 405, "{reply:?}");
    assert!(reply.head.contains("\r\nallow: "), "{reply:?}");
}
