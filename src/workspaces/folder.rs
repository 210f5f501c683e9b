//! An open folder: the only way from one folder to another is by a single name, and never over a link or a mount.
//!
//! Everything that touches the disk goes through an open folder and one plain name in it, so that no text can lead
//! anywhere else. cap-std holds the folder and refuses names that are none; rustix has the calls with the flags that
//! matter here.
//!
//! Easy to get wrong: the same file system can be mounted at a second place (a bind mount), where the number of the device
//! tells nothing. The number of the mount does.

use cap_std::{
    ambient_authority,
    fs::{Dir, Permissions, PermissionsExt},
};
use rustix::{
    fs::{self, Access, AtFlags, FileType, Mode, OFlags, RenameFlags, StatxFlags},
    io::Errno,
};
use std::{
    ffi::{CStr, CString, OsStr},
    io,
    os::{fd::OwnedFd, unix::ffi::OsStrExt},
    path::Path,
};

use super::DiskError;
use crate::domain::workspace::{TRASH, WorkspaceName};

/// What an owner needs to look into a folder and to take things out of it.
const OWNERS_RIGHTS: u32 = 0o700;

/// An open folder.
#[derive(Debug)]
pub(super) struct Folder {
    dir: Dir,
    mount: Mount,
}

/// Where something is mounted. The number of the mount is not known on Linux before 5.8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mount {
    device: (u32, u32),
    id: Option<u64>,
}

/// One plain name in a folder: not empty, without `/` and NUL, and neither `.` nor `..`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name(CString);

impl Name {
    /// The name of that text, if it is one. How long it may be is the file system's affair.
    pub(super) fn new(text: &str) -> Option<Self> {
        let plain = !text.is_empty() && !text.contains('/') && text != "." && text != "..";
        plain.then(|| CString::new(text).ok()).flatten().map(Self)
    }

    /// The folder itself.
    pub(super) fn here() -> Self {
        Self(c".".to_owned())
    }

    /// The folder of what is set aside.
    pub(super) fn trash() -> Self {
        Self::new(TRASH).unwrap_or_else(|| unreachable!("a constant"))
    }

    /// That number, as digits.
    pub(super) fn numbered(number: u64) -> Self {
        Self::new(&number.to_string()).unwrap_or_else(|| unreachable!("digits are plain"))
    }

    /// The number that it is, written as [`Self::numbered`] writes it.
    pub(super) fn number(&self) -> Option<u64> {
        let text = self.as_str()?;
        text.parse().ok().filter(|number: &u64| number.to_string() == text)
    }

    /// Its text, if it is any.
    pub(super) fn as_str(&self) -> Option<&str> {
        self.0.to_str().ok()
    }
}

impl From<&WorkspaceName> for Name {
    fn from(name: &WorkspaceName) -> Self {
        Self::new(name.as_str()).unwrap_or_else(|| unreachable!("a workspace's name is one plain name"))
    }
}

/// What is in a folder.
pub(super) struct Entry {
    pub(super) name: Name,
    /// As the folder's listing has it: a hint, for it may have changed since.
    pub(super) kind: FileType,
}

/// What became of something that was to be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Removed {
    /// It is not there any more.
    Gone,
    /// It is a folder with something in it.
    Full,
}

impl Folder {
    /// The folder at a path that the settings give. Links on the way to it are followed: it is the operator's path.
    pub(super) fn open_root(path: &Path) -> io::Result<Self> {
        let found = Dir::open_ambient_dir(path, ambient_authority())?;
        // What cap-std opened is only a place; a folder that is to be read and synced has to be open.
        let here = Self { mount: Mount::of(&found, c"")?, dir: found };
        let fd = here.open(&Name::here())?;
        Ok(Self { dir: Dir::from_std_file(fd.into()), ..here })
    }

    /// The folder of that name in this one: not a link, and nothing that is mounted there.
    pub(super) fn child(&self, name: &Name) -> Result<Self, DiskError> {
        let fd = self.open(name).map_err(DiskError::of("open a folder"))?;
        self.same_mount(fd)
    }

    /// The same, for one who may do as he likes with it: its owner's rights are put in order where they are missing.
    pub(super) fn child_to_empty(&self, name: &Name) -> Result<Self, DiskError> {
        let fd = match self.open(name) {
            Err(Errno::ACCESS) => {
                self.grant(name)?;
                self.open(name)
            }
            other => other,
        };
        let child = self.same_mount(fd.map_err(DiskError::of("open a folder"))?)?;
        let mode = child.stat()?.st_mode;
        if mode & OWNERS_RIGHTS != OWNERS_RIGHTS {
            match fs::fchmod(&child.dir, Mode::from_raw_mode(mode | OWNERS_RIGHTS)) {
                // Not ours, and perhaps open to us all the same: what follows will say.
                Ok(()) | Err(Errno::PERM) => {}
                Err(errno) => return Err(DiskError::of("change a folder's rights")(errno)),
            }
        }
        Ok(child)
    }

