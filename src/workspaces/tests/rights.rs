//! What rights stop, and what they do not. The part that counts runs as a user who is not root.

use rustix::thread::set_thread_res_uid;
use std::{
    fs,
    os::unix::fs::{PermissionsExt, chown},
    path::Path,
};

use super::{DiskError, Emptied, SetAside, Site, name, write};

/// Somebody who is not root.
const NOBODY: u32 = 65_534;

/// Runs as nobody, if the tests are run by root; else as who we are.
fn unprivileged<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| {
            if rustix::process::geteuid().is_root() {
                // Of this thread alone.
                let nobody = rustix::fs::Uid::from_raw(NOBODY);
                set_thread_res_uid(nobody, nobody, nobody).unwrap();
            }
            work()
        });
        worker.join().unwrap()
    })
}

/// Gives a tree to who runs the part that counts.
fn give_away(path: &Path) {
    if rustix::process::geteuid().is_root() {
        if path.is_dir() {
            for entry in fs::read_dir(path).unwrap() {
                give_away(&entry.unwrap().path());
            }
        }
        chown(path, Some(NOBODY), None).unwrap();
    }
}

fn restrict(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn folders_that_their_owner_may_not_write_or_enter_go_too() {
    let site = Site::new();
    for file in ["closed/x/y/file", "read_only/x/file", "open/shut/deeper/file", "file"] {
        write(&site.at("joe").join(file));
    }
    give_away(site.folder.path());
    for closed in ["joe/open/shut/deeper", "joe/open/shut", "joe/closed/x", "joe/closed"] {
        restrict(&site.at(closed), 0o000);
    }
    for read_only in ["joe/read_only/x", "joe/read_only", "joe/file", "joe"] {
        restrict(&site.at(read_only), 0o555);
    }
    unprivileged(|| {
        assert_eq!(site.disk.set_aside(&name("joe"), 7).unwrap(), SetAside::Done);
        assert_eq!(site.disk.empty(7, &|| true).unwrap(), Emptied::Done);
    });
    assert!(site.is_empty_mark(7));
}

/// Repeatable: what could not be removed is removed when its owner was put right.
#[test]
fn what_cannot_be_removed_does_not_keep_the_rest() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let site = Site::new();
    for file in ["foreign/a", "mine/b", "x/y/z/c"] {
        write(&site.at("joe").join(file));
    }
    give_away(site.folder.path());
    chown(site.at("joe/foreign"), Some(0), None).unwrap();
    unprivileged(|| {
        site.disk.set_aside(&name("joe"), 7).unwrap();
        let error = site.disk.empty(7, &|| true).unwrap_err();
        assert!(matches!(error, DiskError::Refused { doing: "remove a file", .. }), "{error:?}");
    });
    let left: Vec<_> =
        fs::read_dir(site.at("trash/7")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["foreign"]);
    assert_eq!(site.disk.empty(7, &|| true).unwrap(), Emptied::Done);
    assert!(site.is_empty_mark(7));
}

#[test]
fn the_trash_is_open_to_nobody_else() {
    let site = Site::new();
    site.disk.set_aside(&name("joe"), 7).unwrap();
    let mode = fs::metadata(site.at("trash")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_rehearsal_finds_what_rights_would_stop() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let site = Site::new();
    for file in ["mine/a", "foreign/a", "trash/1/a"] {
        write(&site.at(file));
    }
    give_away(site.folder.path());
    restrict(&site.at("mine"), 0o000);
    chown(site.at("foreign"), Some(0), None).unwrap();
    let rehearse = |workspace| unprivileged(|| site.disk.rehearse(&name(workspace), 7));
    rehearse("mine").unwrap();
    assert_eq!(fs::metadata(site.at("mine")).unwrap().permissions().mode() & 0o777, 0o000);
    let refused = |outcome| matches!(outcome, Err(DiskError::Refused { doing: "write to a folder", .. }));
    assert!(refused(rehearse("foreign")));
    chown(site.at(""), Some(0), None).unwrap();
    assert!(refused(rehearse("mine")));
}
