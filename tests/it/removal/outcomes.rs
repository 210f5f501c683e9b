//! How a removal ends: done, refused, given up, put off; and what is on disk then.

use std::{
    fs,
    os::unix::fs::symlink,
    time::{Duration, Instant},
};

use offstage::{
    domain::{
        reason::Reason,
        state::TaskState::{
            self, Cancelled, Completed, Conflict, Exception, Interrupted, Processing, Queued, Resuming,
        },
        task::TaskId,
    },
    workspaces::Emptied,
};
use offstage_tests::{
    engine::{Fault, StubEngine},
    eventually,
};

use super::{Cancelled as Answer, DEADLINE, Ground, LEASE, ROOT, files, workspace};

#[tokio::test]
async fn a_workspace_is_removed_and_nothing_else() {
    let ground = Ground::new().await;
    ground.workspace("joe", 2_000);
    ground.workspace("jane", 3);
    fs::create_dir(ground.at("joe/closed")).unwrap();
    symlink(ground.at("jane"), ground.at("joe/link")).unwrap();
    let task = ground.submit("joe").await;
    let _worker = ground.worker(&[]);
    assert_eq!(ground.end_of(task).await, (Completed, ""));
    assert_eq!(ground.story(task).await, [Queued, Processing, Processing, Completed]);
    ground.is_gone_once("joe", task).await;
    let checks = ground.task(task).await.checks.0;
    assert_eq!(checks.iter().map(|check| check.name.as_str()).collect::<Vec<_>>(), ["containers"]);
    assert_eq!(files(&ground.at("jane")), 3);
    let missing = ground.submit("joe").await;
    assert_eq!(ground.end_of(missing).await, (Exception, "workspace_gone"));
    assert!(!ground.at("trash").join(missing.to_string()).exists());
}

#[tokio::test]
async fn a_registered_container_keeps_the_workspace() {
    let ground = Ground::new().await;
    ground.workspace("joe", 3);
    ground.register("c1", "joe", 60).await;
    ground.register("c2", "jane", 60).await;
    let task = ground.submit("joe").await;
    let _worker = ground.worker(&[]);
    assert_eq!(ground.end_of(task).await, (Conflict, "dependents"));
    let found = ground.stack.store.found_dependents(task).await.unwrap();
    let [container] = &found[..] else { panic!("{found:?}") };
    assert_eq!((container.kind.as_str(), container.id.as_str()), ("openNotebook", "c1"));
    assert!(container.blocking && container.name.is_none() && container.owner.is_none());
    assert_eq!(files(&ground.at("joe")), 3);
    ground.stack.store.unregister_container("c1").await.unwrap();
    let again = ground.submit("joe").await;
    assert_eq!(ground.end_of(again).await, (Completed, ""));
}

#[tokio::test]
async fn a_lapsed_registration_is_no_answer_until_it_says_nothing_any_more() {
    let ground = Ground::new().await;
    ground.workspace("joe", 3);
    ground.register("c1", "joe", 2).await;
    let lapsed_at = eventually("it lapses", DEADLINE, async || {
        let containers = ground.stack.store.containers_of(&workspace("joe")).await.unwrap();
        containers[0].lapsed.then(Instant::now)
    })
    .await;
    let task = ground.submit("joe").await;
    let _worker = ground.worker(&[("OFFSTAGE_WORKER__RETRY_DELAY_MS", "200")]);
    let waiting = ground.in_state(task, Interrupted).await;
    assert_eq!(waiting.reason, Some(Reason::CheckUnavailable { check: "containers".to_owned() }));
    assert_eq!(ground.end_of(task).await, (Completed, ""));
    assert!(lapsed_at.elapsed() >= Duration::from_millis(1_500), "{:?}", lapsed_at.elapsed());
}

