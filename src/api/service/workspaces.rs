//! Workspaces: which there are, removing one, handing over what is in one.
//!
//! Owns who sees whose, and the order around a move of files: containers and removals are kept away first (`occupy`), then
//! the engine is asked, then files move. A removal is a task; a worker does it.
//!
//! It must never touch the disk on a thread that serves: `premises` is the way to it.
//!
//! Easy to get wrong: a caller who goes away in the middle of a move. The move goes on in a task of its own, keeps the
//! workspaces occupied as long as it takes, and lets go of them in the end; a process that stops waits for it, and only one
//! that dies leaves that to time.

use std::{
    pin::pin,
    time::{Duration, Instant},
};
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use super::{
    Acceptance, Accepted, Operation, Principal, Problem, Service,
    occupancy::{OCCUPIED, Occupancy},
    premises::of_engine,
    refusals::nobody,
    within,
};
use crate::{
    api::problem::{ProblemKind, RETRY_AFTER_S},
    domain::{task::Subject, workspace::WorkspaceName},
    store::containers::Occupation,
    telemetry::chain,
    workspaces::{DiskError, Workspaces},
};

/// Most workspaces in one list.
const MOST_LISTED: usize = 100_000;
/// How long a caller waits for the end of a move.
const MOVE_LIMIT: Duration = Duration::from_mins(1);

/// Whether files may still be moved; asked before each of them.
type GoOn<'a> = &'a dyn Fn() -> bool;

