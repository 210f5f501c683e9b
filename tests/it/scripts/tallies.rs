//! What the scripts say they did and met, as numbers: each end once, each refusal with its state, each wait.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use offstage::{
    domain::{
        state::{Event, TaskState, next},
        task::TaskId,
    },
    store::queue::{Lease, Settlement},
};
use offstage_tests::{
    fixtures,
    metrics::Page,
    redis::PrivateRedis,
    world::{LONG, NONE, World, stale},
};

const FINISHED: &str = "offstage_tasks_finished_total";
const REFUSED: &str = "offstage_transitions_refused_total";
const CANCEL_LATENCIES: &str = "offstage_cancel_latency_seconds_count";
const LATENCY: &str = "offstage_cancel_latency_seconds_sum";

/// What is counted on this thread, from the beginning of the recording on.
struct Recording {
    handle: PrometheusHandle,
    _guard: metrics::LocalRecorderGuard<'static>,
}

impl Recording {
    fn begin() -> Self {
        let recorder = Box::leak(Box::new(PrometheusBuilder::new().build_recorder()));
        Self { handle: recorder.handle(), _guard: metrics::set_default_local_recorder(recorder) }
    }

    fn page(&self) -> Page {
        Page { text: self.handle.render() }
    }

    fn finished(&self, state: TaskState) -> u64 {
        self.page().count(FINISHED, &[("kind", "staged_user"), ("status", state.name())])
    }

    /// How often anything was counted as finished, or as refused.
    fn all(&self, name: &str) -> usize {
        self.page().find(name, &[]).len()
    }
}

/// One settlement; true if it counts as done.
async fn settle(world: &World, lease: Lease, event: Event) -> bool {
    world.settle(lease, event, 0).await
}

#[tokio::test]
async fn every_end_is_counted_once_by_whoever_brings_it_about() {
    let redis = PrivateRedis::start().await;
    for end in TaskState::ALL.into_iter().filter(|state| state.is_terminal()) {
        let world = World::new(&redis).await;
        let recording = Recording::begin();
        world.task_in(end).await;
        assert_eq!(recording.finished(end), 1, "{end}");
        assert_eq!(recording.all(FINISHED), 1, "{end}: {}", recording.page().text);
    }
}

#[tokio::test]
async fn a_cancel_that_is_final_at_once_is_an_end_without_a_latency() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Queued).await;
    let recording = Recording::begin();
    world.store.cancel(id, "c").await.unwrap();
    assert_eq!(recording.finished(TaskState::Cancelled), 1);
    assert_eq!(recording.page().count(CANCEL_LATENCIES, &[]), 0);
    world.store.cancel(id, "c").await.unwrap();
    assert_eq!(recording.finished(TaskState::Cancelled), 1, "the second one is refused");
    assert_eq!(recording.page().count(REFUSED, &[("from", "CANCELLED"), ("event", "cancel")]), 1);
}

#[tokio::test]
async fn the_latency_of_a_cancel_goes_from_its_acceptance_to_the_end_whatever_road_it_takes() {
    let redis = PrivateRedis::start().await;
    for road in [&[Event::NoticeCancel, Event::GiveUp][..], &[Event::GiveUp], &[Event::Retry], &[]] {
        let world = World::new(&redis).await;
        let id = if road.is_empty() {
            let id = fixtures::submit(&world.store, 5).await;
            world.claim(NONE).await;
            id
        } else {
            world.task_in(TaskState::Processing).await
        };
        let recording = Recording::begin();
        world.store.cancel(id, "c").await.unwrap();
        world.store.cancel(id, "c").await.unwrap();
        assert_eq!(recording.page().count(CANCEL_LATENCIES, &[]), 0, "{road:?}");
        let key = format!("task:{id}");
        let asked = (world.now_ms() - 7_000).to_string();
        world.set("HSET", &key, &["cancel_asked", &asked]);
        for event in road {
            assert!(settle(&world, world.lease(id), *event).await);
        }
        if road.is_empty() {
            assert_eq!(world.store.reclaim(9, "r").await.unwrap(), 1);
        }
        assert_eq!(world.state(id).await, TaskState::Cancelled);
        let page = recording.page();
        assert_eq!(page.count(CANCEL_LATENCIES, &[]), 1, "{road:?}");
        let latency = page.value(LATENCY, &[]);
        assert!((7.0..10.0).contains(&latency), "{road:?}: {latency}");
    }
}

#[tokio::test]
async fn a_settlement_whose_answer_was_lost_is_counted_when_it_is_repeated() {
    let redis = PrivateRedis::start().await;
    for (state, event, end) in [
        (TaskState::Processing, Event::Refuse, TaskState::Conflict),
        (TaskState::Processing, Event::Fail, TaskState::Exception),
        (TaskState::Canceling, Event::GiveUp, TaskState::Cancelled),
    ] {
        let world = World::new(&redis).await;
        let id = world.task_in(state).await;
        assert!(settle(&world, world.lease(id), event).await, "and nobody hears of it");
        let recording = Recording::begin();
        assert!(settle(&world, world.lease(id), event).await);
        assert_eq!(recording.finished(end), 1, "{event:?}");
    }
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Completed).await;
    let recording = Recording::begin();
    world.commit(world.lease(id)).await;
    assert_eq!(recording.finished(TaskState::Completed), 1);
}

