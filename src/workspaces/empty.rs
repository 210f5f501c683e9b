//! Emptying a folder, whatever is in it: flat, without recursion, with a handful of open files and little memory.
//!
//! What is no folder is unlinked where it is. A folder that is not empty is drained: what is in it is unlinked, and a folder
//! in it that is not empty is first moved up, beside its parent. So everything is at most two levels deep when it goes, and
//! a tree of any depth ends.
//!
//! It can be stopped between any two entries and gone on with later, by anyone; several at once do no harm, since what
//! another one took is only gone. What cannot be removed does not keep the rest: it is the error at the end.
//!
//! Easy to get wrong: reading a folder while it changes may miss entries. So it is read again until nothing is found. Where
//! somebody goes on writing that is never: who calls has to bound the time.

use rustix::{fs::FileType, io::Errno};

use super::{
    DiskError,
    folder::{Entry, Folder, Name, Removed},
};

/// How far it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emptied {
    /// Nothing is left.
    Done,
    /// It was told to stop; the rest is still there.
    Stopped,
}

/// Empties that folder.
pub(super) fn empty(top: &Folder, go_on: &dyn Fn() -> bool) -> Result<Emptied, DiskError> {
    let mut remover = Remover { top, go_on, spare: 0, pass: Pass::default() };
    loop {
        remover.pass = Pass::default();
        remover.pass()?;
        let Pass { found, changed, stopped, fault } = std::mem::take(&mut remover.pass);
        if stopped {
            return Ok(Emptied::Stopped);
        }
        if found == 0 {
            return Ok(Emptied::Done);
        }
        if let (0, Some(fault)) = (changed, fault) {
            return Err(fault);
        }
    }
}

struct Remover<'a> {
    top: &'a Folder,
    go_on: &'a dyn Fn() -> bool,
    /// The number of the next folder that is moved up.
    spare: u64,
    pass: Pass,
}

/// What one reading of the top folder brought.
#[derive(Default)]
struct Pass {
    found: u64,
    changed: u64,
    stopped: bool,
    fault: Option<DiskError>,
}

impl Remover<'_> {
    fn pass(&mut self) -> Result<(), DiskError> {
        for entry in self.top.entries()? {
            let entry = entry?;
            self.pass.found += 1;
            if !(self.go_on)() {
                self.pass.stopped = true;
                return Ok(());
            }
            let outcome = match self.top.remove(&entry) {
                Ok(Removed::Gone) => self.changed(),
                Ok(Removed::Full) => self.drain(&entry),
                Err(errno) => Err(DiskError::of("remove a file")(errno)),
            };
            self.note(outcome);
        }
        Ok(())
    }

    /// Takes everything out of a folder that stands in the top one, and removes it.
    fn drain(&mut self, parent: &Entry) -> Result<(), DiskError> {
        let folder = self.top.child_to_empty(&parent.name)?;
        for entry in folder.entries()? {
            let entry = entry?;
            if !(self.go_on)() {
                self.pass.stopped = true;
                return Ok(());
            }
            let outcome = match folder.remove(&entry) {
                Ok(Removed::Gone) => self.changed(),
                Ok(Removed::Full) => self.move_up(&folder, &entry),
                Err(errno) => Err(DiskError::of("remove a file")(errno)),
            };
            self.note(outcome);
        }
        drop(folder);
        let emptied = Entry { name: parent.name.clone(), kind: FileType::Directory };
        match self.top.remove(&emptied).map_err(DiskError::of("remove a folder"))? {
            Removed::Gone => self.changed(),
            // What is in it still, the next pass meets again, unless this one changed nothing.
            Removed::Full => Err(DiskError::Occupied),
        }
    }

    /// Moves a folder up beside its parent, under a name that nothing has there.
    fn move_up(&mut self, parent: &Folder, entry: &Entry) -> Result<(), DiskError> {
        let mut granted = false;
        loop {
            let spare = Name::numbered(self.spare);
            match parent.rename(&entry.name, self.top, &spare) {
                Ok(()) => return self.changed(),
                Err(Errno::EXIST) => self.spare += 1,
                // A folder that changes its parent is written to.
                Err(Errno::ACCESS) if !granted => {
                    granted = true;
                    parent.grant(&entry.name)?;
                }
                Err(errno) => return Err(DiskError::of_rename("move a folder")(errno)),
            }
        }
    }

    /// A pass that changes something is worth another one.
    #[expect(clippy::unnecessary_wraps, reason = "it is how a step ends that succeeded")]
    fn changed(&mut self) -> Result<(), DiskError> {
        self.pass.changed += 1;
        Ok(())
    }

    /// Keeps the first fault of a pass; the pass goes on. What somebody else took is gone, too.
    fn note(&mut self, outcome: Result<(), DiskError>) {
        match outcome {
            Ok(()) => {}
            Err(DiskError::Missing) => self.pass.changed += 1,
            Err(fault) => {
                self.pass.fault.get_or_insert(fault);
            }
        }
    }
}
