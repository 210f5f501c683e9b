//! Callers who wait for a task's end: woken when it comes, told how far it is when the time is over, and never too many.

use futures::{FutureExt, future::join_all};
use offstage::{
    api::service::Service,
    config::NotebookSettings,
    domain::{
        state::TaskState,
        task::{Task, TaskId},
    },
    store::Store,
};
use offstage_tests::{fixtures, redis::PrivateRedis, within};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const LONG: Duration = Duration::from_mins(1);

struct Room {
    _redis: PrivateRedis,
    store: Store,
    service: Service,
    stop: CancellationToken,
}

impl Room {
    async fn new() -> Self {
        let redis = PrivateRedis::start().await;
        let store = fixtures::store(&redis);
        fixtures::users(&store, [5, 6]).await;
        let service = Service::new(store.clone(), &NotebookSettings::default());
        Self { _redis: redis, store, service, stop: CancellationToken::new() }
    }

    async fn wait(&self, id: TaskId, limit: Duration) -> Task {
        self.service.wait(id, limit, &self.stop).await.unwrap_or_else(|problem| panic!("{problem:?}"))
    }
}

#[tokio::test]
async fn all_who_wait_for_a_task_are_woken_by_its_end() {
    let room = Room::new().await;
    let (ours, other) = (fixtures::submit(&room.store, 5).await, fixtures::submit(&room.store, 6).await);
    let began = Instant::now();
    let waits = join_all((0..50).map(|_| room.wait(ours, LONG)));
    let ends = async {
        room.store.cancel(other, "c").await.unwrap();
        room.store.cancel(ours, "c").await.unwrap();
    };
    let (tasks, ()) = within("they are woken", LONG, async { tokio::join!(waits, ends) }).await;
    assert!(tasks.iter().all(|task| task.state == TaskState::Cancelled));
    assert!(began.elapsed() < LONG / 6, "{:?}", began.elapsed());
}

#[tokio::test]
async fn whoever_has_waited_long_enough_is_told_how_far_it_is() {
    let room = Room::new().await;
    let id = fixtures::submit(&room.store, 5).await;
    assert_eq!(room.wait(id, Duration::from_millis(20)).await.state, TaskState::Queued);
    room.stop.cancel();
    let task = within("a server that stops answers at once", LONG / 6, Box::pin(room.wait(id, LONG))).await;
    assert_eq!(task.state, TaskState::Queued);
}

#[tokio::test]
async fn one_more_than_may_wait_is_told_at_once() {
    let room = Room::new().await;
    let id = fixtures::submit(&room.store, 5).await;
    let mut waiting: Vec<_> = (0..512).map(|_| Box::pin(room.wait(id, LONG))).collect();
    // The first look enters them; the place is theirs from there on.
    for wait in &mut waiting {
        assert!(wait.as_mut().now_or_never().is_none());
    }
    let told = within("one more is told", LONG / 6, Box::pin(room.wait(id, LONG))).await;
    assert_eq!(told.state, TaskState::Queued);
    waiting.pop();
    let mut next = Box::pin(room.wait(id, LONG));
    assert!(next.as_mut().now_or_never().is_none());
    room.store.cancel(id, "c").await.unwrap();
    let task = within("whoever took the place waits", LONG / 6, next).await;
    assert_eq!(task.state, TaskState::Cancelled);
}
