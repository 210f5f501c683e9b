//! What would keep a removal from ever coming off is found before it is promised, so that it can still be stopped.

use std::{fs, path::PathBuf};

use offstage::{
    domain::{
        reason::Reason,
        state::TaskState::{Cancelled, Completed, Exception, Interrupted},
    },
    store::{containers::Registration, tasks::Cancelled as Answer},
};
use rustix::mount::{UnmountFlags, mount_bind, unmount};

use super::{DEADLINE, Ground, files};
use offstage_tests::eventually;

/// A folder that is mounted onto itself until this goes.
struct Mounted(PathBuf);

impl Mounted {
    /// None where the tests may not mount.
    fn at(folder: PathBuf) -> Option<Self> {
        mount_bind(&folder, &folder).ok().map(|()| Self(folder))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        unmount(&self.0, UnmountFlags::DETACH).unwrap();
    }
}

#[tokio::test]
async fn a_workspace_that_is_a_mount_is_not_promised() {
    let ground = Ground::new().await;
    ground.workspace("joe", 3);
    let Some(mounted) = Mounted::at(ground.at("joe")) else { return };
    let _worker = ground.worker(&[("OFFSTAGE_WORKER__RETRY_DELAY_MS", "200")]);
    let stopped = ground.submit("joe").await;
    let waiting = ground.in_state(stopped, Interrupted).await;
    assert_eq!((waiting.reason, waiting.committed), (Some(Reason::NotSetAside), false));
    assert_eq!(ground.cancel(stopped).await, Answer::Kept);
    assert_eq!(ground.end_of(stopped).await, (Cancelled, ""));
    assert_eq!(ground.register("c1", "joe", 60).await, Registration::Created);
    ground.stack.store.unregister_container("c1").await.unwrap();
    let task = ground.submit("joe").await;
    ground.in_state(task, Interrupted).await;
    assert_eq!(files(&ground.at("joe")), 3);
    drop(mounted);
    assert_eq!(ground.end_of(task).await, (Completed, ""));
}

#[tokio::test]
async fn a_removal_that_cannot_be_promised_is_given_up_in_the_end() {
    let ground = Ground::new().await;
    ground.workspace("joe", 3);
    // The first task's try at renaming does not come off.
    fs::create_dir_all(ground.at("trash/.tried-1/full")).unwrap();
    let settings = [("OFFSTAGE_WORKER__MAX_ATTEMPTS", "2"), ("OFFSTAGE_WORKER__RETRY_DELAY_MS", "20")];
    let _worker = ground.worker(&settings);
    let task = ground.submit("joe").await;
    assert_eq!(ground.end_of(task).await, (Exception, "not_set_aside"));
    assert_eq!(files(&ground.at("joe")), 3);
}

/// It was mounted after the promise.
#[tokio::test]
async fn a_promised_removal_that_cannot_begin_says_so() {
    let ground = Ground::new().await;
    ground.workspace("joe", 3);
    let Some(mounted) = Mounted::at(ground.at("joe")) else { return };
    let task = ground.submit("joe").await;
    ground.claim_and_promise().await;
    let _worker = ground.worker(&[("OFFSTAGE_WORKER__RETRY_DELAY_MS", "20")]);
    eventually("it says so", DEADLINE, async || {
        (ground.task(task).await.reason == Some(Reason::NotSetAside)).then_some(())
    })
    .await;
    assert_eq!(files(&ground.at("joe")), 3);
    drop(mounted);
    assert_eq!(ground.end_of(task).await, (Completed, ""));
    ground.is_gone_once("joe", task).await;
}
