//! Users and groups: lists, details, adding and changing, in XML and in JSON.

use super::{cluster, start};
use offstage::domain::task::UserId;
use offstage_tests::{
    platform::{Caller, MANAGER, OPERATOR, people},
    stack::Stack,
};
use serde_json::json;

#[tokio::test]
async fn users_are_listed_in_either_form() {
    let (_stack, _program, api, manager) = start([5], &[]).await;
    let reply = manager.get("/platform/ws/users").await;
    assert_eq!(reply.names("user"), ["admin", "lsfadmin", "oper", "pat", "user5"]);
    let link = format!(
        r#"<users total="5"><atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="self" href="{}/platform/ws/users"/><user name="admin"/>"#,
        api.base()
    );
    assert!(reply.text.contains(&link), "{reply:?}");
    let all = manager.get_json("/platform/webservice/user").await;
    assert_eq!(all["@total"], "5");
    assert_eq!(all["user"][4], json!({"@name": "user5"}));
    let one = manager.get_json("/platform/ws/users?rolenames=Manager").await;
    assert_eq!(one, json!({"@total": "1", "user": {"@name": "lsfadmin"}}), "a single child stands alone");
    let some = manager.get_json("/platform/ws/users?rolenames=Manager,Operators").await;
    assert_eq!(some["user"], json!([{"@name": "lsfadmin"}, {"@name": "oper"}]));
    for (query, status) in [("rolenames=none", 404), ("rolename=Manager", 403), ("rolenames=", 403)] {
        assert_eq!(manager.get(&format!("/platform/ws/users?{query}")).await.status, status, "{query}");
    }
}

#[tokio::test]
async fn a_user_is_added_shown_changed_and_listed() {
    let (stack, _program, api, manager) = start([], &[]).await;
    let reply = manager.add(r#"<user name="testUser" email="testUser@domain.com"><roles><role name="Normal User" /><role name="Watchers" /></roles></user>"#).await;
    assert_eq!((reply.status, reply.text.as_str()), (204, ""), "{reply:?}");
    let reply = manager.get("/platform/ws/users/testUser").await;
    let shown = r#"<user name="testUser" email="testUser@domain.com"><roles><role name="Normal User"/><role name="Watchers"/></roles></user>"#;
    assert!(reply.text.ends_with(shown), "{reply:?}");
    assert_eq!(manager.get_json("/platform/ws/users?rolenames=Watchers").await["user"]["@name"], "testUser");
    for (change, email, roles) in [
        (
            r#"<user name="testUser" email="new@x.org"></user>"#,
            "new@x.org",
            json!([{"@name": "Normal User"}, {"@name": "Watchers"}]),
        ),
        (
            r#"<user name="testUser" email=""><roles><role name="User"/></roles></user>"#,
            "new@x.org",
            json!({"@name": "User"}),
        ),
    ] {
        assert_eq!(
            manager
                .ask("PUT", "/platform/ws/user", &[("Content-Type", "application/xml")], change)
                .await
                .status,
            204
        );
        let user = manager.get_json("/platform/ws/user/testUser").await;
        assert_eq!(user, json!({"@name": "testUser", "@email": email, "roles": {"role": roles}}), "{change}");
    }
    let account = stack.store.account("testUser").await.unwrap().unwrap();
    let task = api.submit(account.id.0).await;
    let live = manager.ask("PUT", "/platform/ws/user", &[], r#"<user name="testUser" email="a@b"/>"#).await;
    assert!(live.status == 403 && live.message().contains("under way"), "{live:?}");
    let taken = manager.add(r#"<user name="testUser"/>"#).await;
    assert!(taken.status == 403 && taken.message().contains("under way"), "{taken:?}");
    assert_eq!(task, 1);
    assert_eq!(
        manager.ask("PUT", "/platform/ws/user", &[], r#"<user name="none" email="a@b"/>"#).await.status,
        404
    );
}

#[tokio::test]
async fn a_user_with_several_roles_may_do_what_any_of_them_lets_him() {
    let (stack, _program, api, manager) = start([5], &[]).await;
    let roles = r#"<roles><role name="User"/><role name="Operators"/></roles>"#;
    let changed =
        manager.ask("PUT", "/platform/ws/user", &[], &format!("<user name=\"pat\">{roles}</user>")).await;
    assert_eq!(changed.status, 204, "{changed:?}");
    let pat = Caller::logged_on(&api, "pat").await;
    assert_eq!(pat.get("/platform/ws/users").await.status, 200);
    let oper = Caller::logged_on(&api, OPERATOR).await;
    assert!(oper.delete("pat").await.message().contains("an administrator is deleted by"), "he is one now");
    let demoted = r#"<user name="pat"><roles><role name="User"/></roles></user>"#;
    let refused = oper.ask("PUT", "/platform/ws/user", &[], demoted).await;
    assert!(refused.message().contains("he is an administrator"), "{refused:?}");
    assert_eq!(manager.ask("PUT", "/platform/ws/user", &[], demoted).await.status, 204);
    assert_eq!(pat.get("/platform/ws/users").await.status, 403, "at once");
    let _worker = stack.worker(&[]);
    assert_eq!(oper.delete("pat").await.status, 204);
    let admin = manager.ask("PUT", "/platform/ws/user", &[], &demoted.replace("pat", "admin")).await;
    assert!(admin.status == 403 && admin.message().contains("built-in"), "{admin:?}");
}

#[tokio::test]
async fn groups_come_from_the_cluster_and_forget_who_is_deleted() {
    let stack = Stack::with_users([5, 6]).await;
    people(&stack).await;
    let roster = r#"{"groups":[{"name":"group0","admins":["user5"],"users":["user5","user6","stranger"]},{"name":"group 1"}]}"#;
    let settings = cluster(&stack, "ENABLE_USERGROUP=Y\nALLOW_UNKNOWN_USER=N\n", roster);
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    let (_program, api) = stack.api(&settings).await;
    let manager = Caller::logged_on(&api, MANAGER).await;
    let list = manager.get_json("/platform/ws/usergroups").await;
    assert_eq!(list, json!({"@total": "2", "userGroup": [{"@name": "group 1"}, {"@name": "group0"}]}));
    let detail = json!({"@name": "group0", "admins": {"user": {"@name": "user5"}},
        "users": {"user": [{"@name": "user5"}, {"@name": "user6"}]}});
    assert_eq!(manager.get_json("/platform/ws/usergroups/group0").await, detail);
    let all = manager.get_json("/platform/webservice/usergroups/all").await;
    assert_eq!(all["userGroup"], json!([{"@name": "group 1", "admins": {}, "users": {}}, detail]));
    assert_eq!(
        manager.get("/platform/ws/usergroups/group0,none").await.names("user"),
        ["user5", "user5", "user6"]
    );
    assert_eq!(manager.get("/platform/ws/usergroups/none").await.status, 404);
    let _worker = stack.worker(&[]);
    assert_eq!(manager.delete("user5").await.status, 204);
    let after = json!({"@name": "group0", "admins": {}, "users": {"user": {"@name": "user6"}}});
    assert_eq!(manager.get_json("/platform/ws/usergroups/group0").await, after);
    assert!(stack.store.users_among(&[UserId(5)]).await.unwrap().is_empty());
    let (_other, api) = stack.api(&[]).await;
    let manager = Caller::logged_on(&api, MANAGER).await;
    assert_eq!(
        manager.get("/platform/ws/usergroups").await.status,
        404,
        "nothing is loaded from the cluster"
    );
}
