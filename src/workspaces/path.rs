//! A path within a workspace, as a caller writes it: plain names with `/` between them.
//!
//! It is taken apart here and walked name by name, so that `..`, an absolute path or a link leads nowhere.

use super::{
    DiskError,
    folder::{Folder, Name},
};

/// Longer texts are no paths (Linux's `PATH_MAX`).
const MAX_BYTES: usize = 4096;

/// A path: no names for the workspace itself.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct InnerPath(Vec<Name>);

impl InnerPath {
    /// The path of that text. A single `/` at its end is allowed, and the empty text is the workspace itself.
    pub(super) fn new(text: &str) -> Result<Self, DiskError> {
        if text.len() > MAX_BYTES {
            return Err(DiskError::BadPath);
        }
        if text.is_empty() {
            return Ok(Self(Vec::new()));
        }
        let names = text.strip_suffix('/').unwrap_or(text).split('/').map(Name::new);
        names.collect::<Option<_>>().map(Self).ok_or(DiskError::BadPath)
    }

    /// Its names.
    pub(super) fn names(&self) -> &[Name] {
        &self.0
    }

    /// Where its last name stands, and that name.
    pub(super) fn split(&self, workspace: Folder) -> Result<(Folder, &Name), DiskError> {
        let (last, parents) = self.0.split_last().ok_or(DiskError::BadPath)?;
        Ok((walk(workspace, parents)?, last))
    }

    /// It is that path, or leads into it.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// The path of a name in it.
    pub(super) fn join(mut self, name: &Name) -> Self {
        self.0.push(name.clone());
        self
    }
}

/// The folder that the names lead to.
pub(super) fn walk(from: Folder, names: &[Name]) -> Result<Folder, DiskError> {
    names.iter().try_fold(from, |folder, name| folder.child(name))
}