#[tokio::test]
async fn what_the_engine_runs_counts_and_its_silence_is_no_answer() {
    let ground = Ground::new().await;
    let engine = StubEngine::start(ground.stack.redis.folder());
    ground.workspace("joe", 3);
    engine.run("abc", ("notebook.user", "joe"), "running");
    let settings =
        [("OFFSTAGE_NOTEBOOKS__DOCKER_SOCKET", &*engine.url()), ("OFFSTAGE_WORKER__RETRY_DELAY_MS", "100")];
    let _worker = ground.worker(&settings);
    let refused = ground.submit("joe").await;
    assert_eq!(ground.end_of(refused).await, (Conflict, "dependents"));
    let found = ground.stack.store.found_dependents(refused).await.unwrap();
    assert_eq!((found.len(), found[0].id.as_str()), (1, "abc"));

    engine.fails(Some(Fault::Status(500)));
    let task = ground.submit("joe").await;
    let waiting = ground.in_state(task, Interrupted).await;
    assert_eq!(waiting.reason, Some(Reason::CheckUnavailable { check: "containers".to_owned() }));
    assert_eq!(files(&ground.at("joe")), 3);
    engine.fails(None);
    assert_eq!(ground.end_of(task).await, (Conflict, "dependents"));
    offstage::engine::Engine::new(engine.path(), "notebook.user").stop("abc").await.unwrap();
    // One look was enough: what the engine said was young, by Redis's clock. A look is two questions.
    let asked = engine.asked();
    let last = ground.submit("joe").await;
    assert_eq!(ground.end_of(last).await, (Completed, ""));
    assert_eq!(engine.asked(), asked + 2);
}

#[tokio::test]
async fn a_container_in_registry_and_engine_is_one() {
    let ground = Ground::new().await;
    let engine = StubEngine::start(ground.stack.redis.folder());
    ground.workspace("joe", 1);
    engine.run("abc", ("notebook.user", "joe"), "running");
    ground.register("abc", "joe", 60).await;
    let _worker = ground.worker(&[("OFFSTAGE_NOTEBOOKS__DOCKER_SOCKET", &engine.url())]);
    let task = ground.submit("joe").await;
    assert_eq!(ground.ended(task).await.checks.counts().found, 1);
    // What nobody renews any more, and the engine runs all the same.
    ground.workspace("jane", 1);
    engine.run("def", ("notebook.user", "jane"), "running");
    ground.register("def", "jane", 1).await;
    let lapsed = async || ground.stack.store.containers_of(&workspace("jane")).await.unwrap()[0].lapsed;
    eventually("it lapses", DEADLINE, async || lapsed().await.then_some(())).await;
    let task = ground.submit("jane").await;
    assert_eq!(ground.end_of(task).await, (Conflict, "dependents"));
}

#[tokio::test]
async fn a_mark_that_is_not_the_tasks_stops_it_before_anything_is_touched() {
    let ground = Ground::new().await;
    ground.workspace("joe", 3);
    let foreign = ground.at("trash/1/somebody/elses");
    fs::create_dir_all(&foreign).unwrap();
    let task = ground.submit("joe").await;
    assert_eq!(task.0, 1);
    let _worker = ground.worker(&[]);
    assert_eq!(ground.end_of(task).await, (Exception, "in_the_way"));
    assert!(foreign.is_dir());
    assert_eq!(files(&ground.at("joe")), 3);
}

/// However often such a worker takes it up, the attempts are kept for one that can.
#[tokio::test]
async fn a_worker_without_a_folder_of_workspaces_leaves_removals_to_others() {
    let ground = Ground::new().await;
    for name in ["joe", "jane"] {
        ground.workspace(name, 1);
    }
    let promised = ground.submit("jane").await;
    ground.claim_and_promise().await;
    let task = ground.submit("joe").await;
    let settings = [("OFFSTAGE_WORKER__MAX_ATTEMPTS", "1"), ("OFFSTAGE_WORKER__RETRY_DELAY_MS", "20")];
    let _without = ground.stack.worker(&settings);
    for id in [task, promised] {
        eventually("it was handed back again and again", DEADLINE, async || {
            let taken = ground.story(id).await.into_iter().filter(|state| *state == Interrupted).count();
            (taken > 3).then_some(())
        })
        .await;
        let waiting = ground.in_state(id, Interrupted).await;
        assert_eq!(waiting.reason, Some(Reason::CheckUnavailable { check: "workspace".to_owned() }));
    }
    let _with = ground.worker(&settings);
    assert_eq!(ground.end_of(task).await, (Completed, ""));
    assert_eq!(ground.end_of(promised).await, (Completed, ""));
}