impl Service {
    /// The names of workspaces: all of them for an administrator, his own for anybody else.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn workspaces(&self, principal: &Principal) -> Result<Vec<WorkspaceName>, Problem> {
        let premises = &self.inner.premises;
        if Operation::AdministerNotebooks.permit(principal).is_ok() {
            return premises.look(|disk| disk.list(None, MOST_LISTED)).await;
        }
        let Some(own) = own(principal) else { return Ok(Vec::new()) };
        premises.look(move |disk| Ok(if disk.exists(&own)? { vec![own] } else { Vec::new() })).await
    }

    /// Asks for the removal of a workspace. One that is being removed already is not there any more, and the removal is.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn delete_workspace(
        &self,
        principal: &Principal,
        workspace: &WorkspaceName,
    ) -> Result<Accepted, Problem> {
        Operation::DeleteWorkspace.permit(principal)?;
        let wanted = workspace.clone();
        if self.inner.premises.look(move |disk| disk.exists(&wanted)).await? {
            return self.submit_removal(principal, workspace).await;
        }
        let missing = || nobody(&Subject::Workspace(workspace.clone()));
        let live = within(self.inner.store.live_removal(workspace)).await?.ok_or_else(missing)?;
        let task = within(self.inner.store.task(live)).await?.ok_or_else(missing)?;
        Ok(Accepted { task, how: Acceptance::Live })
    }

    /// Moves all that is in one workspace into another, or into a folder there. The other one is made where there is none,
    /// for a user; nobody's is not.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn transfer_workspace(
        &self,
        principal: &Principal,
        from: &WorkspaceName,
        to: &WorkspaceName,
        folder: Option<&str>,
    ) -> Result<(), Problem> {
        Operation::AdministerNotebooks.permit(principal)?;
        self.must_be_somebodys(to).await?;
        let (source, target, folder) = (from.clone(), to.clone(), folder.map(str::to_owned));
        let work = move |disk: &Workspaces, go_on: GoOn<'_>| {
            disk.transfer(&source, &target, folder.as_deref(), go_on)
        };
        self.rearrange(from, to, work).await
    }

    /// Moves a file or a folder, given by its owner and its path, to another place, given likewise.
    ///
    /// # Errors
    /// [`Problem`]
    pub async fn move_in_workspace(
        &self,
        principal: &Principal,
        from: (&WorkspaceName, &str),
        to: (&WorkspaceName, &str),
    ) -> Result<(), Problem> {
        let is_own = |name: &WorkspaceName| own(principal).is_some_and(|own| own == *name);
        if !(is_own(from.0) && is_own(to.0)) {
            Operation::AdministerNotebooks.permit(principal)?;
        }
        let (owner, source) = (from.0.clone(), from.1.to_owned());
        let (target_owner, target) = (to.0.clone(), to.1.to_owned());
        let work = move |disk: &Workspaces, go_on: GoOn<'_>| {
            disk.move_entry(&owner, &source, &target, &target_owner, go_on)
        };
        self.rearrange(from.0, to.0, work).await
    }

    /// Has files moved while nobody else can reach them. A container of the user they come from is in the way; one of the
    /// user they go to sees them come.
    async fn rearrange<W>(&self, from: &WorkspaceName, to: &WorkspaceName, work: W) -> Result<(), Problem>
    where
        W: FnOnce(&Workspaces, GoOn<'_>) -> Result<(), DiskError> + Send + 'static,
    {
        self.inner.premises.must_have_workspaces()?;
        let (service, from, to) = (self.clone(), from.clone(), to.clone());
        let moving = async move { service.rearrange_to_the_end(&from, &to, work).await };
        let moving = self.inner.moves.spawn(moving);
        match timeout(MOVE_LIMIT, moving).await {
            Ok(Ok(moved)) => moved,
            Ok(Err(panicked)) => Err(Problem::internal().caused_by(panicked)),
            Err(_) => Err(Problem::new(
                ProblemKind::WrongState,
                "The files have not all been moved yet. It goes on; look again later.",
            )),
        }
    }

    async fn rearrange_to_the_end<W>(
        &self,
        from: &WorkspaceName,
        to: &WorkspaceName,
        work: W,
    ) -> Result<(), Problem>
    where
        W: FnOnce(&Workspaces, GoOn<'_>) -> Result<(), DiskError> + Send + 'static,
    {
        let me = format!("{:032x}", rand::random::<u128>());
        let store = &self.inner.store;
        let occupancy = Occupancy::asked_for(Instant::now());
        admitted(within(store.occupy(from, to, &me, OCCUPIED)).await?)?;
        let known = occupancy.clone();
        let work = move |disk: &Workspaces| work(disk, &|| known.holds(Instant::now()));
        let moved = async {
            self.must_be_unused_in_engine(from).await?;
            self.inner.premises.on_disk(work).await
        };
        let mut moved = pin!(moved);
        let moved = loop {
            tokio::select! {
                moved = &mut moved => break moved,
                () = sleep(OCCUPIED / 3) => {
                    let asked = Instant::now();
                    match within(store.occupy(from, to, &me, OCCUPIED)).await {
                        Ok(Occupation::Done) => occupancy.renewed(asked),
                        Ok(other) => {
                            warn!(outcome = ?other, "workspaces whose files move are not kept free: it stops");
                            occupancy.lost();
                        }
                        Err(problem) => problem.log(),
                    }
                }
            }
        };
        if let Err(error) = store.vacate(&[from, to], &me).await {
            warn!(error = %chain(&error), "workspaces stay occupied for a while after a move");
        }
        info!(dialect = self.dialect, is_done = moved.is_ok(), "files were moved between workspaces");
        moved
    }

    /// Waits for the moves of files that are under way, for as long as a caller would.
    pub(in crate::api) async fn moves_ended(&self) {
        self.inner.moves.close();
        if timeout(MOVE_LIMIT, self.inner.moves.wait()).await.is_err() {
            warn!(
                "files are still being moved between workspaces: what is left can be moved by asking again"
            );
        }
    }

    /// Somebody is called that, or there is such a workspace already.
    async fn must_be_somebodys(&self, workspace: &WorkspaceName) -> Result<(), Problem> {
        let wanted = workspace.clone();
        let is_there = self.inner.premises.look(move |disk| disk.exists(&wanted)).await?;
        if is_there || within(self.inner.store.account(workspace.as_str())).await?.is_some() {
            return Ok(());
        }
        Err(nobody(&Subject::Workspace(workspace.clone())))
    }

    async fn must_be_unused_in_engine(&self, workspace: &WorkspaceName) -> Result<(), Problem> {
        let Some((engine, _place)) = self.inner.premises.engine().await? else { return Ok(()) };
        let running = engine.containers_of(workspace.as_str()).await.map_err(of_engine)?;
        if running.is_empty() { Ok(()) } else { admitted(Occupation::Running) }
    }
}

/// The workspace that is the caller's own. A service token has none, whatever it is called.
fn own(principal: &Principal) -> Option<WorkspaceName> {
    principal.user.and_then(|_| WorkspaceName::new(&principal.name))
}

fn admitted(occupation: Occupation) -> Result<(), Problem> {
    let (kind, said) = match occupation {
        Occupation::Done => return Ok(()),
        Occupation::Running => (ProblemKind::ContainersRunning, "Containers of the user run."),
        Occupation::Silent => {
            (ProblemKind::ContainersRunning, "Nobody can tell whether containers of the user run.")
        }
        Occupation::BeingDeleted => (
            ProblemKind::WorkspaceOccupied { retry_after_s: RETRY_AFTER_S },
            "The workspace is being removed.",
        ),
        Occupation::Occupied => (
            ProblemKind::WorkspaceOccupied { retry_after_s: RETRY_AFTER_S },
            "Somebody else moves files of the workspace right now. Try again in a moment.",
        ),
    };
    Err(Problem::new(kind, said))
}
