//! The removal of a workspace from the disk: set aside by one rename, then emptied.
//!
//! Twice is the same as once: the rename makes the task's mark, and refuses to where it is. Whoever comes again, or wakes
//! up late, finds the mark and touches nothing but what is under it, which is nobody's any more. Emptying what is empty
//! does nothing.
//!
//! Easy to get wrong: a mark that is there before the task was promised is not its own. Then the removal must not begin,
//! or somebody else's tree would be taken for this one's.

use offstage::{
    domain::{task::TaskId, workspace::WorkspaceName},
    workspaces::{DiskError, Emptied, SetAside, Workspaces},
};
use std::{
    cell::Cell,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::{JoinHandle, spawn_blocking};

/// See the module's header.
#[derive(Debug, Clone)]
pub struct Removal {
    disk: Workspaces,
}

/// How things stand before the removal is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// The workspace is there.
    Ready,
    /// It is not.
    Gone,
    /// What the task would set it aside as is there, and is not the task's.
    InTheWay,
}

/// Why an effect is not done.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The disk did not do it.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The workspace stands where it stood: it cannot be set aside.
    #[error("the workspace cannot be set aside")]
    Untouched(#[source] DiskError),
    /// Our own code panicked.
    #[error("the removal panicked")]
    Panicked,
}

impl Removal {
    /// Removals of these workspaces.
    #[must_use]
    pub const fn new(disk: Workspaces) -> Self {
        Self { disk }
    }

    /// The tasks whose marks are there.
    ///
    /// # Errors
    /// When the disk does not say.
    pub async fn marks(&self) -> Result<Vec<TaskId>, Fault> {
        let disk = self.disk.clone();
        let marks = spawn_blocking(move || disk.marks());
        Ok(marks.await.map_err(|_| Fault::Panicked)??.into_iter().map(TaskId).collect())
    }

    /// Forgets the marks of tasks that are gone; says how many. Whatever is still in one goes with it, and a mark that has
    /// more in it than `most_files` is left for the next time.
    ///
    /// # Errors
    /// When the disk keeps one; the others are forgotten all the same.
    pub async fn forget(&self, tasks: Vec<TaskId>, most_files: u64) -> Result<u64, Fault> {
        let disk = self.disk.clone();
        let forget = spawn_blocking(move || {
            let left = Cell::new(most_files);
            let go_on = || left.replace(left.get().saturating_sub(1)) > 0;
            let (mut forgotten, mut fault) = (0, None);
            for task in tasks {
                match disk.forget_mark(task.0, &go_on) {
                    Ok(Emptied::Done) => forgotten += 1,
                    Ok(Emptied::Stopped) => {}
                    Err(error) => fault = Some(error),
                }
            }
            fault.map_or(Ok(forgotten), |fault| Err(fault.into()))
        });
        forget.await.map_err(|_| Fault::Panicked)?
    }

    /// Looks whether there is anything to be removed, and tries all that can be tried before it is promised.
    ///
    /// # Errors
    /// [`Fault::Untouched`] when it could not be set aside; others when the disk does not say.
    pub async fn look(&self, name: &WorkspaceName, task: TaskId) -> Result<Before, Fault> {
        let (disk, name) = (self.disk.clone(), name.clone());
        let look = spawn_blocking(move || {
            if disk.has_mark(task.0)? {
                return Ok(Before::InTheWay);
            }
            if !disk.exists(&name)? {
                return Ok(Before::Gone);
            }
            disk.rehearse(&name, task.0).map_err(Fault::Untouched)?;
            Ok(Before::Ready)
        });
        look.await.map_err(|_| Fault::Panicked)?
    }

    /// Begins to remove the workspace, or goes on with it, for so long at most. The task's promise must have been given.
    #[must_use]
    pub fn begin(&self, name: &WorkspaceName, task: TaskId, longest: Duration) -> UnderWay {
        let (disk, name) = (self.disk.clone(), name.clone());
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let begun = Instant::now();
        let go_on = move || !told.load(Ordering::Relaxed) && begun.elapsed() < longest;
        let work = spawn_blocking(move || remove(&disk, &name, task, &go_on));
        UnderWay { stop, work }
    }
}

fn remove(
    disk: &Workspaces,
    name: &WorkspaceName,
    task: TaskId,
    go_on: &dyn Fn() -> bool,
) -> Result<Emptied, Fault> {
    if !go_on() {
        return Ok(Emptied::Stopped);
    }
    match disk.set_aside(name, task.0) {
        Ok(SetAside::Done | SetAside::Already) => Ok(disk.empty(task.0, go_on)?),
        Ok(SetAside::Missing) => {
            tracing::warn!("the workspace was gone when its removal began");
            Ok(Emptied::Done)
        }
        // The mark tells: a rename may have come off that could not be written down.
        Err(error) if disk.has_mark(task.0).is_ok_and(|there| there) => Err(error.into()),
        Err(error) => Err(Fault::Untouched(error)),
    }
}

/// A removal that goes on by itself until it is told to stop.
#[derive(Debug)]
pub struct UnderWay {
    stop: Arc<AtomicBool>,
    work: JoinHandle<Result<Emptied, Fault>>,
}

impl UnderWay {
    /// Tells it to stop soon.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Waits until it is through or has stopped, as it was told or because its time was up. Can be waited for again after having been interrupted.
    ///
    /// # Errors
    /// When something could not be removed; what else there was, was.
    pub async fn ended(&mut self) -> Result<Emptied, Fault> {
        match (&mut self.work).await {
            Ok(ended) => ended,
            Err(_) => Err(Fault::Panicked),
        }
    }
}
