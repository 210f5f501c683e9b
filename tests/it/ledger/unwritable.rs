//! A ledger that cannot be written: a folder in its place, a disk that is full, a disk that takes no writes. Nobody is
//! deleted; once it can be written, the task goes on by itself.

use super::{LEDGER, Office};
use offstage::domain::{
    reason::Reason,
    state::TaskState,
    task::{TaskId, UserId},
    user::Side,
};
use rustix::mount::{MountFlags, UnmountFlags, mount, mount_remount, unmount};
use std::{fs, path::PathBuf};

const SOON: (&str, &str) = ("OFFSTAGE_WORKER__RETRY_DELAY_MS", "100");

impl Office {
    /// The task was tried and put off, for the ledger's sake, and its user is there.
    async fn is_put_off(&self, task: TaskId) {
        let waiting = self.in_state(task, TaskState::Interrupted).await;
        assert_eq!(waiting.reason, Some(Reason::LedgerUnwritable));
        let user = waiting.user().unwrap();
        let there = self.stack.store.users(Side::Staged, &[user]).await.unwrap();
        assert!(there[0].is_some(), "{user} is there");
    }

    async fn is_gone(&self, user: u64) {
        let there = self.stack.store.users(Side::Staged, &[UserId(user)]).await.unwrap();
        assert!(there[0].is_none(), "{user} is gone");
    }
}

#[tokio::test]
async fn a_folder_in_its_place_lets_nobody_be_deleted() {
    let office = Office::new().await;
    fs::create_dir(&office.ledger).unwrap();
    let worker = office.worker(&[SOON]);
    worker.logged("nothing is deleted until it can").await;
    let task = office.submit(5).await;
    office.is_put_off(task).await;
    fs::remove_dir(&office.ledger).unwrap();
    office.in_state(task, TaskState::Completed).await;
    office.is_gone(5).await;
    let attempt = office.stack.store.task(task).await.unwrap().unwrap().attempt;
    office.has_story(task, &[&*format!("begin {attempt}"), &*format!("done {attempt}")]).await;
}

#[tokio::test]
async fn a_task_is_given_up_like_one_whose_check_does_not_answer() {
    let office = Office::new().await;
    fs::create_dir(&office.ledger).unwrap();
    let _worker =
        office.worker(&[("OFFSTAGE_WORKER__RETRY_DELAY_MS", "20"), ("OFFSTAGE_WORKER__MAX_ATTEMPTS", "2")]);
    let task = office.submit(5).await;
    let ended = office.in_state(task, TaskState::Exception).await;
    assert_eq!((ended.reason, ended.attempt), (Some(Reason::LedgerUnwritable), 2));
}

/// A small disk of its own, until this goes.
struct SmallDisk(PathBuf);

impl SmallDisk {
    /// None where the tests may not mount.
    fn at(folder: PathBuf) -> Option<Self> {
        fs::create_dir(&folder).unwrap();
        let mounted = mount("tmpfs", &folder, "tmpfs", MountFlags::empty(), c"size=64k");
        if mounted.is_err() {
            eprintln!("SKIPPED: this user may not mount a disk");
        }
        mounted.ok().map(|()| Self(folder))
    }

    fn takes_writes(&self, on: bool) {
        let flags = if on { MountFlags::empty() } else { MountFlags::RDONLY };
        mount_remount(&self.0, flags, c"").unwrap();
    }

    fn fill(&self) {
        let full = fs::write(self.0.join("filler"), vec![0; 128 * 1024]);
        assert_eq!(full.unwrap_err().kind(), std::io::ErrorKind::StorageFull);
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        unmount(&self.0, UnmountFlags::DETACH).unwrap();
    }
}

#[tokio::test]
async fn a_disk_that_takes_no_writes_or_is_full_lets_nobody_be_deleted() {
    let office = Office::new().await;
    let Some(disk) = SmallDisk::at(office.stack.redis.folder().join("disk")) else { return };
    let ledger = disk.0.join("ledger");
    disk.takes_writes(false);
    let _worker = office.stack.worker(&[SOON, (LEDGER, ledger.to_str().unwrap())]);
    let task = office.submit(5).await;
    office.is_put_off(task).await;
    disk.takes_writes(true);
    office.in_state(task, TaskState::Completed).await;
    office.is_gone(5).await;

    disk.fill();
    // What is left of the last block takes some lines; then it is full.
    let mut user = 6;
    let put_off = loop {
        let task = office.submit(user).await;
        let met = offstage_tests::eventually("it ends, or is put off", super::DEADLINE, async || {
            let state = office.stack.store.task(task).await.ok()??.state;
            (state == TaskState::Completed || state == TaskState::Interrupted).then_some(state)
        })
        .await;
        if met == TaskState::Interrupted {
            break task;
        }
        user += 1;
    };
    office.is_put_off(put_off).await;
    fs::remove_file(disk.0.join("filler")).unwrap();
    office.in_state(put_off, TaskState::Completed).await;
    office.is_gone(user).await;
}