#[tokio::test]
async fn a_disk_that_does_not_say_is_asked_again() {
    let ground = Ground::new().await;
    ground.workspace("joe", 1);
    symlink(ground.stack.redis.folder(), ground.at("trash")).unwrap();
    let task = ground.submit("joe").await;
    let _worker = ground.worker(&[("OFFSTAGE_WORKER__RETRY_DELAY_MS", "50")]);
    let waiting = ground.in_state(task, Interrupted).await;
    assert_eq!(waiting.reason, Some(Reason::CheckUnavailable { check: "workspace".to_owned() }));
    assert!(!waiting.committed);
    fs::remove_file(ground.at("trash")).unwrap();
    assert_eq!(ground.end_of(task).await, (Completed, ""));
}

#[tokio::test]
async fn a_worker_whose_folder_is_missing_does_not_start() {
    let ground = Ground::new().await;
    let missing = ground.at("missing");
    let mut worker = ground.stack.worker(&[(ROOT, missing.to_str().unwrap())]);
    assert!(!worker.ended(Duration::from_secs(10)).await.success());
    assert!(worker.log().contains("notebooks.workspace_root"), "{}", worker.log());
}

#[tokio::test]
async fn a_cancel_before_the_promise_leaves_the_workspace_whole() {
    let ground = Ground::new().await;
    ground.workspace("joe", 3);
    let _worker = ground.worker(&[("OFFSTAGE_CHECKS__PAUSE__MS", "60000")]);
    let task = ground.submit("joe").await;
    ground.in_state(task, Processing).await;
    assert_eq!(ground.cancel(task).await, Answer::Kept);
    assert_eq!(ground.end_of(task).await, (Cancelled, ""));
    assert_eq!(files(&ground.at("joe")), 3);
    assert!(!ground.at("trash").exists());
}

/// The trash leads elsewhere: nothing can be set aside, however often it is tried, until somebody mends it.
#[tokio::test]
async fn what_was_promised_is_tried_until_it_is_done() {
    let ground = Ground::new().await;
    ground.workspace("joe", 3);
    symlink(ground.stack.redis.folder(), ground.at("trash")).unwrap();
    let task = ground.submit("joe").await;
    ground.claim_and_promise().await;
    let settings = [("OFFSTAGE_WORKER__MAX_ATTEMPTS", "1"), ("OFFSTAGE_WORKER__RETRY_DELAY_MS", "20")];
    let _worker = ground.worker(&settings);
    let waiting = eventually("it was tried more than once", LEASE * 10, async || {
        let task = ground.task(task).await;
        (task.attempt > 3 && task.state == TaskState::Interrupted).then_some(task)
    })
    .await;
    assert_eq!(waiting.reason, Some(Reason::NotSetAside));
    assert!(waiting.committed);
    assert_eq!(ground.cancel(task).await, Answer::TooLate);
    assert_eq!(files(&ground.at("joe")), 3);
    fs::remove_file(ground.at("trash")).unwrap();
    assert_eq!(ground.end_of(task).await, (Completed, ""));
    assert!(ground.story(task).await.contains(&Resuming));
    ground.is_gone_once("joe", task).await;
}

/// Where a container goes on writing, emptying has no end of its own.
#[tokio::test]
async fn a_removal_ends_when_its_time_is_up_and_goes_on_later() {
    let ground = Ground::new().await;
    ground.workspace("joe", 300);
    let removal = ground.removal();
    let task = TaskId(7);
    let outcome = removal.begin(&workspace("joe"), task, Duration::ZERO).ended().await.unwrap();
    assert_eq!((outcome, files(&ground.root)), (Emptied::Stopped, 300));
    let outcome = removal.begin(&workspace("joe"), task, DEADLINE).ended().await.unwrap();
    assert_eq!((outcome, files(&ground.root)), (Emptied::Done, 0));
}
