//! Names in paths, as real clients write them: each finds its user, and nobody else's.

use super::start;
use offstage::{domain::task::UserId, store::directory::NewUser};
use offstage_tests::{fixtures, stack::Stack};

async fn load(stack: &Stack, users: &[(u64, &str)]) {
    let users: Vec<_> = users
        .iter()
        .map(|(id, name)| NewUser { username: (*name).to_owned(), ..fixtures::user(*id) })
        .collect();
    stack.store.load_users(&users, false).await.unwrap();
}

#[tokio::test]
async fn each_way_of_writing_a_name_deletes_that_user_alone() {
    let (stack, _program, _api, manager) = start([], &[]).await;
    let _worker = stack.worker(&[]);
    for (number, (written, name)) in [
        (r"DOMAIN\user1", r"DOMAIN\user1"),
        ("DOMAIN%5Cuser2", r"DOMAIN\user2"),
        ("user@realm", "user@realm"),
        ("a%20b", "a b"),
        ("%C3%BCser", "üser"),
        ("ünser", "ünser"),
        ("a%b", "a%b"),
        ("c%", "c%"),
        ("a%2Fb", "a/b"),
        ("a%23b", "a#b"),
        ("a%3Fb", "a?b"),
        ("a%2541", "a%41"),
        ("a+b", "a+b"),
        ("a;b=c", "a;b=c"),
        ("x%22y", "x\"y"),
        ("{z}", "{z}"),
        ("a|b^c", "a|b^c"),
    ]
    .into_iter()
    .enumerate()
    {
        let id = 100 + number as u64;
        load(&stack, &[(id, name)]).await;
        let shown = manager.get(&format!("/platform/ws/users/{written}")).await;
        assert_eq!(shown.names("user"), [name], "{written}: {shown:?}");
        let reply = manager.delete(written).await;
        assert_eq!(reply.status, 204, "{written}: {reply:?}");
        assert!(stack.store.users_among(&[UserId(id)]).await.unwrap().is_empty(), "{written}");
    }
}

#[tokio::test]
async fn what_a_path_swallows_deletes_nobody_in_anothers_place() {
    let (stack, _program, _api, manager) = start([], &[]).await;
    load(&stack, &[(50, "a"), (51, "A"), (52, "a%41"), (53, "aA")]).await;
    let _worker = stack.worker(&[]);
    for (written, status) in
        [("a/b", 404), ("a?b", 403), ("a?", 403), ("", 405), ("a/", 404), ("%2e%2e/a", 404)]
    {
        let reply = manager.delete(written).await;
        assert_eq!(reply.status, status, "{written}: {reply:?}");
    }
    assert_eq!(manager.delete("a%2541").await.status, 204, "decoded once");
    let left = [50, 51, 53].map(UserId);
    assert_eq!(stack.store.users_among(&left).await.unwrap().len(), 3);
}

#[tokio::test]
async fn names_that_a_path_would_swallow_cannot_be_given() {
    let (stack, _program, _api, manager) = start([], &[]).await;
    for name in [
        "a#b",
        "a?b",
        "a/b",
        "a%b",
        "",
        " ",
        "a&#9;b",
        "a&#10;b",
        ".",
        "..",
        " a",
        "a ",
        "&lt;a&gt;",
        "a`b",
        "a\u{202e}b",
        &"x".repeat(61),
    ] {
        let reply = manager.add(&format!("<user name=\"{name}\" email=\"\"></user>")).await;
        assert_eq!(reply.status, 403, "{name}: {reply:?}");
        assert!(reply.message().contains("This name cannot be given"), "{reply:?}");
    }
    for name in [r"DOMAIN\user1", "user@realm", "a b", "üser", "a&amp;b", "x&quot;y", "a;b,c"] {
        let reply = manager.add(&format!("<user name=\"{name}\"/>")).await;
        assert_eq!(reply.status, 204, "{name}: {reply:?}");
    }
    let listed = manager.get("/platform/ws/users?rolenames=Normal+User").await.names("user");
    assert_eq!(listed, [r"DOMAIN\user1", "a b", "a&b", "a;b,c", "user@realm", "x\"y", "üser"]);
    let ids = stack.store.accounts_after(Some(UserId(999_999))).await.unwrap().0;
    assert_eq!(ids.len(), 7, "new users have numbers of their own");
}
