//! Workspaces on disk: a folder for each user under one root, and `trash` beside them.
//!
//! A deletion takes two steps. `trash/<task>` is made by one rename, which never overwrites: from then on the workspace is
//! gone for everybody, and a new one of that name can be made. Then what was set aside is emptied, however long it takes
//! and however often it is begun. The empty folder stays as a mark: who comes late with the same task finds it and does
//! nothing to the workspace that was made since.
//!
//! This knows nothing of tasks but their numbers: no store, no API. It must never follow a link, leave the root, overwrite
//! anything or let a name into an error. All of it blocks; callers use a thread for it.
//!
//! Easy to get wrong: a mark that is there says that this task has been here, and nothing else does. So it is made in the
//! same step in which the workspace goes, and looked for in the same step, too (`RENAME_NOREPLACE`).

mod empty;
mod error;
mod folder;
mod path;
mod rehearsal;
#[cfg(test)]
mod tests;
mod transfer;

use rustix::{fs::FileType, io::Errno};
use std::{collections::BTreeSet, path::Path, sync::Arc};

use self::folder::{Entry, Folder, Name, Removed};
pub use self::{empty::Emptied, error::DiskError};
use crate::domain::workspace::WorkspaceName;

/// The root, open.
#[derive(Debug, Clone)]
pub struct Workspaces {
    root: Arc<Folder>,
}

/// What setting a workspace aside brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetAside {
    /// The workspace is out of the way, and stands under the mark.
    Done,
    /// The task has its mark already; nothing was touched.
    Already,
    /// There was no workspace; the mark was made all the same.
    Missing,
}

impl Workspaces {
    /// The workspaces under that root, which must be there.
    ///
    /// # Errors
    /// When the root is no folder, or is not open to this process.
    pub fn open(root: &Path) -> Result<Self, DiskError> {
        Ok(Self { root: Arc::new(Folder::open_root(root).map_err(DiskError::Root)?) })
    }

    /// There is a workspace of that name: a folder, not a link to one.
    ///
    /// # Errors
    /// When the disk does not say.
    pub fn exists(&self, name: &WorkspaceName) -> Result<bool, DiskError> {
        Ok(self.root.kind(&name.into())? == Some(FileType::Directory))
    }

    /// The names of workspaces, in order of their bytes: the first `most` after `after`. Files, links and what no workspace
    /// can be called are left out.
    ///
    /// # Errors
    /// When the root cannot be read.
    pub fn list(&self, after: Option<&str>, most: usize) -> Result<Vec<WorkspaceName>, DiskError> {
        first(&self.root, most, |name| {
            let name = WorkspaceName::new(name.as_str()?)?;
            after.is_none_or(|after| name.as_str() > after).then_some(name)
        })
    }

    /// That task has been here: its mark is there.
    ///
    /// # Errors
    /// When the disk does not say.
    pub fn has_mark(&self, task: u64) -> Result<bool, DiskError> {
        match self.trash() {
            Ok(trash) => Ok(trash.kind(&Name::numbered(task))?.is_some()),
            Err(DiskError::Missing) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Puts a workspace out of the way, under that task's mark, unless the task has been here before.
    ///
    /// # Errors
    /// When something is mounted there, or the disk refuses. Then nothing was touched.
    pub fn set_aside(&self, name: &WorkspaceName, task: u64) -> Result<SetAside, DiskError> {
        let trash = self.trash_made()?;
        let (name, mark) = (Name::from(name), Name::numbered(task));
        let renamed = match self.root.kind(&name)? {
            Some(FileType::Directory) => self.rename_to_mark(&name, &trash, &mark)?,
            // What is no folder is no workspace, and none of ours to remove.
            Some(_) | None => Err(Errno::NOENT),
        };
        let outcome = match renamed {
            Ok(()) => SetAside::Done,
            Err(Errno::NOENT) => match trash.make(&mark) {
                Ok(()) => SetAside::Missing,
                Err(Errno::EXIST) => SetAside::Already,
                Err(errno) => return Err(DiskError::of("make a mark")(errno)),
            },
            Err(Errno::EXIST) => SetAside::Already,
            Err(errno) => return Err(DiskError::of_rename("set a workspace aside")(errno)),
        };
        trash.sync()?;
        self.root.sync()?;
        Ok(outcome)
    }

    fn rename_to_mark(
        &self,
        name: &Name,
        trash: &Folder,
        mark: &Name,
    ) -> Result<Result<(), Errno>, DiskError> {
        let renamed = self.root.rename(name, trash, mark);
        if renamed != Err(Errno::ACCESS) {
            return Ok(renamed);
        }
        // A folder that changes its parent is written to.
        self.root.grant(name)?;
        Ok(self.root.rename(name, trash, mark))
    }

    /// Removes what that task set aside, and leaves its mark empty. Asks between any two entries whether to go on.
    ///
    /// # Errors
    /// When something cannot be removed; everything else was. Repeating it goes on where it stopped.
    pub fn empty(&self, task: u64, go_on: &dyn Fn() -> bool) -> Result<Emptied, DiskError> {
        match self.trash()?.child_to_empty(&Name::numbered(task)) {
            Ok(set_aside) => empty::empty(&set_aside, go_on),
            // Something else than a folder took the workspace's place at the last moment: a mark is a mark.
            Err(DiskError::NotAFolder) => Ok(Emptied::Done),
            Err(error) => Err(error),
        }
    }

    /// The tasks whose marks are there, in order.
    ///
    /// # Errors
    /// When the trash cannot be read.
    pub fn marks(&self) -> Result<Vec<u64>, DiskError> {
        match self.trash() {
            Ok(trash) => first(&trash, usize::MAX, Name::number),
            Err(DiskError::Missing) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Removes a mark, with whatever a container that was still running has left in it since.
    ///
    /// # Errors
    /// As [`Self::empty`] has them.
    pub fn forget_mark(&self, task: u64, go_on: &dyn Fn() -> bool) -> Result<Emptied, DiskError> {
        let name = Name::numbered(task);
        let trash = self.trash()?;
        let Some(kind) = trash.kind(&name)? else { return Ok(Emptied::Done) };
        if self.empty(task, go_on)? == Emptied::Stopped {
            return Ok(Emptied::Stopped);
        }
        match trash.remove(&Entry { name, kind }) {
            Ok(Removed::Gone) | Err(Errno::NOENT) => Ok(Emptied::Done),
            Ok(Removed::Full) => Err(DiskError::Occupied),
            Err(errno) => Err(DiskError::of("forget a mark")(errno)),
        }
    }

    fn trash(&self) -> Result<Folder, DiskError> {
        self.root.child(&Name::trash())
    }

    fn trash_made(&self) -> Result<Folder, DiskError> {
        match self.root.make(&Name::trash()) {
            Ok(()) | Err(Errno::EXIST) => self.trash(),
            Err(errno) => Err(DiskError::of("make the trash")(errno)),
        }
    }
}

/// The smallest `most` things that the folders in this one are named after.
fn first<T: Ord>(
    folder: &Folder,
    most: usize,
    named: impl Fn(&Name) -> Option<T>,
) -> Result<Vec<T>, DiskError> {
    let mut first = BTreeSet::new();
    for entry in folder.entries()? {
        let entry = entry?;
        let Some(thing) = named(&entry.name) else { continue };
        let unknown = entry.kind == FileType::Unknown;
        let kind = if unknown { folder.kind(&entry.name)? } else { Some(entry.kind) };
        if kind == Some(FileType::Directory) {
            first.insert(thing);
        }
        if first.len() > most {
            first.pop_last();
        }
    }
    Ok(first.into_iter().collect())
}
