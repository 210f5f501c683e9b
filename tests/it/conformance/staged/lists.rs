//! Lists, whole and in part.

use reqwest::Method;

use super::Tape;
use crate::conformance::{exchange::Call, stage::USER};
use offstage_tests::fixtures::ADMIN_TOKEN;

/// Users of both sides.
pub(super) async fn users_are_listed(tape: &mut Tape) {
    for (side, path) in
        [("staged", "/api/staged_config/access/users"), ("deployed", "/api/config/access/users")]
    {
        let mut get =
            async |title: &str, path: &str| tape.ask(&format!("{title} ({side})"), Method::GET, path).await;
        get("All users.", &format!("{path}?fields=id,username,user_role_id")).await;
        get("One of them, whole.", &format!("{path}?filter=username='user5'")).await;
        get(
            "Those who are no administrators, backwards.",
            &format!("{path}?fields=username&filter=user_role_id!=1&sort=-id"),
        )
        .await;
        get("By a field that is not there.", &format!("{path}?sort=%2Bage")).await;
        let page = Call::new(Method::GET, format!("{path}?fields=id")).header("sec", ADMIN_TOKEN);
        tape.send(&format!("A page. ({side})"), page.clone().header("range", "items=1-2")).await;
        tape.send(&format!("A page behind the end. ({side})"), page.clone().header("range", "items=90-99"))
            .await;
        tape.send(&format!("What is no page. ({side})"), page.header("range", "items=x")).await;
    }
}

/// Tasks of deletions.
pub(super) async fn deletions_are_listed(tape: &mut Tape) {
    let path = "/api/staged_config/access/user_delete_tasks";
    let user = format!("/api/staged_config/access/users/{USER}");
    tape.ask("Somebody asks for a deletion.", Method::DELETE, &user).await;
    tape.ask("All tasks.", Method::GET, path).await;
    tape.ask("Those that wait.", Method::GET, &format!("{path}?filter=status=QUEUED&fields=id")).await;
    tape.ask("Those that have ended.", Method::GET, &format!("{path}?filter=completed is not null")).await;
}
