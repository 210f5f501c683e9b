//! Ends what a killed predecessor left running on the same data.
//!
//! Every child carries [`MARK`] with the data folder's path in its environment. Whoever holds the folder's lock
//! knows that no living `offstage dev` owns such a process, and kills it: an old worker would only be in the
//! way, but an old Redis would write the same append-only file as the new one. SIGKILL, because a stopped
//! process takes no other signal. A process that is dead but not yet reaped has no environment any more and so
//! counts as gone. Never call this without the lock.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::time::Duration;

use anyhow::bail;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::Instant;

/// The variable that children carry; its value is the data folder's canonical path.
pub(super) const MARK: &str = "OFFSTAGE_DEV_INSTANCE";

/// How long killed processes may take to go.
const GONE_LIMIT: Duration = Duration::from_secs(5);
/// Between two looks at them.
const GONE_STEP: Duration = Duration::from_millis(20);

/// Kills every process that carries the folder's mark, and waits until none is left.
///
/// # Errors
/// Processes that do not go, or that may not be killed.
pub(super) async fn end(data: &Path) -> anyhow::Result<()> {
    let deadline = Instant::now() + GONE_LIMIT;
    loop {
        let orphans = marked(data);
        if orphans.is_empty() {
            return Ok(());
        }
        if Instant::now() > deadline {
            bail!("processes of an earlier `offstage dev` on {} do not end: {orphans:?}", data.display());
        }
        for pid in orphans {
            kill(pid, data)?;
        }
        tokio::time::sleep(GONE_STEP).await;
    }
}

/// Looks once more, because the id may have gone to somebody else meanwhile, then kills.
fn kill(pid: Pid, data: &Path) -> anyhow::Result<()> {
    if !carries_mark(pid, data) {
        return Ok(());
    }
    tracing::warn!(pid = pid.as_raw_nonzero().get(), "killing a process that an earlier run left behind");
    match kill_process(pid, Signal::KILL) {
        Ok(()) | Err(Errno::SRCH) => Ok(()),
        Err(error) => {
            bail!("cannot kill process {pid:?}, which an earlier `offstage dev` left behind: {error}")
        }
    }
}

/// The living processes with the folder's mark, but not this one.
pub(super) fn marked(data: &Path) -> Vec<Pid> {
    let processes = match std::fs::read_dir("/proc") {
        Ok(processes) => processes,
        Err(error) => {
            tracing::warn!(%error, "cannot list processes: what an earlier run left behind is not ended");
            return Vec::new();
        }
    };
    processes
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok().and_then(Pid::from_raw))
        .filter(|pid| *pid != rustix::process::getpid() && carries_mark(*pid, data))
        .collect()
}

/// Whether the process's environment holds exactly our mark; one that cannot be read is not ours.
fn carries_mark(pid: Pid, data: &Path) -> bool {
    let Ok(environment) = std::fs::read(format!("/proc/{}/environ", pid.as_raw_nonzero())) else {
        return false;
    };
    let mark: Vec<u8> = [OsStr::new(MARK), OsStr::new("="), data.as_os_str()]
        .iter()
        .flat_map(|part| part.as_bytes().iter().copied())
        .collect();
    environment.split(|byte| *byte == 0).any(|variable| variable == mark)
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::{Child, Command};

    use super::*;

    fn sleeper(mark: &Path) -> Child {
        Command::new("sleep").arg("60").env(MARK, mark).spawn().unwrap()
    }

    #[tokio::test]
    async fn marked_processes_are_killed_even_when_stopped_and_others_are_spared() {
        let data = tempfile::tempdir().unwrap();
        let mut running = sleeper(data.path());
        let mut stopped = sleeper(data.path());
        kill_process(Pid::from_child(&stopped), Signal::STOP).unwrap();
        // The path of another folder that begins the same way.
        let mut other = sleeper(&data.path().join("x"));

        end(data.path()).await.unwrap();

        for child in [&mut running, &mut stopped] {
            assert_eq!(child.wait().unwrap().signal(), Some(Signal::KILL.as_raw()));
        }
        assert!(other.try_wait().unwrap().is_none());
        other.kill().unwrap();
        other.wait().unwrap();
    }
}
