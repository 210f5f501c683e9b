//! What lies outside Redis and belongs to notebooks: the folder of workspaces, and the engine that runs containers.
//!
//! Owns the bounds on asking them: few ask at once, and whoever waits too long for a place is told so. The disk blocks, so it
//! is asked on threads of its own, and whoever goes away while he waits ends nothing there that was begun.
//!
//! Easy to get wrong: an error of the disk or of the engine goes into the log, where it has no name of anybody; the caller
//! is told what it means for him.

use std::{path::PathBuf, sync::Arc};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    task::spawn_blocking,
    time::timeout,
};

use super::{Problem, TIME_LIMIT};
use crate::{
    api::problem::{Missing, ProblemKind, RETRY_AFTER_S},
    config::NotebookSettings,
    engine::{Engine, EngineError},
    workspaces::{DiskError, Workspaces},
};

/// Most questions to the disk at once.
const MOST_AT_ONCE: usize = 8;
/// Most questions to the engine at once. Workers ask it too, and a removal waits for their answer.
const MOST_TO_ENGINE: usize = 8;

/// See the module's header.
pub(super) struct Premises {
    root: Option<PathBuf>,
    engine: Option<Engine>,
    engine_places: Semaphore,
    places: Arc<Semaphore>,
}

impl Premises {
    pub(super) fn of(settings: &NotebookSettings) -> Self {
        let engine = settings.engine_socket().map(|socket| Engine::new(socket, &settings.docker_label));
        Self {
            root: settings.workspace_root.clone(),
            engine,
            engine_places: Semaphore::new(MOST_TO_ENGINE),
            places: Arc::new(Semaphore::new(MOST_AT_ONCE)),
        }
    }

    /// The engine, where one is to be asked, and a place among those who ask it: keep it until the answer is there.
    pub(super) async fn engine(&self) -> Result<Option<(&Engine, SemaphorePermit<'_>)>, Problem> {
        let Some(engine) = &self.engine else { return Ok(None) };
        match timeout(TIME_LIMIT, self.engine_places.acquire()).await {
            Ok(Ok(place)) => Ok(Some((engine, place))),
            Ok(Err(_)) => unreachable!("the semaphore is never closed"),
            Err(elapsed) => Err(engine_failed().caused_by(elapsed)),
        }
    }

    /// There is a folder of workspaces.
    pub(super) fn must_have_workspaces(&self) -> Result<(), Problem> {
        self.root.as_ref().map(|_| ()).ok_or_else(not_configured)
    }

    /// Does that to the workspaces, to its end. The root is opened each time, so that one that comes late is found.
    pub(super) async fn on_disk<T, W>(&self, work: W) -> Result<T, Problem>
    where
        T: Send + 'static,
        W: FnOnce(&Workspaces) -> Result<T, DiskError> + Send + 'static,
    {
        let root = self.root.clone().ok_or_else(not_configured)?;
        let permit = match timeout(TIME_LIMIT, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => unreachable!("the semaphore is never closed"),
            Err(elapsed) => return Err(disk_failed().caused_by(elapsed)),
        };
        // The permit goes with the work, which a caller who goes away does not end.
        let done = spawn_blocking(move || {
            let _held = permit;
            work(&Workspaces::open(&root)?)
        });
        match done.await {
            Ok(done) => done.map_err(of_disk),
            Err(panicked) => Err(Problem::internal().caused_by(panicked)),
        }
    }

    /// The same for what only looks, within the time that a caller waits.
    pub(super) async fn look<T, W>(&self, work: W) -> Result<T, Problem>
    where
        T: Send + 'static,
        W: FnOnce(&Workspaces) -> Result<T, DiskError> + Send + 'static,
    {
        match timeout(TIME_LIMIT, self.on_disk(work)).await {
            Ok(seen) => seen,
            Err(elapsed) => Err(disk_failed().caused_by(elapsed)),
        }
    }
}

/// What an engine's error means for a caller.
pub(super) fn of_engine(error: EngineError) -> Problem {
    engine_failed().caused_by(error)
}

fn engine_failed() -> Problem {
    let said = "The container engine does not answer as it should, so nobody can tell which containers run.";
    Problem::new(ProblemKind::EngineFailed, said)
}

/// What a disk's error means for a caller.
fn of_disk(error: DiskError) -> Problem {
    let misplaced = |said: &str| Problem::bad_parameter("path", said);
    match error {
        DiskError::Missing => {
            let said = "There is no such workspace, or nothing of that name in it.";
            Problem::new(ProblemKind::NotFound(Missing::Workspace), said)
        }
        DiskError::Occupied => {
            let said = "Something of the same name is there already. Nothing is overwritten.";
            Problem::new(ProblemKind::NameTaken, said)
        }
        DiskError::BadPath => misplaced("That is no path within a workspace."),
        DiskError::NotAFolder => misplaced("The path leads over something that is no folder."),
        DiskError::IntoItself => misplaced("Nothing can be moved into itself."),
        DiskError::Stopped => {
            let said = "The move was stopped, because nobody could tell whether the workspaces were still kept free for \
                        it. Ask again, and it goes on with what is left.";
            Problem::new(ProblemKind::WorkspaceOccupied { retry_after_s: RETRY_AFTER_S }, said)
        }
        DiskError::Root(_) | DiskError::Mounted | DiskError::CannotRename | DiskError::Refused { .. } => {
            disk_failed().caused_by(error)
        }
    }
}

fn disk_failed() -> Problem {
    Problem::new(ProblemKind::DiskFailed, "The disk with the workspaces does not do what it should.")
}

fn not_configured() -> Problem {
    let said = "There are no workspaces here: notebooks.workspace_root is not set.";
    Problem::new(ProblemKind::NotConfigured, said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{pin::pin, task::Poll};

    #[tokio::test]
    async fn few_ask_the_engine_at_once() {
        let socket = "unix:///run/docker.sock".to_owned();
        let premises =
            Premises::of(&NotebookSettings { docker_socket: socket, ..NotebookSettings::default() });
        let may_ask = async || {
            let mut place = pin!(premises.engine());
            std::future::poll_fn(|context| Poll::Ready(place.as_mut().poll(context).is_ready())).await
        };
        let mut asking = Vec::new();
        for _ in 0..MOST_TO_ENGINE {
            asking.push(premises.engine().await.unwrap().unwrap());
        }
        assert!(!may_ask().await);
        asking.pop();
        assert!(may_ask().await);
    }
}
