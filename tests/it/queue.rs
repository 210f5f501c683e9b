//! A worker in this process, on a real Redis.

use offstage::{
    config::Settings,
    domain::{state::TaskState, task::UserId},
};
use offstage_tests::{eventually, fixtures, redis::PrivateRedis};
use offstage_workers::{maintenance, runner};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn a_user_without_dependents_is_deleted() {
    let redis = PrivateRedis::start().await;
    let store = fixtures::store(&redis);
    fixtures::users(&store, [5, 6]).await;
    fixtures::register(&store, 6, fixtures::dependent("17", true)).await;
    let deleted = fixtures::submit(&store, 5).await;
    let refused = fixtures::submit(&store, 6).await;

    let settings = Settings::default();
    let stop = CancellationToken::new();
    let (queue, context) = runner::prepare(&store, &settings, "w").unwrap();
    maintenance::start(&store, &settings, "w", &stop);
    let running = stop.clone();
    let worker = tokio::spawn(async move { runner::run(&queue, context, &settings, "w", running).await });

    for (task, state) in [(deleted, TaskState::Completed), (refused, TaskState::Conflict)] {
        eventually("the task ends", Duration::from_secs(5), async || {
            let task = store.task(task).await.unwrap().unwrap();
            task.state.is_terminal().then(|| assert_eq!(task.state, state, "{task:?}"))
        })
        .await;
    }
    assert_eq!(store.registered(UserId(5), "", 10).await.unwrap(), None);
    assert_eq!(store.found_dependents(refused).await.unwrap(), [fixtures::dependent("17", true)]);
    stop.cancel();
    worker.await.unwrap().unwrap();
}
