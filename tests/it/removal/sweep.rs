//! What is forgotten of removals, and when.

use std::fs;

use offstage::{
    config::{NotebookSettings, TaskSettings},
    domain::{state::TaskState::Completed, task::TaskId},
};
use offstage_tests::eventually;
use offstage_workers::{
    effects::{Effects, workspace::Removal},
    maintenance::{Duty, More, sweep::Sweep},
};

use super::{DEADLINE, Ground};

impl Ground {
    fn mark(&self, task: TaskId) -> std::path::PathBuf {
        self.at("trash").join(task.to_string())
    }

    /// A worker's means to remove workspaces, without a worker.
    pub(super) fn removal(&self) -> Removal {
        let settings = NotebookSettings { workspace_root: Some(self.root.clone()), ..Default::default() };
        Effects::new(&settings).unwrap().workspace.unwrap()
    }

    fn sweep(&self) -> Sweep {
        Sweep::new(self.stack.store.clone(), Some(self.removal()), &TaskSettings::default())
    }
}

#[tokio::test]
async fn a_mark_goes_when_its_tasks_retention_ends() {
    let ground = Ground::new().await;
    ground.workspace("joe", 3);
    let task = ground.submit("joe").await;
    let _worker = ground.worker(&[("OFFSTAGE_TASKS__RETENTION_S", "3")]);
    assert_eq!(ground.end_of(task).await, (Completed, ""));
    assert!(ground.mark(task).is_dir());
    eventually("the mark is forgotten", DEADLINE, async || (!ground.mark(task).exists()).then_some(())).await;
    assert_eq!(ground.stack.store.task(task).await.unwrap(), None);
}

#[tokio::test]
async fn marks_of_tasks_that_are_kept_and_of_numbers_never_given_out_stay() {
    let ground = Ground::new().await;
    ground.workspace("joe", 3);
    let kept = ground.submit("joe").await;
    let gone: Vec<TaskId> = {
        let mut gone = Vec::new();
        for number in 0..150 {
            gone.push(ground.submit(&format!("user{number}")).await);
        }
        for task in &gone {
            ground.cancel(*task).await;
        }
        while ground.stack.store.prune(0).await.unwrap() > 0 {}
        gone
    };
    let unknown = TaskId(10_000);
    for task in gone.iter().chain([&kept, &unknown]) {
        fs::create_dir_all(ground.mark(*task).join("left/by/a/container")).unwrap();
    }
    let mut sweep = ground.sweep();
    assert_eq!(sweep.run_once().await.unwrap(), More::Yes, "a hundred at once");
    let left = || gone.iter().filter(|task| ground.mark(**task).exists()).count();
    assert_eq!(left(), 51);
    // What comes meanwhile waits for the next round: the trash is not listed again for it.
    fs::create_dir(ground.mark(gone[149])).unwrap();
    assert_eq!(sweep.run_once().await.unwrap(), More::No);
    assert_eq!(left(), 1);
    assert_eq!(sweep.run_once().await.unwrap(), More::No);
    assert_eq!(left(), 0);
    assert!(ground.mark(kept).is_dir() && ground.mark(unknown).is_dir());
}

#[tokio::test]
async fn a_trash_that_cannot_be_read_does_not_end_the_sweep() {
    let ground = Ground::new().await;
    std::os::unix::fs::symlink(ground.stack.redis.folder(), ground.at("trash")).unwrap();
    assert_eq!(ground.sweep().run_once().await.unwrap(), More::No);
}

#[tokio::test]
async fn registrations_that_say_nothing_any_more_are_forgotten() {
    let ground = Ground::new().await;
    ground.register("c1", "joe", 1).await;
    ground.register("c2", "joe", 600).await;
    let held = || -> u64 {
        redis::cmd("HLEN").arg("{offstage}:containers").query(&mut ground.stack.redis.connection()).unwrap()
    };
    assert_eq!(held(), 2);
    let mut sweep = ground.sweep();
    eventually("it is forgotten", DEADLINE, async || {
        sweep.run_once().await.unwrap();
        (held() == 1).then_some(())
    })
    .await;
}
