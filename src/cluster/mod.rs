//! What stands for the LSF cluster and its operating system: `pmc.conf` and the cluster file.
//!
//! Owns both files' forms, and the one question they answer together: can a user who was deleted come back? A layer like
//! `config`: it reads files and knows neither store nor HTTP.
//!
//! `pmc.conf` is read once, as the original reads it (a restart takes it over). The cluster file is read again whenever
//! it has changed, because passwords stand in it; one that is faulty by then is logged, and what it said before holds.
//!
//! Easy to get wrong: nothing of the cluster file may come into a log line or an error but the place of a fault. Its
//! values are names and passwords.

mod error;
mod policy;
mod roster;
#[cfg(test)]
mod tests;

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};
use tracing::warn;

use self::error::Fault;
pub use self::{
    error::ClusterError,
    policy::{Policy, Setting},
    roster::{Group, Member, Roster},
};

/// The largest `pmc.conf`.
const MAX_POLICY_BYTES: u64 = 1024 * 1024;
/// The largest cluster file.
const MAX_ROSTER_BYTES: u64 = 4 * 1024 * 1024;

/// Both files.
#[derive(Debug, Default)]
pub struct Cluster {
    policy: Policy,
    file: Option<PathBuf>,
    known: Mutex<Known>,
}

/// The cluster file as it was read last.
#[derive(Debug, Default)]
struct Known {
    roster: Arc<Roster>,
    stamp: Option<Stamp>,
}

/// By what a changed file is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
    inode: u64,
}

impl Cluster {
    /// Reads the files that there are. Without a `pmc.conf` nothing comes from the cluster; without a cluster file there
    /// is nobody in it.
    ///
    /// # Errors
    /// [`ClusterError`], which names file and line.
    pub fn open(pmc_conf: Option<&Path>, cluster_file: Option<&Path>) -> Result<Self, ClusterError> {
        let policy = match pmc_conf {
            Some(path) => read(path, MAX_POLICY_BYTES, Policy::parse)?.0,
            None => Policy::default(),
        };
        let known = match cluster_file {
            Some(path) => read_roster(path)?,
            None => Known::default(),
        };
        Ok(Self { policy, file: cluster_file.map(Path::to_owned), known: Mutex::new(known) })
    }

    /// What `pmc.conf` says.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Who is in the cluster now. Looks at the file, so call it where a thread may wait for a disk.
    #[must_use]
    pub fn roster(&self) -> Arc<Roster> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(file) = &self.file else { return Arc::clone(&known.roster) };
        // A file that cannot be looked at is read, which says what is wrong with it.
        let stamp = std::fs::metadata(file).ok().map(|metadata| Stamp::of(&metadata));
        if stamp.is_none() || stamp != known.stamp {
            match read_roster(file) {
                Ok(fresh) => *known = fresh,
                Err(error) => {
                    known.stamp = stamp;
                    warn!("platform.cluster_file cannot be read; what it said before holds: {error}");
                }
            }
        }
        Arc::clone(&known.roster)
    }

    /// The settings that let a deleted user of that name come back; none where he is gone for good. Looks at the file.
    #[must_use]
    pub fn ways_back(&self, name: &str) -> Vec<Setting> {
        let is_known = self.roster().member(name).is_some();
        self.policy.ways_back(is_known)
    }
}

impl Stamp {
    fn of(metadata: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self { modified: metadata.modified().ok(), bytes: metadata.len(), inode: metadata.ino() }
    }
}

fn read_roster(path: &Path) -> Result<Known, ClusterError> {
    let (roster, stamp) = read(path, MAX_ROSTER_BYTES, Roster::parse)?;
    Ok(Known { roster: Arc::new(roster), stamp })
}

/// Reads a file whole and parses it; tells what it looked like when it was opened.
fn read<T>(
    path: &Path,
    most_bytes: u64,
    parse: impl FnOnce(&str) -> Result<T, Fault>,
) -> Result<(T, Option<Stamp>), ClusterError> {
    let unreadable = |source| ClusterError::Unreadable { file: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let stamp = file.metadata().ok().map(|metadata| Stamp::of(&metadata));
    let mut bytes = Vec::new();
    file.take(most_bytes + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let faulty = |fault| ClusterError::Faulty { file: path.to_owned(), fault };
    if bytes.len() as u64 > most_bytes {
        return Err(faulty(Fault { line: 1, why: format!("the file has more than {most_bytes} bytes") }));
    }
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        let line = error::line(&bytes[..error.valid_up_to()]);
        faulty(Fault { line, why: "this is not UTF-8 text".to_owned() })
    })?;
    Ok((parse(text).map_err(faulty)?, stamp))
}
