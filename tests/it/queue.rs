//! A worker in this process, on a real Redis.

use futures::{FutureExt, future::BoxFuture};
use offstage::{
    config::Settings,
    domain::{state::TaskState, task::UserId},
    telemetry::{self, Export},
};
use offstage_tests::{
    collector::Collector,
    eventually, fixtures,
    metrics::Page,
    redis::PrivateRedis,
    tasks::{ended, story},
    within,
};
use offstage_workers::{
    checks::{Check, Checks, Findings, Subject, Unanswered},
    maintenance, runner,
};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
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
    maintenance::start(&queue, &store, &settings, &context.effects, "w", &stop);
    let running = stop.clone();
    let worker = tokio::spawn(async move { runner::run(&queue, context, &settings, "w", running).await });

    for (task, state) in [(deleted, TaskState::Completed), (refused, TaskState::Conflict)] {
        assert_eq!(ended(&store, task).await.state, state);
    }
    assert_eq!(store.registered(UserId(5), "", 10).await.unwrap(), None);
    assert_eq!(store.found_dependents(refused).await.unwrap(), [fixtures::dependent("17", true)]);
    assert_eq!(
        story(&store, deleted).await,
        [TaskState::Queued, TaskState::Processing, TaskState::Completed]
    );
    let depth = store.depth().await.unwrap();
    assert_eq!((depth.states[&TaskState::Completed], depth.states[&TaskState::Conflict]), (1, 1));
    assert_eq!(depth.oldest_age_ms, None);
    stop.cancel();
    worker.await.unwrap().unwrap();
}

/// A check with a bug: it panics the first time it is asked.
struct Buggy(AtomicBool);

impl Check for Buggy {
    fn name(&self) -> &'static str {
        "buggy"
    }

    fn asks_outside(&self) -> bool {
        false
    }

    fn applies(&self, _: &Subject) -> bool {
        true
    }

    fn find<'a>(&'a self, _: &'a Subject, _: &'a Findings) -> BoxFuture<'a, Result<(), Unanswered>> {
        assert!(self.0.swap(true, Ordering::SeqCst), "the first time it panics");
        async { Ok(()) }.boxed()
    }
}

#[tokio::test]
async fn a_panic_costs_an_attempt_and_not_the_worker() {
    let collector = Collector::start().await;
    let endpoint = collector.endpoint().to_owned();
    let export = Export { service: "panics", endpoint, sampling_ratio: 1.0 };
    let metrics = telemetry::init("info", Some(&export)).unwrap();
    let redis = PrivateRedis::start().await;
    let store = fixtures::store(&redis);
    fixtures::users(&store, [5]).await;
    let task = fixtures::submit(&store, 5).await;

    let mut settings = Settings::default();
    settings.worker.retry_delay_ms = 10;
    let stop = CancellationToken::new();
    let (queue, mut context) = runner::prepare(&store, &settings, "w").unwrap();
    context.checks = Checks::of(vec![Box::new(Buggy(AtomicBool::new(false)))]);
    maintenance::start(&queue, &store, &settings, &context.effects, "w", &stop);
    let running = stop.clone();
    let worker = tokio::spawn(async move { runner::run(&queue, context, &settings, "w", running).await });

    let task = ended(&store, task).await;
    assert_eq!((task.state, task.attempt), (TaskState::Completed, 2));
    let history = store.story(task.id).await.unwrap().unwrap().history;
    assert!(history.iter().any(|line| line.why == "retry: worker_panicked"), "{history:?}");
    stop.cancel();
    worker.await.unwrap().unwrap();

    telemetry::end().await;
    let spans = collector.spans("panics", "worker.task.run");
    let mut runs: Vec<_> = spans.iter().map(|run| (run.attributes["outcome"].as_str(), run.failed)).collect();
    runs.sort_unstable();
    assert_eq!(runs, [("completed", false), ("panicked", true)]);
    let page = Page { text: metrics.render() };
    assert_eq!(page.count("offstage_attempts_total", &[("outcome", "panicked")]), 1);
    assert_eq!(page.count("offstage_task_run_seconds_count", &[]), 2, "both attempts took their time");
}

#[tokio::test]
async fn a_task_of_a_newer_versions_kind_is_left_to_newer_workers() {
    let redis = PrivateRedis::start().await;
    let store = fixtures::store(&redis);
    fixtures::users(&store, [5, 6]).await;
    let strange = fixtures::submit(&store, 5).await;
    let good = fixtures::submit(&store, 6).await;
    let key = format!("{{offstage}}:task:{strange}");
    let mut connection = redis.connection();
    let set = |connection: &mut redis::Connection, kind: &str| {
        redis::cmd("HSET").arg(&key).arg("kind").arg(kind).exec(connection).unwrap();
    };
    set(&mut connection, "of_tomorrow");

    let mut settings = Settings::default();
    settings.worker.max_attempts = 1;
    let stop = CancellationToken::new();
    let (queue, context) = runner::prepare(&store, &settings, "w").unwrap();
    maintenance::start(&queue, &store, &settings, &context.effects, "w", &stop);
    let running = stop.clone();
    let worker = tokio::spawn(async move { runner::run(&queue, context, &settings, "w", running).await });

    let end_of = async |task| {
        let task = ended(&store, task).await;
        (task.state, task.attempt)
    };
    assert_eq!(end_of(good).await, (TaskState::Completed, 1));
    let mut other = redis.connection();
    eventually("the strange task is handed back, uncounted", Duration::from_secs(5), async || {
        let state =
            redis::cmd("HMGET").arg(&key).arg("state").arg("attempt").query::<(String, String)>(&mut other);
        (state.unwrap() == ("INTERRUPTED".to_owned(), "0".to_owned())).then_some(())
    })
    .await;
    // What the newer worker would do, once this one's wait is over.
    set(&mut connection, "staged_user");
    assert_eq!(end_of(strange).await, (TaskState::Completed, 1));
    stop.cancel();
    worker.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_worker_whose_loop_has_panicked_ends_with_an_error() {
    let redis = PrivateRedis::start().await;
    let store = fixtures::store(&redis);
    let settings = Settings::default();
    let (queue, context) = runner::prepare(&store, &settings, "w").unwrap();
    queue.watch(async { panic!("a bug") });
    let ended = runner::run(&queue, context, &settings, "w", CancellationToken::new());
    assert!(within("the worker ends", Duration::from_secs(5), ended).await.is_err());
}
