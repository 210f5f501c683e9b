//! `promise.lua`: a workspace's removal is promised, or a reason why not, and then nothing changes. And the task afterwards.

use offstage::{
    domain::{
        checklist::Checklist,
        state::{Event, TaskState},
        task::TaskId,
    },
    store::{
        queue::{Commit, Committed, Lease, Promised},
        submit::Submitted,
        tasks::{Cancelled, Steered},
    },
};
use offstage_tests::{
    fixtures,
    redis::PrivateRedis,
    world::{LONG, NONE, World, stale},
};

const OWNER: &str = "gis_joe";

/// A removal that is held.
async fn held(world: &World) -> Lease {
    let Submitted::Created { .. } = world.submit(fixtures::removal(OWNER)).await else { panic!("no task") };
    world.claim(LONG).await.lease
}

#[tokio::test]
async fn a_promise_is_given_once_and_only_to_the_holder() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let lease = held(&world).await;
    for not_mine in [stale(lease), Lease { task: TaskId(99), ..lease }] {
        let answer = world.unchanged("a stale promise", world.promise(not_mine)).await;
        assert_eq!(answer, Promised::Lost);
    }
    assert_eq!(world.promise(lease).await, Promised::Done);
    let task = world.store.task(lease.task).await.unwrap().unwrap();
    assert!(task.committed && task.state == TaskState::Processing);
    let again = world.unchanged("a repeated promise", world.promise(lease)).await;
    assert_eq!(again, Promised::Done);
    let story = world.store.story(lease.task).await.unwrap().unwrap();
    assert_eq!(story.history.last().unwrap().why, "commit");
    let depth = world.store.depth().await.unwrap();
    assert_eq!((depth.committed, depth.oldest_commit_ms.is_some()), (1, true));
    world.audit();
}

#[tokio::test]
async fn what_is_promised_only_goes_forward() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let lease = held(&world).await;
    let (store, id) = (&world.store, lease.task);
    assert!(!world.settle(lease, Event::Complete, 0).await, "nothing was promised yet");
    assert_eq!(world.promise(lease).await, Promised::Done);
    assert_eq!(world.unchanged("cancel", store.cancel(id, "c")).await.unwrap(), Cancelled::TooLate);
    assert_eq!(world.unchanged("pause", store.pause(id, "op")).await.unwrap(), Steered::NotNow);
    for event in [Event::Refuse, Event::Fail] {
        assert!(!world.unchanged("settle", world.settle(lease, event, 0)).await, "{event:?}");
    }
    assert!(world.settle(lease, Event::Retry, 0).await);
    assert_eq!(world.unchanged("cancel", store.cancel(id, "c")).await.unwrap(), Cancelled::TooLate);
    assert_eq!(store.promote("w").await.unwrap(), 1);
    let claimed = world.claim(NONE).await;
    assert!(claimed.committed, "whoever has it next knows");
    assert_eq!(store.reclaim(1, "w").await.unwrap(), 1, "there is no last attempt");
    assert_eq!(store.promote("w").await.unwrap(), 1);
    let claimed = world.claim(LONG).await;
    assert_eq!(claimed.username.as_deref(), Some(OWNER));
    assert!(world.settle(claimed.lease, Event::Complete, 0).await);
    assert_eq!(world.state(id).await, TaskState::Completed);
    let depth = store.depth().await.unwrap();
    assert_eq!((depth.committed, depth.oldest_commit_ms), (0, None));
    let again = world.unchanged("repeated", world.settle(claimed.lease, Event::Complete, 0)).await;
    assert!(again, "an end whose answer was lost");
    world.audit();
}

#[tokio::test]
async fn a_promise_is_refused_while_somebody_uses_the_workspace() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let (store, lease) = (&world.store, held(&world).await);
    let workspace = fixtures::workspace(OWNER);
    store.register_container(&fixtures::container("other", "gis_jane")).await.unwrap();
    store.register_container(&fixtures::container("c", OWNER)).await.unwrap();
    assert_eq!(world.unchanged("running", world.promise(lease)).await, Promised::Running);
    let now = world.now_ms();
    let lapsed = format!("{}\t60\topenNotebook\t1\t{OWNER}", now - 1_000);
    world.set("HSET", "containers", &["c", &lapsed]);
    assert_eq!(world.unchanged("silent", world.promise(lease)).await, Promised::Silent);
    let dead = format!("{}\t60\topenNotebook\t1\t{OWNER}", now - 61_000);
    world.set("HSET", "containers", &["c", &dead]);
    store.occupy(&workspace, &workspace, "mover", LONG).await.unwrap();
    assert_eq!(world.unchanged("occupied", world.promise(lease)).await, Promised::Occupied);
    store.vacate(&[&workspace], "mover").await.unwrap();
    let old = Commit { lease, oldest_answer_ms: Some(now - 31_000), checks: Checklist::default() };
    let max = std::time::Duration::from_secs(30);
    assert_eq!(world.unchanged("stale", store.promise(&old, "w", max)).await.unwrap(), Promised::TooOld);
    assert_eq!(world.promise(lease).await, Promised::Done);
}

#[tokio::test]
async fn a_cancel_that_came_first_is_kept_and_only_workspaces_are_promised() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let lease = held(&world).await;
    world.store.cancel(lease.task, "c").await.unwrap();
    assert_eq!(world.unchanged("cancelled", world.promise(lease)).await, Promised::Cancelled);
    let deletion = world.task_in(TaskState::Processing).await;
    let answer = world.unchanged("a user", world.promise(world.lease(deletion))).await;
    assert_eq!(answer, Promised::Lost);
    let removal = world.unchanged("a workspace", world.commit(lease)).await;
    assert_eq!(removal, Committed::Lost, "it is not deleted as a user is");
}

#[tokio::test]
async fn a_workspace_has_one_live_removal_and_its_name_stands_in_no_key() {
    let redis = PrivateRedis::start().await;
    let world = World::new(&redis).await;
    let lease = held(&world).await;
    assert_eq!(world.submit(fixtures::removal(OWNER)).await, Submitted::Live(lease.task));
    let Submitted::Created { .. } = world.submit(fixtures::removal("gis_jane")).await else { panic!() };
    assert!(world.dump().0.keys().all(|name| !name.contains("gis_")));
    world.set("DEL", "live", &[]);
    world.store.reconcile(0).await.unwrap();
    assert_eq!(world.submit(fixtures::removal(OWNER)).await, Submitted::Live(lease.task), "mended");
    assert_eq!(world.promise(lease).await, Promised::Done);
    assert!(world.settle(lease, Event::Complete, 0).await);
    let Submitted::Created { .. } = world.submit(fixtures::removal(OWNER)).await else { panic!("it ended") };
    while world.store.prune(0).await.unwrap() > 0 {}
    assert_eq!(world.dump().0.keys().filter(|name| name.starts_with("task:1")).count(), 0);
    world.audit();
}
