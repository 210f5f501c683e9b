//! Child processes that are kept running.
//!
//! A keeper starts its program again whenever it ends, after a back-off that grows while it keeps dying, and says
//! so. Children get a process group of their own (a Ctrl-C in the terminal is for us, not for them), no standard
//! input, and the mark by which a later start finds them. To stop: SIGTERM, and SIGKILL to the group at a
//! deadline; the process id is ours until the child is reaped, so a signal never hits a stranger.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::orphans;

/// Before the first restart; doubles with every further one.
const BACK_OFF_MIN: Duration = Duration::from_millis(100);
/// The back-off never exceeds this.
const BACK_OFF_MAX: Duration = Duration::from_secs(5);
/// A child that lived this long begins with the shortest back-off again.
const HEALTHY: Duration = Duration::from_secs(10);

/// Makes a command a child of this run: mark, group, streams, and no secrets in its environment.
pub(super) fn adopt(command: &mut Command, data: &Path) {
    command
        .env(orphans::MARK, data)
        .env_remove("OFFSTAGE_ADMIN_TOKEN")
        .stdin(Stdio::null())
        .stdout(Stdio::from(std::io::stderr()))
        .stderr(Stdio::inherit())
        .process_group(0)
        .kill_on_drop(true);
}

/// A program that is kept running.
pub(super) struct Keeper {
    name: String,
    stop: CancellationToken,
    kill: CancellationToken,
    task: JoinHandle<()>,
}

/// Starts a program and keeps it running.
///
/// # Errors
/// The program cannot be started at all.
pub(super) fn keep(
    name: String,
    command: impl Fn() -> Command + Send + Sync + 'static,
) -> anyhow::Result<Keeper> {
    let child = command().spawn().with_context(|| format!("cannot start {name}"))?;
    Ok(keep_child(name, child, command))
}

/// Keeps a program running that has been started already.
pub(super) fn keep_child(
    name: String,
    child: Child,
    command: impl Fn() -> Command + Send + Sync + 'static,
) -> Keeper {
    let (stop, kill) = (CancellationToken::new(), CancellationToken::new());
    let watch = Watch { name: name.clone(), stop: stop.clone(), kill: kill.clone() };
    let task = tokio::spawn(async move { watch.run(child, command).await });
    Keeper { name, stop, kill, task }
}

impl Keeper {
    /// Asks the program to end, and does not start it again.
    pub(super) fn stop(&self) {
        self.stop.cancel();
    }

    /// Waits until the program has ended, and kills it at the deadline.
    pub(super) async fn ended_by(mut self, deadline: Instant) {
        self.stop.cancel();
        let in_time = tokio::time::timeout_at(deadline, &mut self.task).await;
        let ended = if let Ok(ended) = in_time {
            ended
        } else {
            tracing::warn!("{} does not end: killing it", self.name);
            self.kill.cancel();
            self.task.await
        };
        if let Err(error) = ended {
            tracing::error!(%error, "lost sight of {}", self.name);
        }
    }
}

/// The task behind a keeper.
struct Watch {
    name: String,
    stop: CancellationToken,
    kill: CancellationToken,
}

impl Watch {
    async fn run(&self, mut child: Child, command: impl Fn() -> Command) {
        let mut back_off = BACK_OFF_MIN;
        loop {
            let (pid, since) = (child.id(), Instant::now());
            tokio::select! {
                ended = child.wait() => self.report(pid, ended),
                () = self.stop.cancelled() => return self.end(child).await,
            }
            if since.elapsed() >= HEALTHY {
                back_off = BACK_OFF_MIN;
            }
            match self.start_again(&command, &mut back_off).await {
                Some(started) => child = started,
                None => return,
            }
        }
    }

    /// Tries until the program runs, with growing pauses; nothing once a stop is wanted.
    async fn start_again(&self, command: &impl Fn() -> Command, back_off: &mut Duration) -> Option<Child> {
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return None,
                () = tokio::time::sleep(*back_off) => {}
            }
            *back_off = (*back_off * 2).min(BACK_OFF_MAX);
            match command().spawn() {
                Ok(child) => return Some(child),
                Err(error) => tracing::warn!(%error, "cannot start {}: trying again", self.name),
            }
        }
    }

    fn report(&self, pid: Option<u32>, ended: std::io::Result<ExitStatus>) {
        let pid = pid.unwrap_or_default();
        match ended {
            Ok(status) => {
                tracing::warn!("{} (pid {pid}) ended ({}): starting it again", self.name, how(status));
            }
            Err(error) => {
                tracing::error!(%error, "cannot wait for {} (pid {pid}): starting it again", self.name);
            }
        }
    }

    /// SIGTERM, then SIGKILL once the keeper says so.
    async fn end(&self, mut child: Child) {
        signal(&child, Signal::TERM);
        let ended = tokio::select! {
            ended = child.wait() => ended,
            () = self.kill.cancelled() => {
                signal(&child, Signal::KILL);
                child.wait().await
            }
        };
        if let Err(error) = ended {
            tracing::error!(%error, "cannot wait for {}", self.name);
        }
    }
}

/// Sends a signal to the child's group, unless it has been reaped already.
pub(super) fn signal(child: &Child, signal: Signal) {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    if let Some(pid) = pid
        && let Err(error) = kill_process_group(pid, signal)
    {
        tracing::debug!(%error, "a child is gone already");
    }
}

/// An end in words.
pub(super) fn how(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "unknown".to_owned(),
    }
}
