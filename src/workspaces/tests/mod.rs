//! On real temporary folders. Who runs the tests may be root, whom rights do not stop: where they matter, a thread becomes
//! somebody else first.

mod empty;
mod rights;
mod set_aside;
mod transfer;

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{DiskError, Emptied, SetAside, Workspaces, folder::Name};
use crate::domain::workspace::WorkspaceName;

/// A root of its own, and a folder beside it that nothing may touch.
struct Site {
    folder: tempfile::TempDir,
    disk: Workspaces,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("root")).unwrap();
        write(&folder.path().join("outside/kept"));
        let disk = Workspaces::open(&folder.path().join("root")).unwrap();
        Self { folder, disk }
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join("root").join(path)
    }

    fn outside(&self) -> PathBuf {
        self.folder.path().join("outside")
    }

    fn outside_is_whole(&self) -> bool {
        self.outside().join("kept").is_file()
    }

    /// Takes a workspace away as a worker does.
    fn delete(&self, workspace: &str, task: u64) -> Result<Emptied, DiskError> {
        self.disk.set_aside(&name(workspace), task)?;
        self.disk.empty(task, &|| true)
    }

    /// The mark is there and there is nothing in it.
    fn is_empty_mark(&self, task: u64) -> bool {
        fs::read_dir(self.at("trash").join(task.to_string())).is_ok_and(|mut mark| mark.next().is_none())
    }
}

fn name(text: &str) -> WorkspaceName {
    WorkspaceName::new(text).unwrap()
}

/// A file, with the folders that lead to it.
fn write(path: &Path) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "content").unwrap();
}

#[test]
fn the_root_must_be_a_folder() {
    let site = Site::new();
    assert!(matches!(Workspaces::open(&site.at("nothing")), Err(DiskError::Root(_))));
    assert!(matches!(Workspaces::open(&site.outside().join("kept")), Err(DiskError::Root(_))));
}

#[test]
fn workspaces_are_listed_in_order_and_in_pages() {
    let site = Site::new();
    for folder in ["joe", "jane", ".hidden", "Zoe", "jörg", "a b", "trash"] {
        fs::create_dir(site.at(folder)).unwrap();
    }
    write(&site.at("file"));
    std::os::unix::fs::symlink(site.outside(), site.at("link")).unwrap();
    let weird = std::ffi::OsStr::new(unsafe_name());
    fs::create_dir(site.at("").join(weird)).unwrap();
    let list = |after, most| -> Vec<String> {
        let names = site.disk.list(after, most).unwrap();
        names.iter().map(|name| name.as_str().to_owned()).collect()
    };
    assert_eq!(list(None, 100), [".hidden", "Zoe", "a b", "jane", "joe", "jörg"]);
    assert_eq!(list(None, 2), [".hidden", "Zoe"]);
    assert_eq!(list(Some("Zoe"), 2), ["a b", "jane"]);
    assert_eq!(list(Some("jörg"), 2), [""; 0]);
    for (workspace, there) in [("joe", true), ("Joe", false), ("file", false), ("link", false)] {
        assert_eq!(site.disk.exists(&name(workspace)).unwrap(), there, "{workspace}");
    }
}

/// No text: bytes that are no UTF-8.
fn unsafe_name() -> &'static std::ffi::OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(b"\xff\xfe\n")
}

#[test]
fn a_name_is_one_step_and_no_more() {
    for text in ["", ".", "..", "a/b", "/", "a/", "a\0b"] {
        assert!(Name::new(text).is_none(), "{text:?}");
    }
    for text in ["a", "...", ".a", "a b", "ä"] {
        assert_eq!(Name::new(text).unwrap().as_str(), Some(text));
    }
}

#[test]
fn errors_have_no_names_in_them() {
    let site = Site::new();
    write(&site.at("petrosyan/secret/file"));
    write(&site.at("other/secret"));
    let errors = [
        site.disk.transfer(&name("petrosyan"), &name("other"), None, &|| true).unwrap_err(),
        site.disk.move_entry(&name("petrosyan"), "secret/no", "x", &name("other"), &|| true).unwrap_err(),
        Workspaces::open(&site.at("petrosyan/secret/file")).unwrap_err(),
    ];
    for error in errors {
        let text = format!("{} {error:?}", crate::telemetry::chain(&error));
        assert!(!text.contains("petrosyan") && !text.contains("secret"), "{text}");
    }
}