    fn open(&self, name: &Name) -> Result<OwnedFd, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        fs::openat(&self.dir, &name.0, flags, Mode::empty())
    }

    fn same_mount(&self, fd: OwnedFd) -> Result<Self, DiskError> {
        let dir = Dir::from_std_file(fd.into());
        let mount = Mount::of(&dir, c"").map_err(DiskError::of("look at a folder"))?;
        if mount == self.mount { Ok(Self { dir, mount }) } else { Err(DiskError::Mounted) }
    }

    /// Gives the owner of a folder in this one his rights. cap-std sees to it that nothing outside is touched.
    pub(super) fn grant(&self, name: &Name) -> Result<(), DiskError> {
        let refused = |source| DiskError::Refused { doing: "change a folder's rights", source };
        let name = OsStr::from_bytes(name.0.to_bytes());
        self.dir.set_permissions(name, Permissions::from_mode(OWNERS_RIGHTS)).map_err(refused)
    }

    /// Makes a folder that only its owner may use.
    pub(super) fn make(&self, name: &Name) -> Result<(), Errno> {
        fs::mkdirat(&self.dir, &name.0, Mode::from_raw_mode(OWNERS_RIGHTS))
    }

    /// Makes a folder with the rights of another one, and his owner where this process may give things away.
    pub(super) fn make_like(&self, name: &Name, pattern: &Self) -> Result<Self, DiskError> {
        self.make(name).map_err(DiskError::of("make a folder"))?;
        let made = self.child(name)?;
        let pattern = pattern.stat()?;
        let (owner, group) = (fs::Uid::from_raw(pattern.st_uid), fs::Gid::from_raw(pattern.st_gid));
        match fs::fchown(&made.dir, Some(owner), Some(group)) {
            Ok(()) | Err(Errno::PERM) => {}
            Err(errno) => return Err(DiskError::of("give a folder away")(errno)),
        }
        fs::fchmod(&made.dir, Mode::from_raw_mode(pattern.st_mode))
            .map_err(DiskError::of("change a folder's rights"))?;
        Ok(made)
    }

    /// What kind of thing has that name, if any: of a link, that it is one.
    pub(super) fn kind(&self, name: &Name) -> Result<Option<FileType>, DiskError> {
        match fs::statat(&self.dir, &name.0, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(FileType::from_raw_mode(stat.st_mode))),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(DiskError::of("look at a file")(errno)),
        }
    }

    /// Something is mounted where that name is. Said without opening it, which its rights may not allow.
    pub(super) fn has_mount(&self, name: &Name) -> Result<bool, DiskError> {
        Ok(Mount::of(&self.dir, &name.0).map_err(DiskError::of("look at a folder"))? != self.mount)
    }

    /// Whether this process may do as it likes with the folder of that name, once its owner's rights are put in order. It
    /// has to be written to even where it only changes its parent.
    pub(super) fn may_write(&self, name: &Name) -> Result<(), DiskError> {
        let rights = Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK;
        match fs::accessat(&self.dir, &name.0, rights, AtFlags::EACCESS) {
            Err(Errno::ACCESS) if self.is_owned(name)? => Ok(()),
            other => other.map_err(DiskError::of("write to a folder")),
        }
    }

    fn is_owned(&self, name: &Name) -> Result<bool, DiskError> {
        let stat = fs::statat(&self.dir, &name.0, AtFlags::SYMLINK_NOFOLLOW);
        let owner = stat.map_err(DiskError::of("look at a folder"))?.st_uid;
        Ok(owner == rustix::process::geteuid().as_raw())
    }

    /// What is in it, read in stretches, in no order. What comes or goes meanwhile may be among it or not.
    pub(super) fn entries(&self) -> Result<impl Iterator<Item = Result<Entry, DiskError>>, DiskError> {
        let listing = fs::Dir::read_from(&self.dir).map_err(DiskError::of("list a folder"))?;
        Ok(listing.filter_map(|entry| match entry {
            Ok(entry) if matches!(entry.file_name().to_bytes(), b"." | b"..") => None,
            Ok(entry) => {
                Some(Ok(Entry { name: Name(entry.file_name().to_owned()), kind: entry.file_type() }))
            }
            Err(errno) => Some(Err(DiskError::of("list a folder")(errno))),
        }))
    }

    /// Moves what has that name to a name in another folder, which nothing may have yet.
    pub(super) fn rename(&self, name: &Name, to: &Self, new: &Name) -> Result<(), Errno> {
        fs::renameat_with(&self.dir, &name.0, &to.dir, &new.0, RenameFlags::NOREPLACE)
    }

    /// Removes a file, a link or an empty folder.
    pub(super) fn remove(&self, entry: &Entry) -> Result<Removed, Errno> {
        let as_file = if entry.kind == FileType::Directory {
            Err(Errno::ISDIR)
        } else {
            fs::unlinkat(&self.dir, &entry.name.0, AtFlags::empty())
        };
        let removed = match as_file {
            Err(Errno::ISDIR) => fs::unlinkat(&self.dir, &entry.name.0, AtFlags::REMOVEDIR),
            other => other,
        };
        match removed {
            Ok(()) => Ok(Removed::Gone),
            Err(Errno::NOTEMPTY | Errno::EXIST) => Ok(Removed::Full),
            Err(errno) => Err(errno),
        }
    }

    /// What was done to its entries survives a power cut.
    pub(super) fn sync(&self) -> Result<(), DiskError> {
        fs::fsync(&self.dir).map_err(DiskError::of("write a folder down"))
    }

    fn stat(&self) -> Result<fs::Stat, DiskError> {
        fs::fstat(&self.dir).map_err(DiskError::of("look at a folder"))
    }
}

impl Mount {
    /// Of what has that name in a folder; without a name, of the folder.
    fn of(dir: &Dir, name: &CStr) -> Result<Self, Errno> {
        let flags = AtFlags::EMPTY_PATH | AtFlags::SYMLINK_NOFOLLOW;
        let stat = fs::statx(dir, name, flags, StatxFlags::MNT_ID)?;
        let known = stat.stx_mask & StatxFlags::MNT_ID.bits() != 0;
        Ok(Self { device: (stat.stx_dev_major, stat.stx_dev_minor), id: known.then_some(stat.stx_mnt_id) })
    }
}
