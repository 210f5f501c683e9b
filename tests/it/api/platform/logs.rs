//! What is logged of this dialect: the ids that find a request and its task again, and nobody's name, token or password.

use super::start;
use offstage_tests::platform::{Caller, MANAGER, password};

#[tokio::test]
async fn logs_name_nobody() {
    let everything = [("OFFSTAGE_LOG", "debug,hyper=info,reqwest=info")];
    let (stack, program, api, manager) = start([], &everything).await;
    let worker = stack.worker(&everything);
    let zebulon = r#"<user name="zebulon" email="zebulon@example.com"/>"#;
    assert_eq!(manager.add(zebulon).await.status, 204);
    assert_eq!(manager.add(zebulon).await.status, 403);
    assert_eq!(manager.add(r#"<user name="zebulon" email="x"y"/>"#).await.status, 403);
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let assigned = manager.ask("POST", "/platform/ws/roles/assign", &form, "username=zebulon&roles=Watchers");
    assert_eq!(assigned.await.status, 303);
    let stranger = Caller::stranger(&api);
    assert_eq!(stranger.log_on("zebulon", "zeb-secret").await.status, 403);
    assert_eq!(stranger.with("zebulon\"x\"NQ==\"emViLXNlY3JldA==").delete("zebulon").await.status, 403);
    assert_eq!(manager.delete("zebulon?zebulon").await.status, 403);
    assert_eq!(manager.delete("zebulon").await.status, 204);
    let token = manager.token().rsplit('"').next().unwrap();
    for log in [program.log(), worker.log()] {
        for personal in ["zebulon", "zeb-secret", "emViLXNlY3JldA", MANAGER, &password(MANAGER), token] {
            assert!(!log.contains(personal), "{personal}: {log}");
        }
    }
    let removed = program.log();
    assert!(
        removed
            .lines()
            .any(|line| line.contains("\"dialect\":\"platform\"") && line.contains("\"task.id\":1"))
    );
}
