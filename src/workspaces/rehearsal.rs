//! Whether a workspace can be set aside, found out before anybody promises it.
//!
//! A promise is for ever, so whatever would keep the rename from ever coming off must come out here: another file system or
//! a mount in the workspace's place, a root that takes no writes, a workspace that is not ours to move, a file system that
//! cannot rename without overwriting. The last one is tried out, on an empty folder in the trash.
//!
//! It must never touch the workspace. Easy to get wrong: what is there already hides what a rename can do, so what an
//! earlier try left is removed first.

use rustix::{fs::FileType, io::Errno};

use super::{
    DiskError, Workspaces,
    folder::{Entry, Folder, Name},
};
use crate::domain::workspace::WorkspaceName;

impl Workspaces {
    /// Does all that setting a workspace aside for that task takes, but for the workspace's own rename.
    ///
    /// # Errors
    /// What would keep it from being set aside.
    pub fn rehearse(&self, name: &WorkspaceName, task: u64) -> Result<(), DiskError> {
        let workspace = Name::from(name);
        if self.root.has_mount(&workspace)? {
            return Err(DiskError::Mounted);
        }
        self.root.may_write(&workspace)?;
        self.root.may_write(&Name::here())?;
        let trash = self.trash_made()?;
        try_rename(&trash, task)?;
        trash.sync()?;
        self.root.sync()
    }
}

/// Renames an empty folder as a workspace would be. No mark is called so.
fn try_rename(trash: &Folder, task: u64) -> Result<(), DiskError> {
    let tries = ["try", "tried"].map(|word| Name::new(&format!(".{word}-{task}")));
    let [Some(before), Some(after)] = tries else { unreachable!("plain names") };
    let clear = || -> Result<(), DiskError> {
        for name in [&before, &after] {
            match trash.remove(&Entry { name: name.clone(), kind: FileType::Directory }) {
                Ok(_) | Err(Errno::NOENT) => {}
                Err(errno) => return Err(DiskError::of("clear the trash")(errno)),
            }
        }
        Ok(())
    };
    clear()?;
    trash.make(&before).map_err(DiskError::of("write to the trash"))?;
    let renamed = trash.rename(&before, trash, &after);
    clear()?;
    renamed.map_err(DiskError::of_rename("set a workspace aside"))
}
