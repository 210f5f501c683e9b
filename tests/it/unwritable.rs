//! A Redis that cannot write to its disk refuses everything but what says that it only reads, PING among the rest.

use offstage::{
    domain::task::UserId,
    store::{StoreError, doctor::Level, listing::TaskFilter, principals::TokenHash},
};
use offstage_tests::{fixtures, stack::Stack};

#[tokio::test]
async fn the_doctor_reports_line_by_line() {
    let stack = Stack::with_users([5]).await;
    let before: Vec<_> = stack.store.diagnose().await.unwrap().iter().map(|line| line.what).collect();
    stack.redis.stop_writing().await;
    let findings = stack.store.diagnose().await.unwrap();
    assert_eq!(findings.iter().map(|line| line.what).collect::<Vec<_>>(), before);
    for what in ["persistence", "workers"] {
        let finding = findings.iter().find(|line| line.what == what).unwrap();
        assert_eq!(finding.level, Level::Bad, "{finding:?}");
        assert!(finding.remedy.is_some(), "{finding:?}");
    }
    for what in ["version", "eviction policy", "memory", "clock", "keys"] {
        let finding = findings.iter().find(|line| line.what == what).unwrap();
        assert_eq!(finding.level, Level::Good, "{finding:?}");
    }
}

#[tokio::test]
async fn scripts_that_only_read_are_answered() {
    let stack = Stack::with_users([5]).await;
    let token = TokenHash::of(b"t");
    stack.store.keep_token("ci", &token, &[], true).await.unwrap();
    stack.redis.stop_writing().await;
    let known = stack.store.use_token(&token).await.unwrap();
    assert!(known.is_some(), "though its use cannot be noted");
    stack.store.workers().await.unwrap();
    stack.store.tokens().await.unwrap();
    stack.store.login("nobody").await.unwrap();
    stack.store.registered(UserId(5), "", 10).await.unwrap();
    fixtures::store(&stack.redis).tokens().await.expect("a program that has just started reads, too");
    let usable = stack.store.check().await;
    assert!(matches!(usable, Err(StoreError::Unavailable(_))), "it cannot be worked with: {usable:?}");
}

#[tokio::test]
async fn plain_commands_are_refused_for_now_as_scripts_are() {
    let stack = Stack::with_users([5]).await;
    stack.redis.stop_writing().await;
    let refused = stack.store.mark_seeded(true).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
}

#[tokio::test]
async fn where_memory_is_full_users_and_tasks_are_read_all_the_same() {
    let stack = Stack::with_users([5]).await;
    let task = fixtures::submit(&stack.store, 5).await;
    redis::cmd("CONFIG").arg(&["SET", "maxmemory", "1"]).exec(&mut stack.redis.connection()).unwrap();
    assert!(!stack.store.directory_is_empty().await.unwrap());
    assert_eq!(stack.store.story(task).await.unwrap().unwrap().task.id, task);
    assert_eq!(stack.store.list_tasks(&TaskFilter::default(), None, 10).await.unwrap().items.len(), 1);
    let refused = stack.store.submit(&[fixtures::submission(5)]).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
}
