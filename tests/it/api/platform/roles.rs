//! Roles: which there are, what they let their users do, and who gives them to whom.

use super::start;
use offstage_tests::platform::{Caller, OPERATOR};
use serde_json::json;

async fn assign(caller: &Caller, form: &str) -> offstage_tests::platform::Reply {
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    caller.ask("POST", "/platform/ws/roles/assign", &headers, form).await
}

#[tokio::test]
async fn roles_are_listed_and_shown() {
    let (_stack, _program, api, manager) = start([], &[]).await;
    let names = ["Admin", "User", "Manager", "Operators", "Watchers"];
    assert_eq!(manager.get("/platform/ws/roles").await.names("role"), names);
    assert_eq!(manager.get("/platform/webservice/roles/all").await.names("role"), names);
    let reply = manager.get("/platform/ws/roles/Admin").await;
    let shown = format!(
        concat!(
            r#"<role description="Admin" buildIn="true" name="Admin"><atom:link xmlns:atom="http://www.w3.org/2005/Atom" "#,
            r#"rel="self" href="{}/platform/ws/roles/Admin"/><permissions><permission name="view_configure"><resources>"#,
            r#"<resource description="System settings, users and roles" name="setting"/></resources></permission></permissions></role>"#
        ),
        api.base()
    );
    assert!(reply.text.ends_with(&shown), "{reply:?}");
    let user = manager.get_json("/platform/ws/roles/User").await;
    assert_eq!(
        user,
        json!({"@description": "User", "@buildIn": "false", "@name": "User", "permissions": {}})
    );
    assert_eq!(manager.get_json("/platform/ws/roles/User,Watchers,none").await["@total"], "2");
    assert_eq!(manager.get("/platform/ws/roles/none").await.status, 404);
}

#[tokio::test]
async fn roles_are_given_to_many_at_once_or_to_none() {
    let (_stack, _program, api, manager) = start([5, 6], &[]).await;
    let reply = assign(&manager, "username=user5%2Cuser6&roles=Watchers,Normal+User").await;
    assert_eq!(reply.status, 303, "{reply:?}");
    let location = format!("location: {}/platform/ws/users?rolenames=watchers%2cnormal%20user", api.base());
    assert!(reply.head.contains(&location), "{reply:?}");
    for name in ["user5", "user6"] {
        let user = manager.get(&format!("/platform/ws/users/{name}")).await;
        assert_eq!(user.names("role"), ["User", "Watchers", "Normal User"], "beside the one he had");
    }
    let listed = manager.get("/platform/ws/users?rolenames=Watchers%2CNormal%20User").await;
    assert_eq!(listed.names("user"), ["user5", "user6"], "where the answer points");
    let one = assign(&manager, "username=user5&roles=Operators").await;
    assert!(one.head.contains("/platform/ws/users/user5\r\n"), "{one:?}");
    let oper = Caller::logged_on(&api, OPERATOR).await;
    for (caller, form, said) in [
        (&manager, "username=user6,none&roles=Operators", "no user of that name"),
        (&manager, "username=user6&roles=Operators,none", "no role of that name"),
        (&manager, "username=user6&roles=Admin", "built-in administrator cannot be assigned"),
        (&manager, "username=admin&roles=Watchers", "built-in administrator stay"),
        (&oper, "username=user6&roles=Manager", "more than you may"),
        (&manager, "username=user6", "must have the field roles"),
        (&manager, "username=&roles=Watchers", "1 to 100 names"),
        (&manager, "username=user6&roles=Watchers&roles=User", "twice"),
        (&manager, "username=user6&roles=Watchers&x=1", "not known"),
    ] {
        let reply = assign(caller, form).await;
        assert_eq!(reply.status, 403, "{form}: {reply:?}");
        assert!(reply.message().contains(said), "{form}: {reply:?}");
    }
    assert_eq!(manager.get("/platform/ws/users/user6").await.names("role").len(), 3, "nothing changed");
    let plain = Caller::logged_on(&api, "pat").await;
    assert_eq!(assign(&plain, "username=pat&roles=Operators").await.status, 403);
}
