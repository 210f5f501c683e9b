//! Moving what users have from one workspace to another, or within one. Nothing is copied, followed or overwritten.
//!
//! Easy to get wrong: a rename is one step, moving many things is not. So what is in the way is looked for before anything
//! moves, and each single rename refuses to overwrite as well; a transfer that broke off can be repeated and goes on. Before
//! each rename the caller is asked whether to go on.

use rustix::{fs::FileType, io::Errno};

use super::{
    DiskError, Workspaces,
    folder::{Folder, Name},
    path::InnerPath,
};
use crate::domain::workspace::WorkspaceName;

impl Workspaces {
    /// Moves everything in one workspace into another one, or into a folder there, and leaves the first one empty. The other
    /// workspace and the folder are made where they are missing, with the rights of the first one.
    ///
    /// # Errors
    /// [`DiskError::Occupied`] when anything of the same name is there already: then nothing was moved.
    /// [`DiskError::IntoItself`] when both are the same, [`DiskError::Missing`] when the first one is not there.
    /// [`DiskError::Stopped`] when it was not to go on: what was moved by then stays where it is.
    pub fn transfer(
        &self,
        from: &WorkspaceName,
        to: &WorkspaceName,
        folder: Option<&str>,
        go_on: &dyn Fn() -> bool,
    ) -> Result<(), DiskError> {
        if from == to {
            return Err(DiskError::IntoItself);
        }
        let path = InnerPath::new(folder.unwrap_or_default())?;
        let source = self.root.child(&from.into())?;
        let target = child_made(&self.root, &to.into(), &source)?;
        let target =
            path.names().iter().try_fold(target, |parent, name| child_made(&parent, name, &source))?;
        for entry in source.entries()? {
            if target.kind(&entry?.name)?.is_some() {
                return Err(DiskError::Occupied);
            }
        }
        // Reading a folder while it changes may miss entries.
        while move_all(&source, &target, go_on)? > 0 {}
        target.sync()?;
        source.sync()
    }

    /// Moves a file or a folder to another place in its owner's workspace, or in somebody else's. Where a folder stands at
    /// the target, it goes into it under its own name; the folder that takes it in must be there.
    ///
    /// # Errors
    /// [`DiskError::Occupied`] when something is there already, [`DiskError::BadPath`] and [`DiskError::NotAFolder`] for
    /// paths that lead nowhere or over a link.
    pub fn move_entry(
        &self,
        owner: &WorkspaceName,
        source: &str,
        target: &str,
        target_owner: &WorkspaceName,
        go_on: &dyn Fn() -> bool,
    ) -> Result<(), DiskError> {
        let (source, mut target) = (InnerPath::new(source)?, InnerPath::new(target)?);
        let (from, name) = source.split(self.root.child(&owner.into())?)?;
        if self.is_folder(target_owner, &target)? {
            target = target.join(name);
        }
        if owner == target_owner && target.is_within(&source) {
            return Err(DiskError::IntoItself);
        }
        let (to, new) = target.split(self.root.child(&target_owner.into())?)?;
        must_go_on(go_on)?;
        from.rename(name, &to, new).map_err(DiskError::of_rename("move a file"))?;
        to.sync()?;
        from.sync()
    }

    fn is_folder(&self, owner: &WorkspaceName, path: &InnerPath) -> Result<bool, DiskError> {
        let workspace = self.root.child(&owner.into())?;
        if path.names().is_empty() {
            return Ok(true);
        }
        let (parent, name) = path.split(workspace)?;
        Ok(parent.kind(name)? == Some(FileType::Directory))
    }
}

/// The folder of that name, made with the rights of another one if it is missing.
fn child_made(parent: &Folder, name: &Name, pattern: &Folder) -> Result<Folder, DiskError> {
    match parent.child(name) {
        Err(DiskError::Missing) => parent.make_like(name, pattern),
        found => found,
    }
}

/// An open folder follows its own rename: only who keeps the workspaces free knows whether it is still in its place.
fn must_go_on(go_on: &dyn Fn() -> bool) -> Result<(), DiskError> {
    if go_on() { Ok(()) } else { Err(DiskError::Stopped) }
}

/// Moves what one reading of a folder shows into another; says how much it was.
fn move_all(source: &Folder, target: &Folder, go_on: &dyn Fn() -> bool) -> Result<u64, DiskError> {
    let mut moved = 0;
    for entry in source.entries()? {
        let name = entry?.name;
        must_go_on(go_on)?;
        match source.rename(&name, target, &name) {
            Ok(()) | Err(Errno::NOENT) => moved += 1,
            Err(errno) => return Err(DiskError::of_rename("move a file")(errno)),
        }
    }
    Ok(moved)
}
