//! What can go wrong on disk. No text here has a name in it: names of workspaces, files and folders are people's.

use rustix::io::Errno;
use std::io;

/// Why something on disk was not done.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// The folder that the settings name cannot be opened.
    #[error("the folder of workspaces cannot be opened")]
    Root(#[source] io::Error),
    /// There is no such workspace, or nothing of that name in it.
    #[error("there is no such workspace, file or folder")]
    Missing,
    /// Something of that name is there; nothing is ever overwritten.
    #[error("there is something of that name already")]
    Occupied,
    /// The text leads out of the workspace, or nowhere.
    #[error("that is no path within a workspace")]
    BadPath,
    /// A file or a symbolic link stands where a folder was expected. Links are never followed.
    #[error("that is not a folder")]
    NotAFolder,
    /// A workspace or a folder was to be moved into itself.
    #[error("nothing can be moved into itself")]
    IntoItself,
    /// Another file system begins there, or another part of this one is mounted there.
    #[error("something is mounted there")]
    Mounted,
    /// The file system cannot rename without overwriting.
    #[error("this file system cannot rename without overwriting")]
    CannotRename,
    /// It was not to go on.
    #[error("it was stopped before its end")]
    Stopped,
    /// The operating system refused.
    #[error("the disk failed to {doing}")]
    Refused {
        /// What was being done.
        doing: &'static str,
        /// Its word for it.
        #[source]
        source: io::Error,
    },
}

impl DiskError {
    /// What that error means for whoever was doing that.
    pub(super) fn of(doing: &'static str) -> impl Fn(Errno) -> Self {
        move |errno| match errno {
            Errno::NOENT => Self::Missing,
            Errno::EXIST | Errno::NOTEMPTY => Self::Occupied,
            Errno::NOTDIR | Errno::LOOP => Self::NotAFolder,
            Errno::XDEV | Errno::BUSY => Self::Mounted,
            Errno::NAMETOOLONG => Self::BadPath,
            errno => Self::Refused { doing, source: errno.into() },
        }
    }

    /// The same for a rename that must not overwrite: what else it says, it says of the file system.
    pub(super) fn of_rename(doing: &'static str) -> impl Fn(Errno) -> Self {
        move |errno| match errno {
            Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP => Self::CannotRename,
            errno => Self::of(doing)(errno),
        }
    }
}
