//! Emptying, whatever is in it.

use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};
use std::{
    cell::Cell,
    fs,
    os::unix::{
        fs::{PermissionsExt, symlink},
        net::UnixListener,
    },
};

use super::{Emptied, Site, name, unsafe_name, write};

/// Deeper than the longest path by far.
const DEEP: usize = 5_000;
const MANY: usize = 20_000;

#[test]
fn everything_goes_and_nothing_outside_is_touched() {
    let site = Site::new();
    for file in [".hidden", ".dir/.hidden", "a/b/c/file", "a/b/d/file", "a/file", "0", "1/2/3/0"] {
        write(&site.at("joe").join(file));
    }
    write(&site.at("joe").join(unsafe_name()).join(unsafe_name()));
    fs::set_permissions(site.at("joe/a/file"), fs::Permissions::from_mode(0o400)).unwrap();
    fs::set_permissions(site.at("joe/a/b"), fs::Permissions::from_mode(0o000)).unwrap();
    for link in ["joe/link", "joe/a/link", "joe/.dir/link"] {
        symlink(site.outside(), site.at(link)).unwrap();
    }
    symlink("nowhere", site.at("joe/dangling")).unwrap();
    symlink(site.outside().join("kept"), site.at("joe/to_file")).unwrap();
    fs::hard_link(site.outside().join("kept"), site.at("joe/hard")).unwrap();
    rustix::fs::mkfifoat(CWD, site.at("joe/a/fifo"), Mode::RUSR).unwrap();
    let _socket = UnixListener::bind(site.at("joe/socket")).unwrap();
    write(&site.at("jane/file"));

    assert_eq!(site.delete("joe", 7).unwrap(), Emptied::Done);
    assert!(site.is_empty_mark(7) && site.outside_is_whole());
    assert!(!site.at("joe").exists() && site.at("jane/file").is_file());
}

#[test]
fn a_tree_deeper_than_any_path_goes_with_few_open_files() {
    let site = Site::new();
    fs::create_dir(site.at("joe")).unwrap();
    let mut folder = openat(CWD, site.at("joe"), OFlags::DIRECTORY, Mode::empty()).unwrap();
    for _ in 0..DEEP {
        mkdirat(&folder, "d", Mode::RWXU).unwrap();
        folder = openat(&folder, "d", OFlags::DIRECTORY, Mode::empty()).unwrap();
    }
    site.disk.set_aside(&name("joe"), 7).unwrap();
    let most_open = Cell::new(0);
    let count = || {
        let open = fs::read_dir("/proc/self/fd").unwrap().filter(|file| {
            let target = file.as_ref().ok().and_then(|file| fs::read_link(file.path()).ok());
            target.is_some_and(|target| target.starts_with(site.folder.path()))
        });
        most_open.set(most_open.get().max(open.count()));
        true
    };
    assert_eq!(site.disk.empty(7, &count).unwrap(), Emptied::Done);
    assert!(site.is_empty_mark(7));
    assert!(most_open.get() < 10, "{} open files", most_open.get());
}

#[test]
fn many_files_in_one_folder_go() {
    let site = Site::new();
    fs::create_dir_all(site.at("joe/many")).unwrap();
    for file in 0..MANY {
        fs::File::create(site.at("joe/many").join(file.to_string())).unwrap();
    }
    assert_eq!(site.delete("joe", 7).unwrap(), Emptied::Done);
    assert!(site.is_empty_mark(7));
}

#[test]
fn it_stops_between_any_two_entries_and_goes_on_later() {
    let site = Site::new();
    for file in ["a/b/c/1", "a/b/c/2", "a/b/3", "a/4", "5", "d/e/6", "f/g/h/i/7"] {
        write(&site.at("joe").join(file));
    }
    site.disk.set_aside(&name("joe"), 7).unwrap();
    let mut rounds = 0;
    loop {
        let left = Cell::new(2);
        let outcome = site.disk.empty(7, &|| left.replace(left.get() - 1) > 0).unwrap();
        if outcome == Emptied::Done {
            break;
        }
        assert!(site.disk.has_mark(7).unwrap());
        rounds += 1;
        assert!(rounds < 100, "it does not get on");
    }
    assert!(rounds > 5, "it was not stopped");
    assert!(site.is_empty_mark(7));
}

#[test]
fn it_does_nothing_when_told_to_stop_at_once() {
    let site = Site::new();
    write(&site.at("joe/a/file"));
    site.disk.set_aside(&name("joe"), 7).unwrap();
    assert_eq!(site.disk.empty(7, &|| false).unwrap(), Emptied::Stopped);
    assert!(site.at("trash/7/a/file").is_file());
}

#[test]
fn several_at_once_do_no_harm() {
    let site = Site::new();
    for outer in 0..30 {
        for inner in 0..30 {
            write(&site.at(&format!("joe/{outer}/{inner}/x/{inner}")));
        }
    }
    site.disk.set_aside(&name("joe"), 7).unwrap();
    let disk = &site.disk;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(move || assert_eq!(disk.empty(7, &|| true).unwrap(), Emptied::Done));
        }
    });
    assert!(site.is_empty_mark(7));
}

#[test]
fn what_somebody_else_took_is_gone_too() {
    let site = Site::new();
    for file in ["a/file", "b/c/file", "d"] {
        write(&site.at("joe").join(file));
    }
    site.disk.set_aside(&name("joe"), 7).unwrap();
    let first = Cell::new(true);
    let somebody_else = || {
        if first.replace(false) {
            for taken in ["a", "b"] {
                fs::remove_dir_all(site.at("trash/7").join(taken)).unwrap();
            }
            fs::remove_file(site.at("trash/7/d")).unwrap();
        }
        true
    };
    assert_eq!(site.disk.empty(7, &somebody_else).unwrap(), Emptied::Done);
    assert!(site.is_empty_mark(7));
}