#[tokio::test]
async fn an_end_that_somebody_else_brought_about_is_not_counted_again() {
    let redis = PrivateRedis::start().await;
    for (cancelled, event, end) in
        [(false, Event::Fail, TaskState::Exception), (true, Event::GiveUp, TaskState::Cancelled)]
    {
        let world = World::new(&redis).await;
        let id = fixtures::submit(&world.store, 5).await;
        let lease = world.claim(NONE).await.lease;
        if cancelled {
            world.store.cancel(id, "c").await.unwrap();
        }
        let recording = Recording::begin();
        // Its own reclaim is somebody else, too.
        assert_eq!(world.store.reclaim(1, "w").await.unwrap(), 1);
        assert_eq!(world.state(id).await, end);
        assert_eq!(recording.finished(end), 1, "{event:?}");
        assert!(settle(&world, lease, event).await);
        assert_eq!(recording.finished(end), 1, "{event:?}, the late worker");
    }
}

#[tokio::test]
async fn leases_that_expire_are_counted_and_those_of_nobody_are_not() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    fixtures::submit(&world.store, 5).await;
    world.claim(NONE).await;
    world.set("ZADD", "leases", &["1", "99:1"]);
    let recording = Recording::begin();
    assert_eq!(world.store.reclaim(9, "r").await.unwrap(), 2);
    assert_eq!(recording.page().count("offstage_leases_expired_total", &[]), 1);
    assert_eq!(recording.all(FINISHED), 0, "it is tried again");
}

#[tokio::test]
async fn every_refusal_is_counted_with_the_state_that_was_met() {
    let redis = PrivateRedis::start().await;
    let asked = [Event::Cancel, Event::Pause, Event::Resume, Event::Complete, Event::Refuse, Event::Retry];
    for state in TaskState::ALL {
        for event in asked {
            let world = World::new(&redis).await;
            let id = world.task_in(state).await;
            let recording = Recording::begin();
            ask(&world, world.lease(id), event).await;
            let aim = matches!(
                (event, state),
                (Event::Complete, TaskState::Completed)
                    | (Event::Refuse, TaskState::Conflict)
                    | (Event::Retry, TaskState::Interrupted)
            );
            let refused = u64::from(next(state, false, event).is_err() && !aim);
            let labels = [("from", state.name()), ("event", event.name())];
            assert_eq!(recording.page().count(REFUSED, &labels), refused, "{event:?} of {state}");
            assert_eq!(recording.all(REFUSED) as u64, refused, "{}", recording.page().text);
        }
    }
}

/// Asks for a transition, by the road that it has.
async fn ask(world: &World, lease: Lease, event: Event) {
    if event == Event::Cancel {
        world.store.cancel(lease.task, "c").await.unwrap();
    } else if event == Event::Pause {
        world.store.pause(lease.task, "c").await.unwrap();
    } else if event == Event::Resume {
        world.store.resume(lease.task, "c").await.unwrap();
    } else if event == Event::Complete {
        world.commit(lease).await;
    } else {
        let settlement = Settlement { lease, event, reason: None, delay_ms: 0, checks: None };
        world.store.settle(&[settlement], "w").await.unwrap();
    }
}

#[tokio::test]
async fn a_late_worker_is_refused_and_where_no_task_is_nothing_is_counted() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let id = world.task_in(TaskState::Processing).await;
    let recording = Recording::begin();
    world.commit(stale(world.lease(id))).await;
    settle(&world, stale(world.lease(id)), Event::Retry).await;
    for event in ["complete", "retry"] {
        assert_eq!(recording.page().count(REFUSED, &[("from", "PROCESSING"), ("event", event)]), 1);
    }
    let recording = Recording::begin();
    let nowhere = Lease { task: TaskId(99), ..world.lease(id) };
    for event in [Event::Cancel, Event::Pause, Event::Resume, Event::Complete, Event::Retry] {
        ask(&world, nowhere, event).await;
    }
    assert_eq!((recording.all(REFUSED), recording.all(FINISHED)), (0, 0));
}

#[tokio::test]
async fn a_claim_tells_how_long_each_task_waited_and_when_it_was() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let recording = Recording::begin();
    world.store.claim(9, "w", LONG).await.unwrap();
    assert_eq!(recording.all("offstage_worker_last_claim_timestamp_seconds"), 0, "nothing was there");
    let id = world.task_in(TaskState::Queued).await;
    let since = (world.now_ms() - 90_000).to_string();
    world.set("HSET", &format!("task:{id}"), &["modified", &since]);
    world.claim(LONG).await;
    let page = recording.page();
    assert_eq!(page.count("offstage_task_wait_seconds_count", &[]), 1);
    let waited = page.value("offstage_task_wait_seconds_sum", &[]);
    assert!((90.0..95.0).contains(&waited), "{waited}");
    let claimed = page.value("offstage_worker_last_claim_timestamp_seconds", &[]);
    let ago = std::time::Duration::from_millis(world.now_ms()).as_secs_f64() - claimed;
    assert!((0.0..5.0).contains(&ago), "{ago}");
}
